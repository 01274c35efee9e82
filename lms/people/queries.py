"""Reads of people, units and the calendar."""

import datetime as dt
from calendar import isleap
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Select,
    String,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session, aliased, joinedload

from lms.kernel.domain import NotFound
from lms.kernel.text import unkept
from lms.kernel.viewer import HouseMark, Role
from lms.people.calendar import Span, WorkingCalendar, days_within, is_employed_on
from lms.people.models import (
    ClosingDay,
    Closure,
    Deputy,
    Holiday,
    Organisation,
    Person,
    PersonRole,
    Unit,
)
from lms.people.public_holidays import public_holidays
from lms.people.rules import spellings


@dataclass(frozen=True, slots=True)
class UnitSize:
    """A unit and how many people are in it today."""

    unit: Unit
    people_count: int


def find_person(session: Session, key: str) -> Person | None:
    """The person behind an e-mail address or `#number`, as commands and files name them."""
    plain = key.strip()
    if unkept(plain):
        return None
    if plain.startswith("#"):
        return session.scalar(
            select(Person).where(
                Person.personnel_number == plain[1:], Person.anonymised_at.is_(None)
            )
        )
    return session.scalar(
        select(Person).where(Person.email == plain.lower(), Person.anonymised_at.is_(None))
    )


def get_person(session: Session, key: str) -> Person:
    """As `find_person`, NotFound when there is none."""
    found = find_person(session, key)
    if found is None:
        raise NotFound
    return found


def by_email(session: Session, emails: Iterable[str]) -> dict[str, Person]:
    """People with their units by their addresses."""
    wanted = list(emails)
    if not wanted:
        return {}
    found = session.scalars(
        select(Person).where(Person.email.in_(wanted)).options(joinedload(Person.unit))
    )
    return {person.email: person for person in found if person.email}


def get_with_unit(session: Session, person_id: int) -> Person:
    """A person by id with their unit; NotFound when there is none."""
    found = session.scalar(
        select(Person).where(Person.id == person_id).options(joinedload(Person.unit))
    )
    if found is None or found.anonymised_at is not None:
        raise NotFound
    return found


def employed_on(day: dt.date) -> ColumnElement[bool]:
    """The condition that somebody is there on a day."""
    return (
        Person.anonymised_at.is_(None)
        & or_(Person.hired_on.is_(None), Person.hired_on <= day)
        & or_(Person.left_on.is_(None), Person.left_on >= day)
    )


def standing_in(day: dt.date) -> Select[int, int, dt.date, dt.date]:
    """Deputies from a day on, of supervisors who have not left by then; with their days."""
    supervisor = aliased(Person)
    return (
        select(Deputy.supervisor_id, Deputy.deputy_id, Deputy.from_on, Deputy.until_on)
        .join(supervisor, supervisor.id == Deputy.supervisor_id)
        .where(
            Deputy.until_on >= day,
            supervisor.anonymised_at.is_(None),
            or_(supervisor.left_on.is_(None), supervisor.left_on >= day),
        )
    )


def has_team(person_id: Any, day: Any) -> ColumnElement[bool]:  # noqa: ANN401 - values, or the places of some
    """The condition that somebody is named as a supervisor, or stands in for one on this day."""
    report = aliased(Person)
    is_supervisor = exists().where(
        report.supervisor_id == person_id,
        report.anonymised_at.is_(None),
        or_(report.left_on.is_(None), report.left_on >= day),
    )
    stands_in = standing_in(day).where(Deputy.deputy_id == person_id, Deputy.from_on <= day)
    return or_(is_supervisor, stands_in.exists())


def is_employed(person: Person, day: dt.date) -> bool:
    """As `employed_on`, for a person at hand."""
    return person.anonymised_at is None and is_employed_on(
        day, hired_on=person.hired_on, left_on=person.left_on
    )


def name_parameters(words: Iterable[str]) -> dict[str, str]:
    """The values for `named`: each word as a pattern in several spellings."""
    return {
        f"word_{place}_{variant}": f"%{_escaped(spelling)}%"
        for place, word in enumerate(words)
        for variant, spelling in enumerate(spellings(word))
    }


def _escaped(text: str) -> str:
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")


def named(count: int) -> ColumnElement[bool]:
    """The condition that each of so many words is part of somebody's first or last name.

    Run it with `name_parameters`: the statement can then be kept for other words.
    """
    variants = len(spellings(""))
    return and_(
        true(),
        *(
            or_(
                *(
                    column.ilike(bindparam(f"word_{place}_{variant}"), escape="/")
                    for column in (Person.first_name, Person.last_name)
                    for variant in range(variants)
                )
            )
            for place in range(count)
        ),
    )


