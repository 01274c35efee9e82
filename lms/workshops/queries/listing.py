"""Lists of sessions: what is offered, what one takes part in, what is over; 25 a page."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from lms.courses.models import CourseVersion
from lms.workshops.models import SignUp, Workshop, WorkshopDate
from lms.workshops.rules.places import free_places
from lms.workshops.rules.words import LIVE, PlaceState, Status


class Shelf(StrEnum):
    """Which sessions a list shows."""

    AHEAD = "ahead"
    PAST = "past"
    DRAFTS = "drafts"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkshopFilters:
    """What the list is narrowed to; `manager_id` None sees every draft, else the own ones."""

    shelf: Shelf = Shelf.AHEAD
    course_id: int | None = None
    setting: str | None = None
    person_id: int = 0
    sees_drafts: bool = False
    manager_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkshopRow:
    """One line: the next date (the last one when it is over), places, and one's own state."""

    workshop_id: int
    titles: dict[str, Any]
    course_titles: dict[str, Any] | None
    setting: str
    method: str
    place: str | None
    status: str
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    dates_count: int
    capacity: int | None
    booked_count: int
    waiting_count: int
    own_state: str | None

    @property
    def free(self) -> int | None:
        """How many places are left, None for no limit."""
        return free_places(self.capacity, self.booked_count)


def count_workshops(session: Session, filters: WorkshopFilters, *, now: dt.datetime) -> int:
    """How many sessions the filters leave."""
    statement = select(func.count()).select_from(Workshop).where(_condition(filters, now))
    return session.scalar(statement) or 0


def page_of_workshops(
    session: Session, filters: WorkshopFilters, *, now: dt.datetime, number: int, size: int
) -> list[WorkshopRow]:
    """One page: what is next comes first, of what is over the last; `number` counts from 1."""
    condition = _condition(filters, now)
    statement = _rows(filters.person_id, filters.shelf, now).where(condition)
    return _read(session, statement.limit(size).offset((number - 1) * size))


def list_mine(
    session: Session, person_id: int, *, now: dt.datetime, limit: int
) -> list[WorkshopRow]:
    """What somebody takes part in or waits for, the next one first."""
    own = _own_live(person_id)
    condition = and_(Workshop.status == Status.PUBLISHED, _is_ahead(now), own)
    return _read(session, _rows(person_id, Shelf.AHEAD, now).where(condition).limit(limit))


def list_of_course(
    session: Session, course_id: int, person_id: int, *, now: dt.datetime, limit: int
) -> list[WorkshopRow]:
    """The next sessions that count for a course."""
    condition = and_(
        Workshop.status == Status.PUBLISHED, _is_ahead(now), Workshop.course_id == course_id
    )
    return _read(session, _rows(person_id, Shelf.AHEAD, now).where(condition).limit(limit))


def list_courses_with_workshops(session: Session) -> dict[int, dict[str, Any]]:
    """Courses that sessions count for, with their titles."""
    used = select(Workshop.course_id).where(Workshop.course_id.is_not(None))
    newest = (
        select(CourseVersion.course_id, func.max(CourseVersion.number).label("number"))
        .where(CourseVersion.course_id.in_(used))
        .group_by(CourseVersion.course_id)
        .subquery()
    )
    rows = session.execute(
        select(CourseVersion.course_id, CourseVersion.titles).join(
            newest,
            (newest.c.course_id == CourseVersion.course_id)
            & (newest.c.number == CourseVersion.number),
        )
    )
    return dict(rows.all())


def place_in_line(session: Session, sign_up: SignUp) -> int | None:
    """Somebody's place on the waiting list, counted from 1; None for somebody who does not wait."""
    if sign_up.position is None:
        return None
    return session.scalar(
        select(func.count())
        .select_from(SignUp)
        .where(
            SignUp.workshop_id == sign_up.workshop_id,
            SignUp.state == PlaceState.WAITLISTED,
            SignUp.position <= sign_up.position,
        )
    )


def _condition(filters: WorkshopFilters, now: dt.datetime) -> ColumnElement[bool]:
    course = true() if filters.course_id is None else Workshop.course_id == filters.course_id
    setting = true() if filters.setting is None else Workshop.setting == filters.setting
    return and_(_on_shelf(filters, now), course, setting)


