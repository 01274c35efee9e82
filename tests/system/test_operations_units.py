"""Units: what may be called how, and what happens to people and duties when two become one."""

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.certifications.models import Assignment, Batch, Requirement, RequirementScope
from lms.certifications.queries.requirements import get_in_force
from lms.certifications.rules.scopes import Scope
from lms.kernel.domain import NotFound
from lms.models import Model
from lms.people.models import Person, Unit
from lms.people.operations import unit_named
from lms.people.rules import BadUnitName, UnitNameTooLong
from lms.system.operations import units
from lms.system.operations.organisation import By, ChangedMeanwhile
from lms.system.queries.units import list_units
from tests import factories
from tests.duties import House, at, day

ON = "2026-03-03"
BY = By("operator", at(ON))


@pytest.fixture
def house(session):
    return House(session)


@pytest.fixture
def kitchen(session, house):
    return factories.make_unit(session, "Küche")


@pytest.fixture
def laundry(session, house):
    return factories.make_unit(session, "Wäsche")


def of(*some):
    return Scope(unit_ids=frozenset(one.id for one in some))


def duties(session, *people):
    """Whether each of these people has a duty today."""
    live = set(session.scalars(select(Assignment.person_id).where(Assignment.ended_on.is_(None))))
    return [person.id in live for person in people]


def merge(session, source, target):
    return units.merge_units(session, source.id, target.id, today=day(ON), by=BY)


def names(session):
    return [row.name for row in list_units(session, today=day(ON))]


def verbs(session, kind):
    rows = session.scalars(select(AuditEntry).where(AuditEntry.object_kind == kind))
    return [(row.verb, row.actor, row.details) for row in rows]


def test_these_tables_point_to_units_and_nothing_else():
    found = {
        f"{table.name}.{key.parent.name}"
        for table in Model.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "units"
    }
    assert found == {"people.unit_id", "requirement_scopes.unit_id"}


@pytest.mark.parametrize("name", ["", " ", "*", "A + B", "A\nB", "A\u202eB"])
def test_a_name_that_the_statistics_could_not_show_is_refused(session, house, name):
    with pytest.raises(BadUnitName):
        units.add_unit(session, name, by=BY)
    assert names(session) == []


def test_a_name_has_at_most_200_characters(session, house):
    units.add_unit(session, "x" * 200, by=BY)
    with pytest.raises(UnitNameTooLong):
        units.add_unit(session, "x" * 201, by=BY)


@pytest.mark.parametrize("name", ["Küche", "küche", " KÜCHE "])
def test_the_same_name_in_other_letters_is_refused(session, kitchen, laundry, name):
    with pytest.raises(units.UnitExists):
        units.add_unit(session, name, by=BY)
    with pytest.raises(units.UnitExists):
        units.rename_unit(session, laundry.id, name, seen="Wäsche", by=BY)
    assert names(session) == ["Küche", "Wäsche"]
    assert unit_named(session, name) == kitchen


def test_a_unit_takes_another_spelling_of_its_own_name(session, kitchen):
    assert units.rename_unit(session, kitchen.id, "KÜCHE", seen="Küche", by=BY) is True
    assert units.rename_unit(session, kitchen.id, "KÜCHE", seen="whatever", by=BY) is False
    assert names(session) == ["KÜCHE"]
    assert verbs(session, "unit") == [("unit_renamed", "operator", {})]


def test_renaming_what_somebody_else_renamed_is_told(session, kitchen):
    units.rename_unit(session, kitchen.id, "Mensa", seen="Küche", by=BY)
    with pytest.raises(ChangedMeanwhile):
        units.rename_unit(session, kitchen.id, "Kantine", seen="Küche", by=BY)
    assert names(session) == ["Mensa"]


def test_people_and_requirements_follow_a_new_name(session, house, kitchen):
    person = house.person(unit=kitchen)
    house.require(house.course(), ON, of(kitchen))
    units.rename_unit(session, kitchen.id, "Mensa", seen="Küche", by=BY)
    row = list_units(session, today=day(ON))[0]
    assert (row.name, row.people_count, row.requirements_count) == ("Mensa", 1, 1)
    assert duties(session, person) == [True]


def test_an_unused_unit_is_deleted(session, kitchen, laundry):
    assert units.delete_unit(session, kitchen.id, today=day(ON), by=BY) == "Küche"
    assert names(session) == ["Wäsche"]


def test_a_unit_of_somebody_who_left_stays(session, house, kitchen):
    house.person(unit=kitchen, left_on=day("2025-01-31"))
    assert list_units(session, today=day(ON))[0].people_count == 0
    with pytest.raises(units.UnitInUse):
        units.delete_unit(session, kitchen.id, today=day(ON), by=BY)


def test_a_unit_that_even_an_ended_requirement_names_stays(session, house, kitchen):
    requirement = house.require(house.course(), ON, of(kitchen))
    requirement.ended_on = day(ON)
    session.flush()
    with pytest.raises(units.UnitInUse):
        units.delete_unit(session, kitchen.id, today=day(ON), by=BY)


