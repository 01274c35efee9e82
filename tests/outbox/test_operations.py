"""Queueing once per key, calling off, and deciding by hand."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from lms.audit.models import AuditEntry
from lms.kernel.domain import NotFound
from lms.outbox import claims, operations, queries, throttle
from lms.outbox.claims import Claim
from lms.outbox.models import MailboxMessage, MailThrottle, OutboxMessage
from lms.outbox.rules import CannotConfirm, CannotResend, EmailDraft, KeyTaken, Reason, State
from tests import factories
from tests.outbox.mails import CLOSES, OPENS, facts, queue_mail

NINE = OPENS + dt.timedelta(hours=1)


def test_a_key_queues_one_mail(session):
    first = queue_mail(session, key="digest:learner:1:2026-11-24")
    again = queue_mail(session, key="digest:learner:1:2026-11-24")
    assert again.id == first.id
    assert session.scalar(select(func.count(OutboxMessage.id))) == 1
    assert facts(session, first, "state", "attempts", "sent_at") == (State.PENDING, 0, None)


def test_a_key_gives_its_mail_back_in_whatever_state_it_is(session):
    first = queue_mail(session, key="k")
    operations.cancel_pending_of(session, first.person_id, reason="left", now=OPENS)
    assert queue_mail(session, key="k").state == State.CANCELLED


def test_second_digest_of_a_day_under_another_key_is_refused(session):
    person = factories.make_person(session)
    queue_mail(session, person, key="one")
    with pytest.raises(KeyTaken):
        queue_mail(session, person, key="two")


def test_immediate_mail_is_not_limited_to_one_a_day(session):
    person = factories.make_person(session)
    one = queue_mail(session, person, key="one", audience="immediate")
    two = queue_mail(session, person, key="two", audience="immediate")
    assert one.id != two.id


def test_calling_off_takes_what_waits_and_what_is_claimed_but_nothing_that_left(session):
    person = factories.make_person(session)
    mails = [queue_mail(session, person, audience="immediate") for _ in range(3)]
    claims.claim(session, worker="w", now=OPENS)
    sent = claims.claim(session, worker="w", now=OPENS)
    claims.mark_sending(session, Claim(sent.id, "w"), text={}, now=OPENS)
    claims.mark_sent(session, Claim(sent.id, "w"), reply="250 ok", now=OPENS)
    assert operations.cancel_pending_of(session, person.id, reason="left", now=NINE) == 2
    states = [facts(session, mail, "state", "reason", "closed_at") for mail in mails]
    assert states == [
        (State.CANCELLED, "left", NINE),
        (State.SENT, None, OPENS),
        (State.CANCELLED, "left", NINE),
    ]


def _failed(session):
    mail = queue_mail(session)
    claims.claim(session, worker="w", now=OPENS)
    held = Claim(mail.id, "w")
    claims.mark_failed(session, held, reason=Reason.POLICY, reply="550 5.7.1 no", now=OPENS)
    return mail


def _uncertain(session):
    mail = queue_mail(session)
    claims.claim(session, worker="w", now=OPENS)
    claims.mark_sending(session, Claim(mail.id, "w"), text={}, now=OPENS)
    claims.mark_uncertain(session, Claim(mail.id, "w"), reply="timed out", now=OPENS)
    return mail


@pytest.mark.parametrize("make", [_failed, _uncertain])
def test_resending_queues_it_again_with_the_same_message_id(session, make):
    mail = make(session)
    known_as = mail.message_id
    operations.resend(session, mail.id, actor="person:1", now=NINE)
    assert facts(session, mail, "state", "not_before", "expires_at", "reason", "closed_at") == (
        State.PENDING,
        NINE,
        NINE + dt.timedelta(days=1),
        None,
        None,
    )
    assert mail.message_id == known_as
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.actor, entry.verb, entry.object_id) == ("person:1", "mail.resent", mail.id)


def test_resending_a_mail_that_waits_after_a_try_keeps_its_window_and_closes_the_breaker(session):
    mail = queue_mail(session)
    claims.claim(session, worker="w", now=OPENS)
    later = OPENS + dt.timedelta(hours=5)
    held = Claim(mail.id, "w")
    claims.put_back(session, held, again_at=later, reason=Reason.BUSY, reply="451 later")
    throttle.note_trouble(session, rest_for=dt.timedelta(minutes=15), now=OPENS)
    operations.resend(session, mail.id, actor="operator", now=NINE)
    assert facts(session, mail, "state", "not_before", "expires_at") == (
        State.PENDING,
        NINE,
        CLOSES,
    )
    assert throttle.find_rest(session, now=OPENS) is None


def test_only_what_failed_or_is_uncertain_or_waits_after_a_try_is_sent_again(session):
    planned = queue_mail(session)
    with pytest.raises(CannotResend):
        operations.resend(session, planned.id, actor="operator", now=NINE)
    operations.cancel_pending_of(session, planned.person_id, reason="left", now=OPENS)
    with pytest.raises(CannotResend):
        operations.resend(session, planned.id, actor="operator", now=NINE)
    with pytest.raises(NotFound):
        operations.resend(session, 999_999, actor="operator", now=NINE)


def test_what_arrived_is_confirmed_once(session):
    mail = _uncertain(session)
    operations.confirm_arrival(session, mail.id, actor="person:1", now=NINE)
    assert facts(session, mail, "state", "sent_at", "reason") == (
        State.SENT,
        OPENS,
        Reason.CONFIRMED,
    )
    with pytest.raises(CannotConfirm):
        operations.confirm_arrival(session, mail.id, actor="person:1", now=NINE)


def test_hurrying_moves_only_what_waits_after_a_try(session):
    tried, planned = queue_mail(session), queue_mail(session, not_before=NINE)
    claims.claim(session, worker="w", now=OPENS)
    later = CLOSES - dt.timedelta(seconds=1)
    claims.put_back(
        session, Claim(tried.id, "w"), again_at=later, reason=Reason.UNREACHABLE, reply="refused"
    )
    throttle.note_trouble(session, rest_for=dt.timedelta(minutes=15), now=OPENS)
    soon = OPENS + dt.timedelta(minutes=2)
    assert operations.try_again_now(session, actor="person:9", now=soon) == 1
    assert facts(session, tried, "not_before") == (soon,)
    assert facts(session, planned, "not_before") == (NINE,)
    assert session.scalars(select(MailThrottle.open_until)).one() is None


def test_a_second_copy_in_the_mailbox_replaces_the_first(session):
    mail = {"message_id": "<1@x>", "to_address": "a@example.org", "subject": "S"}
    operations.put_into_mailbox(session, **mail, raw="first", now=OPENS)
    operations.put_into_mailbox(session, **mail, raw="second", now=NINE)
    found = session.scalars(select(MailboxMessage)).one()
    assert queries.get_mailbox_mail(session, found.id).raw == "second"
    assert found.received_at == NINE


def test_mail_that_somebody_waits_for_leaves_at_once_and_not_after_a_day(session):
    person = factories.make_person(session)
    draft = EmailDraft("digest", person.id, person.email, "de")
    mail = operations.enqueue_now(
        session,
        draft,
        idem_key="now",
        mail_domain="example.org",
        today=OPENS.date(),
        now=OPENS,
    )
    assert facts(session, mail, "audience", "not_before", "expires_at") == (
        "immediate",
        OPENS,
        OPENS + dt.timedelta(days=1),
    )
