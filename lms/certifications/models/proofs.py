"""The immutable proofs, voluntary repeats, and the documents made from proofs."""

import datetime as dt

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Model
from lms.kernel.personal import NOT_PERSONAL, personal

_PROOF = personal("proof and duty", "proof, Art. 6 (1) b, c GDPR", "validity + 3 years")
_EXEMPTION = personal("exemption", "no reminders, Art. 6 (1) b GDPR", "end + 6 months")
_VOLUNTARY = personal("learning", "learning, Art. 6 (1) b GDPR", "24 months")


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


class Certificate(Model):
    """The document made from evidence; `code` opens the public check (trust.md 3.13)."""

    __tablename__ = "certificates"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), unique=True, info=_PROOF)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True, info=_PROOF)
    code: Mapped[str] = mapped_column(String(19), unique=True, info=_PROOF)
    issued_at: Mapped[dt.datetime] = mapped_column(info=_PROOF)
    shows_name: Mapped[bool] = mapped_column(default=False, info=_PROOF)
