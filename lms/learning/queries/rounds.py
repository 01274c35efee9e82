"""One person in one course: its versions, their rounds, and what they did in the open one."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    String,
    Subquery,
    bindparam,
    false,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased, load_only

from lms.courses import queries as courses
from lms.courses.models import Course, CourseVersion
from lms.courses.published import Published
from lms.kernel.domain import NotFound
from lms.learning.models import Enrolment, LessonProgress, PracticeReport
from lms.learning.rules.practice import ReportState
from lms.learning.rules.rounds import is_outdated

_DONE = "done"
_Newest = aliased(CourseVersion)
_Taken = aliased(CourseVersion, name="taken")

IS_OPEN: ColumnElement[bool] = Enrolment.completed_at.is_(None) & Enrolment.abandoned_at.is_(None)


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """What a query knows of a version without its document (courses.queries.with_documents)."""

    course_id: int
    version_id: int
    slug: str
    number: int
    published_on: dt.date
    digest: str


@dataclass(frozen=True, slots=True)
class Retraining:
    """The newest version that everybody must take: its number and its day."""

    number: int
    published_on: dt.date


@dataclass(frozen=True, slots=True)
class Round:
    """An enrolment and the version it is taken in."""

    enrolment: Enrolment
    version: VersionFacts


@dataclass(frozen=True, slots=True)
class Marks:
    """What was done in a round, by lesson: finished when, understood, and the state of reports."""

    done: dict[str, dt.datetime] = field(default_factory=dict)
    confirmed: frozenset[str] = frozenset()
    reports: dict[str, ReportState] = field(default_factory=dict)
    saved_at: dt.datetime | None = None

    @property
    def waiting(self) -> frozenset[str]:
        """Lessons whose report waits for its confirmation."""
        return frozenset(k for k, state in self.reports.items() if state is ReportState.REPORTED)


@dataclass(frozen=True, slots=True)
class LearnerCourse:
    """A course as one person meets it; `rounds` are theirs, the newest first, abandoned ones too.

    `marks` are those of the open round.
    """

    course_id: int
    slug: str
    is_retired: bool
    newest: VersionFacts
    retraining: Retraining | None
    rounds: tuple[Round, ...]
    marks: Marks

    @property
    def open_round(self) -> Round | None:
        """The round that is going on."""
        return next(
            (
                one
                for one in self.rounds
                if one.enrolment.completed_at is None and one.enrolment.abandoned_at is None
            ),
            None,
        )

    @property
    def finished_round(self) -> Round | None:
        """The newest round that was finished."""
        return next((one for one in self.rounds if one.enrolment.completed_at is not None), None)

    def is_outdated(self, one: Round) -> bool:
        """True when a newer version must be taken instead of this round's."""
        return self.retraining is not None and is_outdated(
            one.version.number, self.retraining.number
        )


def get_course(session: Session, slug: str, person_id: int) -> LearnerCourse:
    """A course with this person's rounds; NotFound when it has no version or was retired unseen."""
    return _learner_course(
        session.execute(_by_slug(), {"slug": slug, "person_id": person_id}).all()
    )


def get_course_by_id(session: Session, course_id: int, person_id: int) -> LearnerCourse:
    """As `get_course`, by the course's id."""
    return _learner_course(
        session.execute(_by_id(), {"course_id": course_id, "person_id": person_id}).all()
    )


def get_version(session: Session, facts: VersionFacts) -> Published:
    """The version with its document; no query when it is at hand."""
    return courses.with_documents(session, [facts])[0]


def texts(localised: Mapping[Any, str]) -> dict[str, str]:
    """Texts by language as plain words, for rows that other packages read."""
    return {str(language): text for language, text in localised.items()}


def retrain_number() -> Any:  # noqa: ANN401 - a scalar subquery of SQLAlchemy
    """The number of the newest version that must be taken, correlated to a query on courses."""
    return _retraining(func.max(CourseVersion.number))


def _retraining(column: Any) -> Any:  # noqa: ANN401 - as above
    return (
        select(column)
        .where(CourseVersion.course_id == Course.id, CourseVersion.retrain)
        .correlate(Course)
        .scalar_subquery()
    )


def facts_columns(version: Any) -> tuple[Any, ...]:  # noqa: ANN401 - the class or an alias of it
    """The columns of a version that `VersionFacts` needs."""
    return (version.id, version.course_id, version.number, version.published_on, version.digest)


