"""Reports on practice tasks: one's own, and those that were handed in to be confirmed."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased, joinedload, load_only

from lms.courses import queries as courses
from lms.courses.document import Practice
from lms.courses.lessons import find_lesson
from lms.courses.models import Course, CourseVersion
from lms.courses.published import Published
from lms.kernel.domain import NotFound
from lms.learning.models import Enrolment, PracticeReport
from lms.learning.queries.rounds import facts_columns, texts, version_facts
from lms.learning.rules.practice import ReportState
from lms.people.models import Person

_Taken = aliased(CourseVersion)


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report that waits, without its text: who, which task of which course, since when."""

    report_id: int
    person_id: int
    person_name: str
    unit_name: str
    slug: str
    course_titles: dict[str, str]
    lesson_titles: dict[str, str]
    reported_at: dt.datetime


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A report as whoever decides about it sees it."""

    report: PracticeReport
    enrolment: Enrolment
    person: Person
    version: Published
    lesson: Practice


def find_report(session: Session, enrolment_id: int, lesson_key: str) -> PracticeReport | None:
    """The report of a round on one task."""
    return session.scalars(
        select(PracticeReport).where(
            PracticeReport.enrolment_id == enrolment_id, PracticeReport.lesson_key == lesson_key
        )
    ).one_or_none()


def reports_waiting(
    session: Session, *, limit: int | None = None, offset: int = 0
) -> list[ReportRow]:
    """Reports that wait for a decision, the oldest first."""
    rows = session.execute(
        _reports()
        .where(PracticeReport.state == ReportState.REPORTED)
        .order_by(PracticeReport.reported_at, PracticeReport.id)
        .limit(limit)
        .offset(offset)
    ).all()
    versions = courses.with_documents(session, [version_facts(row.Course, row[-1]) for row in rows])
    return [
        ReportRow(
            report_id=report.id,
            person_id=person.id,
            person_name=person.name,
            unit_name=person.unit.name,
            slug=course.slug,
            course_titles=texts(version.document.title),
            lesson_titles=_titles(version, report.lesson_key),
            reported_at=report.reported_at,
        )
        for (report, _enrolment, person, course, _taken), version in zip(
            rows, versions, strict=True
        )
    ]


def count_waiting(session: Session) -> int:
    """How many reports wait for a decision."""
    return (
        session.scalar(select(func.count()).where(PracticeReport.state == ReportState.REPORTED))
        or 0
    )


def get_handed_in(session: Session, report_id: int) -> HandedIn:
    """A report that waits or was confirmed by somebody; NotFound for texts that stay private."""
    row = session.execute(
        _reports().where(PracticeReport.id == report_id, _was_handed_in())
    ).one_or_none()
    if row is None:
        raise NotFound
    report, enrolment, person, course, taken = row
    version = courses.with_documents(session, [version_facts(course, taken)])[0]
    lesson = find_lesson(version.document, report.lesson_key)
    if not isinstance(lesson, Practice):
        raise NotFound
    return HandedIn(report, enrolment, person, version, lesson)


def _was_handed_in() -> ColumnElement[bool]:
    """What one confirms oneself, drafts and returned reports are nobody else's to read."""
    confirmed = (PracticeReport.state == ReportState.CONFIRMED) & PracticeReport.decided_by.is_not(
        None
    )
    return (PracticeReport.state == ReportState.REPORTED) | confirmed


def _reports() -> Select[*tuple[Any, ...]]:
    return (
        select(PracticeReport, Enrolment, Person, Course, _Taken)
        .select_from(PracticeReport)
        .join(Enrolment, Enrolment.id == PracticeReport.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Course, Course.id == Enrolment.course_id)
        .join(_Taken, _Taken.id == Enrolment.course_version_id)
        .where(Enrolment.abandoned_at.is_(None), Person.anonymised_at.is_(None))
        .options(joinedload(Person.unit), load_only(*facts_columns(_Taken)))
    )


def _titles(version: Published, lesson_key: str) -> dict[str, str]:
    lesson = find_lesson(version.document, lesson_key)
    return texts(lesson.title) if lesson else {}
