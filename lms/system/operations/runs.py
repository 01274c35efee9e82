"""Claiming a job's slot, writing how a run ended, and being alive."""

import datetime as dt
import os
import socket

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from lms.kernel.db import insert_unless_there
from lms.system.models import Heartbeat, JobRun

_ERROR_LENGTH = 400
KEEP_RUNS_FOR = dt.timedelta(days=90)
KEEP_BEATS_FOR = dt.timedelta(days=1)


def own_name() -> str:
    """How this process is called in claims, runs and heartbeats: host and process number."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}"


def claim_slot(
    session: Session, job: str, slot: dt.datetime, *, process: str, now: dt.datetime
) -> bool:
    """True for the one process that may run this job in this slot (certification.md 4.3)."""
    values = {"job": job, "slot": slot, "started_at": now, "process": process}
    return insert_unless_there(session, JobRun, values)


def end_run(
    session: Session,
    job: str,
    slot: dt.datetime,
    *,
    count: int | None,
    error: str | None,
    now: dt.datetime,
) -> None:
    """Write how a run ended: what it handled, or why it failed."""
    session.execute(
        update(JobRun)
        .where(JobRun.job == job, JobRun.slot == slot)
        .values(
            ended_at=now,
            is_ok=error is None,
            count=count,
            error=error[:_ERROR_LENGTH] if error else None,
        )
    )


def beat(session: Session, *, kind: str, process: str, now: dt.datetime) -> None:
    """This process is alive."""
    values = {"process": process, "kind": kind, "beat_at": now}
    if not insert_unless_there(session, Heartbeat, values):
        session.execute(update(Heartbeat).where(Heartbeat.process == process).values(**values))


def end_beat(session: Session, *, process: str) -> None:
    """This process ends by itself: nobody need wait to notice."""
    session.execute(delete(Heartbeat).where(Heartbeat.process == process))


def forget_old(session: Session, *, now: dt.datetime) -> int:
    """Delete runs older than 90 days and heartbeats older than a day; how many rows."""
    forgotten = 0
    for statement in (
        delete(JobRun).where(JobRun.started_at < now - KEEP_RUNS_FOR).returning(JobRun.job),
        delete(Heartbeat)
        .where(Heartbeat.beat_at < now - KEEP_BEATS_FOR)
        .returning(Heartbeat.process),
    ):
        forgotten += len(session.execute(statement).all())
    return forgotten