def _on_shelf(filters: WorkshopFilters, now: dt.datetime) -> ColumnElement[bool]:
    if filters.shelf is Shelf.DRAFTS:
        return and_(Workshop.status == Status.DRAFT, _may_manage(filters))
    if filters.shelf is Shelf.PAST:
        over = or_(
            Workshop.status.in_((Status.DONE, Status.CANCELLED)),
            and_(Workshop.status == Status.PUBLISHED, ~_is_ahead(now)),
        )
        # Others see of the past what they were part of.
        took_part = Workshop.id.in_(
            select(SignUp.workshop_id).where(SignUp.person_id == filters.person_id)
        )
        return and_(
            over, or_(took_part, _may_manage(filters), Workshop.trainer_id == filters.person_id)
        )
    return and_(Workshop.status == Status.PUBLISHED, _is_ahead(now))


def _may_manage(filters: WorkshopFilters) -> ColumnElement[bool]:
    if not filters.sees_drafts:
        return false()
    if filters.manager_id is None:
        return true()
    own = filters.manager_id
    return or_(Workshop.trainer_id == own, Workshop.created_by == own)


def _is_ahead(now: dt.datetime) -> ColumnElement[bool]:
    return (
        select(WorkshopDate.id)
        .where(
            WorkshopDate.workshop_id == Workshop.id,
            WorkshopDate.is_cancelled.is_(False),
            WorkshopDate.ends_at > now,
        )
        .exists()
    )


def _own_live(person_id: int) -> ColumnElement[bool]:
    return (
        select(SignUp.id)
        .where(
            SignUp.workshop_id == Workshop.id, SignUp.person_id == person_id, SignUp.state.in_(LIVE)
        )
        .exists()
    )


def _rows(person_id: int, shelf: Shelf, now: dt.datetime) -> Select[Any]:
    """Sessions with their next date, the numbers beside them and one's own state."""
    version, own = aliased(CourseVersion), aliased(SignUp)
    shown = _shown_date(shelf, now)
    date = aliased(WorkshopDate)
    last = (
        select(func.max(CourseVersion.number))
        .where(CourseVersion.course_id == Workshop.course_id)
        .correlate(Workshop)
        .scalar_subquery()
    )
    starts = date.starts_at.desc() if shelf is Shelf.PAST else date.starts_at
    return (
        select(
            Workshop.id.label("workshop_id"),
            Workshop.titles,
            version.titles.label("course_titles"),
            Workshop.setting,
            Workshop.method,
            func.coalesce(date.place, Workshop.place).label("place"),
            Workshop.status,
            date.starts_at,
            date.ends_at,
            _count_of(WorkshopDate, WorkshopDate.is_cancelled.is_(False)).label("dates_count"),
            Workshop.capacity,
            _count_of(SignUp, SignUp.state == PlaceState.BOOKED).label("booked_count"),
            _count_of(SignUp, SignUp.state == PlaceState.WAITLISTED).label("waiting_count"),
            own.state.label("own_state"),
        )
        .select_from(Workshop)
        .outerjoin(date, date.id == shown)
        .outerjoin(version, (version.course_id == Workshop.course_id) & (version.number == last))
        .outerjoin(
            own,
            (own.workshop_id == Workshop.id) & (own.person_id == person_id) & own.state.in_(LIVE),
        )
        .order_by(starts, Workshop.id)
    )


def _shown_date(shelf: Shelf, now: dt.datetime) -> ColumnElement[int | None]:
    """The next date that takes place; the last one of what is over, the first of a draft."""
    found = select(WorkshopDate.id).where(
        WorkshopDate.workshop_id == Workshop.id, WorkshopDate.is_cancelled.is_(False)
    )
    if shelf is Shelf.AHEAD:
        found = found.where(WorkshopDate.ends_at > now)
    ordered = WorkshopDate.starts_at.desc() if shelf is Shelf.PAST else WorkshopDate.starts_at
    return found.order_by(ordered).limit(1).correlate(Workshop).scalar_subquery()


def _count_of(model: Any, condition: ColumnElement[bool]) -> ColumnElement[int]:  # noqa: ANN401 - either table
    return (
        select(func.count())
        .select_from(model)
        .where(model.workshop_id == Workshop.id, condition)
        .correlate(Workshop)
        .scalar_subquery()
    )


def _read(session: Session, statement: Select[Any]) -> list[WorkshopRow]:
    return [WorkshopRow(**row._mapping) for row in session.execute(statement)]  # noqa: SLF001 - SQLAlchemy's name for it
