"""The numbers above the overview: people by need, what ends soon, the next weeks; one query."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Date,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from lms.certifications.rules.status import Status
from lms.people.models import Person
from lms.staff.queries.cells import TODAY, Shape, all_cells, filtered, parameters, shape_of
from lms.staff.rules import SOON_DAYS, WEEKS, Filters, Need, Week, next_weeks


@dataclass(frozen=True, slots=True)
class WeekFigure:
    """How many rounds of a course are due in a week: proofs that end, and first ones."""

    week: Week
    course_id: int
    ending: int
    first: int


@dataclass(frozen=True, slots=True)
class Figures:
    """People found by name, unit and course, of them by need; of the whole house the rest.

    `ending` proofs run out within 30 days, `ended` ones have, `missed` are due dates that passed
    without any proof having run out.
    """

    people: int
    by_need: dict[Need, int]
    ending: int
    ended: int
    missed: int
    weeks: tuple[WeekFigure, ...]

    def found(self, need: Need | None) -> int:
        """How many people the list has under a need, all for None."""
        return self.people if need is None else self.by_need.get(need, 0)


def figures(session: Session, filters: Filters, *, today: dt.date) -> Figures:
    """All numbers above the list in one query, from one look at everybody's standing."""
    weeks = next_weeks(today)
    values = parameters(replace(filters, need=None), today) | _days(today, weeks)
    people, needs, house, by_week = 0, dict[Need, int](), dict[str, int](), list[Any]()
    for row in session.execute(_statement(shape_of(replace(filters, need=None))), values):
        if row.kind == "people":
            people = row.amount
        elif row.kind == "need":
            needs[Need(row.word)] = row.amount
        elif row.kind == "house":
            house[row.word] = row.amount
        else:
            by_week.append(row)
    return Figures(
        people=people,
        by_need=needs,
        ending=house.get("ending", 0),
        ended=house.get("ended", 0),
        missed=house.get("missed", 0),
        weeks=tuple(_week_figures(by_week, weeks)),
    )


def _days(today: dt.date, weeks: tuple[Week, ...]) -> dict[str, dt.date]:
    ends = {f"week_{place}": week.last_on for place, week in enumerate(weeks)}
    return {"soon": today + dt.timedelta(days=SOON_DAYS), **ends}


@lru_cache(maxsize=64)
def _statement(shape: Shape) -> CompoundSelect[Any]:
    cells = all_cells()
    return union_all(
        _count_people(cells, shape),
        _count_needs(cells, shape),
        _count_house(cells),
        _count_weeks(cells),
    )


def _part(
    kind: str,
    amount: ColumnElement[Any],
    *,
    word: ColumnElement[Any] | None = None,
    number: ColumnElement[Any] | None = None,
    course_id: ColumnElement[Any] | None = None,
) -> Select[Any]:
    nothing = null().cast(Person.id.type)
    return select(
        literal(kind).label("kind"),
        (literal("") if word is None else word).label("word"),
        (nothing if number is None else number).label("number"),
        (nothing if course_id is None else course_id).label("course_id"),
        amount.label("amount"),
    )


def _count_people(cells: CTE, shape: Shape) -> Select[Any]:
    found = _part("people", func.count()).select_from(Person).where(filtered(shape))
    if shape.has_course:
        listed = select(cells.c.person_id).where(cells.c.course_id == bindparam("course_id"))
        found = found.where(Person.id.in_(listed))
    return found


def _count_needs(cells: CTE, shape: Shape) -> Select[Any]:
    found = (
        _part("need", func.count(cells.c.person_id.distinct()), word=cells.c.need)
        .select_from(cells)
        .where(cells.c.need.is_not(None))
        .group_by(cells.c.need)
    )
    if shape.has_course:
        found = found.where(cells.c.course_id == bindparam("course_id"))
    if shape.is_about_people:
        found = found.where(cells.c.person_id.in_(select(Person.id).where(filtered(shape))))
    return found


def _count_house(cells: CTE) -> Select[Any]:
    ends_soon = cells.c.valid_until.between(TODAY, _day("soon"))
    is_counted = cells.c.status.in_((Status.VALID.value, Status.DUE.value))
    is_overdue = cells.c.need == Need.OVERDUE.value
    word = case(
        (and_(is_overdue, cells.c.valid_until < TODAY), "ended"),
        (is_overdue, "missed"),
        else_="ending",
    )
    return (
        _part("house", func.count(), word=word)
        .select_from(cells)
        .where(cells.c.has_duty == 1, or_(is_overdue, and_(is_counted, ends_soon)))
        .group_by(word)
    )


def _count_weeks(cells: CTE) -> Select[Any]:
    number = case(
        *((cells.c.due_on <= _day(f"week_{place}"), place) for place in range(WEEKS)),
        else_=WEEKS,
    )
    kind = case((cells.c.evidence_id.is_(None), "first"), else_="ending")
    counted = (Status.VALID.value, Status.DUE.value, Status.OPEN.value)
    return (
        _part("week", func.count(), word=kind, number=number, course_id=cells.c.course_id)
        .select_from(cells)
        .where(
            cells.c.has_duty == 1,
            cells.c.status.in_(counted),
            cells.c.due_on.between(TODAY, _day(f"week_{WEEKS - 1}")),
        )
        .group_by(kind, number, cells.c.course_id)
    )


def _day(name: str) -> Any:  # noqa: ANN401 - a parameter
    return bindparam(name, type_=Date())


def _week_figures(rows: Iterable[Any], weeks: tuple[Week, ...]) -> Iterable[WeekFigure]:
    found: dict[tuple[int, int], dict[str, int]] = {}
    for row in rows:
        found.setdefault((row.number, row.course_id), {})[row.word] = row.amount
    for (number, course_id), amounts in sorted(found.items()):
        yield WeekFigure(
            weeks[number], course_id, amounts.get("ending", 0), amounts.get("first", 0)
        )