def find_unit_named(session: Session, name: str) -> Unit | None:
    """The unit of this name, without regard to case.

    Compared here, since SQLite knows the case of ASCII letters only.
    """
    wanted = name.strip()
    exact = session.scalar(select(Unit).where(Unit.name == wanted))
    if exact is not None:
        return exact
    units = session.scalars(select(Unit).order_by(Unit.id))
    return next((unit for unit in units if unit.name.casefold() == wanted.casefold()), None)


def list_unit_sizes(session: Session, *, today: dt.date) -> list[UnitSize]:
    """Units by name with their numbers of people today."""
    rows = session.execute(
        select(Unit, func.count(Person.id))
        .outerjoin(Person, (Person.unit_id == Unit.id) & employed_on(today))
        .group_by(Unit.id)
        .order_by(func.lower(Unit.name))
    )
    return [UnitSize(unit, count) for unit, count in rows]


def list_jobs(session: Session, *, today: dt.date) -> list[tuple[str, int]]:
    """What people work as, with numbers, by name."""
    rows = session.execute(
        select(Person.job, func.count())
        .where(Person.job.is_not(None), employed_on(today))
        .group_by(Person.job)
        .order_by(Person.job)
    )
    return [(job, count) for job, count in rows if job]


def has_administrator(session: Session) -> bool:
    """True once somebody can administrate."""
    found = session.scalar(
        select(PersonRole.person_id).where(PersonRole.role == Role.ADMINISTRATOR).limit(1)
    )
    return found is not None


def find_organisation(session: Session) -> Organisation | None:
    """The organisation's row, None before preparation."""
    return session.get(Organisation, 1)


def mark_of(organisation: Organisation) -> HouseMark | None:
    """Its mark, if it has one."""
    sha256, width, height = (
        organisation.mark_sha256,
        organisation.mark_width,
        organisation.mark_height,
    )
    return HouseMark(sha256, width, height) if sha256 and width and height else None


def working_calendar(session: Session, *, years: Iterable[int]) -> WorkingCalendar:
    """Closing days and public holidays of these years: as stored, else as the library has them.

    One query, since pages reckon with it, too.
    """
    wanted = sorted(set(years))
    if not wanted:
        return WorkingCalendar()
    days = {"first": dt.date(wanted[0], 1, 1), "last": dt.date(wanted[-1], 12, 31)}
    rows = session.execute(_calendar_rows(), days).all()
    region = next((row.region for row in rows if row.region), None)
    if region is None:
        return WorkingCalendar()
    closed = {row.day for row in rows if row.day}
    for year in set(wanted) - {day.year for day in closed}:
        closed |= public_holidays(region, year).keys()
    for row in rows:
        if row.until_on:
            closed |= days_within(Span(row.from_on, row.until_on), wanted[0], wanted[-1])
    closed |= {
        dt.date(year, row.month, row.month_day)
        for row in rows
        for year in wanted
        if row.month and ((row.month, row.month_day) != (2, 29) or isleap(year))
    }
    return WorkingCalendar(frozenset(closed))


@lru_cache(maxsize=1)
def _calendar_rows() -> CompoundSelect[Any]:
    first, last = bindparam("first", type_=Date()), bindparam("last", type_=Date())
    no_day, nothing, no_region = cast(null(), Date()), literal(0), literal("", String())
    return union_all(
        select(
            Holiday.day.label("day"),
            nothing.label("month"),
            nothing.label("month_day"),
            no_region.label("region"),
            no_day.label("from_on"),
            no_day.label("until_on"),
        )
        .join(Organisation, Organisation.holidays == Holiday.region)
        .where(Holiday.day.between(first, last)),
        select(no_day, ClosingDay.month, ClosingDay.day, no_region, no_day, no_day),
        select(no_day, nothing, nothing, no_region, Closure.from_on, Closure.until_on).where(
            Closure.from_on <= last, Closure.until_on >= first
        ),
        select(no_day, nothing, nothing, Organisation.holidays, no_day, no_day),
    )


def named_days(session: Session, first: dt.date, last: dt.date) -> dict[dt.date, str]:
    """Public holidays between two days with their names."""
    organisation = session.get(Organisation, 1)
    if organisation is None:
        return {}
    statement = select(Holiday.day, Holiday.name).where(
        Holiday.region == organisation.holidays, Holiday.day.between(first, last)
    )
    stored = dict(session.execute(statement).all())
    missing = set(range(first.year, last.year + 1)) - {day.year for day in stored}
    for year in missing:
        computed = public_holidays(organisation.holidays, year)
        stored |= {day: name for day, name in computed.items() if first <= day <= last}
    return stored
