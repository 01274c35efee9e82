"""Who must hold what, under which policy; goals; bulk changes that wait for release."""

import datetime as dt

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.kernel.db import Model
from lms.kernel.personal import NOT_PERSONAL, personal

_PROOF = personal("proof and duty", "proof, Art. 6 (1) b, c GDPR", "validity + 3 years")
_EXEMPTION = personal("exemption", "no reminders, Art. 6 (1) b GDPR", "end + 6 months")
_VOLUNTARY = personal("learning", "learning, Art. 6 (1) b GDPR", "24 months")


class Requirement(Model):
    """Who must hold the course; known by the course and `scope_key` while it is in force."""

    __tablename__ = "requirements"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True, info=NOT_PERSONAL)
    since: Mapped[dt.date] = mapped_column(info=NOT_PERSONAL)
    ended_on: Mapped[dt.date | None] = mapped_column(info=NOT_PERSONAL)
    scope_key: Mapped[str] = mapped_column(String(64), info=NOT_PERSONAL)

    scopes: Mapped[list["RequirementScope"]] = relationship(
        back_populates="requirement", lazy="raise", cascade="all, delete-orphan"
    )
    revisions: Mapped[list["RequirementRevision"]] = relationship(
        back_populates="requirement", lazy="raise", order_by="RequirementRevision.number"
    )

    __table_args__ = (
        UniqueConstraint("id", "course_id"),
        CheckConstraint("ended_on IS NULL OR ended_on >= since", "ends_after_it_began"),
        Index(
            "uq_requirements_one_live",
            "course_id",
            "scope_key",
            unique=True,
            sqlite_where=ended_on.is_(None),
            postgresql_where=ended_on.is_(None),
        ),
    )


class RequirementScope(Model):
    """One of the things any of which brings a person into the requirement."""

    __tablename__ = "requirement_scopes"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    requirement_id: Mapped[int] = mapped_column(
        ForeignKey("requirements.id"), index=True, info=NOT_PERSONAL
    )
    kind: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    unit_id: Mapped[int | None] = mapped_column(
        ForeignKey("units.id"), index=True, info=NOT_PERSONAL
    )
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True, info=_PROOF)
    word: Mapped[str | None] = mapped_column(String(120), info=NOT_PERSONAL)

    requirement: Mapped[Requirement] = relationship(back_populates="scopes", lazy="raise")

    __table_args__ = (
        CheckConstraint(
            "(kind = 'everyone' AND unit_id IS NULL AND person_id IS NULL AND word IS NULL)"
            " OR (kind = 'unit' AND unit_id IS NOT NULL AND person_id IS NULL AND word IS NULL)"
            " OR (kind = 'person' AND person_id IS NOT NULL AND unit_id IS NULL AND word IS NULL)"
            " OR (kind IN ('job', 'role') AND word IS NOT NULL AND unit_id IS NULL"
            " AND person_id IS NULL)",
            "names_one_thing",
        ),
    )


class RequirementRevision(Model):
    """A requirement's policy; immutable, a change is a new row."""

    __tablename__ = "requirement_revisions"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    requirement_id: Mapped[int] = mapped_column(index=True, info=NOT_PERSONAL)
    course_id: Mapped[int] = mapped_column(index=True, info=NOT_PERSONAL)
    number: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    since: Mapped[dt.date] = mapped_column(info=NOT_PERSONAL)
    interval_months: Mapped[int | None] = mapped_column(info=NOT_PERSONAL)
    renewal_base: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    window_days: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    grace_days: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    initial_due_days: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    return_grace_days: Mapped[int] = mapped_column(default=30, info=NOT_PERSONAL)
    fixed_month: Mapped[int | None] = mapped_column(info=NOT_PERSONAL)
    fixed_day: Mapped[int | None] = mapped_column(info=NOT_PERSONAL)
    min_valid_months: Mapped[int | None] = mapped_column(info=NOT_PERSONAL)
    stages: Mapped[list[int]] = mapped_column(info=NOT_PERSONAL)
    overdue_every_days: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    overdue_count: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    alternatives: Mapped[list[str]] = mapped_column(info=NOT_PERSONAL)

    requirement: Mapped[Requirement] = relationship(back_populates="revisions", lazy="raise")

    __table_args__ = (
        UniqueConstraint("requirement_id", "number"),
        UniqueConstraint("id", "course_id"),
        ForeignKeyConstraint(
            ["requirement_id", "course_id"], ["requirements.id", "requirements.course_id"]
        ),
        CheckConstraint(
            "interval_months IS NULL OR interval_months BETWEEN 1 AND 120", "interval_in_range"
        ),
        CheckConstraint("renewal_base IN ('completion', 'expiry', 'fixed')", "renewal_base"),
        CheckConstraint(
            "window_days >= 0 AND grace_days >= 0 AND initial_due_days >= 0"
            " AND return_grace_days >= 0 AND overdue_every_days >= 1 AND overdue_count >= 0",
            "days_are_not_negative",
        ),
        CheckConstraint(
            "(renewal_base = 'fixed' AND fixed_month IS NOT NULL AND fixed_day IS NOT NULL"
            " AND min_valid_months IS NOT NULL)"
            " OR (renewal_base <> 'fixed' AND fixed_month IS NULL AND fixed_day IS NULL"
            " AND min_valid_months IS NULL)",
            "fixed_names_its_day",
        ),
        CheckConstraint(
            "interval_months IS NULL OR window_days < interval_months * 28",
            "window_shorter_than_interval",
        ),
    )


class Goal(Model):
    """The share of people who are to hold a course by a day; it belongs to the course."""

    __tablename__ = "goals"

    course_id: Mapped[int] = mapped_column(
        ForeignKey("courses.id"), primary_key=True, info=NOT_PERSONAL
    )
    percent: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    goal_by: Mapped[dt.date | None] = mapped_column(info=NOT_PERSONAL)

    __table_args__ = (CheckConstraint("percent BETWEEN 0 AND 100", "percent"),)


class Batch(Model):
    """One import or bulk change; what it made due waits until it is released."""

    __tablename__ = "batches"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    kind: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
    made_at: Mapped[dt.datetime] = mapped_column(info=NOT_PERSONAL)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True, info=_PROOF)
    released_at: Mapped[dt.datetime | None] = mapped_column(info=NOT_PERSONAL)
    released_by: Mapped[int | None] = mapped_column(
        ForeignKey("people.id"), index=True, info=_PROOF
    )

    __table_args__ = (
        CheckConstraint(
            "kind IN ('people', 'evidence', 'absences', 'requirements', 'policy', 'breaker')",
            "kind",
        ),
    )
