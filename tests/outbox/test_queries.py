"""What the outbox's list, its counts and the health of mail are read from."""

import datetime as dt

import pytest

from lms.kernel.domain import NotFound
from lms.outbox import claims, operations, queries, throttle
from lms.outbox.claims import Claim
from lms.outbox.rules import Reason, State, Tag
from tests import factories
from tests.outbox.mails import CLOSES, OPENS, queue_mail

MINUTE = dt.timedelta(minutes=1)


def _tried(session, mail, times, *, again_at):
    for _ in range(times):
        claims.claim(session, worker="w", now=OPENS)
        claims.put_back(
            session, Claim(mail.id, "w"), again_at=OPENS, reason=Reason.BUSY, reply="451 later"
        )
    claims.claim(session, worker="w", now=OPENS)
    claims.put_back(
        session, Claim(mail.id, "w"), again_at=again_at, reason=Reason.BUSY, reply="451 later"
    )


def test_counts_and_pages_by_tag(session):
    people = [factories.make_person(session, first_name="Ada", last_name=n) for n in "ABC"]
    mails = [queue_mail(session, person) for person in people]
    operations.cancel_pending_of(session, people[0].id, reason="left", now=OPENS)
    claims.claim(session, worker="w", now=OPENS)
    assert queries.count_by_state(session) == {
        State.CANCELLED: 1,
        State.CLAIMED: 1,
        State.PENDING: 1,
    }
    everything = queries.page_of_mails(session, tag=None, number=1, size=25)
    assert [(row.mail.id, row.name) for row in everything] == [
        (mails[2].id, "Ada C"),
        (mails[1].id, "Ada B"),
        (mails[0].id, "Ada A"),
    ]
    dropped = queries.page_of_mails(session, tag=Tag.DROPPED, number=1, size=25)
    assert [row.mail.id for row in dropped] == [mails[0].id]
    second = queries.page_of_mails(session, tag=None, number=2, size=2)
    assert [row.mail.id for row in second] == [mails[0].id]


def test_one_mail_with_its_text(session):
    mail = queue_mail(session)
    found = queries.get_mail(session, mail.id)
    assert (found.mail.id, found.mail.text_body) == (mail.id, None)
    with pytest.raises(NotFound):
        queries.get_mail(session, mail.id + 1)


def test_all_mails_in_their_order(session):
    ids = [queue_mail(session).id for _ in range(3)]
    assert [mail.id for mail in queries.list_mails(session)] == ids


def test_nothing_stands_still_before_the_window_opens(session):
    queue_mail(session)
    seen = queries.find_standstill(session, now=OPENS - MINUTE, day_began_at=OPENS)
    assert (seen.waiting_since, seen.waiting_count, seen.stubborn_count) == (None, 0, 0)


def test_waiting_counts_from_the_window_and_ends_with_it(session):
    queue_mail(session)
    queue_mail(session, not_before=OPENS + MINUTE)
    seen = queries.find_standstill(session, now=OPENS + 2 * MINUTE, day_began_at=OPENS)
    assert (seen.waiting_since, seen.waiting_count) == (OPENS, 2)
    seen = queries.find_standstill(session, now=CLOSES, day_began_at=OPENS)
    assert (seen.waiting_since, seen.waiting_count) == (None, 0)


def test_a_mail_that_was_tried_four_times_is_stubborn_although_it_waits_for_the_hour(session):
    mail = queue_mail(session)
    _tried(session, mail, 2, again_at=OPENS)
    seen = queries.find_standstill(session, now=OPENS, day_began_at=OPENS)
    assert (seen.stubborn_count, seen.last_trouble) == (0, Reason.BUSY)
    _tried(session, mail, 0, again_at=OPENS + 60 * MINUTE)
    seen = queries.find_standstill(session, now=OPENS + MINUTE, day_began_at=OPENS)
    assert (seen.stubborn_count, seen.waiting_count) == (1, 0)


def test_sent_today_and_the_rest_of_the_server(session):
    mail = queue_mail(session)
    claims.claim(session, worker="w", now=OPENS)
    claims.mark_sending(session, Claim(mail.id, "w"), text={}, now=OPENS)
    claims.mark_sent(session, Claim(mail.id, "w"), reply="250", now=OPENS)
    throttle.note_trouble(session, rest_for=15 * MINUTE, now=OPENS)
    seen = queries.find_standstill(session, now=OPENS, day_began_at=OPENS)
    assert (seen.sent_today, seen.resting_until) == (1, OPENS + 15 * MINUTE)
    seen = queries.find_standstill(session, now=OPENS, day_began_at=OPENS + MINUTE)
    assert seen.sent_today == 0


def _put(session, number, **changes):
    mail = {
        "message_id": f"<{number}@x>",
        "to_address": f"person{number}@example.org",
        "subject": f"Betreff {number}",
        "raw": "raw",
        "now": OPENS + number * MINUTE,
    }
    operations.put_into_mailbox(session, **(mail | changes))


def test_the_mailbox_newest_first_and_searched(session):
    for number in range(3):
        _put(session, number)
    found = queries.page_of_mailbox(session, search="", number=1, size=2)
    assert [mail.subject for mail in found] == ["Betreff 2", "Betreff 1"]
    for search, expected in [("PERSON1@", ["Betreff 1"]), ("betreff 0", ["Betreff 0"]), ("%", [])]:
        found = queries.page_of_mailbox(session, search=search, number=1, size=25)
        assert [mail.subject for mail in found] == expected
        assert queries.count_mailbox(session, search=search) == len(expected)
    with pytest.raises(NotFound):
        queries.get_mailbox_mail(session, 999_999)
