"""Reads of the organisation's units: how many people, which requirements name them."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.certifications.models import Requirement, RequirementScope
from lms.kernel.domain import NotFound
from lms.people.models import Person, Unit
from lms.people.queries import employed_on


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit: people who are there today, people of any time, requirements in force naming it.

    `is_free`: nothing points to it, so it can be deleted.
    """

    id: int
    name: str
    people_count: int
    all_people_count: int
    requirements_count: int
    is_free: bool


def list_units(session: Session, *, today: dt.date) -> list[UnitRow]:
    """All units by name, from three queries."""
    everybody = _counts(session, None)
    there = _counts(session, today)
    scopes = {
        unit_id: (live, every)
        for unit_id, live, every in session.execute(
            select(
                RequirementScope.unit_id,
                func.count().filter(Requirement.ended_on.is_(None)),
                func.count(),
            )
            .join(Requirement, Requirement.id == RequirementScope.requirement_id)
            .where(RequirementScope.unit_id.is_not(None))
            .group_by(RequirementScope.unit_id)
        )
    }
    units = session.scalars(select(Unit)).all()
    return [
        UnitRow(
            id=unit.id,
            name=unit.name,
            people_count=there.get(unit.id, 0),
            all_people_count=everybody.get(unit.id, 0),
            requirements_count=scopes.get(unit.id, (0, 0))[0],
            is_free=unit.id not in everybody and unit.id not in scopes,
        )
        for unit in sorted(units, key=lambda one: (one.name.casefold(), one.id))
    ]


def _counts(session: Session, today: dt.date | None) -> dict[int, int]:
    statement = select(Person.unit_id, func.count()).group_by(Person.unit_id)
    if today is not None:
        statement = statement.where(employed_on(today))
    return dict(session.execute(statement).all())


def get_unit(session: Session, unit_id: int) -> Unit:
    """One unit as it is at this moment; NotFound when there is none."""
    found = session.get(Unit, unit_id, populate_existing=True)
    if found is None:
        raise NotFound
    return found
