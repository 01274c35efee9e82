"""Signing up and off, the waiting list, booking on behalf."""

import pytest

from lms.kernel.domain import NotFound
from lms.workshops.operations import places
from lms.workshops.rules import refusals
from tests.duties import at, day
from tests.workshops.samples import FRAME, NOW, meeting


def test_a_place_is_booked_and_confirmed(hall):
    workshop, jana = hall.workshop(capacity=5), hall.person()
    found = hall.sign_up(workshop, jana)
    assert hall.states(workshop) == [(jana.id, "booked", None, None)]
    assert hall.history(found) == [("booked", f"person:{jana.id}")]
    assert hall.mails() == [(jana.id, "booked")]


def test_full_is_full_and_the_next_one_waits(hall):
    workshop, first, second = hall.workshop(capacity=1), hall.person(), hall.person()
    hall.sign_up(workshop, first)
    hall.sign_up(workshop, second)
    assert hall.states(workshop) == [
        (first.id, "booked", None, None),
        (second.id, "waitlisted", 1, None),
    ]
    assert hall.mails() == [(first.id, "booked"), (second.id, "waiting")]


def test_without_a_limit_nobody_waits(hall):
    workshop, people = hall.workshop(), [hall.person() for _number in range(3)]
    for one in people:
        hall.sign_up(workshop, one)
    assert [state for _who, state, _position, _note in hall.states(workshop)] == ["booked"] * 3


def test_whoever_waits_longest_moves_up_at_once(hall):
    workshop, people = hall.workshop(capacity=1), [hall.person() for _number in range(3)]
    for one in people:
        hall.sign_up(workshop, one)
    assert hall.sign_off(workshop, people[0]) == [people[1].id]
    assert hall.states(workshop) == [
        (people[0].id, "cancelled_by_user", None, None),
        (people[1].id, "booked", None, None),
        (people[2].id, "waitlisted", 2, None),
    ]
    assert hall.mails()[-1] == (people[1].id, "promoted")


def test_vector_48_somebody_who_is_elsewhere_keeps_the_position_with_a_note(hall):
    other = hall.workshop(meeting("2026-12-03", "15:00", "17:00"))
    workshop = hall.workshop(capacity=1)
    booked, busy, free = (hall.person() for _number in range(3))
    hall.sign_up(other, busy)
    for one in (booked, busy, free):
        hall.sign_up(workshop, one)
    assert hall.sign_off(workshop, booked, now=at("2026-11-30")) == [free.id]
    assert hall.states(workshop)[1:] == [
        (busy.id, "waitlisted", 1, "overlap"),
        (free.id, "booked", None, None),
    ]
    hall.sign_off(other, busy, now=at("2026-11-30"))
    assert hall.sign_off(workshop, free, now=at("2026-11-30")) == [busy.id]


def test_in_the_last_24_hours_nobody_moves_up_by_itself(hall):
    workshop, first, second, third = hall.workshop(capacity=1), *(hall.person() for _n in "123")
    hall.sign_up(workshop, first)
    hall.sign_up(workshop, second)
    late = at("2026-12-02", "14:01")
    assert hall.sign_off(workshop, first, now=late) == []
    # Nobody new overtakes those who wait; the officer decides.
    assert hall.sign_up(workshop, third, now=late).state == "waitlisted"
    assert hall.book(workshop, third, now=late).state == "booked"
    assert hall.states(workshop)[1:] == [
        (second.id, "waitlisted", 1, None),
        (third.id, "booked", None, None),
    ]


def test_exactly_24_hours_before_somebody_still_moves_up(hall):
    workshop, first, second = hall.workshop(capacity=1), hall.person(), hall.person()
    hall.sign_up(workshop, first)
    hall.sign_up(workshop, second)
    assert hall.sign_off(workshop, first, now=at("2026-12-02", "14:00")) == [second.id]


def test_signing_up_again_is_a_new_row_at_the_end_of_the_line(hall):
    workshop, first, second, third = hall.workshop(capacity=1), *(hall.person() for _n in "123")
    for one in (first, second, third):
        hall.sign_up(workshop, one)
    hall.sign_off(workshop, second)
    hall.sign_up(workshop, second)
    assert hall.states(workshop)[1:] == [
        (second.id, "cancelled_by_user", None, None),
        (third.id, "waitlisted", 2, None),
        (second.id, "waitlisted", 3, None),
    ]


def test_nobody_signs_up_twice(hall):
    workshop, jana = hall.workshop(), hall.person()
    hall.sign_up(workshop, jana)
    with pytest.raises(refusals.AlreadySignedUp):
        hall.sign_up(workshop, jana)
    with pytest.raises(refusals.AlreadySignedUp):
        hall.book(workshop, jana)


def test_what_takes_no_sign_ups(hall):
    jana = hall.person()
    with pytest.raises(refusals.NotOpenForSignUp):
        hall.sign_up(hall.draft(), jana)
    with pytest.raises(refusals.WorkshopHasStarted):
        hall.sign_up(hall.workshop(), jana, now=at("2026-12-03", "14:00"))
    with pytest.raises(refusals.SignUpNotOpenYet) as early:
        hall.sign_up(hall.workshop(signup_opens_on=day("2026-11-25")), jana)
    assert early.value.values == {"day": day("2026-11-25")}
    with pytest.raises(refusals.SignUpClosed) as late:
        hall.sign_up(hall.workshop(signup_closes_on=day("2026-11-23")), jana)
    assert late.value.values == {"day": day("2026-11-23"), "contact": hall.trainer.name}
    with pytest.raises(NotFound):
        places.sign_up(hall.session, 2**31 - 1, jana.id, frame=FRAME, now=NOW)


