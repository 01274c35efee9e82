"""The last place, the waiting list and closing at the same moment, with real commits."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from lms.certifications.models import Evidence
from lms.kernel.db import reading, transaction
from lms.kernel.domain import DomainError
from lms.outbox.models import OutboxMessage
from lms.workshops.models import Attendance, SignUp, WorkshopNotice
from lms.workshops.operations import closing, places, planning
from lms.workshops.operations.attendance import enter_attendance
from lms.workshops.operations.locking import hold
from lms.workshops.operations.reminding import remind
from lms.workshops.queries.places import list_dates
from lms.workshops.queries.tally import tally
from lms.workshops.rules.words import Presence
from tests.duties import at
from tests.workshops.samples import FRAME, NOW, Hall, meeting

AFTER = at("2026-12-03", "17:00")


def at_once(sessions, *deeds):
    """Run deeds in threads that begin together, each in its own transaction; refusals by name."""
    barrier = threading.Barrier(len(deeds))

    def begin(deed):
        barrier.wait(timeout=20)
        try:
            with transaction(sessions) as session:
                deed(session)
        except DomainError as error:
            return type(error).__name__
        return None

    with ThreadPoolExecutor(len(deeds)) as pool:
        waiting = [pool.submit(begin, deed) for deed in deeds]
        return [one.result(timeout=60) for one in waiting]


def signing_up(workshop_id, person_id):
    return lambda session: places.sign_up(session, workshop_id, person_id, frame=FRAME, now=NOW)


def signing_off(workshop_id, person_id):
    return lambda session: places.sign_off(session, workshop_id, person_id, frame=FRAME, now=NOW)


@pytest.fixture
def hall(own_sessions):
    """Makes a session with places and people, committed; their ids."""

    def make(people, *, signed_up=0, **values):
        with transaction(own_sessions) as session:
            made = Hall(session)
            workshop = made.workshop(**values)
            ids = [made.person().id for _number in range(people)]
            for person_id in ids[:signed_up]:
                signing_up(workshop.id, person_id)(session)
            return workshop.id, ids, made.trainer.id

    return make


def standing(sessions, workshop_id):
    """Who has a place, and who waits in order."""
    with reading(sessions) as session:
        rows = session.scalars(
            select(SignUp).where(SignUp.workshop_id == workshop_id).order_by(SignUp.position)
        ).all()
        booked = [one.person_id for one in rows if one.state == "booked"]
        waiting = [(one.position, one.person_id) for one in rows if one.state == "waitlisted"]
    return booked, waiting


def test_twenty_sign_up_for_five_places(own_sessions, hall):
    workshop_id, people, _trainer = hall(20, capacity=5)
    assert at_once(own_sessions, *[signing_up(workshop_id, one) for one in people]) == [None] * 20
    booked, waiting = standing(own_sessions, workshop_id)
    assert len(booked) == 5
    assert [position for position, _who in waiting] == list(range(1, 16))
    assert {*booked, *(who for _position, who in waiting)} == set(people)
    with reading(own_sessions) as session:
        events = [one.values["event"] for one in session.scalars(select(OutboxMessage))]
    assert (events.count("booked"), events.count("waiting")) == (5, 15)


def test_the_same_person_clicks_eight_times(own_sessions, hall):
    workshop_id, (jana,), _trainer = hall(1, capacity=5)
    done = at_once(own_sessions, *[signing_up(workshop_id, jana)] * 8)
    assert sorted(done, key=str) == ["AlreadySignedUp"] * 7 + [None]
    assert standing(own_sessions, workshop_id) == ([jana], [])


def test_two_sign_off_at_once_and_two_move_up_in_order(own_sessions, hall):
    workshop_id, people, _trainer = hall(6, signed_up=6, capacity=2)
    first, second, third, fourth, *rest = people
    deeds = signing_off(workshop_id, first), signing_off(workshop_id, second)
    assert at_once(own_sessions, *deeds) == [None, None]
    booked, waiting = standing(own_sessions, workshop_id)
    assert set(booked) == {third, fourth}
    assert [who for _position, who in waiting] == rest


def test_the_free_place_and_the_newcomer_at_once(own_sessions, hall):
    workshop_id, people, _trainer = hall(4, signed_up=3, capacity=2)
    first, _second, waiting_one, newcomer = people
    deeds = signing_off(workshop_id, first), signing_up(workshop_id, newcomer)
    assert at_once(own_sessions, *deeds) == [None, None]
    booked, waiting = standing(own_sessions, workshop_id)
    assert waiting_one in booked
    assert [who for _position, who in waiting] == [newcomer]


def test_nobody_takes_two_places_at_the_same_time(own_sessions, hall):
    first_id, people, _trainer = hall(6)
    with transaction(own_sessions) as session:
        second_id = Hall(session).workshop().id
    deeds = [signing_up(number, who) for who in people for number in (first_id, second_id)]
    done = at_once(own_sessions, *deeds)
    assert sorted(done, key=str) == [*[None] * 6, *["OverlapsAnother"] * 6]


def test_signing_off_while_it_is_called_off(own_sessions, hall):
    workshop_id, people, trainer = hall(3, signed_up=3, capacity=2)

    def calling_off(session):
        planning.call_off(session, workshop_id, note=None, by=trainer, frame=FRAME, now=NOW)

    done = at_once(own_sessions, calling_off, signing_off(workshop_id, people[0]))
    assert done[0] is None
    assert done[1] in (None, "NotSignedUp")
    assert standing(own_sessions, workshop_id) == ([], [])


def closing_with(workshop_id, trainer, digest):
    return lambda session: closing.close(
        session, workshop_id, digest=digest, by=trainer, frame=FRAME, now=AFTER
    )


@pytest.fixture
def over(own_sessions, hall):
    """A session of three that counts for a course, all of them entered, shown and not closed."""
    with transaction(own_sessions) as session:
        course_id = Hall(session).house.course("fallakte").id
    workshop_id, people, trainer = hall(3, signed_up=3, course_id=course_id)
    given = {"by": trainer, "frame": FRAME, "now": AFTER}
    with transaction(own_sessions) as session:
        date = list_dates(session, workshop_id)[0]
        entries = dict.fromkeys(people, (Presence.PRESENT, None))
        enter_attendance(session, workshop_id, date.id, entries, **given)
        digest = tally(session, hold(session, workshop_id).workshop, [date]).figures.digest
        return workshop_id, date.id, people, given, digest


def test_closing_while_somebody_is_taken_out_and_another_entered(own_sessions, over):
    workshop_id, date_id, people, given, digest = over

    def taking_out(session):
        places.sign_off_for(session, workshop_id, people[0], **given)

    def entering(session):
        entry = {people[1]: (Presence.ABSENT, None)}
        enter_attendance(session, workshop_id, date_id, entry, **given)

    deeds = closing_with(workshop_id, given["by"], digest), taking_out, entering
    closed, *others = at_once(own_sessions, *deeds)
    with reading(own_sessions) as session:
        given_to = set(session.scalars(select(Evidence.person_id)))
    # Closed first: what came later is refused, and everybody has what was shown. Else nothing is.
    expected = (None, set(people)) if closed is None else ("FiguresMoved", set())
    assert (closed, given_to) == expected
    if closed is None:
        assert set(others) <= {"NotOpenForSignUp", "NoLongerChanged"}


def test_two_officers_close_once(own_sessions, hall):
    with transaction(own_sessions) as session:
        course_id = Hall(session).house.course("fallakte").id
    workshop_id, people, trainer = hall(4, signed_up=4, course_id=course_id)
    with transaction(own_sessions) as session:
        date = list_dates(session, workshop_id)[0]
        for who in people:
            mark = {"state": "present", "recorded_by": trainer, "recorded_at": AFTER}
            session.add(Attendance(workshop_date_id=date.id, person_id=who, **mark))
    digest = "4-0-0-0-0-4"
    done = at_once(own_sessions, *[closing_with(workshop_id, trainer, digest)] * 3)
    assert sorted(done, key=str) == ["NoLongerChanged", "NoLongerChanged", None]
    with reading(own_sessions) as session:
        assert session.scalar(select(func.count()).select_from(Evidence)) == 4


def test_two_schedulers_remind_once(own_sessions, hall):
    workshop_id, people, _trainer = hall(7, signed_up=7)
    assert workshop_id
    with ThreadPoolExecutor(3) as pool:
        now = at("2026-12-02", "08:00")
        counts = [pool.submit(remind, own_sessions, FRAME, now=now) for _number in range(3)]
        assert sum(one.result(timeout=60) for one in counts) == 7
    with reading(own_sessions) as session:
        assert session.scalar(select(func.count()).select_from(WorkshopNotice)) == len(people)
        events = [one.values["event"] for one in session.scalars(select(OutboxMessage))]
    assert events.count("reminder") == 7


def test_promotions_in_two_sessions_with_the_same_people_never_lock_each_other(own_sessions, hall):
    first_id, people, _trainer = hall(8, signed_up=8, capacity=2)
    with transaction(own_sessions) as session:
        made = Hall(session).workshop(meeting("2026-12-10"), capacity=2)
        for who in reversed(people):
            signing_up(made.id, who)(session)
        second_id = made.id
    deeds = [
        signing_off(first_id, people[0]),
        signing_off(first_id, people[1]),
        signing_off(second_id, people[7]),
        signing_off(second_id, people[6]),
    ]
    assert at_once(own_sessions, *deeds) == [None] * 4
    assert len(standing(own_sessions, first_id)[0]) == 2
    assert len(standing(own_sessions, second_id)[0]) == 2
