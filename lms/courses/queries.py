"""Reads of published courses."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from lms.courses.document import Course as CourseDocument
from lms.courses.models import Course, CourseMedium, CourseVersion
from lms.courses.published import Published, Rendered, Shelf
from lms.kernel.domain import N_, NotFound

_SHELF = Shelf()
_Facts = tuple[int, str, int, int, dt.date, str]


class NoSuchCourse(NotFound):
    """No published course has this name."""

    message = N_("Diesen Kurs gibt es nicht.")


def find_course(session: Session, slug: str) -> Course | None:
    """The course of this name, published or not."""
    return session.scalars(select(Course).where(Course.slug == slug)).one_or_none()


def find_published(session: Session, slug: str) -> Published | None:
    """The newest version of a course; retired courses still answer, since records point to them."""
    row = session.execute(
        _facts().where(Course.slug == slug).order_by(CourseVersion.number.desc()).limit(1)
    ).one_or_none()
    return _published(session, [row])[0] if row else None


def get_published(session: Session, slug: str) -> Published:
    """The newest version of a course; raises NoSuchCourse."""
    found = find_published(session, slug)
    if found is None:
        raise NoSuchCourse
    return found


def get_version(session: Session, version_id: int) -> Published:
    """A version that somebody is tied to, newest or not; raises NoSuchCourse."""
    row = session.execute(_facts().where(CourseVersion.id == version_id)).one_or_none()
    if row is None:
        raise NoSuchCourse
    return _published(session, [row])[0]


def list_published(session: Session) -> list[Published]:
    """The newest version of every course that is not retired, by slug; one query when known."""
    rows = session.execute(_newest().where(Course.retired_on.is_(None)).order_by(Course.slug)).all()
    return _published(session, rows)


def with_documents(session: Session, rows: Sequence[Any]) -> list[Published]:
    """Versions whose facts another query has read, under the names that `Published` gives them.

    No query where the documents are at hand already; `digest` must be among the facts.
    """
    return _published(session, rows)


def list_newest(session: Session, course_ids: Sequence[int]) -> dict[int, Published]:
    """The newest version of each of these courses, retired ones too, by course id."""
    rows = session.execute(_newest().where(Course.id.in_(course_ids))).all()
    return {found.course_id: found for found in _published(session, rows)}


def list_titles(session: Session) -> dict[int, dict[str, Any]]:
    """The newest title in each language of every course, retired ones too, by course id."""
    newest = _newest().with_only_columns(Course.id, CourseVersion.titles)
    return {row.id: row.titles for row in session.execute(newest)}


def find_newest_version(session: Session, course_id: int) -> CourseVersion | None:
    """The row of the newest version, without its document."""
    return session.scalars(
        select(CourseVersion)
        .where(CourseVersion.course_id == course_id)
        .order_by(CourseVersion.number.desc())
        .limit(1)
    ).one_or_none()


def find_medium(session: Session, sha256: str) -> CourseMedium | None:
    """What is known about a file that courses show."""
    return session.get(CourseMedium, sha256)


def _facts() -> Select[*_Facts]:
    return select(
        Course.id.label("course_id"),
        Course.slug,
        CourseVersion.id.label("version_id"),
        CourseVersion.number,
        CourseVersion.published_on,
        CourseVersion.digest,
    ).join(Course, Course.id == CourseVersion.course_id)


def _newest() -> Select[*_Facts]:
    last = (
        select(CourseVersion.course_id, func.max(CourseVersion.number).label("number"))
        .group_by(CourseVersion.course_id)
        .subquery()
    )
    return _facts().join(
        last,
        (last.c.course_id == CourseVersion.course_id) & (last.c.number == CourseVersion.number),
    )


def _published(session: Session, rows: Sequence[Row[*_Facts]]) -> list[Published]:
    """Rows with their documents; those not on the shelf are read with one more query."""
    at_hand = {row.digest: _SHELF.find(row.digest) for row in rows}
    missing = [row.version_id for row in rows if at_hand[row.digest] is None]
    documents: dict[int, dict[str, Any]] = {}
    if missing:
        wanted = select(CourseVersion.id, CourseVersion.document)
        found = session.execute(wanted.where(CourseVersion.id.in_(missing)))
        documents = {row.id: row.document for row in found}
    return [
        Published(
            course_id=row.course_id,
            version_id=row.version_id,
            slug=row.slug,
            number=row.number,
            published_on=row.published_on,
            rendered=at_hand[row.digest] or _put_on_shelf(row.digest, documents[row.version_id]),
        )
        for row in rows
    ]


def _put_on_shelf(digest: str, document: dict[str, Any]) -> Rendered:
    return _SHELF.keep(digest, CourseDocument.model_validate(document))
