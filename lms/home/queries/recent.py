"""What somebody did last: quizzes passed and practice tasks reported; one query."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import CompoundSelect, Integer, Select, bindparam, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from lms.courses import queries as courses
from lms.courses.document import Course as Document
from lms.courses.lessons import find_lesson
from lms.courses.models import Course, CourseVersion
from lms.learning.models import Enrolment, PracticeReport, QuizAttempt
from lms.learning.queries.rounds import VersionFacts
from lms.learning.rules.practice import ReportState

_WHO: Any = bindparam("person_id", type_=Integer())
MOST = 3


@dataclass(frozen=True, slots=True)
class DoneLesson:
    """A quiz or a practice task that was done; `course` is the version it was taken in."""

    kind: str
    course: Document
    titles: dict[str, str]
    at: dt.datetime


def list_done(session: Session, person_id: int) -> list[DoneLesson]:
    """The last three, the newest first."""
    rows = session.execute(_statement(), {"person_id": person_id}).all()
    facts = [
        VersionFacts(
            row.course_id, row.version_id, row.slug, row.number, row.published_on, row.digest
        )
        for row in rows
    ]
    done = []
    for row, version in zip(rows, courses.with_documents(session, facts), strict=True):
        lesson = find_lesson(version.document, row.lesson_key)
        if lesson is not None:
            titles = {str(language): text for language, text in lesson.title.items()}
            done.append(DoneLesson(row.kind, version.document, titles, row.at))
    return done


@lru_cache(maxsize=1)
def _statement() -> Select[*tuple[Any, ...]]:
    found = _found().subquery("found")
    return (
        select(
            found,
            CourseVersion.id.label("version_id"),
            CourseVersion.course_id,
            CourseVersion.number,
            CourseVersion.published_on,
            CourseVersion.digest,
            Course.slug,
        )
        .join(CourseVersion, CourseVersion.id == found.c.course_version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .order_by(found.c.at.desc(), found.c.lesson_key)
        .limit(MOST)
    )


def _found() -> CompoundSelect[Any]:
    handed_in = (ReportState.REPORTED.value, ReportState.CONFIRMED.value)
    quizzes = _of_person("quiz", QuizAttempt.lesson_key, QuizAttempt.finished_at).join(
        QuizAttempt, QuizAttempt.enrolment_id == Enrolment.id
    )
    reports = _of_person("practice", PracticeReport.lesson_key, PracticeReport.reported_at).join(
        PracticeReport, PracticeReport.enrolment_id == Enrolment.id
    )
    return union_all(
        quizzes.where(QuizAttempt.is_passed.is_(True)),
        reports.where(PracticeReport.state.in_(handed_in)),
    )


def _of_person(
    kind: str, key: InstrumentedAttribute[str], at: InstrumentedAttribute[Any]
) -> Select[Any]:
    return (
        select(
            literal(kind).label("kind"),
            key.label("lesson_key"),
            at.label("at"),
            Enrolment.course_version_id,
        )
        .select_from(Enrolment)
        .where(Enrolment.person_id == _WHO)
    )
