"""Whose duties rest since a long absence covers the day: as a list, and as part of a query."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, case, extract, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from lms.certifications.rules.leave import MIN_PAUSE_DAYS, pauses
from lms.people.calendar import Span
from lms.people.models import Absence

FOR_EVER = dt.date(9999, 12, 31)
_DAY_SECONDS = 86_400

# Ids of people: as values, or as the query that finds them.
PersonIds = Collection[int] | Select[int]


def paused_person_ids(session: Session, today: dt.date) -> list[int]:
    """People whose long absence covers today; adjacent rows count as one absence."""
    away_now = select(Absence.person_id).where(
        Absence.from_on <= today, or_(Absence.until_on.is_(None), Absence.until_on >= today)
    )
    spans: dict[int, list[Span]] = {}
    for person_id, from_on, until_on in session.execute(
        select(Absence.person_id, Absence.from_on, Absence.until_on).where(
            Absence.person_id.in_(away_now)
        )
    ):
        spans.setdefault(person_id, []).append(Span(from_on, until_on))
    return sorted(
        person_id
        for person_id, absences in spans.items()
        if any(span.covers(today) for span in pauses(absences))
    )


def paused_people(today: dt.date) -> Select[int]:
    """The same people as `paused_person_ids`, as a query inside others: no row is fetched."""
    away_now = select(Absence.person_id).where(
        Absence.from_on <= today, or_(Absence.until_on.is_(None), Absence.until_on >= today)
    )
    reach = func.coalesce(Absence.until_on, FOR_EVER, type_=Date())
    in_order: dict[str, Any] = {"partition_by": Absence.person_id, "order_by": Absence.from_on}
    gap = _seconds(Absence.from_on) - _seconds(func.lag(reach, type_=Date()).over(**in_order))
    rows = (
        select(
            Absence.person_id,
            Absence.from_on,
            reach.label("reach"),
            case((gap <= _DAY_SECONDS, 0), else_=1).label("begins"),
        )
        .where(Absence.person_id.in_(away_now))
        .subquery("absence_rows")
    )
    # Overlaps are refused, so a row that begins the day after the last one goes on with it.
    numbered = select(
        rows,
        func.sum(rows.c.begins)
        .over(partition_by=rows.c.person_id, order_by=rows.c.from_on)
        .label("number"),
    ).subquery("absences_joined")
    first, last = func.min(numbered.c.from_on), func.max(numbered.c.reach)
    return (
        select(numbered.c.person_id)
        .group_by(numbered.c.person_id, numbered.c.number)
        .having(
            first <= today,
            last >= today,
            _seconds(last) - _seconds(first) >= (MIN_PAUSE_DAYS - 1) * _DAY_SECONDS,
        )
    )


def _seconds(day: ColumnElement[Any] | InstrumentedAttribute[dt.date]) -> ColumnElement[int]:
    """A day as a number: the one way of subtracting days that both databases know."""
    return extract("epoch", day)
