"""Reads of the organisation's calendar as its page shows it."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.people.models import ClosingDay, Closure, Holiday
from lms.people.public_holidays import public_holidays
from lms.system.queries.organisation import get_organisation


@dataclass(frozen=True, slots=True)
class YearlyDay:
    """A closing day of each year."""

    month: int
    day: int
    name: str | None


@dataclass(frozen=True, slots=True)
class OneClosure:
    """A closure of one year."""

    id: int
    from_on: dt.date
    until_on: dt.date
    name: str | None


@dataclass(frozen=True, slots=True)
class HouseCalendar:
    """Region of holidays, closing days in the order of the year, closures by their first day."""

    region: str
    days: tuple[YearlyDay, ...]
    closures: tuple[OneClosure, ...]


def read_calendar(session: Session) -> HouseCalendar:
    """The calendar as it is."""
    days = session.scalars(select(ClosingDay).order_by(ClosingDay.month, ClosingDay.day))
    closures = session.scalars(select(Closure).order_by(Closure.from_on, Closure.until_on))
    return HouseCalendar(
        region=get_organisation(session).holidays,
        days=tuple(YearlyDay(one.month, one.day, one.name) for one in days),
        closures=tuple(OneClosure(one.id, one.from_on, one.until_on, one.name) for one in closures),
    )


def list_holidays(session: Session, region: str, year: int, language: str) -> dict[dt.date, str]:
    """The public holidays of a year: the days as stored, the names in the language of the page."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    computed = public_holidays(region, year, language)
    rows = session.execute(
        select(Holiday.day, Holiday.name).where(
            Holiday.region == region, Holiday.day.between(first, last)
        )
    ).all()
    stored = {day: computed.get(day, name) for day, name in rows}
    return dict(sorted((stored or computed).items()))
