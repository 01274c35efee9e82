"""`flask mail deliver · list · retry`."""

import json
import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from lms.delivery import cli as delivery_cli
from lms.outbox import claims
from lms.outbox.claims import Claim
from lms.outbox.models import MailboxMessage
from lms.outbox.rules import Reason, State
from lms.people.operations import found_organisation
from lms.web.db import House
from tests import factories
from tests.delivery.digest_values import TODAY, digest, line
from tests.delivery.smtp_server import mail_server
from tests.delivery.workers import Always
from tests.outbox.mails import OPENS, facts, queue_mail

AT_EIGHT = "2026-11-24T08:00+01:00"


@pytest.fixture(autouse=True)
def _always_due(monkeypatch):
    kinds = Always(answer=digest(line(TODAY))).kinds
    monkeypatch.setattr(delivery_cli, "kinds_of", lambda _zone: kinds)


def _failed(session):
    mail = queue_mail(session)
    claims.claim(session, worker="w", now=OPENS)
    held = Claim(mail.id, "w")
    claims.mark_failed(session, held, reason=Reason.POLICY, reply="550 5.7.1 no", now=OPENS)
    return mail


def test_deliver_into_the_local_mailbox(cli, session):
    mail = queue_mail(session, factories.make_person(session, email="jana@example.org"))
    done = cli.invoke(args=["mail", "deliver", "--at", AT_EIGHT])
    assert (done.exit_code, done.stdout) == (
        0,
        "sent 1, retry 0, failed 0, uncertain 0, cancelled 0, expired 0\n",
    )
    session.expire_all()
    assert facts(session, mail, "state", "subject") == (
        State.SENT,
        "„Digitale Fallakte“ ist heute fällig",
    )
    kept = session.scalars(select(MailboxMessage)).one()
    assert (kept.to_address, kept.message_id) == ("jana@example.org", mail.message_id)


def test_the_window_is_judged_at_the_given_instant(cli, session):
    mail = queue_mail(session)
    early = cli.invoke(args=["mail", "deliver", "--at", "2026-11-24T07:59"])
    assert early.stdout.startswith("sent 0, ")
    late = cli.invoke(args=["mail", "deliver", "--at", "2026-11-24T17:00"])
    assert late.stdout == "sent 0, retry 0, failed 0, uncertain 0, cancelled 0, expired 1\n"
    assert facts(session, mail, "state") == (State.EXPIRED,)


def test_deliver_over_smtp_at_the_limit_and_say_when_the_server_is_away(
    cli, app, session, settings, sessions, loopback
):
    queue_mail(session)
    queue_mail(session)
    with mail_server() as server:
        port = server.port
        app.extensions["lms"] = House(
            replace(
                settings,
                smtp_host="127.0.0.1",
                smtp_port=port,
                smtp_security="none",
                mail_per_minute=600,
            ),
            sessions,
        )
        done = cli.invoke(args=["mail", "deliver", "--at", AT_EIGHT, "--limit", "1"])
        assert (done.exit_code, done.stdout[:6]) == (0, "sent 1")
        assert [got.sender for got in server.received] == ["lernstand@example.org"]
    done = cli.invoke(args=["mail", "deliver", "--at", AT_EIGHT])
    assert done.exit_code == 1
    assert done.stdout == "sent 0, retry 1, failed 0, uncertain 0, cancelled 0, expired 0\n"
    assert "The mail server cannot be used now; the next try is at 2026-11-24T07:01:" in done.stderr


def test_the_sender_is_shown_under_the_name_that_the_organisation_has_now(cli, session):
    organisation = found_organisation(session, name="Haus", holidays_region="DE-BW")
    for name in ("Haus Mond", "Haus Stern"):
        organisation.name = name
        queue_mail(session)
        cli.invoke(args=["mail", "deliver", "--at", AT_EIGHT])
    raw = session.scalars(select(MailboxMessage.raw).order_by(MailboxMessage.id)).all()
    senders = [re.search("^From: (.*)$", one, re.MULTILINE)[1].strip() for one in raw]
    assert senders == [f"Haus {one} <lernstand@example.org>" for one in ("Mond", "Stern")]


def test_list_as_json(cli, session):
    mail = queue_mail(session, factories.make_person(session, email="jana@example.org"))
    listed = json.loads(cli.invoke(args=["mail", "list", "--format", "json"]).stdout)
    assert listed == [
        {
            "id": mail.id,
            "state": "pending",
            "kind": "digest",
            "to": "jana@example.org",
            "subject": None,
            "not_before": "2026-11-24T07:00:00+00:00",
            "expires_at": "2026-11-24T16:00:00+00:00",
            "created_at": "2026-11-24T06:00:00+00:00",
            "sent_at": None,
            "attempts": 0,
            "message_id": mail.message_id,
            "reason": None,
            "reply": None,
        }
    ]


def test_list_as_a_table(cli, session):
    mail = queue_mail(session, factories.make_person(session, email="jana@example.org"))
    assert cli.invoke(args=["mail", "list"]).stdout == (
        f"{mail.id:>6}  pending    2026-11-24T07:00:00+00:00  digest      jana@example.org\n"
    )


def test_retry(cli, session):
    mail = _failed(session)
    done = cli.invoke(args=["mail", "retry", str(mail.id)])
    assert (done.exit_code, done.stdout) == (
        0,
        f"mail {mail.id} is queued again: flask mail deliver\n",
    )
    assert facts(session, mail, "state") == (State.PENDING,)


def test_retry_of_what_is_not_sent_again(cli, session):
    mail = queue_mail(session)
    refused = cli.invoke(args=["mail", "retry", str(mail.id)])
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.startswith(f"mail {mail.id} is not sent again")
    unknown = cli.invoke(args=["mail", "retry", "999999"])
    assert (unknown.exit_code, unknown.stderr) == (1, "mail 999999 does not exist\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["deliver", "--at", "yesterday"],
        ["deliver", "--limit", "0"],
        ["deliver", "--follow", "--limit", "1"],
        ["retry"],
        ["retry", "x"],
        ["list", "--format", "xml"],
    ],
)
def test_wrong_usage(cli, arguments):
    assert cli.invoke(args=["mail", *arguments]).exit_code == 2
