"""Whatever happens to somebody in whatever order: one live duty a course, rounds without a gap.

And what a preview says is what the deed does.
"""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms.certifications.models import Assignment, AssignmentSource, Cycle
from lms.certifications.rules.scopes import Scope
from lms.kernel.domain import DomainError
from lms.people.models import Absence, Person, Unit
from lms.staff import operations as staff
from lms.staff.changes import PersonChanges
from lms.staff.operations.previewing import effect, preview
from lms.staff.queries.effects import snapshot
from tests.duties import House, at, day

DAY = dt.timedelta(days=1)
JOBS = ("Köchin", "Fahrer", None)
DEEDS = st.one_of(
    st.tuples(st.just("left_on"), st.integers(-40, 40)),
    st.tuples(st.just("stays"), st.just(0)),
    st.tuples(st.just("hired_on"), st.integers(-60, 60)),
    st.tuples(st.just("unit"), st.integers(0, 2)),
    st.tuples(st.just("job"), st.integers(0, 2)),
    st.tuples(st.just("both"), st.integers(0, 40)),
    st.tuples(st.just("away"), st.integers(-20, 60)),
    st.tuples(st.just("show"), st.integers(0, 1)),
)
STORIES = st.lists(st.tuples(DEEDS, st.integers(0, 45)), min_size=1, max_size=9)


@pytest.fixture
def house(session):
    """Three units, three courses: for everybody, for two units, for a job."""
    made = House(session)
    made.units = [made.person().unit_id for _ in range(3)]
    made.courses = [made.course(), made.course(months=6), made.course()]
    made.require(made.courses[0], "2025-01-01")
    made.require(made.courses[1], "2025-01-01", Scope(unit_ids=frozenset(made.units[:2])))
    made.require(made.courses[2], "2025-01-01", Scope(jobs=frozenset({"Köchin"})))
    return made


def wanted(house, who):
    """The courses that requirements ask of somebody."""
    found = {house.courses[0].id}
    found |= {house.courses[1].id} if who.unit_id in house.units[:2] else set()
    return found | ({house.courses[2].id} if who.job == "Köchin" else set())


def changes_of(house, what, amount, today, who):
    if what == "left_on":
        return PersonChanges(left_on=today + DAY * amount)
    if what == "stays":
        return PersonChanges(left_on=None)
    if what == "hired_on":
        return PersonChanges(hired_on=today + DAY * amount)
    if what == "both":
        return PersonChanges(hired_on=today + DAY * amount, unit="Anderswo", job=JOBS[amount % 3])
    if what == "job":
        return PersonChanges(job=JOBS[amount])
    return PersonChanges(unit=house.session.get_one(Unit, house.units[amount]).name)


def make(house, who, what, amount, today):
    """One deed, seen before it is made; what cannot be is refused and changes nothing."""
    session = house.session
    if what == "show":
        is_there = who.left_on is None or who.left_on >= today
        if is_there and (who.hired_on is None or who.hired_on <= today):
            house.show(who, house.courses[amount], today)
        return

    def deed():
        if what == "away":
            first = today + DAY * amount
            staff.go_away(
                session, who.id, from_on=first, until_on=first + DAY * 35, today=today,
                now=at(today),
            )  # fmt: skip
        else:
            changes = changes_of(house, what, amount, today, who)
            staff.change(session, who, changes, actor="operator", today=today, now=at(today))
        return [who.id]

    try:
        seen = preview(session, [who.id], deed, today=today)
    except DomainError:
        with pytest.raises(DomainError):
            deed()
        return
    before = snapshot(session, [who.id], today=today)
    deed()
    assert effect(before, snapshot(session, [who.id], today=today)) == seen


def check(house, who, today):
    session = house.session
    live = session.scalars(
        select(Assignment).where(Assignment.person_id == who.id, Assignment.ended_on.is_(None))
    ).all()
    is_gone = who.left_on is not None and who.left_on < today
    assert sorted(one.course_id for one in live) == sorted(() if is_gone else wanted(house, who))
    rounds = session.scalars(select(Cycle).where(Cycle.person_id == who.id)).all()
    alive = [one.assignment_id for one in rounds if one.state == "live"]
    assert sorted(alive) == sorted(one.id for one in live)
    for course in house.courses:
        numbers = sorted(one.seq for one in rounds if one.course_id == course.id)
        assert numbers == list(range(1, len(numbers) + 1))
    open_sources = select(func.count()).select_from(AssignmentSource).join(
        Assignment, Assignment.id == AssignmentSource.assignment_id
    )  # fmt: skip
    lost = open_sources.where(
        Assignment.person_id == who.id,
        Assignment.ended_on.is_not(None),
        AssignmentSource.until.is_(None),
    )
    assert session.scalar(lost) == 0


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STORIES)
def test_any_story_keeps_one_live_duty_a_course_and_rounds_without_a_gap(house, session, story):
    savepoint = session.begin_nested()
    try:
        today = day("2026-01-05")
        unit = session.get_one(Unit, house.units[0])
        who = house.person(unit=unit, job="Köchin")
        staff.join(session, who, today=today, now=at(today))
        for (what, amount), days in story:
            make(house, who, what, amount, today)
            session.refresh(who)
            check(house, who, today)
            today += DAY * days
            staff.end_duties_of_leavers(session, today=today, now=at(today))
            session.refresh(who)
            check(house, who, today)
    finally:
        savepoint.rollback()
        session.expire_all()


def test_who_is_taken_back_within_the_day_has_the_same_rounds(house, session):
    who = house.person(unit=session.get_one(Unit, house.units[0]))
    today = day("2026-01-05")
    staff.join(session, who, today=today, now=at(today))
    before = [(one.id, one.due_on, one.state) for one in house.rounds(who, house.courses[0])]
    for left_on in (day("2026-01-02"), None, day("2026-01-03"), None):
        make(house, who, "left_on" if left_on else "stays", (left_on or today).day - 5, today)
    after = [(one.id, one.due_on, one.state) for one in house.rounds(who, house.courses[0])]
    assert after == before
    assert session.scalars(select(Absence)).all() == []
    assert session.get_one(Person, who.id).left_on is None
