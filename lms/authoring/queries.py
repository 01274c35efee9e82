"""Reads for those who write courses: the newest version of each, and all versions of one."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lms.courses import queries as courses
from lms.courses.models import Course, CourseVersion
from lms.courses.published import Published


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One version without its document; `changes` are keys by kind (courses.changes)."""

    number: int
    published_on: dt.date
    changes: dict[str, list[str]]
    retrain_due_days: int | None
    origin: str


@dataclass(frozen=True, slots=True)
class Written:
    """A course in its newest version, and its versions, the newest first."""

    published: Published
    versions: tuple[VersionRow, ...]

    @property
    def newest(self) -> VersionRow:
        """The version that holds."""
        return self.versions[0]


def list_written(session: Session) -> list[Written]:
    """The newest version of every course that is not retired, by slug; one query when known."""
    last = (
        select(CourseVersion.course_id, func.max(CourseVersion.number).label("number"))
        .group_by(CourseVersion.course_id)
        .subquery()
    )
    rows = session.execute(
        _versions()
        .join(
            last,
            (last.c.course_id == CourseVersion.course_id) & (last.c.number == CourseVersion.number),
        )
        .where(Course.retired_on.is_(None))
        .order_by(Course.slug)
    ).all()
    published = courses.with_documents(session, rows)
    return [Written(one, (_row(row),)) for row, one in zip(rows, published, strict=True)]


def get_written(session: Session, slug: str) -> Written:
    """One course with all its versions; raises NoSuchCourse."""
    rows = session.execute(
        _versions().where(Course.slug == slug).order_by(CourseVersion.number.desc())
    ).all()
    if not rows:
        raise courses.NoSuchCourse
    published = courses.with_documents(session, rows[:1])[0]
    return Written(published, tuple(_row(row) for row in rows))


def _versions() -> Select[*tuple[Any, ...]]:
    return select(
        CourseVersion.course_id,
        Course.slug,
        CourseVersion.id.label("version_id"),
        CourseVersion.number,
        CourseVersion.published_on,
        CourseVersion.digest,
        CourseVersion.changes,
        CourseVersion.retrain_due_days,
        CourseVersion.origin,
    ).join(Course, Course.id == CourseVersion.course_id)


def _row(row: Any) -> VersionRow:  # noqa: ANN401 - a row of the statement above
    return VersionRow(
        number=row.number,
        published_on=row.published_on,
        changes=row.changes,
        retrain_due_days=row.retrain_due_days,
        origin=row.origin,
    )
