"""Words and limits of reminders: audiences, notices, the send window, digests, the breaker."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import TypeVar
from zoneinfo import ZoneInfo

from lms.certifications.rules.leave import pauses
from lms.certifications.rules.policy import RequirementPolicy
from lms.people.calendar import DAY, Span, WorkingCalendar

SUPERVISOR_STAGE = 7
MIN_GAP_DAYS = 3
DIGEST_LINES = 10
# More would not fit on one page.
LETTER_LINES = 5
SEND_FROM = dt.time(8)
SEND_UNTIL = dt.time(17)
BREAKER_FLOOR = 200
BREAKER_FACTOR = 3
BREAKER_DAYS = 20

_Line = TypeVar("_Line")


class Audience(StrEnum):
    """To whom a stage is told."""

    LEARNER = "learner"
    SUPERVISOR = "supervisor"


class Outcome(StrEnum):
    """How a stage was handled; `dropped` is a queued line that failed its last check."""

    QUEUED = "queued"
    SKIPPED = "skipped"
    DROPPED = "dropped"


class SkipReason(StrEnum):
    """Why a stage that was due sent nothing."""

    SUPERSEDED = "superseded"
    GAP = "gap"
    NO_ADDRESS = "no_address"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastNotice:
    """A stage of a cycle that was handled before; `stage` is the offset in days to `due_on`."""

    due_rev: int
    stage: int
    audience: Audience
    outcome: Outcome
    decided_on: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindedCycle:
    """What the plan needs to know of a live round and of the person whose it is.

    `stages` are all offsets for the learner (`offsets_of`), `quiet` the days on which nothing is
    sent (`quiet_spans`), `tells_supervisor` whether the supervisors' digest is on.
    """

    opens_on: dt.date
    due_on: dt.date
    grace_until: dt.date
    due_rev: int = 0
    stages: tuple[int, ...]
    quiet: tuple[Span, ...] = ()
    is_held: bool = False
    has_address: bool = True
    tells_supervisor: bool = False


def offsets_of(policy: RequirementPolicy) -> tuple[int, ...]:
    """All stages for the learner, rising: those up to the due date and the overdue ones."""
    overdue = range(1, policy.overdue_count + 1)
    return (
        *sorted(policy.stages),
        *(policy.overdue_every_days * number for number in overdue),
    )


def quiet_spans(
    *,
    hired_on: dt.date | None = None,
    left_on: dt.date | None = None,
    absences: Iterable[Span] = (),
    exemptions: Iterable[Span] = (),
) -> tuple[Span, ...]:
    """The days without mail: before hiring, after leaving, long absences, exemptions."""
    gone_on = None if left_on is None else Span(left_on, left_on).day_after
    return (*outside_spans(hired_on, gone_on), *pauses(absences), *exemptions)


def outside_spans(first_on: dt.date | None, closed_on: dt.date | None) -> tuple[Span, ...]:
    """All days before `first_on` and from `closed_on` on; None: no such end.

    A preview of the past adds them for the days on which a round was not live: its `started_on`
    and `closed_on`.
    """
    before = () if first_on is None else (_before(first_on),)
    return before if closed_on is None else (*before, Span(closed_on))


def _before(day: dt.date) -> Span:
    return Span(dt.date.min, max(day, dt.date.min + DAY) - DAY)


@dataclass(frozen=True, slots=True)
class SendWindow:
    """When the mail of one day may go out, as UTC instants; the end is outside."""

    not_before: dt.datetime
    expires_at: dt.datetime

    def contains(self, instant: dt.datetime) -> bool:
        """Whether mail may go out at this instant."""
        return self.not_before <= instant < self.expires_at


def send_window(day: dt.date, zone: ZoneInfo) -> SendWindow:
    """08:00 to 17:00 by the clocks on the organisation's walls."""
    return SendWindow(
        dt.datetime.combine(day, SEND_FROM, zone).astimezone(dt.UTC),
        dt.datetime.combine(day, SEND_UNTIL, zone).astimezone(dt.UTC),
    )


def planning_day(now: dt.datetime, zone: ZoneInfo) -> dt.date | None:
    """The day a sweep plans for: today, before 08:00 too; None once the window is over."""
    local = now.astimezone(zone)
    return local.date() if local.time() < SEND_UNTIL else None


def sending_day(now: dt.datetime, zone: ZoneInfo, calendar: WorkingCalendar) -> dt.date:
    """The day on which a sweep that begins now or later can send something."""
    day = planning_day(now, zone)
    return calendar.on_or_after(day or now.astimezone(zone).date() + DAY)


def digest_key(audience: Audience, person_id: int, day: dt.date) -> str:
    """The key that makes a second digest for the same person, audience and day impossible."""
    return f"digest:{audience}:{person_id}:{day.isoformat()}"


def urgency(due_on: dt.date, course: str) -> tuple[dt.date, str]:
    """Sort key of the lines of a digest: what is due first stands first."""
    return (due_on, course)


def first_lines(lines: Sequence[_Line], most: int = DIGEST_LINES) -> tuple[Sequence[_Line], int]:
    """The lines that a digest shows, and how many more there are."""
    return lines[:most], max(0, len(lines) - most)


def breaker_limit(day_totals: Sequence[int]) -> float:
    """How many messages one day may bring: max(200, 3 x the median of the last 20 working days).

    `day_totals` are messages per working day, oldest first, a day without mail being a zero.
    """
    recent = day_totals[-BREAKER_DAYS:]
    return max(BREAKER_FLOOR, BREAKER_FACTOR * median(recent)) if recent else BREAKER_FLOOR


def usual_total(day_totals: Sequence[int]) -> int:
    """How many messages a working day brings: the median of the last 20, half rounded up."""
    recent = day_totals[-BREAKER_DAYS:]
    return int(median(recent) + 0.5) if recent else 0


def trips_breaker(*, planned_today: int, found: int, day_totals: Sequence[int]) -> bool:
    """Whether a sweep that found so many messages more must hold them and ask the officer."""
    return planned_today + found > breaker_limit(day_totals)
