"""Two officers at the same moment on the same people, with real commits on both databases."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from lms.certifications.models import Assignment, Cycle
from lms.certifications.rules.scopes import Scope
from lms.kernel.db import reading, transaction
from lms.kernel.domain import DomainError, NotFound
from lms.people.models import Absence, Person
from lms.staff import operations as staff
from lms.staff.changes import NewPerson, PersonChanges
from lms.staff.faults import AbsenceOverlaps, AddressTaken, SupervisorCircle
from lms.staff.operations.merging import merge
from lms.workshops.rules.words import Frame
from tests.duties import ZONE, House, at, day

ON = "2026-11-24"
FRAME = Frame(ZONE, "lernstand.example.org", "de")


def at_once(sessions, *deeds):
    """Each deed in a transaction of its own, begun together; what it gave or was refused with."""
    barrier = threading.Barrier(len(deeds))

    def begin(deed):
        barrier.wait(timeout=20)
        try:
            with transaction(sessions) as session:
                return deed(session)
        except DomainError as error:
            return error

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [one.result(timeout=60) for one in [pool.submit(begin, deed) for deed in deeds]]


def changing(person_id, **wanted):
    def deed(session):
        person = session.get_one(Person, person_id)
        changes = PersonChanges(**wanted)
        return staff.change(session, person, changes, actor="operator", today=day(ON), now=at(ON))

    return deed


@pytest.fixture
def people(own_sessions):
    """Three people; who is a cook has a duty, everybody has another one."""
    with transaction(own_sessions) as session:
        house = House(session)
        house.require(house.course(), "2026-11-01")
        house.require(house.course(), "2026-11-01", Scope(jobs=frozenset({"Koch"})))
        return [house.person().id for _ in range(3)]


def refused(results):
    return [type(one) for one in results if isinstance(one, DomainError)]


@pytest.mark.parametrize("attempt", range(3))
def test_two_who_lead_each_other_at_once_make_no_circle(own_sessions, people, attempt):
    first, second, third = people
    results = at_once(
        own_sessions,
        changing(first, supervisor_id=second),
        changing(second, supervisor_id=third),
        changing(third, supervisor_id=first),
    )
    assert refused(results) == [SupervisorCircle]


def test_two_changes_of_one_person_are_both_made_one_after_the_other(own_sessions, people):
    results = at_once(
        own_sessions, changing(people[0], job="Koch"), changing(people[0], unit="Anderswo")
    )
    assert sorted(map(sorted, results)) == [["job"], ["unit"]]
    with reading(own_sessions) as session:
        live = select(func.count()).select_from(Assignment).where(
            Assignment.person_id == people[0], Assignment.ended_on.is_(None)
        )  # fmt: skip
        assert session.scalar(live) == 2
        rounds = select(func.count()).select_from(Cycle).where(
            Cycle.person_id == people[0], Cycle.state == "live"
        )  # fmt: skip
        assert session.scalar(rounds) == 2


def test_the_same_change_twice_at_once_is_made_once(own_sessions, people):
    results = at_once(own_sessions, *[changing(people[0], job="Koch")] * 3)
    assert sorted(map(sorted, results)) == [[], [], ["job"]]


def test_one_address_is_given_to_one_person(own_sessions, people):
    def adding(session):
        values = NewPerson(first_name="Ada", last_name="Neu", unit="Küche", email="a@example.org")
        return staff.add(session, values, actor="operator", today=day(ON), now=at(ON)).id

    def careful(session):
        """A request turns what the database refuses into a 409."""
        try:
            return adding(session)
        except IntegrityError as error:
            session.rollback()
            raise AddressTaken from error

    results = at_once(own_sessions, careful, careful)
    assert refused(results) == [AddressTaken]


def test_absences_that_meet_are_entered_once(own_sessions, people):
    def away(session):
        staff.go_away(
            session, people[0], from_on=day("2026-12-01"), until_on=day("2027-01-31"),
            today=day(ON), now=at(ON),
        )  # fmt: skip

    results = at_once(own_sessions, away, away)
    assert refused(results) == [AbsenceOverlaps]
    with reading(own_sessions) as session:
        assert len(session.scalars(select(Absence)).all()) == 1


def test_merged_into_each_other_at_once_one_is_left(own_sessions, people):
    def merging(kept, gone):
        return lambda session: merge(
            session, kept, gone, actor="operator", today=day(ON), now=at(ON), frame=FRAME
        )

    results = at_once(own_sessions, merging(people[0], people[1]), merging(people[1], people[0]))
    assert refused(results) == [NotFound]
    with reading(own_sessions) as session:
        alive = session.scalars(select(Person.id).where(Person.anonymised_at.is_(None))).all()
        assert len(alive) == 2
