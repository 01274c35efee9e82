"""How far somebody is in a course: progress, answers and reports; history is never cleared."""

import datetime as dt

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.kernel.db import Model
from lms.kernel.personal import NOT_PERSONAL, personal

_PROGRESS = personal("learning progress", "learning, Art. 6 (1) b GDPR", "24 months")
_ATTEMPT = personal("quiz attempt", "learning, Art. 6 (1) b GDPR", "24 months")
_ANSWER = personal("quiz answer", "learning, Art. 6 (1) b GDPR", "90 days after grading")
_REPORT = personal("practice report", "learning, Art. 6 (1) b GDPR", "24 months")


class Enrolment(Model):
    """A learner's tie to one version of a course for one round; a new round is a new row."""

    __tablename__ = "enrolments"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), info=_PROGRESS)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True, info=_PROGRESS)
    course_version_id: Mapped[int] = mapped_column(index=True, info=_PROGRESS)
    mode: Mapped[str] = mapped_column(String(10), info=_PROGRESS)
    started_at: Mapped[dt.datetime] = mapped_column(info=_PROGRESS)
    completed_at: Mapped[dt.datetime | None] = mapped_column(info=_PROGRESS)
    abandoned_at: Mapped[dt.datetime | None] = mapped_column(info=_PROGRESS)
    current_lesson: Mapped[str | None] = mapped_column(String(120), info=_PROGRESS)
    lesson_count: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    done_count: Mapped[int] = mapped_column(default=0, info=_PROGRESS)
    evidence_id: Mapped[int | None] = mapped_column(
        ForeignKey("evidence.id"), index=True, info=_PROGRESS
    )

    progress: Mapped[list["LessonProgress"]] = relationship(
        back_populates="enrolment", lazy="raise"
    )

    __table_args__ = (
        ForeignKeyConstraint(
            ["course_version_id", "course_id"], ["course_versions.id", "course_versions.course_id"]
        ),
        CheckConstraint("mode IN ('full', 'refresher')", "mode"),
        CheckConstraint("completed_at IS NULL OR abandoned_at IS NULL", "ends_one_way"),
        Index(
            "uq_enrolments_one_open",
            "person_id",
            "course_id",
            unique=True,
            sqlite_where=(completed_at.is_(None) & abandoned_at.is_(None)),
            postgresql_where=(completed_at.is_(None) & abandoned_at.is_(None)),
        ),
        Index("ix_enrolments_person", "person_id", "course_id", "started_at"),
    )


class LessonProgress(Model):
    """A lesson is done; for a confirmed reading the version that was read and understood."""

    __tablename__ = "lesson_progress"

    enrolment_id: Mapped[int] = mapped_column(
        ForeignKey("enrolments.id"), primary_key=True, info=NOT_PERSONAL
    )
    lesson_key: Mapped[str] = mapped_column(String(120), primary_key=True, info=_PROGRESS)
    done_at: Mapped[dt.datetime] = mapped_column(info=_PROGRESS)
    is_confirmed: Mapped[bool] = mapped_column(default=False, info=_PROGRESS)

    enrolment: Mapped[Enrolment] = relationship(back_populates="progress", lazy="raise")


class QuizAttempt(Model):
    """One go at a quiz: the drawn questions in their order and, once finished, the score 0–1."""

    __tablename__ = "quiz_attempts"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), info=_ATTEMPT)
    lesson_key: Mapped[str] = mapped_column(String(120), info=_ATTEMPT)
    number: Mapped[int] = mapped_column(info=_ATTEMPT)
    question_keys: Mapped[list[str]] = mapped_column(info=_ATTEMPT)
    seed: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    started_at: Mapped[dt.datetime] = mapped_column(info=_ATTEMPT)
    finished_at: Mapped[dt.datetime | None] = mapped_column(info=_ATTEMPT)
    score: Mapped[float | None] = mapped_column(info=_ATTEMPT)
    is_passed: Mapped[bool | None] = mapped_column(info=_ATTEMPT)

    responses: Mapped[list["Response"]] = relationship(back_populates="attempt", lazy="raise")

    __table_args__ = (
        UniqueConstraint("enrolment_id", "lesson_key", "number"),
        CheckConstraint("score IS NULL OR score BETWEEN 0 AND 1", "score_is_a_share"),
        CheckConstraint(
            "(finished_at IS NULL AND score IS NULL AND is_passed IS NULL)"
            " OR (finished_at IS NOT NULL AND score IS NOT NULL AND is_passed IS NOT NULL)",
            "finished_has_a_score",
        ),
        Index(
            "uq_quiz_attempts_one_open",
            "enrolment_id",
            "lesson_key",
            unique=True,
            sqlite_where=finished_at.is_(None),
            postgresql_where=finished_at.is_(None),
        ),
    )


class Response(Model):
    """One answer to one question; `score` is written when it was checked, and stays."""

    __tablename__ = "responses"

    attempt_id: Mapped[int] = mapped_column(
        ForeignKey("quiz_attempts.id"), primary_key=True, info=NOT_PERSONAL
    )
    question_key: Mapped[str] = mapped_column(String(120), primary_key=True, info=_ANSWER)
    choices: Mapped[list[str]] = mapped_column(info=_ANSWER)
    saved_at: Mapped[dt.datetime] = mapped_column(info=_ANSWER)
    score: Mapped[float | None] = mapped_column(info=_ANSWER)

    attempt: Mapped[QuizAttempt] = relationship(back_populates="responses", lazy="raise")

    __table_args__ = (
        CheckConstraint("score IS NULL OR score BETWEEN 0 AND 1", "score_is_a_share"),
    )


class PracticeReport(Model):
    """What somebody writes about a practice task; counts from the day it was reported."""

    __tablename__ = "practice_reports"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), info=_REPORT)
    lesson_key: Mapped[str] = mapped_column(String(120), info=_REPORT)
    text: Mapped[str] = mapped_column(Text(), default="", info=_REPORT)
    state: Mapped[str] = mapped_column(String(10), default="draft", info=_REPORT)
    saved_at: Mapped[dt.datetime] = mapped_column(info=_REPORT)
    reported_at: Mapped[dt.datetime | None] = mapped_column(info=_REPORT)
    decided_at: Mapped[dt.datetime | None] = mapped_column(info=_REPORT)
    decided_by: Mapped[int | None] = mapped_column(
        ForeignKey("people.id"), index=True, info=_REPORT
    )
    comment: Mapped[str | None] = mapped_column(Text(), info=_REPORT)

    enrolment: Mapped[Enrolment] = relationship(lazy="raise")

    __table_args__ = (
        UniqueConstraint("enrolment_id", "lesson_key"),
        CheckConstraint("state IN ('draft', 'reported', 'confirmed', 'returned')", "state"),
        CheckConstraint(
            "state NOT IN ('reported', 'confirmed') OR reported_at IS NOT NULL",
            "reported_has_an_instant",
        ),
        Index(
            "ix_practice_reports_waiting",
            "reported_at",
            sqlite_where=state == "reported",
            postgresql_where=state == "reported",
        ),
    )
