"""Mails about getting in: what they say, and that their token exists nowhere but in them."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from lms.access import queries
from lms.access.codes import sha256
from lms.access.emails import Letterhead
from lms.access.models import AccessLink
from lms.access.operations.links import ask_for_link
from lms.access.operations.passwords import set_password
from lms.access.operations.telling import tell_of_new_address
from lms.access.rules import LinkState, Purpose
from lms.delivery.assembly import make_worker
from lms.delivery.endings import Ending
from lms.delivery.kinds import kinds_of
from lms.delivery.rendering import Writer
from lms.delivery.rounds import deliver_all
from lms.outbox.models import MailboxMessage, OutboxMessage
from lms.people.operations import found_organisation
from tests import factories
from tests.factories import NOW, TODAY

ZONE = ZoneInfo("Europe/Berlin")
HEAD = Letterhead("example.org", "de", TODAY, NOW)
AT = dt.datetime(2026, 11, 24, 10, 5, tzinfo=ZONE)
LINKS = ("sign_in_link", "password_reset", "invitation", "address_link")
MAILS = [
    *((kind, {"first_name": "Jana", "token": "t" * 43}) for kind in LINKS),
    ("password_changed", {"first_name": "Jana", "at": AT}),
    ("address_changed", {"first_name": "Jana", "at": AT}),
    *(
        ("factor_changed", {"first_name": "Jana", "at": AT, "change": change})
        for change in ("set_up", "codes", "reset", "removed")
    ),
]


@pytest.fixture
def writer(shared_app, session_settings):
    return Writer(
        app=shared_app,
        kinds=kinds_of(ZONE),
        base_url=session_settings.base_url,
        secret_key=session_settings.secret_key,
        organisation=lambda: "Jugendhilfe Donau-Iller",
        can_reply=False,
    )


@pytest.fixture
def deliver(session, sessions, app, settings):
    """What the mail worker does, into the local mailbox, so many minutes later."""

    def run(minutes=0):
        session.commit()
        worker = make_worker(
            app,
            settings,
            sessions,
            kinds=kinds_of(ZONE),
            now=lambda: NOW + dt.timedelta(minutes=minutes),
            rest=lambda _seconds: None,
        )
        deliver_all(worker, Ending())
        session.expire_all()
        return {name: count for name, count in worker.tally.items() if count}

    return run


@pytest.fixture
def jana(session):
    found_organisation(session, name="Haus", holidays_region="DE-BW")
    return factories.make_person(session, first_name="Jana", email="jana@example.org")


def token_of(text):
    return re.search(r"/link/([\w-]{43})", text)[1]


def last_raw(session):
    raw = session.scalars(select(MailboxMessage.raw).order_by(MailboxMessage.id.desc())).first()
    return raw.replace("=\n", "").replace("=\r\n", "").replace("=3D", "=")


@pytest.mark.parametrize("locale", ["de", "en"])
@pytest.mark.parametrize(("kind", "values"), MAILS)
def test_text_and_html_say_the_same(writer, kind, values, locale):
    mail = writer.render(kind, locale, values)
    plain = re.sub(r"<style>.*?</style>|<[^>]+>", " ", mail.html, flags=re.DOTALL)
    words = " ".join(plain.replace("&nbsp;", " ").split())
    for part in mail.text.splitlines():
        if part and part != "--" and not part.startswith("http"):
            assert " ".join(part.rstrip(":").split()) in words
    assert f'<html lang="{locale}">' in mail.html
    assert "\n\n\n" not in mail.text


def test_a_sign_in_link_in_german(writer):
    mail = writer.render(
        "sign_in_link", "de", {"first_name": "Jana", "token": "t" * 43, "next": "/courses/a b?x=1"}
    )
    assert mail.subject == "Dein Link zum Anmelden"
    assert mail.text == (
        "Hallo Jana,\n"
        "\n"
        "mit diesem Link meldest du dich an, ohne Passwort.\n"
        "\n"
        "Der Link gilt 15 Minuten\n"
        "Er öffnet sich einmal. Danach holst du dir auf der Anmeldeseite einen neuen.\n"
        "\n"
        "Anmelden:\n"
        f"http://127.0.0.1:8000/link/{'t' * 43}?next=/courses/a%20b%3Fx%3D1\n"
        "\n"
        "Fragen? Deine Digitalisierungsbeauftragten helfen dir gern.\n"
        "\n"
        "--\n"
        "Jugendhilfe Donau-Iller\n"
        "Du bekommst diese E-\u2060Mail, weil jemand mit deiner Adresse einen Link angefordert hat."
        " Warst du das nicht? Dann musst du nichts tun."
        " Diese E-\u2060Mail enthält keine Zählpixel.\n"
    )


def test_the_token_is_in_the_mail_and_nowhere_else(session, deliver, jana):
    ask_for_link(session, jana, Purpose.SIGN_IN, HEAD)
    assert session.scalars(select(AccessLink)).all() == []
    assert deliver() == {"sent": 1}
    token = token_of(last_raw(session))
    link = session.scalars(select(AccessLink)).one()
    assert (link.token_hash, link.address) == (sha256(token), "jana@example.org")
    assert link.expires_at == NOW + dt.timedelta(minutes=15)
    message = session.scalars(select(OutboxMessage)).one()
    kept = repr((message.values, message.idem_key, message.text_body, message.html_body))
    assert token not in kept
    assert message.text_body.count("/link/…") == message.html_body.count("/link/…") == 1


def test_asked_twice_one_mail_leaves(session, deliver, jana):
    ask_for_link(session, jana, Purpose.SIGN_IN, HEAD)
    ask_for_link(session, jana, Purpose.SIGN_IN, HEAD)
    assert deliver() == {"sent": 1}


def test_a_new_link_makes_the_old_one_void(session, deliver, jana):
    ask_for_link(session, jana, Purpose.SIGN_IN, HEAD)
    deliver()
    old = token_of(last_raw(session))
    ask_for_link(session, jana, Purpose.SIGN_IN, HEAD)
    deliver(minutes=2)
    now = NOW + dt.timedelta(minutes=3)
    assert queries.find_link(session, sha256(old), today=TODAY, now=now).state is (
        LinkState.REPLACED
    )


def test_a_link_for_another_purpose_stays_good(session, deliver, jana):
    ask_for_link(session, jana, Purpose.SIGN_IN, HEAD)
    deliver()
    old = token_of(last_raw(session))
    ask_for_link(session, jana, Purpose.RESET, HEAD)
    deliver()
    assert queries.find_link(session, sha256(old), today=TODAY, now=NOW).state is LinkState.GOOD


def leave(session, person):
    person.left_on = TODAY - dt.timedelta(days=1)


def move(session, person):
    person.email = "new@example.org"


def choose_password(session, person):
    later = NOW + dt.timedelta(seconds=30)
    set_password(session, person.id, "x", keep_sign_in=None, now=later)


@pytest.mark.parametrize("deed", [leave, move, choose_password])
def test_what_happened_since_calls_the_mail_off(session, deliver, jana, deed):
    ask_for_link(session, jana, Purpose.RESET, HEAD)
    deed(session, jana)
    assert deliver(minutes=1) == {"cancelled": 1}
    assert session.scalars(select(AccessLink)).all() == []


def test_a_changed_address_is_told_to_the_old_one(session, deliver, jana):
    jana.email = "new@example.org"
    session.flush()
    tell_of_new_address(session, jana, HEAD, old_address="jana@example.org")
    assert deliver() == {"sent": 1}
    assert session.scalars(select(MailboxMessage.to_address)).all() == ["jana@example.org"]


def test_an_address_to_confirm_is_written_to_before_it_is_the_persons(session, deliver):
    who = factories.make_person(session, email=None, personnel_number="77")
    ask_for_link(session, who, Purpose.CONFIRM_ADDRESS, HEAD, address="own@example.org")
    assert deliver() == {"sent": 1}
    assert session.scalars(select(MailboxMessage.to_address)).all() == ["own@example.org"]
