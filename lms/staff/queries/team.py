"""Who reports to somebody, themselves or in place of others, and who stands in for whom."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Label, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from lms.people.models import Deputy, Person
from lms.people.queries import employed_on, standing_in
from lms.staff.queries.overview import PersonRow, page_of_people
from lms.staff.rules import Filters


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody stands in for somebody on these days; `name` is the other one's."""

    deputy_row_id: int
    name: str
    from_on: dt.date
    until_on: dt.date


@dataclass(frozen=True, slots=True)
class Leads:
    """Whose people somebody sees today: their own, and those of whom they stand in for."""

    supervisor_ids: tuple[int, ...]
    stands_in_for: tuple[StandIn, ...]


def leads_of(session: Session, person_id: int, *, today: dt.date) -> Leads:
    """Whose people this person sees on this day."""
    rows = session.execute(
        standing_in(today)
        .where(Deputy.deputy_id == person_id, Deputy.from_on <= today)
        .add_columns(*_name_of(Deputy.supervisor_id), Deputy.id)
    ).all()
    found = tuple(
        StandIn(row.id, f"{row.first_name} {row.last_name}", row.from_on, row.until_on)
        for row in rows
    )
    return Leads((person_id, *(row.supervisor_id for row in rows)), found)


def list_deputies(session: Session, supervisor_id: int, *, today: dt.date) -> list[StandIn]:
    """Who stands in for this person, today and later."""
    rows = session.execute(
        standing_in(today)
        .where(Deputy.supervisor_id == supervisor_id)
        .add_columns(*_name_of(Deputy.deputy_id), Deputy.id)
        .order_by(Deputy.from_on)
    )
    return [
        StandIn(row.id, f"{row.first_name} {row.last_name}", row.from_on, row.until_on)
        for row in rows
    ]


def _name_of(person_id: InstrumentedAttribute[int]) -> tuple[Label[Any], Label[Any]]:
    other = aliased(Person)
    one = select(other.first_name).where(other.id == person_id).scalar_subquery()
    two = select(other.last_name).where(other.id == person_id).scalar_subquery()
    return one.label("first_name"), two.label("last_name")


def count_team(session: Session, leads: Leads, *, today: dt.date) -> int:
    """How many people report to them today."""
    statement = select(func.count()).where(
        Person.supervisor_id.in_(leads.supervisor_ids), employed_on(today)
    )
    return session.scalar(statement) or 0


def page_of_team(
    session: Session, leads: Leads, *, today: dt.date, number: int, size: int
) -> list[PersonRow]:
    """One page of them by last name: duties only, and no word on how far a course has come."""
    filters = Filters(supervisor_ids=leads.supervisor_ids)
    rows = page_of_people(session, filters, today=today, number=number, size=size)
    return [
        replace(
            row,
            cells={
                course_id: replace(cell, done=None, total=None)
                for course_id, cell in row.cells.items()
                if cell.has_duty
            },
        )
        for row in rows
    ]
