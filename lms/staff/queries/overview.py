"""People × courses: its columns and one page of it, each one query at any size."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased

from lms.certifications.models import Assignment, Evidence, Requirement, RequirementRevision
from lms.certifications.queries.duties import newest_versions, standing_select
from lms.certifications.queries.pauses import paused_people
from lms.certifications.rules.status import Status
from lms.courses.models import Course
from lms.learning.models import Enrolment
from lms.people.models import Person, Unit
from lms.staff.queries.cells import (
    TODAY,
    Shape,
    all_cells,
    filtered,
    open_enrolment,
    parameters,
    shape_of,
)
from lms.staff.rules import Filters, Need, need_of


@dataclass(frozen=True, slots=True)
class Column:
    """A course of the overview; `intervals` are those in force, None among them: once."""

    course_id: int
    slug: str
    titles: dict[str, str]
    intervals: tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One person in one course today; `done` of `total` lessons once it has begun."""

    course_id: int
    status: Status
    has_duty: bool
    has_evidence: bool
    valid_until: dt.date | None
    due_on: dt.date | None
    grace_until: dt.date | None
    done: int | None
    total: int | None

    @property
    def need(self) -> Need | None:
        """What the officer may have to see to."""
        return need_of(self.status, has_begun=self.done is not None)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of the overview; cells by course."""

    person_id: int
    name: str
    unit: str
    cells: dict[int, Cell]

    @property
    def is_all_valid(self) -> bool:
        """True when everything that is asked of this person is valid."""
        return all(cell.status is Status.VALID for cell in self.cells.values())


def list_columns(session: Session) -> list[Column]:
    """Courses that somebody must hold or holds, by slug."""
    rows = session.execute(_columns_statement()).all()
    intervals: dict[int, dict[int | None, None]] = {}
    for row in rows:
        found = intervals.setdefault(row.id, {})
        if row.requirement_id is not None:
            found[row.interval_months] = None
    return [
        Column(one.id, one.slug, one.titles, tuple(intervals[one.id]))
        for one in {row.id: row for row in rows}.values()
    ]


@lru_cache(maxsize=1)
def _columns_statement() -> Select[*tuple[Any, ...]]:
    version = newest_versions()
    later = aliased(RequirementRevision)
    is_newest = ~exists().where(
        later.requirement_id == RequirementRevision.requirement_id,
        later.number > RequirementRevision.number,
    )
    return (
        select(
            Course.id,
            Course.slug,
            version.c.titles,
            Requirement.id.label("requirement_id"),
            RequirementRevision.interval_months,
        )
        .join(version, version.c.course_id == Course.id)
        .outerjoin(
            Requirement, and_(Requirement.course_id == Course.id, Requirement.ended_on.is_(None))
        )
        .outerjoin(
            RequirementRevision,
            and_(RequirementRevision.requirement_id == Requirement.id, is_newest),
        )
        .where(
            or_(
                exists().where(Assignment.course_id == Course.id, Assignment.ended_on.is_(None)),
                exists().where(Evidence.course_id == Course.id, Evidence.revoked_on.is_(None)),
            )
        )
        .order_by(Course.slug, RequirementRevision.interval_months)
    )


def page_of_people(
    session: Session, filters: Filters, *, today: dt.date, number: int, size: int
) -> list[PersonRow]:
    """One page of the overview by last name; `number` counts from 1. Rows: people × courses."""
    values = parameters(filters, today) | {"size": size, "skipped": (number - 1) * size}
    found: dict[int, PersonRow] = {}
    for row in session.execute(_page_statement(shape_of(filters)), values):
        name = f"{row.first_name} {row.last_name}"
        person = found.setdefault(row.id, PersonRow(row.id, name, row.unit, {}))
        if row.course_id is not None:
            person.cells[row.course_id] = _cell(row)
    return list(found.values())


@lru_cache(maxsize=64)
def _page_statement(shape: Shape) -> Select[*tuple[Any, ...]]:
    page = _page(shape).cte("page")
    standing = standing_select(TODAY, paused_people(TODAY), select(page.c.id)).subquery("shown")
    in_column = [standing.c.person_id == page.c.id]
    if shape.has_course:
        in_column.append(standing.c.course_id == bindparam("course_id"))
    return (
        select(
            page,
            Unit.name.label("unit"),
            standing,
            Enrolment.done_count,
            Enrolment.lesson_count,
        )
        .join(Unit, Unit.id == page.c.unit_id)
        .outerjoin(standing, and_(*in_column))
        .outerjoin(Enrolment, open_enrolment(standing))
        .order_by(page.c.last_name, page.c.first_name, page.c.id)
    )


def _page(shape: Shape) -> Select[*tuple[Any, ...]]:
    found: Select[*tuple[Any, ...]] = (
        select(Person.id, Person.first_name, Person.last_name, Person.unit_id)
        .where(filtered(shape))
        .order_by(Person.last_name, Person.first_name, Person.id)
        .limit(bindparam("size"))
        .offset(bindparam("skipped"))
    )
    if not (shape.has_course or shape.has_need):
        return found
    cells = all_cells()
    listed = select(cells.c.person_id)
    if shape.has_course:
        listed = listed.where(cells.c.course_id == bindparam("course_id"))
    if shape.has_need:
        listed = listed.where(cells.c.need == bindparam("need"))
    return found.where(Person.id.in_(listed))


def _cell(row: Any) -> Cell:  # noqa: ANN401 - a row of the statement above
    return Cell(
        course_id=row.course_id,
        status=Status(row.status),
        has_duty=bool(row.has_duty),
        has_evidence=row.evidence_id is not None,
        valid_until=row.valid_until,
        due_on=row.due_on,
        grace_until=row.grace_until,
        done=row.done_count,
        total=row.lesson_count,
    )