def test_what_is_not_there_cannot_be_put_together(session, kitchen):
    with pytest.raises(NotFound):
        units.merge_units(session, kitchen.id, kitchen.id + 1000, today=day(ON), by=BY)
    with pytest.raises(units.SameUnit):
        merge(session, kitchen, kitchen)


def test_putting_together_moves_people_and_lets_the_requirement_reach_all(
    session, house, kitchen, laundry
):
    cook, washer = house.person(unit=kitchen), house.person(unit=laundry)
    gone = house.person(unit=kitchen, left_on=day("2025-01-31"))
    requirement = house.require(house.course(), "2026-01-05", of(kitchen), initial_due_days=30)
    assert duties(session, cook, washer) == [True, False]
    done = merge(session, kitchen, laundry)
    assert (done.people, done.begun, done.ended, done.held) == (2, 1, 0, 0)
    assert (done.scopes.changed, done.scopes.ended) == ([requirement.id], [])
    session.expire_all()
    assert [one.unit_id for one in (cook, washer, gone)] == [laundry.id] * 3
    assert duties(session, cook, washer, gone) == [True, True, False]
    found = get_in_force(session, requirement.id)
    assert (found.scope, found.requirement.scope_key) == (of(laundry), of(laundry).key)
    assert names(session) == ["Wäsche"]


def test_a_requirement_that_named_both_names_one(session, house, kitchen, laundry):
    requirement = house.require(house.course(), ON, of(kitchen, laundry))
    done = merge(session, kitchen, laundry)
    assert (done.begun, done.ended, done.scopes.changed) == (0, 0, [requirement.id])
    session.expire_all()
    assert get_in_force(session, requirement.id).scope == of(laundry)


def test_of_two_that_ask_the_same_the_one_of_the_remaining_unit_stays(
    session, house, kitchen, laundry
):
    cook, course = house.person(unit=kitchen), house.course()
    mine = house.require(course, "2026-01-05", of(kitchen))
    theirs = house.require(course, "2026-01-05", of(laundry))
    done = merge(session, kitchen, laundry)
    assert (done.begun, done.ended) == (0, 0)
    assert (done.scopes.changed, done.scopes.ended) == ([], [mine.id])
    session.expire_all()
    ends = dict(session.execute(select(Requirement.id, Requirement.ended_on)).all())
    assert ends == {mine.id: day(ON), theirs.id: None}
    assert duties(session, cook) == [True]
    assert set(session.scalars(select(RequirementScope.unit_id))) == {laundry.id}


def test_the_old_duty_does_not_end_when_the_new_unit_brings_it_along(
    session, house, kitchen, laundry
):
    cook, washer = house.person(unit=kitchen), house.person(unit=laundry)
    house.require(house.course(), "2026-01-05", of(laundry))
    done = merge(session, kitchen, laundry)
    assert (done.begun, done.ended) == (1, 0)
    assert duties(session, cook, washer) == [True, True]


def test_rounds_that_are_due_at_once_wait_for_release(session, house, kitchen, laundry):
    washer, officer, course = house.person(unit=laundry), house.person(), house.course()
    house.held(washer, course, "2024-06-01")
    house.require(course, "2026-01-05", of(kitchen))
    by = By(f"person:{officer.id}", at(ON))
    done = units.merge_units(session, kitchen.id, laundry.id, today=day(ON), by=by)
    assert done.held == 1
    assert session.execute(select(Batch.kind, Batch.made_by)).all() == [("people", officer.id)]


def test_a_preview_says_the_same_and_keeps_nothing(session, house, kitchen, laundry):
    cook = house.person(unit=kitchen)
    house.require(house.course(), "2026-01-05", of(laundry))
    plan = units.preview_merge(session, kitchen.id, laundry.id, today=day(ON), by=BY)
    assert names(session) == ["Küche", "Wäsche"]
    assert session.get(Person, cook.id).unit_id == kitchen.id
    assert verbs(session, "unit") == []
    assert merge(session, session.get(Unit, kitchen.id), session.get(Unit, laundry.id)) == plan


def test_the_log_says_who_put_what_together(session, house, kitchen, laundry):
    cook = house.person(unit=kitchen)
    old_id = kitchen.id
    merge(session, kitchen, laundry)
    assert verbs(session, "unit") == [
        ("unit_merged", "operator", {"into": laundry.id, "people": 1})
    ]
    mine = session.scalars(
        select(AuditEntry).where(
            AuditEntry.object_kind == "person", AuditEntry.object_id == cook.id
        )
    ).all()
    assert [(one.verb, one.details) for one in mine] == [("changed", {"fields": ["unit"]})]
    assert session.scalar(select(AuditEntry.object_id).where(AuditEntry.verb == "unit_merged")) == (
        old_id
    )
