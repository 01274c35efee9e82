"""One person in all courses that concern them, from one look at the database."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, Integer, Select, Subquery, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from lms.certifications.models import Certificate, Evidence, RequirementRevision
from lms.certifications.queries.duties import Duty, duty_of, newest_versions, standing_select
from lms.certifications.queries.pauses import paused_people
from lms.certifications.rules.evidence import EvidenceDates
from lms.courses import queries as courses
from lms.courses.document import Mode
from lms.courses.lessons import lessons_for, minutes_of
from lms.courses.models import Course, CourseVersion
from lms.courses.published import Published
from lms.learning.queries.dates import ShownEvidence, facts_of
from lms.learning.queries.progress import EnrolmentRow, open_enrolments
from lms.learning.queries.rounds import LearnerCourse, Marks, Retraining, VersionFacts
from lms.learning.rules.rounds import mode_for

_TODAY: Any = bindparam("today", type_=Date())
_WHO: Any = bindparam("person_id", type_=Integer())
_Newest = aliased(CourseVersion)
_Shown = aliased(CourseVersion)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCourse:
    """A course that somebody must hold, holds or has begun; `version` is the newest one.

    `mode` and `steps` are those of the round that goes on, else of the one that would begin today;
    `minutes` are still to spend.
    """

    version: Published
    duty: Duty | None
    begun: EnrolmentRow | None
    evidence: EvidenceDates | None
    certificate_id: int | None
    mode: Mode
    steps: int
    minutes: int

    @property
    def goes_on(self) -> EnrolmentRow | None:
        """What was begun, unless a newer version must be taken instead."""
        return self.begun if self.begun and not self.begun.is_outdated else None


def list_own(session: Session, person_id: int, *, today: dt.date) -> list[OwnCourse]:
    """All courses of one person; the page of each course promises the same minutes."""
    begun = {row.course_id: row for row in open_enrolments(session, person_id)}
    rows = session.execute(_statement(), {"today": today, "person_id": person_id}).all()
    versions = courses.with_documents(session, [_version_facts(row) for row in rows])
    own = [
        _own(row, version, begun.pop(row.course_id, None), today)
        for row, version in zip(rows, versions, strict=True)
    ]
    return [*own, *_without_standing(session, begun)]


def _without_standing(session: Session, begun: Mapping[int, EnrolmentRow]) -> Iterable[OwnCourse]:
    """What was begun of one's own accord and never finished."""
    newest = courses.list_newest(session, list(begun)) if begun else {}
    for course_id, row in begun.items():
        version = newest[course_id]
        yield _with_length(version, None, row, None, None, mode_of_new=Mode.FULL)


@lru_cache(maxsize=1)
def _statement() -> Select[*tuple[Any, ...]]:
    """Built once: that takes longer than running it."""
    standing = standing_select(_TODAY, paused_people(_TODAY), [_WHO]).subquery("standing")
    newest, retrain = newest_versions(), _retraining()
    return (
        select(
            standing,
            Course.slug,
            _Newest.id.label("version_id"),
            _Newest.number,
            _Newest.published_on,
            _Newest.digest,
            RequirementRevision.interval_months,
            RequirementRevision.renewal_base,
            RequirementRevision.window_days,
            retrain.c.number.label("retrain_number"),
            retrain.c.published_on.label("retrain_on"),
            Evidence.completed_on,
            _Shown.number.label("shown_number"),
            Certificate.id.label("certificate_id"),
        )
        .join(Course, Course.id == standing.c.course_id)
        .join(newest, newest.c.course_id == standing.c.course_id)
        .join(_Newest, _Newest.id == newest.c.version_id)
        .outerjoin(RequirementRevision, RequirementRevision.id == standing.c.revision_id)
        .outerjoin(retrain, retrain.c.course_id == standing.c.course_id)
        .outerjoin(Evidence, Evidence.id == standing.c.evidence_id)
        .outerjoin(_Shown, _Shown.id == Evidence.course_version_id)
        .outerjoin(Certificate, Certificate.evidence_id == Evidence.id)
        .order_by(Course.slug)
    )


def _retraining() -> Subquery:
    """Of each course the newest version that had to be taken again."""
    return (
        select(
            CourseVersion.course_id,
            func.max(CourseVersion.number).label("number"),
            func.max(CourseVersion.published_on).label("published_on"),
        )
        .where(CourseVersion.retrain)
        .group_by(CourseVersion.course_id)
        .subquery("retraining")
    )


def _version_facts(row: Any) -> VersionFacts:  # noqa: ANN401 - a row of the statement above
    return VersionFacts(
        course_id=row.course_id,
        version_id=row.version_id,
        slug=row.slug,
        number=row.number,
        published_on=row.published_on,
        digest=row.digest,
    )


def _own(
    row: Any,  # noqa: ANN401 - as above
    version: Published,
    begun: EnrolmentRow | None,
    today: dt.date,
) -> OwnCourse:
    duty, evidence = duty_of(row, titles={}), _evidence(row)
    shown = ShownEvidence(evidence, row.shown_number) if evidence else None
    document = version.document
    facts = facts_of(_as_met(row), duty, shown, window_days=document.window_days)
    mode = mode_for(document.renewal.mode, facts, today)
    return _with_length(version, duty, begun, evidence, row.certificate_id, mode_of_new=mode)


def _with_length(
    version: Published,
    duty: Duty | None,
    begun: EnrolmentRow | None,
    evidence: EvidenceDates | None,
    certificate_id: int | None,
    *,
    mode_of_new: Mode,
) -> OwnCourse:
    goes_on = begun if begun and not begun.is_outdated else None
    lessons = lessons_for(version.document, mode_of_new)
    return OwnCourse(
        version=version,
        duty=duty,
        begun=begun,
        evidence=evidence,
        certificate_id=certificate_id,
        mode=goes_on.mode if goes_on else mode_of_new,
        steps=goes_on.lesson_count if goes_on else len(lessons),
        minutes=goes_on.remaining_minutes if goes_on else minutes_of(lessons),
    )


def _as_met(row: Any) -> LearnerCourse:  # noqa: ANN401 - as above
    """The course as its page meets it, without the rounds that a new one does not ask about."""
    retrain = row.retrain_number
    return LearnerCourse(
        course_id=row.course_id,
        slug=row.slug,
        is_retired=False,
        newest=_version_facts(row),
        retraining=None if retrain is None else Retraining(retrain, row.retrain_on),
        rounds=(),
        marks=Marks(),
    )


def _evidence(row: Any) -> EvidenceDates | None:  # noqa: ANN401 - as above
    if row.evidence_id is None:
        return None
    return EvidenceDates(
        completed_on=row.completed_on, valid_from=row.valid_from, valid_until=row.valid_until
    )
