"""Who looked at whose record (trust.md 2.4)."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from lms.audit.models import RecordView
from lms.people.models import Person


@dataclass(frozen=True, slots=True)
class Look:
    """One look: when, in which role, at which page; by whom and at whom, where it is known."""

    at: dt.datetime
    role: str
    page: str
    people_count: int
    viewer: str | None
    subject: str | None
    subject_id: int | None


@dataclass(frozen=True, slots=True)
class LookFilters:
    """Which looks the log shows: at or by a person, from and until an instant."""

    person_id: int | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def looks_at(session: Session, person_id: int, *, number: int, size: int) -> list[Look]:
    """Looks at one person's record, the newest first; of the viewer the name as well."""
    return _page(session, _select().where(RecordView.subject_id == person_id), number, size)


def count_looks_at(session: Session, person_id: int) -> int:
    """How many there are."""
    found = select(func.count(RecordView.id)).where(RecordView.subject_id == person_id)
    return session.scalar(found) or 0


def page_of_looks(
    session: Session, filters: LookFilters, *, number: int, size: int
) -> tuple[list[Look], int]:
    """A page of the whole log, the newest first, and how many there are."""
    wanted = _wanted(filters)
    total = session.scalar(select(func.count(RecordView.id)).where(*wanted)) or 0
    return _page(session, _select().where(*wanted), number, size), total


def _wanted(filters: LookFilters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if filters.person_id is not None:
        who = filters.person_id
        wanted.append(or_(RecordView.subject_id == who, RecordView.viewer_id == who))
    if filters.since is not None:
        wanted.append(RecordView.at >= filters.since)
    if filters.until is not None:
        wanted.append(RecordView.at < filters.until)
    return wanted


def _select() -> Select[RecordView, Person, Person]:
    viewer, subject = aliased(Person), aliased(Person)
    return (
        select(RecordView, viewer, subject)
        .outerjoin(viewer, viewer.id == RecordView.viewer_id)
        .outerjoin(subject, subject.id == RecordView.subject_id)
        .order_by(RecordView.at.desc(), RecordView.id.desc())
    )


def _page(
    session: Session, statement: Select[RecordView, Person, Person], number: int, size: int
) -> list[Look]:
    rows = session.execute(statement.offset((number - 1) * size).limit(size))
    return [
        Look(
            at=look.at,
            role=look.viewer_role,
            page=look.page,
            people_count=look.people_count,
            viewer=viewer.name if viewer else None,
            subject=subject.name if subject else None,
            subject_id=look.subject_id,
        )
        for look, viewer, subject in rows
    ]
