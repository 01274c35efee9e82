"""Publishing: a bundle becomes the next immutable version of its course."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from lms.audit import operations as audit
from lms.authoring.bundles import Bundle
from lms.authoring.media_files import MediaFile
from lms.authoring.rules import Outcome, Publication
from lms.certifications.operations.changing import version_published
from lms.courses import queries
from lms.courses.changes import changes_between
from lms.courses.document import Course as CourseDocument
from lms.courses.models import Course, CourseMedium, CourseVersion
from lms.kernel import files
from lms.kernel.db import is_postgresql

# Several hosts may load the starter courses at the same moment.
_PUBLISH_LOCK = 5_107_002


class UnsoundBundle(ValueError):
    """A bundle with faults is never published; whoever calls has shown them."""


def publish_bundle(
    session: Session,
    bundle: Bundle,
    *,
    files_root: Path,
    now: dt.datetime,
    today: dt.date,
    retrain_days: int | None = None,
    replace: bool = False,
    actor: str = "operator",
) -> Publication:
    """Publish what is new; the same content makes no version, local edits are kept.

    With `retrain_days` everybody must take the new version within that many days; without it
    people keep what they have. `replace` publishes over edits that were made in the browser.
    """
    if bundle.course is None or bundle.faults:
        raise UnsoundBundle
    _one_at_a_time(session)
    course = _course(session, bundle.course.slug, now=now)
    newest = queries.find_newest_version(session, course.id)
    digest = content_digest(bundle.course)
    if newest is not None and newest.digest == digest:
        return _as_it_is(newest, Outcome.UNCHANGED)
    if newest is not None and newest.origin == "browser" and not replace:
        return _as_it_is(newest, Outcome.KEPT)
    _keep_media(session, bundle.media.values(), files_root)
    before = queries.get_version(session, newest.id).document if newest is not None else None
    version = CourseVersion(
        course_id=course.id,
        number=newest.number + 1 if newest is not None else 1,
        published_on=today,
        retrain=newest is not None and retrain_days is not None,
        retrain_due_days=retrain_days if newest is not None else None,
        origin="bundle",
        digest=digest,
        titles=dict(bundle.course.title),
        changes=changes_between(before, bundle.course),
        document=bundle.course.model_dump(mode="json"),
    )
    session.add(version)
    session.flush()
    if version.retrain_due_days is not None:
        version_published(
            session,
            course.id,
            due_days=version.retrain_due_days,
            published_on=today,
            today=today,
        )
    _note(session, version, actor=actor, now=now)
    return Publication(
        Outcome.PUBLISHED, course.id, version.id, version.number, dict(version.changes)
    )


def content_digest(course: CourseDocument) -> str:
    """SHA-256 of the course and, through their hashes, of its media.

    Values that are the default do not count: a new optional key of a later release makes no new
    version of a course that does not use it.
    """
    content = course.model_dump(mode="json", exclude_defaults=True)
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _one_at_a_time(session: Session) -> None:
    if is_postgresql(session):
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _PUBLISH_LOCK})


def _course(session: Session, slug: str, *, now: dt.datetime) -> Course:
    course = queries.find_course(session, slug)
    if course is None:
        course = Course(slug=slug, created_at=now)
        session.add(course)
        session.flush()
    return course


def _as_it_is(version: CourseVersion, outcome: Outcome) -> Publication:
    return Publication(outcome, version.course_id, version.id, version.number, {})


def _keep_media(session: Session, media: Iterable[MediaFile], files_root: Path) -> None:
    """Store the bytes first: a row never names a file that is not there."""
    by_hash = {file.medium.sha256: file for file in media}
    known = set(
        session.scalars(select(CourseMedium.sha256).where(CourseMedium.sha256.in_(by_hash)))
    )
    for sha256, file in by_hash.items():
        if files.exists(files_root, sha256):
            stored = sha256
        else:
            stored = files.save(files_root, file.path.read_bytes())
        if stored != sha256:
            raise MediumChangedWhileReading(str(file.path))
        if sha256 not in known:
            session.add(
                CourseMedium(
                    sha256=sha256,
                    media_type=file.medium.media_type,
                    size_bytes=file.medium.size_bytes,
                )
            )


class MediumChangedWhileReading(ValueError):
    """The file was written to between the check and now; loading again settles it."""


def _note(session: Session, version: CourseVersion, *, actor: str, now: dt.datetime) -> None:
    audit.record(
        session,
        actor=actor,
        verb="publish",
        object_kind="course_version",
        object_id=version.id,
        now=now,
        details={"course_id": version.course_id, "number": version.number},
    )
