"""Duties and proofs: the tables of certification.sql with its constraints, on both databases."""

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


class Assignment(Model):
    """One person's duty for one course, from one or more requirements."""

    __tablename__ = "assignments"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True, info=_PROOF)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True, info=_PROOF)
    assigned_on: Mapped[dt.date] = mapped_column(info=_PROOF)
    ended_on: Mapped[dt.date | None] = mapped_column(info=_PROOF)
    end_reason: Mapped[str | None] = mapped_column(String(40), info=_PROOF)

    sources: Mapped[list["AssignmentSource"]] = relationship(lazy="raise")

    __table_args__ = (
        UniqueConstraint("id", "person_id", "course_id"),
        CheckConstraint(
            "(ended_on IS NULL AND end_reason IS NULL)"
            " OR (ended_on IS NOT NULL AND end_reason IS NOT NULL)",
            "an_end_has_a_reason",
        ),
        CheckConstraint("ended_on IS NULL OR ended_on >= assigned_on", "ends_after_it_began"),
        Index(
            "uq_assignments_one_live",
            "person_id",
            "course_id",
            unique=True,
            sqlite_where=ended_on.is_(None),
            postgresql_where=ended_on.is_(None),
        ),
    )


class AssignmentSource(Model):
    """Why: a requirement that reaches this person; the duty ends with the last one."""

    __tablename__ = "assignment_sources"

    assignment_id: Mapped[int] = mapped_column(
        ForeignKey("assignments.id"), primary_key=True, info=NOT_PERSONAL
    )
    requirement_id: Mapped[int] = mapped_column(
        ForeignKey("requirements.id"), primary_key=True, index=True, info=_PROOF
    )
    since: Mapped[dt.date] = mapped_column(primary_key=True, info=_PROOF)
    until: Mapped[dt.date | None] = mapped_column(info=_PROOF)


