"""How far people are: one person's open courses, and the numbers of many for the overview."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, select
from sqlalchemy.orm import Session, aliased, load_only

from lms.courses import queries as courses
from lms.courses.document import AnyLesson, Mode
from lms.courses.lessons import lessons_for
from lms.courses.models import Course, CourseVersion
from lms.courses.published import Published
from lms.learning.models import Enrolment
from lms.learning.queries.rounds import (
    IS_OPEN,
    VersionFacts,
    facts_columns,
    marks_of,
    open_marks,
    retrain_number,
    texts,
    version_facts,
)
from lms.learning.rules.practice import ReportState
from lms.learning.rules.rounds import is_outdated
from lms.learning.rules.steps import current_step, remaining_minutes, steps_of

_Taken = aliased(CourseVersion)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentRow:
    """A course that somebody has begun; texts in every language of the course.

    `next_lesson` None: nothing is left but the confirmation of a report. `is_returned`: a report
    came back with a comment. `is_outdated`: the course was renewed and begins again.
    """

    enrolment_id: int
    course_id: int
    slug: str
    titles: dict[str, str]
    mode: Mode
    done_count: int
    lesson_count: int
    next_lesson: AnyLesson | None
    next_number: int
    remaining_minutes: int
    is_returned: bool
    is_outdated: bool

    @property
    def next_titles(self) -> dict[str, str]:
        """The title of the next lesson; empty while a report waits."""
        return texts(self.next_lesson.title) if self.next_lesson else {}

    @property
    def next_minutes(self) -> int:
        """Minutes of the next lesson."""
        return self.next_lesson.minutes if self.next_lesson else 0

    @property
    def is_waiting(self) -> bool:
        """True when somebody else has to confirm a report first."""
        return self.next_lesson is None


@dataclass(slots=True)
class _Begun:
    enrolment: Enrolment
    facts: VersionFacts
    retrain_number: int | None
    rows: list[Any]


def open_enrolments(session: Session, person_id: int) -> list[EnrolmentRow]:
    """What a person has begun, the latest first: one query where the documents are at hand."""
    begun = _list_begun(session, person_id)
    published = courses.with_documents(session, [one.facts for one in begun])
    return [_row(one, version) for one, version in zip(begun, published, strict=True)]


def _list_begun(session: Session, person_id: int) -> list[_Begun]:
    rows = session.execute(_begun_statement(), {"person_id": person_id}).all()
    begun: dict[int, _Begun] = {}
    for row in rows:
        enrolment, course, taken = row[:3]
        one = begun.setdefault(
            enrolment.id, _Begun(enrolment, version_facts(course, taken), row.retrain_number, [])
        )
        one.rows.append(row)
    return list(begun.values())


@cache
def _begun_statement() -> Select[*tuple[Any, ...]]:
    """Built once: that takes longer than running it, and every start page asks."""
    marks = open_marks()
    return (
        select(Enrolment, Course, _Taken, retrain_number().label("retrain_number"), marks)
        .select_from(Enrolment)
        .join(Course, Course.id == Enrolment.course_id)
        .join(_Taken, _Taken.id == Enrolment.course_version_id)
        .outerjoin(marks, marks.c.enrolment_id == Enrolment.id)
        .where(
            Enrolment.person_id == bindparam("person_id", type_=Integer()),
            IS_OPEN,
            Course.retired_on.is_(None),
        )
        .order_by(Enrolment.started_at.desc(), Enrolment.id.desc())
        .options(load_only(*facts_columns(_Taken)))
    )


def _row(one: _Begun, version: Published) -> EnrolmentRow:
    mode = Mode(one.enrolment.mode)
    marks = marks_of(one.rows)
    steps = steps_of(lessons_for(version.document, mode), done=marks.done, waiting=marks.waiting)
    current = current_step(steps, one.enrolment.current_lesson)
    return EnrolmentRow(
        enrolment_id=one.enrolment.id,
        course_id=one.facts.course_id,
        slug=one.facts.slug,
        titles=texts(version.document.title),
        mode=mode,
        done_count=one.enrolment.done_count,
        lesson_count=len(steps),
        next_lesson=current.lesson if current else None,
        next_number=current.number if current else len(steps),
        remaining_minutes=remaining_minutes(steps),
        is_returned=current is not None
        and marks.reports.get(current.lesson.key) is ReportState.RETURNED,
        is_outdated=is_outdated(one.facts.number, one.retrain_number),
    )


def progress_of(
    session: Session, person_ids: Collection[int], course_ids: Collection[int]
) -> dict[tuple[int, int], tuple[int, int]]:
    """Lessons done and lessons in all of every open course, by person and course: one query."""
    rows = session.execute(
        select(
            Enrolment.person_id,
            Enrolment.course_id,
            Enrolment.done_count,
            Enrolment.lesson_count,
        ).where(Enrolment.person_id.in_(person_ids), Enrolment.course_id.in_(course_ids), IS_OPEN)
    )
    return {(row.person_id, row.course_id): (row.done_count, row.lesson_count) for row in rows}
