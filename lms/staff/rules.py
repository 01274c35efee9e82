"""What somebody needs in a course, filters of the overview and weeks of the calendar; pure."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from lms.certifications.rules.status import Status

SOON_DAYS = 30
WEEKS = 5
_WEEK = dt.timedelta(days=7)


class Need(StrEnum):
    """What an officer looks for: one filter of the overview each, the most urgent first."""

    OVERDUE = "overdue"
    DUE = "due"
    BEGUN = "in_progress"
    OPEN = "not_started"


def need_of(status: Status, *, has_begun: bool) -> Need | None:
    """The need behind a status and the learning progress beside it; None: nothing to do now."""
    if status in (Status.OVERDUE, Status.GRACE):
        return Need.OVERDUE
    if status is Status.DUE:
        return Need.DUE
    if status is Status.OPEN:
        return Need.BEGUN if has_begun else Need.OPEN
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the overview is narrowed to; None and no words: everybody."""

    words: tuple[str, ...] = ()
    unit_id: int | None = None
    course_id: int | None = None
    need: Need | None = None
    # Only people who report to one of these, for the pages of supervisors.
    supervisor_ids: tuple[int, ...] = ()

    @property
    def is_set(self) -> bool:
        """True when anything is left out."""
        return any((self.words, self.unit_id, self.course_id, self.need))


@dataclass(frozen=True, slots=True)
class Week:
    """A week of the strip: from Monday, or today, to Sunday."""

    first_on: dt.date
    last_on: dt.date

    @property
    def number(self) -> int:
        """Number of the calendar week (ISO 8601)."""
        return self.last_on.isocalendar().week


def next_weeks(today: dt.date) -> tuple[Week, ...]:
    """The rest of this week and the four that follow."""
    sunday = today + dt.timedelta(days=6 - today.weekday())
    later = [sunday + _WEEK * number for number in range(1, WEEKS)]
    return (Week(today, sunday), *(Week(end - dt.timedelta(days=6), end) for end in later))
