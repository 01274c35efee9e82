"""Master data: who is there, who comes, who has left; no status."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from lms.kernel.domain import NotFound
from lms.people.models import Absence, Person, Unit
from lms.people.queries import employed_on, name_parameters, named
from lms.staff.queries.cells import TODAY
from lms.workshops.models import SignUp, Workshop
from lms.workshops.rules.words import LIVE, Status


class Presence(StrEnum):
    """Where somebody stands in the house on a day."""

    THERE = "there"
    COMING = "coming"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFilters:
    """What the list of people is narrowed to."""

    words: tuple[str, ...] = ()
    unit_id: int | None = None
    presence: Presence = Presence.THERE


def list_units(session: Session) -> list[Unit]:
    """All units by name."""
    return list(session.scalars(select(Unit).order_by(func.lower(Unit.name), Unit.id)))


def count_by_presence(
    session: Session, filters: PeopleFilters, *, today: dt.date
) -> dict[Presence, int]:
    """How many people the other filters leave, by presence."""
    statement = _counts(len(filters.words), filters.unit_id is not None)
    rows = session.execute(statement, _values(filters, today))
    return {Presence(presence): amount for presence, amount in rows}


def page_of_master_data(
    session: Session, filters: PeopleFilters, *, today: dt.date, number: int, size: int
) -> list[Person]:
    """One page of people by last name, with units and roles; `number` counts from 1."""
    values = _values(filters, today) | {
        "presence": filters.presence.value,
        "size": size,
        "skipped": (number - 1) * size,
    }
    statement = _master_data(len(filters.words), filters.unit_id is not None)
    return list(session.scalars(statement, values))


def _values(filters: PeopleFilters, today: dt.date) -> dict[str, Any]:
    values: dict[str, Any] = {"today": today, **name_parameters(filters.words)}
    return values if filters.unit_id is None else values | {"unit_id": filters.unit_id}


def _presence() -> ColumnElement[str]:
    return case(
        (Person.left_on < TODAY, Presence.LEFT.value),
        (employed_on(TODAY), Presence.THERE.value),
        else_=Presence.COMING.value,
    )


def _condition(words: int, has_unit: bool) -> ColumnElement[bool]:  # noqa: FBT001 - a shape
    in_unit = Person.unit_id == bindparam("unit_id") if has_unit else true()
    return and_(Person.anonymised_at.is_(None), named(words), in_unit)


@lru_cache(maxsize=16)
def _counts(words: int, has_unit: bool) -> Select[str, int]:  # noqa: FBT001 - as above
    presence = _presence()
    return select(presence, func.count()).where(_condition(words, has_unit)).group_by(presence)


@lru_cache(maxsize=16)
def _master_data(words: int, has_unit: bool) -> Select[Person]:  # noqa: FBT001 - as above
    return (
        select(Person)
        .where(_condition(words, has_unit), _presence() == bindparam("presence"))
        .options(joinedload(Person.unit), selectinload(Person.roles))
        .order_by(Person.last_name, Person.first_name, Person.id)
        .limit(bindparam("size"))
        .offset(bindparam("skipped"))
    )


def get_master_data(session: Session, person_id: int) -> Person:
    """A person with unit and roles; NotFound for unknown and erased ones."""
    found = session.scalar(
        select(Person)
        .where(Person.id == person_id, Person.anonymised_at.is_(None))
        .options(joinedload(Person.unit), selectinload(Person.roles))
    )
    if found is None:
        raise NotFound
    return found


def fingerprint(person: Person) -> str:
    """What is stored of a person, as one word: another word means that somebody changed it.

    The roles must be loaded.
    """
    values = [
        person.first_name,
        person.last_name,
        person.email,
        person.personnel_number,
        person.unit_id,
        person.job,
        person.supervisor_id,
        person.hired_on,
        person.left_on,
        person.locale,
        sorted(given.role for given in person.roles),
    ]
    return hashlib.sha256(json.dumps(values, default=str).encode()).hexdigest()[:32]


def list_leading(session: Session, *, today: dt.date, limit: int) -> list[Person]:
    """Who leads somebody now and is there or still to come, by last name, with their units."""
    leads = select(Person.supervisor_id).where(
        Person.anonymised_at.is_(None), Person.supervisor_id.is_not(None)
    )
    return list(
        session.scalars(
            select(Person)
            .where(
                Person.id.in_(leads),
                Person.anonymised_at.is_(None),
                or_(Person.left_on.is_(None), Person.left_on >= today),
            )
            .options(joinedload(Person.unit))
            .order_by(Person.last_name, Person.first_name, Person.id)
            .limit(limit)
        )
    )


def list_job_names(session: Session, *, limit: int) -> list[str]:
    """What people here work as, by name."""
    return list(
        session.scalars(
            select(Person.job)
            .where(Person.job.is_not(None), Person.anonymised_at.is_(None))
            .distinct()
            .order_by(Person.job)
            .limit(limit)
        )
    )


def get_absence(session: Session, person_id: int, absence_id: int) -> Absence:
    """An absence of this person; NotFound for any other."""
    found = session.scalar(
        select(Absence).where(Absence.id == absence_id, Absence.person_id == person_id)
    )
    if found is None:
        raise NotFound
    return found


def people_with_places() -> Select[int]:
    """Ids of those with a place, or a turn on the waiting list, in a session not closed yet."""
    return (
        select(SignUp.person_id)
        .join(Workshop, Workshop.id == SignUp.workshop_id)
        .where(SignUp.state.in_(LIVE), Workshop.status == Status.PUBLISHED)
    )