class Evidence(Model):
    """The immutable fact that somebody showed it; only the revocation is written later, once."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), info=_PROOF)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True, info=_PROOF)
    course_version_id: Mapped[int | None] = mapped_column(index=True, info=_PROOF)
    kind: Mapped[str] = mapped_column(String(12), info=_PROOF)
    completed_on: Mapped[dt.date] = mapped_column(info=_PROOF)
    valid_from: Mapped[dt.date] = mapped_column(info=_PROOF)
    valid_until: Mapped[dt.date | None] = mapped_column(info=_PROOF)
    interval_months: Mapped[int | None] = mapped_column(info=_PROOF)
    anchor_on: Mapped[dt.date | None] = mapped_column(info=_PROOF)
    k: Mapped[int] = mapped_column(default=0, info=_PROOF)
    recorded_at: Mapped[dt.datetime] = mapped_column(info=_PROOF)
    recorded_by: Mapped[int | None] = mapped_column(
        ForeignKey("people.id"), index=True, info=_PROOF
    )
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id"), index=True, info=_PROOF)
    file_sha256: Mapped[str | None] = mapped_column(String(64), info=_PROOF)
    source_key: Mapped[str] = mapped_column(String(200), info=_PROOF)
    reference: Mapped[str | None] = mapped_column(String(200), info=_PROOF)
    revoked_on: Mapped[dt.date | None] = mapped_column(info=_PROOF)
    revoked_reason: Mapped[str | None] = mapped_column(String(400), info=_PROOF)
    serial: Mapped[str] = mapped_column(String(40), unique=True, info=_PROOF)

    __table_args__ = (
        UniqueConstraint("person_id", "course_id", "source_key"),
        UniqueConstraint("id", "person_id", "course_id"),
        ForeignKeyConstraint(
            ["course_version_id", "course_id"], ["course_versions.id", "course_versions.course_id"]
        ),
        Index("ix_evidence_effective", "person_id", "course_id", "valid_until"),
        CheckConstraint(
            "kind IN ('course', 'micro', 'attendance', 'external', 'import', 'alternative')", "kind"
        ),
        CheckConstraint("valid_from >= completed_on", "valid_after_completion"),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", "valid_forward"),
        CheckConstraint(
            "(valid_until IS NULL AND anchor_on IS NULL)"
            " OR (valid_until IS NOT NULL AND anchor_on IS NOT NULL)",
            "an_end_has_an_anchor",
        ),
        CheckConstraint(
            "(revoked_on IS NULL AND revoked_reason IS NULL)"
            " OR (revoked_on IS NOT NULL AND revoked_reason IS NOT NULL)",
            "a_revocation_has_a_reason",
        ),
        CheckConstraint("kind <> 'external' OR file_sha256 IS NOT NULL", "external_has_a_file"),
    )


class Cycle(Model):
    """One round of an assignment: opens, due, fulfilled or cancelled."""

    __tablename__ = "cycles"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    assignment_id: Mapped[int] = mapped_column(index=True, info=_PROOF)
    person_id: Mapped[int] = mapped_column(info=_PROOF)
    course_id: Mapped[int] = mapped_column(info=_PROOF)
    seq: Mapped[int] = mapped_column(info=_PROOF)
    revision_id: Mapped[int] = mapped_column(
        ForeignKey("requirement_revisions.id"), index=True, info=_PROOF
    )
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id"), index=True, info=_PROOF)
    kind: Mapped[str] = mapped_column(String(12), info=_PROOF)
    why: Mapped[str] = mapped_column(String(12), default="plain", info=_PROOF)
    state: Mapped[str] = mapped_column(String(10), default="live", info=_PROOF)
    started_on: Mapped[dt.date] = mapped_column(info=_PROOF)
    opens_on: Mapped[dt.date] = mapped_column(info=_PROOF)
    due_on: Mapped[dt.date] = mapped_column(info=_PROOF)
    baseline_due_on: Mapped[dt.date] = mapped_column(info=_PROOF)
    grace_until: Mapped[dt.date] = mapped_column(info=_PROOF)
    extended_until: Mapped[dt.date | None] = mapped_column(info=_PROOF)
    due_rev: Mapped[int] = mapped_column(default=0, info=_PROOF)
    prev_evidence_id: Mapped[int | None] = mapped_column(index=True, info=_PROOF)
    evidence_id: Mapped[int | None] = mapped_column(unique=True, info=_PROOF)
    closed_on: Mapped[dt.date | None] = mapped_column(info=_PROOF)
    close_reason: Mapped[str | None] = mapped_column(String(20), info=_PROOF)
    next_action_on: Mapped[dt.date | None] = mapped_column(info=NOT_PERSONAL)
    ver: Mapped[int] = mapped_column(default=1, info=NOT_PERSONAL)

    revision: Mapped[RequirementRevision] = relationship(lazy="raise")
    assignment: Mapped[Assignment] = relationship(
        lazy="raise",
        viewonly=True,
        foreign_keys=[assignment_id],
        primaryjoin="Cycle.assignment_id == Assignment.id",
    )

    __mapper_args__ = {"version_id_col": ver}  # noqa: RUF012 - SQLAlchemy's declared attribute
    __table_args__ = (
        UniqueConstraint("assignment_id", "seq"),
        ForeignKeyConstraint(
            ["assignment_id", "person_id", "course_id"],
            ["assignments.id", "assignments.person_id", "assignments.course_id"],
        ),
        ForeignKeyConstraint(
            ["prev_evidence_id", "person_id", "course_id"],
            ["evidence.id", "evidence.person_id", "evidence.course_id"],
        ),
        ForeignKeyConstraint(
            ["evidence_id", "person_id", "course_id"],
            ["evidence.id", "evidence.person_id", "evidence.course_id"],
        ),
        CheckConstraint(
            "why IN ('plain', 'extension', 'absence', 'exemption', 'version', 'stricter',"
            " 'policy')",
            "why",
        ),
        CheckConstraint("kind IN ('initial', 'renewal', 'version', 'revocation')", "kind"),
        CheckConstraint("state IN ('live', 'fulfilled', 'cancelled')", "state"),
        CheckConstraint("opens_on <= due_on AND due_on <= grace_until", "dates_in_order"),
        CheckConstraint("baseline_due_on <= due_on", "baseline_before_due"),
        CheckConstraint(
            "(state = 'live' AND closed_on IS NULL) OR (state <> 'live' AND closed_on IS NOT NULL)",
            "closed_has_a_day",
        ),
        CheckConstraint(
            "(state = 'fulfilled' AND evidence_id IS NOT NULL)"
            " OR (state <> 'fulfilled' AND evidence_id IS NULL)",
            "fulfilled_by_evidence",
        ),
        CheckConstraint(
            "(state = 'cancelled' AND close_reason IS NOT NULL)"
            " OR (state <> 'cancelled' AND close_reason IS NULL)",
            "cancelled_has_a_reason",
        ),
        CheckConstraint("state = 'live' OR next_action_on IS NULL", "closed_is_not_planned"),
        Index(
            "uq_cycles_one_live",
            "assignment_id",
            unique=True,
            sqlite_where=state == "live",
            postgresql_where=state == "live",
        ),
        Index(
            "ix_cycles_sweep",
            "next_action_on",
            "id",
            sqlite_where=((state == "live") & next_action_on.is_not(None)),
            postgresql_where=((state == "live") & next_action_on.is_not(None)),
        ),
        Index(
            "ix_cycles_due",
            "course_id",
            "due_on",
            sqlite_where=state == "live",
            postgresql_where=state == "live",
        ),
        Index("ix_cycles_person", "person_id", "course_id"),
    )


class Activity(Model):
    """A voluntary repeat: it changes no date and stays in the history."""

    __tablename__ = "activities"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), info=_VOLUNTARY)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True, info=_VOLUNTARY)
    done_on: Mapped[dt.date] = mapped_column(info=_VOLUNTARY)
    source: Mapped[str] = mapped_column(String(20), info=_VOLUNTARY)
    reference: Mapped[str | None] = mapped_column(String(200), info=_VOLUNTARY)

    __table_args__ = (UniqueConstraint("person_id", "course_id", "done_on"),)


class Exemption(Model):
    """From and until (inclusive, empty: open end), with a reason, approved by somebody else."""

    __tablename__ = "exemptions"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), info=_EXEMPTION)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True, info=_EXEMPTION)
    from_on: Mapped[dt.date] = mapped_column(info=_EXEMPTION)
    until_on: Mapped[dt.date | None] = mapped_column(info=_EXEMPTION)
    reason: Mapped[str] = mapped_column(String(400), info=_EXEMPTION)
    approved_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True, info=_EXEMPTION)

    __table_args__ = (
        UniqueConstraint("person_id", "course_id", "from_on"),
        CheckConstraint("approved_by <> person_id", "approved_by_somebody_else"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", "ends_after_it_began"),
    )


class Certificate(Model):
    """The document made from evidence; `code` opens the public check (trust.md 3.13)."""

    __tablename__ = "certificates"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), unique=True, info=_PROOF)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True, info=_PROOF)
    code: Mapped[str] = mapped_column(String(19), unique=True, info=_PROOF)
    issued_at: Mapped[dt.datetime] = mapped_column(info=_PROOF)
    shows_name: Mapped[bool] = mapped_column(default=False, info=_PROOF)
