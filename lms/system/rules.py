"""The timetable of jobs, their slots, and what is well or not with mail and jobs; pure."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from lms.kernel.domain import N_

VERSION = "0.1"


class Every(StrEnum):
    """How often a job runs; the grid is UTC."""

    MINUTE = "minute"
    DAY = "day"
    WEEK = "week"


PERIODS = {
    Every.MINUTE: dt.timedelta(minutes=1),
    Every.DAY: dt.timedelta(days=1),
    Every.WEEK: dt.timedelta(weeks=1),
}
# The Unix epoch was a Thursday; weeks begin on Monday.
_GRID = dt.datetime(1969, 12, 29, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Planned:
    """A job's name on the command line, how often it runs, and what the administrator reads."""

    name: str
    every: Every
    label: str


TIMETABLE = (
    Planned("sweep", Every.MINUTE, N_("Erinnerungen planen")),
    Planned("audit-link", Every.MINUTE, N_("Protokoll verketten")),
    Planned("workshops", Every.MINUTE, N_("An Termine erinnern")),
    Planned("imports", Every.MINUTE, N_("Listen übernehmen")),
    Planned("leavers", Every.DAY, N_("Austritte abschließen")),
    Planned("tidy", Every.DAY, N_("Aufräumen")),
    Planned("verify", Every.WEEK, N_("Fristen nachrechnen")),
)


def slot_of(every: Every, now: dt.datetime) -> dt.datetime:
    """The beginning of the minute, day or week (Monday) that an instant lies in, in UTC."""
    period = PERIODS[every]
    return _GRID + (now - _GRID) // period * period


def next_slot(every: Every, now: dt.datetime) -> dt.datetime:
    """When the job is run next."""
    return slot_of(every, now) + PERIODS[every]


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a job as the database knows it."""

    job: str
    slot: dt.datetime
    started_at: dt.datetime
    ended_at: dt.datetime | None
    is_ok: bool | None
    count: int | None
    error: str | None
    process: str

    @property
    def seconds(self) -> float | None:
        """How long it took, None while it runs or when it died."""
        return (self.ended_at - self.started_at).total_seconds() if self.ended_at else None


class JobState(StrEnum):
    """How a job does."""

    WELL = "well"
    WAITING = "waiting"
    FAILED = "failed"
    STALLED = "stalled"


# Two missed minutes happen when a sweep takes long; a job of every day may be an hour late.
_PATIENCE = {
    Every.MINUTE: dt.timedelta(minutes=3),
    Every.DAY: dt.timedelta(days=1, hours=1),
    Every.WEEK: dt.timedelta(days=7, hours=1),
}


def job_state(planned: Planned, last: Run | None, *, now: dt.datetime) -> JobState:
    """How a job does by its newest run: waiting for its first, well, failed, or at a standstill."""
    if last is None:
        return JobState.WAITING
    if now - last.started_at > _PATIENCE[planned.every]:
        return JobState.STALLED
    return JobState.FAILED if last.is_ok is False else JobState.WELL


class Level(StrEnum):
    """Red answers 503 and wakes somebody; yellow is for the next look."""

    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not well: for machines (`key`, `reason` in English) and for the page."""

    key: str
    level: Level
    reason: str
    since: dt.datetime | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Observed:
    """What is known of mail and jobs at one moment."""

    scheduler_beat_at: dt.datetime | None
    delivery_beat_at: dt.datetime | None
    last_sweep_at: dt.datetime | None
    waiting_since: dt.datetime | None
    waiting_count: int
    stubborn_count: int
    uncertain_count: int
    resting_until: dt.datetime | None
    backup_at: dt.datetime | None
    running_since: dt.datetime | None


LEAST_ROOM_BYTES = 200_000_000
BEAT_LIMIT = dt.timedelta(minutes=3)
SWEEP_LIMIT = dt.timedelta(minutes=30)
WAITING_LIMIT = dt.timedelta(minutes=30)
BACKUP_LIMIT = dt.timedelta(days=8)
BACKUP_ALARM = dt.timedelta(days=30)


def findings(seen: Observed, *, now: dt.datetime) -> list[Finding]:
    """All that is not well, the worst first (certification.md 4.5)."""
    found = [
        *_silent("scheduler", seen.scheduler_beat_at, now),
        *_silent("delivery", seen.delivery_beat_at, now),
        *_mail(seen, now),
        *_backup(seen, now),
    ]
    if seen.last_sweep_at is not None and now - seen.last_sweep_at > SWEEP_LIMIT:
        found.append(
            Finding(
                "sweep",
                Level.RED,
                f"the last good sweep was at {_iso(seen.last_sweep_at)}",
                since=seen.last_sweep_at,
            )
        )
    return sorted(found, key=lambda finding: finding.level is not Level.RED)


def room_warnings(free_bytes: int) -> list[str]:
    """What to say of a disk that is nearly full: pages still work, soon nothing is saved."""
    if free_bytes >= LEAST_ROOM_BYTES:
        return []
    return [f"only {free_bytes // 1_000_000} MB are free on the disk of the data folder"]


def _silent(key: str, beat_at: dt.datetime | None, now: dt.datetime) -> list[Finding]:
    if beat_at is None:
        return [Finding(key, Level.RED, f"no {key} process is running")]
    if now - beat_at > BEAT_LIMIT:
        reason = f"the {key} process was last alive at {_iso(beat_at)}"
        return [Finding(key, Level.RED, reason, since=beat_at)]
    return []


def _mail(seen: Observed, now: dt.datetime) -> list[Finding]:
    found = []
    since = seen.waiting_since
    if since is not None and now - since > WAITING_LIMIT:
        reason = f"{seen.waiting_count} mails wait, the oldest since {_iso(since)}"
        found.append(Finding("waiting", Level.RED, reason, since=since, count=seen.waiting_count))
    if seen.stubborn_count:
        reason = f"{seen.stubborn_count} mails have been tried four times or more"
        found.append(Finding("stubborn", Level.RED, reason, count=seen.stubborn_count))
    if seen.resting_until is not None:
        reason = f"the mail server is left alone until {_iso(seen.resting_until)}"
        found.append(Finding("resting", Level.YELLOW, reason, since=seen.resting_until))
    if seen.uncertain_count:
        reason = f"{seen.uncertain_count} mails are uncertain: the mail server did not confirm"
        found.append(Finding("uncertain", Level.YELLOW, reason, count=seen.uncertain_count))
    return found


def _backup(seen: Observed, now: dt.datetime) -> list[Finding]:
    """Nobody is woken for a house that never had a backup, but for one whose backups have ended."""
    at, since = seen.backup_at, seen.running_since
    if at is not None and now - at > BACKUP_LIMIT:
        level = Level.RED if now - at > BACKUP_ALARM else Level.YELLOW
        return [Finding("backup", level, f"the last backup was made at {_iso(at)}", since=at)]
    if at is None and since is not None and now - since > BACKUP_LIMIT:
        return [Finding("backup", Level.YELLOW, "no backup has been made yet")]
    return []


def _iso(instant: dt.datetime) -> str:
    return instant.isoformat(timespec="seconds")
