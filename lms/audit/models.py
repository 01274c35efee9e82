"""The log that is only added to, the log of looks at records, and retention passes."""

import datetime as dt
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Model
from lms.kernel.personal import NOT_PERSONAL, personal

_ACT = personal("deed", "accountability, Art. 5 (2) GDPR", "3 years")
_LOOK = personal("look at a record", "accountability, Art. 5 (2) GDPR", "12 months")


class AuditEntry(Model):
    """Who, what, on what, when; ids only, so that erasure need not touch it (trust.md 6.4).

    `hash` chains an entry to the one before it, `position` is its place in the chain; the job
    `audit-link` fills in both, once. A place of its own, since ids of slow transactions come late.
    """

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    at: Mapped[dt.datetime] = mapped_column(info=_ACT)
    actor: Mapped[str] = mapped_column(String(80), info=_ACT)
    verb: Mapped[str] = mapped_column(String(80), info=_ACT)
    object_kind: Mapped[str] = mapped_column(String(40), info=_ACT)
    object_id: Mapped[int | None] = mapped_column(info=_ACT)
    details: Mapped[dict[str, Any]] = mapped_column(info=_ACT)
    position: Mapped[int | None] = mapped_column(unique=True, info=NOT_PERSONAL)
    hash: Mapped[str | None] = mapped_column(String(64), info=NOT_PERSONAL)

    __table_args__ = (
        Index("ix_audit_entries_object", "object_kind", "object_id"),
        Index(
            "ix_audit_entries_unlinked",
            "id",
            sqlite_where=hash.is_(None),
            postgresql_where=hash.is_(None),
        ),
    )


class RecordView(Model):
    """Somebody was shown a record of somebody else, or a list of people (trust.md 2.4)."""

    __tablename__ = "record_views"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    at: Mapped[dt.datetime] = mapped_column(index=True, info=_LOOK)
    viewer_id: Mapped[int] = mapped_column(info=_LOOK, index=True)
    viewer_role: Mapped[str] = mapped_column(String(32), info=_LOOK)
    subject_id: Mapped[int | None] = mapped_column(index=True, info=_LOOK)
    page: Mapped[str] = mapped_column(String(80), info=_LOOK)
    people_count: Mapped[int] = mapped_column(info=NOT_PERSONAL)


class RetentionPass(Model):
    """Evidence and audit rows are deleted only while such a row is open (trust.md 6.4)."""

    __tablename__ = "retention_passes"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    opened_at: Mapped[dt.datetime] = mapped_column(info=NOT_PERSONAL)
    closed_at: Mapped[dt.datetime | None] = mapped_column(info=NOT_PERSONAL)
    opened_by: Mapped[str] = mapped_column(String(80), info=NOT_PERSONAL)
