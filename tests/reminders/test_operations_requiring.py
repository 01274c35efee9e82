"""A new requirement with its consequences: the preview is what saving does."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms.certifications.models import Assignment, Batch, Cycle, Requirement
from lms.certifications.operations.requiring import RequirementExists, Wish
from lms.certifications.queries.duties import duties_for
from lms.certifications.queries.pauses import paused_person_ids
from lms.certifications.rules.policy import policy_with_defaults
from lms.certifications.rules.scopes import Scope
from lms.certifications.rules.status import Status
from lms.reminders.operations.requiring import Order, preview_requirement, require
from lms.reminders.queries.preview import reminders_ahead
from tests.duties import EVERYONE, House
from tests.factories import NOW, TODAY

ORDER = Order(TODAY, NOW, made_by=None)


@pytest.fixture
def house(session):
    return House(session)


def wish(course, scope=EVERYONE, **policy):
    return Wish(course_id=course.id, scope=scope, policy=policy_with_defaults(**policy))


def stored(session):
    """How many rows a requirement could leave behind."""
    tables = (Requirement, Assignment, Cycle, Batch)
    return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def test_a_preview_leaves_nothing_behind(house, session):
    course = house.course()
    who = house.person()
    house.show(who, course, "2024-01-01")
    before = stored(session)
    done = preview_requirement(session, wish(course), ORDER)
    assert len(done.effects) == 1
    assert stored(session) == before
    assert not session.new
    assert not session.dirty


def test_everybody_is_told_apart(house, session):
    course = house.course()
    new, valid, late, soon = (house.person(last_name=name) for name in "abcd")
    away = house.person(last_name="e")
    later = house.person(last_name="f", hired_on=TODAY + dt.timedelta(days=10))
    house.show(valid, course, "2026-10-01")
    house.show(late, course, "2025-01-01")
    house.show(soon, course, "2025-12-10")
    house.away(away, "2026-11-01", "2027-01-31", today="2026-11-01")
    done = require(session, wish(course, initial_due_days=20), ORDER)
    assert [(one.name, one.status, one.is_held) for one in done.effects] == [
        (late.name, Status.OVERDUE, True),
        (soon.name, Status.DUE, True),
        (new.name, Status.OPEN, False),
        (later.name, None, False),
        (away.name, Status.PAUSED, False),
        (valid.name, Status.VALID, False),
    ]
    assert done.held == 2
    due = {one.person_id: one.due_on for one in done.effects}
    assert due[new.id] == TODAY + dt.timedelta(days=20)
    assert due[later.id] == TODAY + dt.timedelta(days=30)


def test_what_becomes_due_waits_and_what_is_open_does_not(house, session):
    course = house.course()
    late, new = house.person(), house.person()
    house.show(late, course, "2025-01-01")
    before = len(reminders_ahead(session, from_on=TODAY, today=TODAY, days=30))
    done = require(session, wish(course, initial_due_days=20), ORDER)
    after = [
        one
        for one in reminders_ahead(session, from_on=TODAY, today=TODAY, days=30)
        if not one.is_held
    ]
    assert {one.person for one in after} == {new.key}
    assert done.mails == len(after) - before


def test_a_round_that_was_late_before_is_not_held_again(house, session):
    course = house.course()
    late = house.person(job="Küche")
    house.show(late, course, "2025-01-01")
    house.require(course, "2025-02-01")
    done = require(session, wish(course, Scope(jobs=frozenset({"Küche"}))), ORDER)
    assert (done.held, [one.is_held for one in done.effects]) == (0, [False])
    assert session.scalar(select(func.count()).select_from(Batch)) == 0


def test_the_same_requirement_twice_is_refused(house, session):
    course = house.course()
    house.require(course, "2026-01-01")
    with pytest.raises(RequirementExists):
        preview_requirement(session, wish(course), ORDER)


def test_the_digest_tells_other_consequences_apart(house, session):
    course = house.course()
    house.person()
    first = preview_requirement(session, wish(course), ORDER).digest
    assert preview_requirement(session, wish(course), ORDER).digest == first
    assert preview_requirement(session, wish(course, initial_due_days=7), ORDER).digest != first
    house.person()
    assert preview_requirement(session, wish(course), ORDER).digest != first


PEOPLE = st.lists(
    st.tuples(st.sampled_from(["Küche", "Gruppe"]), st.none() | st.integers(1, 800)),
    min_size=1,
    max_size=5,
)
POLICIES = st.fixed_dictionaries(
    {
        "interval_months": st.sampled_from([None, 6, 12, 24]),
        "initial_due_days": st.integers(0, 60),
    }
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PEOPLE, POLICIES, st.booleans(), st.booleans())
def test_the_preview_is_what_saving_does(session, people, policy, is_everyone, has_other):
    with session.begin_nested() as savepoint:
        house = House(session)
        course = house.course()
        for job, days_ago in people:
            who = house.person(job=job)
            if days_ago is not None:
                house.show(who, course, TODAY - dt.timedelta(days=days_ago))
        if has_other:
            house.require(course, "2026-06-01", interval_months=12)
        scope = EVERYONE if is_everyone and not has_other else Scope(jobs=frozenset({"Küche"}))
        wanted = wish(course, scope, **policy)
        seen = preview_requirement(session, wanted, ORDER)
        done = require(session, wanted, ORDER)
        assert (seen.effects, seen.held, seen.mails, seen.digest) == (
            done.effects,
            done.held,
            done.mails,
            done.digest,
        )
        ids = [one.person_id for one in done.effects]
        paused = paused_person_ids(session, TODAY)
        duties = duties_for(session, ids, today=TODAY, paused=paused, course_id=course.id)
        assert {one.person_id: one.status for one in duties} == {
            one.person_id: one.status for one in done.effects
        }
        savepoint.rollback()
