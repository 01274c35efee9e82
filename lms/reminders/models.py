"""The fact that a stage was handled: the at-most-once of reminders."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Model
from lms.kernel.personal import personal

_FACT = personal("reminder", "proof of reminder, Art. 6 (1) f GDPR", "24 months")


class Notice(Model):
    """One row per cycle, due revision, stage (offset in days to the due date) and audience."""

    __tablename__ = "notices"

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), primary_key=True, info=_FACT)
    due_rev: Mapped[int] = mapped_column(primary_key=True, info=_FACT)
    stage: Mapped[int] = mapped_column(primary_key=True, info=_FACT)
    audience: Mapped[str] = mapped_column(String(12), primary_key=True, info=_FACT)
    decided_at: Mapped[dt.datetime] = mapped_column(info=_FACT)
    decided_on: Mapped[dt.date] = mapped_column(info=_FACT)
    outcome: Mapped[str] = mapped_column(String(8), info=_FACT)
    why: Mapped[str | None] = mapped_column(String(20), info=_FACT)
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_messages.id"), info=_FACT)

    # On paper, where there is no address.
    printed_on: Mapped[dt.date | None] = mapped_column(info=_FACT)

    __table_args__ = (
        CheckConstraint("outcome IN ('queued', 'skipped', 'dropped')", "outcome"),
        CheckConstraint(
            "(outcome = 'skipped' AND outbox_id IS NULL)"
            " OR (outcome <> 'skipped' AND outbox_id IS NOT NULL)",
            "skipped_has_no_message",
        ),
        Index("ix_notices_outbox_id", "outbox_id"),
    )
