"""Reads of job runs, heartbeats and everything `/health/jobs` and `/system` say."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Label,
    Select,
    and_,
    bindparam,
    func,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Session

from lms.kernel.db import is_postgresql
from lms.outbox.models import OutboxMessage
from lms.outbox.queries import STUBBORN_AFTER, Standstill
from lms.outbox.rules import State
from lms.outbox.throttle import find_rest
from lms.system.models import Backup, Heartbeat, JobRun
from lms.system.rules import Observed, Run

SCHEDULER = "scheduler"
DELIVERY = "delivery"


def _scalar(value: ColumnElement[Any], wanted: ColumnElement[bool], name: str) -> Label[Any]:
    return select(value).where(wanted).scalar_subquery().label(name)


_LAST_BACKUP = select(func.max(Backup.made_at)).scalar_subquery().label("backup_at")
# As far as the log of jobs goes back: 90 days, which is enough to miss a backup.
_RUNNING_SINCE = _scalar(func.min(JobRun.started_at), JobRun.job == "tidy", "running_since")


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """Product and version of the database and its size in bytes."""

    product: str
    size_bytes: int


def last_runs(session: Session, jobs: Iterable[str]) -> dict[str, Run]:
    """The newest run of each job that ever ran, in one statement."""
    newest = [
        select(JobRun.__table__)
        .where(JobRun.job == job)
        .order_by(JobRun.started_at.desc())
        .limit(1)
        .subquery()
        for job in jobs
    ]
    if not newest:
        return {}
    rows = session.execute(union_all(*(select(one) for one in newest)))
    return {row.job: Run(**row._mapping) for row in rows}  # noqa: SLF001 - SQLAlchemy's name for it


def newest_backups(session: Session, limit: int) -> list[Backup]:
    """The backups that were made last, the newest first."""
    return list(session.scalars(select(Backup).order_by(Backup.made_at.desc()).limit(limit)))


def last_good_end(session: Session, job: str) -> dt.datetime | None:
    """When a job last ended well."""
    return session.scalar(
        select(JobRun.ended_at)
        .where(JobRun.job == job, JobRun.is_ok.is_(True))
        .order_by(JobRun.started_at.desc())
        .limit(1)
    )


def last_beats(session: Session) -> dict[str, dt.datetime]:
    """The newest heartbeat of each kind of process."""
    rows = session.execute(
        select(Heartbeat.kind, func.max(Heartbeat.beat_at).label("beat_at")).group_by(
            Heartbeat.kind
        )
    )
    return {row.kind: row.beat_at for row in rows}


def observe(session: Session, mail: Standstill) -> Observed:
    """What the rules judge."""
    beats = last_beats(session)
    backups = session.execute(select(_LAST_BACKUP, _RUNNING_SINCE)).one()
    return Observed(
        scheduler_beat_at=beats.get(SCHEDULER),
        delivery_beat_at=beats.get(DELIVERY),
        last_sweep_at=last_good_end(session, "sweep"),
        waiting_since=mail.waiting_since,
        waiting_count=mail.waiting_count,
        stubborn_count=mail.stubborn_count,
        uncertain_count=mail.counts.get(State.UNCERTAIN, 0),
        resting_until=mail.resting_until,
        backup_at=backups.backup_at,
        running_since=backups.running_since,
    )


def observe_in_short(session: Session, *, now: dt.datetime) -> Observed:
    """As `observe`, from two queries: for the one sentence on a start page."""
    row = session.execute(_in_short(), {"now": now}).one()
    return Observed(
        scheduler_beat_at=row.scheduler_beat_at,
        delivery_beat_at=row.delivery_beat_at,
        last_sweep_at=row.last_sweep_at,
        waiting_since=row.waiting_since,
        waiting_count=row.waiting_count,
        stubborn_count=row.stubborn_count,
        uncertain_count=row.uncertain_count,
        resting_until=find_rest(session, now=now),
        backup_at=row.backup_at,
        running_since=row.running_since,
    )


@lru_cache(maxsize=1)
def _in_short() -> Select[*tuple[Any, ...]]:
    moment = bindparam("now", type_=OutboxMessage.not_before.type)
    waits = and_(OutboxMessage.not_before <= moment, OutboxMessage.expires_at > moment)
    is_pending = OutboxMessage.state == State.PENDING.value
    is_stubborn = and_(OutboxMessage.attempts >= STUBBORN_AFTER, OutboxMessage.expires_at > moment)
    good_sweep = and_(JobRun.job == "sweep", JobRun.is_ok.is_(True))
    return select(
        _scalar(func.max(Heartbeat.beat_at), Heartbeat.kind == SCHEDULER, "scheduler_beat_at"),
        _scalar(func.max(Heartbeat.beat_at), Heartbeat.kind == DELIVERY, "delivery_beat_at"),
        _scalar(func.max(JobRun.ended_at), good_sweep, "last_sweep_at"),
        _LAST_BACKUP,
        _RUNNING_SINCE,
        _scalar(func.min(OutboxMessage.not_before), and_(is_pending, waits), "waiting_since"),
        _scalar(func.count(OutboxMessage.id), and_(is_pending, waits), "waiting_count"),
        _scalar(func.count(OutboxMessage.id), and_(is_pending, is_stubborn), "stubborn_count"),
        _scalar(
            func.count(OutboxMessage.id),
            OutboxMessage.state == State.UNCERTAIN.value,
            "uncertain_count",
        ),
    )


def database_facts(session: Session) -> DatabaseFacts:
    """Which database answers, and how large it is."""
    if is_postgresql(session):
        version = session.scalar(text("SHOW server_version")) or ""
        size = session.scalar(text("SELECT pg_database_size(current_database())")) or 0
        return DatabaseFacts(f"PostgreSQL {version.split(' ')[0]}", size)
    version = session.scalar(text("SELECT sqlite_version()"))
    pages = session.scalar(text("PRAGMA page_count")) or 0
    page_bytes = session.scalar(text("PRAGMA page_size")) or 0
    return DatabaseFacts(f"SQLite {version}", pages * page_bytes)