def test_the_last_day_of_sign_up_is_inclusive(hall):
    workshop = hall.workshop(signup_closes_on=day("2026-11-24"))
    found = hall.sign_up(workshop, hall.person(), now=at("2026-11-24", "23:59"))
    assert found.state == "booked"


def test_who_cannot_come_gets_no_place(hall):
    workshop = hall.workshop()
    with pytest.raises(refusals.TrainerNeedsNoPlace):
        hall.sign_up(workshop, hall.trainer)
    with pytest.raises(refusals.NotThereThen):
        hall.sign_up(workshop, hall.person(left_on=day("2026-12-02")))
    jana = hall.person()
    hall.sign_up(workshop, jana)
    same_time = hall.workshop(meeting("2026-12-03", "16:00", "18:00"))
    with pytest.raises(refusals.OverlapsAnother):
        hall.sign_up(same_time, jana)
    just_after = hall.workshop(meeting("2026-12-03", "16:30", "18:00"))
    assert hall.sign_up(just_after, jana).state == "booked"


def test_after_the_last_day_of_signing_off_only_the_waiting_list_can_be_left(hall):
    workshop = hall.workshop(capacity=1, cancel_until=day("2026-11-24"))
    first, second = hall.person(), hall.person()
    hall.sign_up(workshop, first)
    hall.sign_up(workshop, second)
    late = at("2026-11-25", "00:00")
    with pytest.raises(refusals.TooLateToSignOff) as refused:
        hall.sign_off(workshop, first, now=late)
    assert refused.value.values == {"day": day("2026-11-24"), "contact": hall.trainer.name}
    assert hall.sign_off(workshop, second, now=late) == []
    with pytest.raises(refusals.WorkshopHasStarted):
        hall.sign_off(workshop, first, now=at("2026-12-03", "14:00"))
    with pytest.raises(refusals.NotSignedUp):
        hall.sign_off(workshop, second)


def test_the_officer_books_after_the_last_day_and_at_the_door(hall):
    workshop = hall.workshop(capacity=2, signup_closes_on=day("2026-11-20"))
    jana, tom, mia = hall.person(), hall.person(), hall.person()
    found = hall.book(workshop, jana)
    assert hall.history(found) == [("booked", f"person:{hall.trainer.id}")]
    assert found.source == "on_behalf"
    assert hall.book(workshop, tom, now=at("2026-12-03", "14:05")).state == "booked"
    with pytest.raises(refusals.WorkshopFull):
        hall.book(workshop, mia, now=at("2026-12-03", "14:05"))
    assert hall.mails() == [(jana.id, "booked_for"), (tom.id, "booked_for")]


def test_the_officer_puts_somebody_on_the_waiting_list_of_a_full_session(hall):
    workshop, first, second = hall.workshop(capacity=1), hall.person(), hall.person()
    hall.book(workshop, first)
    assert hall.book(workshop, second).position == 1
    with pytest.raises(refusals.WorkshopFull):
        hall.book(workshop, second)
    assert hall.mails()[-1] == (second.id, "waiting_for")


def test_the_officer_takes_somebody_out_and_the_next_one_moves_up(hall):
    workshop, first, second = hall.workshop(capacity=1), hall.person(), hall.person()
    hall.sign_up(workshop, first)
    hall.sign_up(workshop, second)
    moved = places.sign_off_for(
        hall.session, workshop.id, first.id, by=hall.trainer.id, frame=FRAME, now=NOW
    )
    assert [one.person_id for one in moved] == [second.id]
    assert hall.mails()[-2:] == [(first.id, "released"), (second.id, "promoted")]


def test_a_leaver_gives_back_what_begins_after_the_last_day(hall):
    leaver, waiting = hall.person(), hall.person()
    before = hall.workshop(meeting("2026-12-01"), capacity=1)
    after = hall.workshop(meeting("2026-12-10"), capacity=1)
    for workshop in (before, after):
        hall.sign_up(workshop, leaver)
        hall.sign_up(workshop, waiting)
    released = places.release_places_of(
        hall.session, leaver.id, after=day("2026-12-05"), frame=FRAME, now=NOW
    )
    assert released == 1
    assert hall.states(before)[0] == (leaver.id, "booked", None, None)
    assert hall.states(after) == [
        (leaver.id, "cancelled_by_org", None, None),
        (waiting.id, "booked", None, None),
    ]
    assert (leaver.id, "released") not in hall.mails()


def test_whoever_will_have_left_is_passed_over(hall):
    workshop, first, leaver, third = hall.workshop(capacity=1), *(hall.person() for _n in "123")
    for one in (first, leaver, third):
        hall.sign_up(workshop, one)
    leaver.left_on = day("2026-11-30")
    assert hall.sign_off(workshop, first) == [third.id]
    assert hall.states(workshop)[1] == (leaver.id, "waitlisted", 1, "not_there")


def test_somebody_without_an_address_gets_a_place_and_no_mail(hall):
    workshop = hall.workshop()
    hall.sign_up(workshop, hall.person(email=None, personnel_number="77"))
    assert hall.mails() == []
