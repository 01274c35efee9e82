"""The reminder of the day before, and the last look at every mail."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from lms.outbox.models import OutboxMessage
from lms.workshops.models import WorkshopNotice
from lms.workshops.operations import letters, planning
from lms.workshops.operations.reminding import remind
from lms.workshops.queries.places import list_dates
from tests.duties import at, day
from tests.workshops.samples import FRAME, ZONE, change, meeting, stored

MONDAY = meeting("2026-12-07")
FRIDAY = "2026-12-04"


def queued(sessions, on, clock="08:00"):
    return remind(sessions, FRAME, now=at(on, clock))


def notices(session):
    session.expire_all()
    rows = session.scalars(select(WorkshopNotice).order_by(WorkshopNotice.person_id))
    return [(one.person_id, one.sequence, one.outcome) for one in rows]


def newest(session, event="reminder"):
    rows = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()))
    return next(one for one in rows if one.values.get("event") == event)


def said(session, message, on=FRIDAY, clock="08:05"):
    return letters.recheck(session, message, zone=ZONE, now=at(on, clock))


def test_on_the_working_day_before_at_most_once(hall, sessions):
    workshop, jana, waiting = hall.workshop(MONDAY, capacity=1), hall.person(), hall.person()
    hall.sign_up(workshop, jana)
    hall.sign_up(workshop, waiting)
    hall.session.commit()
    assert queued(sessions, "2026-12-03") == 0
    assert queued(sessions, FRIDAY, "07:59") == 0
    assert queued(sessions, FRIDAY) == 1
    assert queued(sessions, FRIDAY, "09:00") == 0
    assert notices(hall.session) == [(jana.id, 0, "queued")]
    message = newest(hall.session)
    assert (message.person_id, message.expires_at) == (jana.id, at("2026-12-05"))
    told = said(hall.session, message)
    assert (told["event"], told["path"]) == ("reminder", f"/workshops/{workshop.id}")
    assert told["dates"] == [
        {
            "starts_at": "2026-12-07T13:00:00+00:00",
            "ends_at": "2026-12-07T15:30:00+00:00",
            "place": "Saal Donau",
            "is_cancelled": False,
        }
    ]


def test_not_at_the_weekend_but_on_the_morning_itself_when_it_was_missed(hall, sessions):
    hall.sign_up(hall.workshop(MONDAY), hall.person())
    hall.session.commit()
    assert queued(sessions, "2026-12-05", "10:00") == 0
    assert queued(sessions, FRIDAY, "17:00") == 0
    assert queued(sessions, "2026-12-07") == 1


def test_not_once_it_has_begun(hall, sessions):
    hall.sign_up(hall.workshop(MONDAY), hall.person())
    hall.session.commit()
    assert queued(sessions, "2026-12-07", "14:00") == 0


def test_whoever_signed_up_after_it_was_due_has_just_heard(hall, sessions):
    hall.sign_up(hall.workshop(MONDAY), hall.person(), now=at(FRIDAY, "08:30"))
    hall.session.commit()
    assert queued(sessions, FRIDAY, "09:00") == 0


def test_another_time_is_reminded_of_again(hall, sessions):
    workshop, jana = hall.workshop(MONDAY), hall.person()
    hall.sign_up(workshop, jana)
    hall.session.commit()
    queued(sessions, FRIDAY)
    first = newest(hall.session)

    (date,) = list_dates(hall.session, workshop.id)
    change(hall, workshop, replace(stored(date), ends_at=at("2026-12-07", "17:00")))
    hall.session.commit()
    assert said(hall.session, first) is None
    assert queued(sessions, FRIDAY, "10:00") == 1
    assert notices(hall.session) == [(jana.id, 0, "dropped"), (jana.id, 1, "queued")]


def test_without_an_address_it_is_noted_once(hall, sessions):
    workshop, jana = hall.workshop(MONDAY), hall.person(email=None, personnel_number="7")
    hall.sign_up(workshop, jana)
    hall.session.commit()
    assert [queued(sessions, FRIDAY), queued(sessions, FRIDAY, "09:00")] == [0, 0]
    assert notices(hall.session) == [(jana.id, 0, "skipped")]


def test_many_people_in_blocks(hall, sessions, monkeypatch):
    monkeypatch.setattr("lms.workshops.operations.reminding.BLOCK", 2)
    workshop = hall.workshop(MONDAY)
    for _number in range(5):
        hall.sign_up(workshop, hall.person())
    hall.session.commit()
    assert queued(sessions, FRIDAY) == 5


@pytest.mark.parametrize("what", ["signed_off", "called_off", "away", "left", "begun"])
def test_a_reminder_that_is_not_true_any_more_is_not_sent(hall, sessions, what):
    workshop, jana = hall.workshop(MONDAY), hall.person()
    hall.sign_up(workshop, jana)
    hall.session.commit()
    queued(sessions, FRIDAY)
    message, clock = newest(hall.session), "08:05"
    if what == "signed_off":
        hall.sign_off(workshop, jana, now=at(FRIDAY, "08:01"))
    elif what == "called_off":
        planning.call_off(
            hall.session, workshop.id, note=None, by=hall.trainer.id, frame=FRAME,
            now=at(FRIDAY, "08:01"),
        )  # fmt: skip
    elif what == "away":
        hall.house.away(jana, "2026-12-07", None, today=FRIDAY)
    elif what == "left":
        jana.left_on = day("2026-12-03")
    on = "2026-12-07" if what == "begun" else FRIDAY
    assert said(hall.session, message, on, "14:00" if what == "begun" else clock) is None


def test_the_other_mails_hold_as_long_as_they_are_true(hall):
    workshop, first, second = hall.workshop(capacity=1), hall.person(), hall.person()
    hall.sign_up(workshop, first)
    hall.sign_up(workshop, second)
    waiting, booked = newest(hall.session, "waiting"), newest(hall.session, "booked")
    assert said(hall.session, waiting, "2026-11-24", "10:01")["place_in_line"] == 1
    assert said(hall.session, booked, "2026-11-24", "10:01")["is_booked"] is True
    hall.sign_off(workshop, first)
    assert said(hall.session, waiting, "2026-11-24", "10:01") is None
    assert said(hall.session, booked, "2026-11-24", "10:01") is None
    promoted = newest(hall.session, "promoted")
    assert said(hall.session, promoted, "2026-11-24", "10:01")["event"] == "promoted"
    planning.call_off(
        hall.session, workshop.id, note="Krank", by=hall.trainer.id, frame=FRAME,
        now=at("2026-11-24", "10:01"),
    )  # fmt: skip
    assert said(hall.session, promoted, "2026-11-24", "10:02") is None
    called_off = newest(hall.session, "called_off")
    assert said(hall.session, called_off, "2026-11-24", "10:02")["note"] == "Krank"
    assert said(hall.session, called_off, "2026-12-04", "10:02") is None
