"""Every step of a mail's way, its fences, and what is taken back from dead workers."""

import datetime as dt
import threading

import pytest
from sqlalchemy import select

from lms.kernel.db import reading, transaction
from lms.outbox import claims
from lms.outbox.claims import Claim
from lms.outbox.models import OutboxMessage
from lms.outbox.rules import CLAIM_FOR, ClaimLost, Reason, State
from tests.outbox.mails import CLOSES, OPENS, facts, queue_mail

MINUTE = dt.timedelta(minutes=1)
AFTER_THE_CLAIM = OPENS + CLAIM_FOR


def _claimed(session, **values):
    mail = queue_mail(session, **values)
    claims.claim(session, worker="w", now=OPENS)
    return mail, Claim(mail.id, "w")


def _sending(session, **values):
    mail, held = _claimed(session, **values)
    claims.mark_sending(session, held, text={"subject": "S"}, now=OPENS)
    return mail, held


def test_a_mail_is_claimed_inside_its_window_only(session):
    mail = queue_mail(session)
    assert claims.claim(session, worker="w", now=OPENS - MINUTE) is None
    assert claims.claim(session, worker="w", now=CLOSES) is None
    assert claims.claim(session, worker="w", now=OPENS).id == mail.id
    assert facts(session, mail, "state", "claimed_by", "claim_until", "attempts") == (
        State.CLAIMED,
        "w",
        OPENS + CLAIM_FOR,
        1,
    )


def test_what_waits_longest_goes_first(session):
    late = queue_mail(session, not_before=OPENS + MINUTE)
    early = queue_mail(session)
    taken = [claims.claim(session, worker="w", now=OPENS + 2 * MINUTE).id for _ in range(2)]
    assert taken == [early.id, late.id]
    assert claims.claim(session, worker="w", now=OPENS + 2 * MINUTE) is None


def test_a_mail_on_its_way_keeps_what_it_says(session):
    mail, _held = _sending(session)
    assert facts(session, mail, "state", "subject", "claim_until", "reason") == (
        State.SENDING,
        "S",
        OPENS + CLAIM_FOR,
        None,
    )


def test_a_worker_whose_claim_ran_out_sends_nothing_even_if_nobody_else_took_it(session):
    mail, held = _claimed(session)
    with pytest.raises(ClaimLost):
        claims.mark_sending(session, held, text={}, now=AFTER_THE_CLAIM)
    assert facts(session, mail, "state") == (State.CLAIMED,)


def test_a_worker_cannot_touch_the_mail_of_another(session):
    mail, _held = _claimed(session)
    stranger = Claim(mail.id, "somebody else")
    with pytest.raises(ClaimLost):
        claims.mark_sending(session, stranger, text={}, now=OPENS)
    with pytest.raises(ClaimLost):
        claims.give_back(session, stranger)
    assert facts(session, mail, "state", "claimed_by") == (State.CLAIMED, "w")


def test_sent(session):
    mail, held = _sending(session)
    claims.mark_sent(session, held, reply="250 2.0.0 queued", now=OPENS + MINUTE)
    assert facts(
        session, mail, "state", "sent_at", "closed_at", "claimed_by", "claim_until", "smtp_reply"
    ) == (State.SENT, OPENS + MINUTE, OPENS + MINUTE, None, None, "250 2.0.0 queued")


def test_a_late_answer_turns_uncertain_into_sent(session):
    mail, held = _sending(session)
    claims.release_overdue(session, now=AFTER_THE_CLAIM)
    assert facts(session, mail, "state") == (State.UNCERTAIN,)
    claims.mark_sent(session, held, reply="250 ok", now=AFTER_THE_CLAIM + MINUTE)
    assert facts(session, mail, "state") == (State.SENT,)


def test_failed(session):
    mail, held = _sending(session)
    claims.mark_failed(session, held, reason=Reason.POLICY, reply="x" * 400, now=OPENS)
    assert facts(session, mail, "state", "reason", "smtp_reply", "closed_at") == (
        State.FAILED,
        "policy",
        "x" * 300,
        OPENS,
    )


