"""Courses and their versions; a version is a document that never changes once published."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.kernel.db import Model
from lms.kernel.personal import NOT_PERSONAL


class Course(Model):
    """What one enrols in; known by its slug."""

    __tablename__ = "courses"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    slug: Mapped[str] = mapped_column(String(80), unique=True, info=NOT_PERSONAL)
    created_at: Mapped[dt.datetime] = mapped_column(info=NOT_PERSONAL)
    retired_on: Mapped[dt.date | None] = mapped_column(info=NOT_PERSONAL)

    versions: Mapped[list["CourseVersion"]] = relationship(
        back_populates="course", lazy="raise", order_by="CourseVersion.number"
    )


class CourseVersion(Model):
    """A published, immutable document; `digest` is the SHA-256 of its canonical JSON and media.

    `titles` and `summary of change` stand beside the document so that lists need not read it.
    """

    __tablename__ = "course_versions"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True, info=NOT_PERSONAL)
    number: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    published_on: Mapped[dt.date] = mapped_column(info=NOT_PERSONAL)
    retrain: Mapped[bool] = mapped_column(default=False, info=NOT_PERSONAL)
    retrain_due_days: Mapped[int | None] = mapped_column(info=NOT_PERSONAL)
    origin: Mapped[str] = mapped_column(String(20), default="bundle", info=NOT_PERSONAL)
    digest: Mapped[str] = mapped_column(String(64), info=NOT_PERSONAL)
    titles: Mapped[dict[str, Any]] = mapped_column(info=NOT_PERSONAL)
    changes: Mapped[dict[str, Any]] = mapped_column(info=NOT_PERSONAL)
    document: Mapped[dict[str, Any]] = mapped_column(info=NOT_PERSONAL, deferred=True)

    course: Mapped[Course] = relationship(back_populates="versions", lazy="raise")

    __table_args__ = (
        UniqueConstraint("course_id", "number"),
        UniqueConstraint("id", "course_id"),
        CheckConstraint(
            "(retrain AND retrain_due_days IS NOT NULL)"
            " OR (NOT retrain AND retrain_due_days IS NULL)",
            "retrain_says_until_when",
        ),
        CheckConstraint("origin IN ('bundle', 'browser')", "origin"),
    )


class CourseMedium(Model):
    """A file that courses show: its hash names the bytes in the file store."""

    __tablename__ = "course_media"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True, info=NOT_PERSONAL)
    media_type: Mapped[str] = mapped_column(String(60), info=NOT_PERSONAL)
    size_bytes: Mapped[int] = mapped_column(info=NOT_PERSONAL)
