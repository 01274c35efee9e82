"""Deeds on people, units and the organisation's calendar that touch nothing else."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms.kernel.text import one_line
from lms.kernel.viewer import Role
from lms.people import rules
from lms.people.models import ClosingDay, Holiday, Organisation, Person, PersonRole, Unit
from lms.people.public_holidays import public_holidays
from lms.people.queries import find_unit_named

# `holidays` does not know them; the house may change them (certification.md 3.2).
DEFAULT_CLOSING_DAYS = ((12, 24), (12, 31))


def found_organisation(session: Session, *, name: str, holidays_region: str) -> Organisation:
    """Make the one row of the organisation with its closing days, unless it is there already."""
    found = session.get(Organisation, 1)
    if found is not None:
        return found
    organisation = Organisation(id=1, name=name, holidays=holidays_region)
    session.add(organisation)
    session.add_all(ClosingDay(month=month, day=day) for month, day in DEFAULT_CLOSING_DAYS)
    session.flush()
    return organisation


def remember_holidays(session: Session, *, region: str, years: Iterable[int]) -> int:
    """Store the public holidays of years not stored yet; how many days that were."""
    added = 0
    for year in years:
        first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
        known = session.scalar(
            select(Holiday.day)
            .where(Holiday.region == region, Holiday.day.between(first, last))
            .limit(1)
        )
        if known is not None:
            continue
        for day, name in public_holidays(region, year).items():
            session.add(Holiday(region=region, day=day, name=name))
            added += 1
    session.flush()
    return added


def unit_named(session: Session, name: str) -> Unit:
    """The unit of this name, made when it is new; BadUnitName for an impossible one.

    Two names that differ in the case of letters only are the same.
    """
    rules.require_unit_name(name)
    found = find_unit_named(session, name)
    if found is None:
        found = Unit(name=name.strip())
        session.add(found)
        session.flush()
    return found


def add_person(
    session: Session,
    *,
    first_name: str,
    last_name: str,
    unit: Unit,
    email: str | None = None,
    personnel_number: str | None = None,
    job: str | None = None,
    roles: Iterable[Role] = (),
    supervisor_id: int | None = None,
    hired_on: dt.date | None = None,
    left_on: dt.date | None = None,
    locale: str | None = None,
) -> Person:
    """Add a person with their rights; duties follow by `staff` or `certifications`."""
    person = Person(
        email=rules.normal_email(email) if email else None,
        personnel_number=personnel_number,
        first_name=one_line(first_name),
        last_name=one_line(last_name),
        unit_id=unit.id,
        job=job,
        supervisor_id=supervisor_id,
        hired_on=hired_on,
        left_on=left_on,
        locale=locale,
        theme="auto",
        mail_state="ok",
    )
    session.add(person)
    session.flush()
    session.add_all(
        PersonRole(person_id=person.id, role=role) for role in set(roles) - {Role.EMPLOYEE}
    )
    session.flush()
    return person


def choose_language(session: Session, person_id: int, locale: str) -> None:
    """Remember the language a person chose; mails follow it, too."""
    session.execute(update(Person).where(Person.id == person_id).values(locale=locale))


def choose_appearance(session: Session, person_id: int, theme: str) -> None:
    """Remember light, dark or automatic."""
    session.execute(update(Person).where(Person.id == person_id).values(theme=theme))
