"""One person's duty for one course, its reasons and its rounds."""

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

from lms.certifications.models.requirements import RequirementRevision
from lms.kernel.db import Model
from lms.kernel.personal import NOT_PERSONAL, personal

_PROOF = personal("proof and duty", "proof, Art. 6 (1) b, c GDPR", "validity + 3 years")
_EXEMPTION = personal("exemption", "no reminders, Art. 6 (1) b GDPR", "end + 6 months")
_VOLUNTARY = personal("learning", "learning, Art. 6 (1) b GDPR", "24 months")


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