def version_facts(course: Course, version: CourseVersion) -> VersionFacts:
    """The facts of a version row."""
    return VersionFacts(
        course_id=course.id,
        version_id=version.id,
        slug=course.slug,
        number=version.number,
        published_on=version.published_on,
        digest=version.digest,
    )


def open_marks() -> Subquery:
    """What `:person_id` did in open rounds: enrolment_id, kind, lesson_key, at, is_confirmed."""
    person_id = bindparam("person_id", type_=Integer())
    done = (
        select(
            LessonProgress.enrolment_id,
            literal(_DONE).label("kind"),
            LessonProgress.lesson_key,
            LessonProgress.done_at.label("at"),
            LessonProgress.is_confirmed,
        )
        .join(Enrolment, Enrolment.id == LessonProgress.enrolment_id)
        .where(Enrolment.person_id == person_id, IS_OPEN)
    )
    reports = (
        select(
            PracticeReport.enrolment_id,
            PracticeReport.state,
            PracticeReport.lesson_key,
            PracticeReport.saved_at,
            false(),
        )
        .join(Enrolment, Enrolment.id == PracticeReport.enrolment_id)
        .where(Enrolment.person_id == person_id, IS_OPEN)
    )
    return union_all(done, reports).subquery("marks")


def marks_of(rows: Iterable[Any]) -> Marks:
    """Rows of `open_marks` as values; rows without a mark are left out."""
    marks = [row for row in rows if row.kind is not None]
    return Marks(
        done={row.lesson_key: row.at for row in marks if row.kind == _DONE},
        confirmed=frozenset(row.lesson_key for row in marks if row.is_confirmed),
        reports={row.lesson_key: ReportState(row.kind) for row in marks if row.kind != _DONE},
        saved_at=max((row.at for row in marks), default=None),
    )


# Putting these statements together costs more than running them, so each is made once.
@cache
def _by_slug() -> Select[*tuple[Any, ...]]:
    return _of_person().where(Course.slug == bindparam("slug", type_=String()))


@cache
def _by_id() -> Select[*tuple[Any, ...]]:
    return _of_person().where(Course.id == bindparam("course_id", type_=Integer()))


def _of_person() -> Select[*tuple[Any, ...]]:
    person_id = bindparam("person_id", type_=Integer())
    newest_id = (
        select(CourseVersion.id)
        .where(CourseVersion.course_id == Course.id)
        .order_by(CourseVersion.number.desc())
        .limit(1)
        .correlate(Course)
        .scalar_subquery()
    )
    marks = open_marks()
    return (
        select(
            Course,
            _Newest.id.label("newest_id"),
            _Newest.number.label("newest_number"),
            _Newest.published_on.label("newest_on"),
            _Newest.digest.label("newest_digest"),
            retrain_number().label("retrain_number"),
            _retraining(func.max(CourseVersion.published_on)).label("retrain_on"),
            Enrolment,
            _Taken,
            marks.c.kind,
            marks.c.lesson_key,
            marks.c.at,
            marks.c.is_confirmed,
        )
        .select_from(Course)
        .join(_Newest, _Newest.id == newest_id)
        .outerjoin(
            Enrolment, (Enrolment.course_id == Course.id) & (Enrolment.person_id == person_id)
        )
        .outerjoin(_Taken, _Taken.id == Enrolment.course_version_id)
        .outerjoin(marks, marks.c.enrolment_id == Enrolment.id)
        .order_by(Enrolment.started_at.desc(), Enrolment.id.desc())
        .options(load_only(*facts_columns(_Taken)))
    )


def _learner_course(rows: Sequence[Row[Any]]) -> LearnerCourse:
    if not rows:
        raise NotFound
    first: Any = rows[0]
    course = first.Course
    rounds = {
        row.Enrolment.id: Round(row.Enrolment, version_facts(course, row.taken))
        for row in rows
        if row.Enrolment is not None
    }
    if course.retired_on is not None and not rounds:
        raise NotFound
    newest = VersionFacts(
        course_id=course.id,
        version_id=first.newest_id,
        slug=course.slug,
        number=first.newest_number,
        published_on=first.newest_on,
        digest=first.newest_digest,
    )
    return LearnerCourse(
        course_id=course.id,
        slug=course.slug,
        is_retired=course.retired_on is not None,
        newest=newest,
        retraining=Retraining(first.retrain_number, first.retrain_on)
        if first.retrain_number is not None
        else None,
        rounds=tuple(rounds.values()),
        marks=marks_of(rows),
    )