def test_put_back_and_given_back(session):
    mail, held = _claimed(session)
    claims.put_back(session, held, again_at=OPENS + MINUTE, reason=Reason.BUSY, reply="451 later")
    assert facts(session, mail, "state", "not_before", "attempts", "reason", "claim_until") == (
        State.PENDING,
        OPENS + MINUTE,
        1,
        "busy",
        None,
    )
    claims.claim(session, worker="w", now=OPENS + MINUTE)
    claims.give_back(session, held)
    assert facts(session, mail, "state", "not_before", "attempts", "claimed_by") == (
        State.PENDING,
        OPENS + MINUTE,
        1,
        None,
    )


def test_cancelled_at_the_last_check(session):
    mail, held = _claimed(session)
    claims.cancel(session, held, reason=Reason.NOTHING_LEFT, now=OPENS)
    assert facts(session, mail, "state", "reason", "claim_until") == (
        State.CANCELLED,
        "nothing_left",
        None,
    )


def test_dead_workers_claims_go_back_and_their_sendings_are_uncertain(session):
    first, _ = _claimed(session)
    second, _ = _sending(session)
    claims.release_overdue(session, now=AFTER_THE_CLAIM - MINUTE)
    assert facts(session, first, "state") == (State.CLAIMED,)
    claims.release_overdue(session, now=AFTER_THE_CLAIM)
    assert facts(session, first, "state", "claimed_by", "claim_until") == (
        State.PENDING,
        None,
        None,
    )
    assert facts(session, second, "state", "reason", "closed_at", "claim_until") == (
        State.UNCERTAIN,
        "unconfirmed",
        AFTER_THE_CLAIM,
        None,
    )


def test_immediate_mail_of_a_dead_worker_is_sent_again(session):
    mail, _ = _sending(session, audience="immediate")
    claims.release_overdue(session, now=AFTER_THE_CLAIM)
    assert facts(session, mail, "state", "closed_at") == (State.PENDING, None)


def test_what_is_too_late_expires_and_is_handed_back_in_the_same_transaction(session):
    late, early = queue_mail(session), queue_mail(session, expires_at=CLOSES + MINUTE)
    handed = []

    def reopen(given, messages):
        assert given is session
        handed.extend(message.id for message in messages)

    assert claims.expire_overdue(session, reopen=reopen, now=CLOSES - MINUTE) == 0
    assert claims.expire_overdue(session, reopen=reopen, now=CLOSES) == 1
    assert handed == [late.id]
    assert facts(session, late, "state", "reason", "closed_at") == (
        State.EXPIRED,
        "window_over",
        CLOSES,
    )
    assert facts(session, early, "state") == (State.PENDING,)


def test_there_is_work_when_mail_may_leave_or_a_claim_ran_out_or_a_window_is_over(session):
    assert not claims.has_work(session, now=OPENS)
    queue_mail(session)
    assert not claims.has_work(session, now=OPENS - MINUTE)
    assert claims.has_work(session, now=OPENS)
    claims.claim(session, worker="w", now=OPENS)
    assert not claims.has_work(session, now=OPENS)
    assert claims.has_work(session, now=AFTER_THE_CLAIM)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_sqlite_claims_by_its_partial_index(session):
    statement = claims.ready(OPENS).compile(
        session.get_bind(), compile_kwargs={"render_postcompile": True}
    )
    explained = session.connection().exec_driver_sql(
        f"EXPLAIN QUERY PLAN {statement}", ("2026-11-24", "2026-11-24", 1, 0)
    )
    assert [row.detail for row in explained] == [
        "SEARCH outbox_messages USING INDEX ix_outbox_messages_ready (state=? AND not_before<?)"
    ]


def test_workers_at_the_same_time_claim_distinct_mails(own_sessions):
    with transaction(own_sessions) as session:
        wanted = sorted(queue_mail(session).id for _ in range(60))
    taken, start = [], threading.Barrier(4)

    def work(name):
        start.wait()
        while True:
            with transaction(own_sessions) as session:
                found = claims.claim(session, worker=name, now=OPENS)
                if found is None:
                    return
                taken.append((found.id, name))

    workers = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(mail_id for mail_id, _ in taken) == wanted
    with reading(own_sessions) as session:
        stored = session.execute(select(OutboxMessage.id, OutboxMessage.claimed_by))
        assert sorted(tuple(row) for row in stored) == sorted(taken)
