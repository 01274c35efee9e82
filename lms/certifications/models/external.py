"""Documents from elsewhere that somebody brings and somebody else approves."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Model
from lms.kernel.personal import NOT_PERSONAL, personal

_PROOF = personal("proof and duty", "proof, Art. 6 (1) b, c GDPR", "validity + 3 years")


class ExternalProof(Model):
    """A document that waits for approval, or what became of it.

    `completed_on` is what the person says, `approved_on` what the approver read on the paper. The
    bytes of the file are kept while it waits and once it is approved, by their hash.
    """

    __tablename__ = "external_proofs"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True, info=_PROOF)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True, info=_PROOF)
    completed_on: Mapped[dt.date] = mapped_column(info=_PROOF)
    issuer: Mapped[str] = mapped_column(String(200), info=_PROOF)
    note: Mapped[str] = mapped_column(String(1000), info=_PROOF)
    file_sha256: Mapped[str] = mapped_column(String(64), index=True, info=_PROOF)
    file_name: Mapped[str] = mapped_column(String(200), info=_PROOF)
    media_type: Mapped[str] = mapped_column(String(40), info=_PROOF)
    size_bytes: Mapped[int] = mapped_column(info=_PROOF)
    state: Mapped[str] = mapped_column(String(10), default="pending", info=_PROOF)
    brought_at: Mapped[dt.datetime] = mapped_column(info=_PROOF)
    decided_at: Mapped[dt.datetime | None] = mapped_column(info=_PROOF)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True, info=_PROOF)
    approved_on: Mapped[dt.date | None] = mapped_column(info=_PROOF)
    reason: Mapped[str | None] = mapped_column(String(400), info=_PROOF)
    evidence_id: Mapped[int | None] = mapped_column(
        ForeignKey("evidence.id"), index=True, info=_PROOF
    )

    __table_args__ = (
        CheckConstraint("state IN ('pending', 'approved', 'declined', 'withdrawn')", "state"),
        CheckConstraint("decided_by IS NULL OR decided_by <> person_id", "approved_by_another"),
        CheckConstraint(
            "(state = 'pending' AND decided_at IS NULL)"
            " OR (state <> 'pending' AND decided_at IS NOT NULL)",
            "decided_has_a_time",
        ),
        CheckConstraint(
            "(state IN ('approved', 'declined') AND decided_by IS NOT NULL)"
            " OR (state IN ('pending', 'withdrawn') AND decided_by IS NULL)",
            "somebody_decided",
        ),
        CheckConstraint(
            "(state = 'approved' AND approved_on IS NOT NULL)"
            " OR (state <> 'approved' AND approved_on IS NULL AND evidence_id IS NULL)",
            "approved_has_a_date",
        ),
        CheckConstraint(
            "(state = 'declined' AND reason IS NOT NULL)"
            " OR (state <> 'declined' AND reason IS NULL)",
            "declined_has_a_reason",
        ),
        Index(
            "uq_external_proofs_one_pending",
            "person_id",
            "course_id",
            unique=True,
            sqlite_where=state == "pending",
            postgresql_where=state == "pending",
        ),
    )
