"""What the scheduler and the delivery workers did, and when they were last alive."""

import datetime as dt

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Model
from lms.kernel.personal import NOT_PERSONAL


class JobRun(Model):
    """One claimed slot of a job: whoever inserts the row runs it (certification.md 4.3)."""

    __tablename__ = "job_runs"

    job: Mapped[str] = mapped_column(String(40), primary_key=True, info=NOT_PERSONAL)
    slot: Mapped[dt.datetime] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    started_at: Mapped[dt.datetime] = mapped_column(info=NOT_PERSONAL)
    ended_at: Mapped[dt.datetime | None] = mapped_column(info=NOT_PERSONAL)
    is_ok: Mapped[bool | None] = mapped_column(info=NOT_PERSONAL)
    count: Mapped[int | None] = mapped_column(info=NOT_PERSONAL)
    error: Mapped[str | None] = mapped_column(String(400), info=NOT_PERSONAL)
    process: Mapped[str] = mapped_column(String(80), info=NOT_PERSONAL)

    __table_args__ = (Index("ix_job_runs_started_at", "job", "started_at"),)


class Heartbeat(Model):
    """When a background process of a kind was last alive."""

    __tablename__ = "heartbeats"

    process: Mapped[str] = mapped_column(String(80), primary_key=True, info=NOT_PERSONAL)
    kind: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
    beat_at: Mapped[dt.datetime] = mapped_column(info=NOT_PERSONAL)


class Backup(Model):
    """A backup that was made on this installation; `sha256` is its seal, wherever it lies now."""

    __tablename__ = "backups"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    made_at: Mapped[dt.datetime] = mapped_column(index=True, info=NOT_PERSONAL)
    path: Mapped[str] = mapped_column(String(400), info=NOT_PERSONAL)
    size_bytes: Mapped[int] = mapped_column(BigInteger(), info=NOT_PERSONAL)
    sha256: Mapped[str] = mapped_column(String(64), unique=True, info=NOT_PERSONAL)
    verified_at: Mapped[dt.datetime | None] = mapped_column(info=NOT_PERSONAL)
