"""What the overview's figures and pages have in common: conditions, and who stands where.

Building these statements costs several times what running them does, so each is built once for
each shape of the filters and run with values: `parameters`.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, ColumnElement, Date, and_, bindparam, case, select, true

from lms.certifications.queries.duties import standing_select
from lms.certifications.queries.pauses import paused_people
from lms.certifications.rules.status import Status
from lms.learning.models import Enrolment
from lms.people.models import Person
from lms.people.queries import employed_on, name_parameters, named
from lms.staff.rules import Filters, Need

TODAY: Any = bindparam("today", type_=Date())


@dataclass(frozen=True, slots=True)
class Shape:
    """Which filters are in force; their values come when the statement is run."""

    words: int = 0
    has_unit: bool = False
    has_course: bool = False
    has_need: bool = False
    has_team: bool = False

    @property
    def is_about_people(self) -> bool:
        """True when names or units narrow the list."""
        return self.words > 0 or self.has_unit


def shape_of(filters: Filters) -> Shape:
    """The shape of these filters."""
    return Shape(
        len(filters.words),
        filters.unit_id is not None,
        filters.course_id is not None,
        filters.need is not None,
        bool(filters.supervisor_ids),
    )


def parameters(filters: Filters, today: dt.date) -> dict[str, Any]:
    """The values for a statement of the same shape."""
    values: dict[str, Any] = {"today": today}
    if filters.unit_id is not None:
        values["unit_id"] = filters.unit_id
    if filters.course_id is not None:
        values["course_id"] = filters.course_id
    if filters.need is not None:
        values["need"] = filters.need.value
    if filters.supervisor_ids:
        values["supervisor_ids"] = list(filters.supervisor_ids)
    return values | name_parameters(filters.words)


def filtered(shape: Shape) -> ColumnElement[bool]:
    """The condition on people alone: there today, name and unit."""
    in_unit = Person.unit_id == bindparam("unit_id") if shape.has_unit else true()
    in_team: ColumnElement[bool] = true()
    if shape.has_team:
        in_team = Person.supervisor_id.in_(bindparam("supervisor_ids", expanding=True))
    return and_(employed_on(TODAY), named(shape.words), in_unit, in_team)


def all_cells() -> CTE:
    """Everybody there today in every course they are listed in, with the need."""
    standing = _once(standing_select(TODAY, paused_people(TODAY)).cte("standing"))
    status = standing.c.status
    need = case(
        (status.in_((Status.OVERDUE.value, Status.GRACE.value)), Need.OVERDUE.value),
        (status == Status.DUE.value, Need.DUE.value),
        (and_(status == Status.OPEN.value, Enrolment.id.is_not(None)), Need.BEGUN.value),
        (status == Status.OPEN.value, Need.OPEN.value),
    )
    return _once(
        select(standing, need.label("need"))
        .join(Person, Person.id == standing.c.person_id)
        .outerjoin(Enrolment, open_enrolment(standing))
        .where(employed_on(TODAY))
        .cte("cells")
    )


def _once(table: CTE) -> CTE:
    """Computed once: PostgreSQL would put what is read once into the place where it is read."""
    return table.prefix_with("MATERIALIZED", dialect="postgresql")


def open_enrolment(standing: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a table expression
    """The condition that an enrolment goes on beside a standing."""
    return and_(
        Enrolment.person_id == standing.c.person_id,
        Enrolment.course_id == standing.c.course_id,
        Enrolment.completed_at.is_(None),
        Enrolment.abandoned_at.is_(None),
    )
