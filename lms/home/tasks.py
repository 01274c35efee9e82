"""What is to be done next, and how somebody stands on the whole; pure."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lms.certifications.rules.status import Status
from lms.learning.rules.catalogue import CourseFacts, Urgency

MOST_ROWS = 3
_OUT = (Status.OVERDUE, Status.GRACE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """One person in one course; minutes are those still to spend.

    `is_waiting`: somebody else has to confirm a report first. `holds_today`: the evidence is valid
    today. `is_short`: a refresher, by the lessons of that round.
    """

    facts: CourseFacts
    grace_until: dt.date | None = None
    has_evidence: bool = False
    holds_today: bool = False
    is_short: bool = False
    is_waiting: bool = False

    @property
    def is_task(self) -> bool:
        """True when something is to be done now."""
        return self.facts.urgency <= Urgency.OPEN

    @property
    def is_out(self) -> bool:
        """Past its date."""
        return self.facts.has_duty and self.facts.status in _OUT

    @property
    def has_run_out(self) -> bool:
        """Evidence was there, and it holds no longer."""
        return self.is_out and self.has_evidence and not self.holds_today

    @property
    def is_renewed(self) -> bool:
        """The evidence still holds, but a newer version of the course had to be taken."""
        return self.is_out and self.holds_today

    @property
    def is_missed(self) -> bool:
        """The first deadline passed without any evidence."""
        return self.is_out and not self.has_evidence


@dataclass(frozen=True, slots=True)
class Summary:
    """How somebody stands on the whole; of the minutes each group's own.

    `valid` of `total` duties hold today, exempt ones are not counted. `next_due_on` is the nearest
    date of what is settled.
    """

    valid: int
    total: int
    run_out: int
    soon: int
    renewed: int
    missed: int
    open: int
    begun: int
    urgent_minutes: int
    other_minutes: int
    shortest_minutes: int
    next_due_on: dt.date | None
    is_first_day: bool
    is_at_rest: bool

    @property
    def urgent(self) -> int:
        """How many courses cannot wait."""
        return self.run_out + self.soon + self.renewed + self.missed


def tasks(stands: Iterable[Stand]) -> list[Stand]:
    """What is to be done, the most urgent first: run out, soon, begun, not begun."""
    return sorted((one for one in stands if one.is_task), key=_order)


def _order(one: Stand) -> tuple[Urgency, dt.date, str]:
    return (one.facts.urgency, one.facts.due_on or dt.date.max, one.facts.title.casefold())


def shortest(found: Sequence[Stand]) -> Stand:
    """The task to begin with on the first day."""
    return min(found, key=lambda one: (one.facts.minutes, _order(one)))


def summary_of(stands: Sequence[Stand]) -> Summary:
    """Counted over all courses of a person."""
    duties = [one for one in stands if one.facts.has_duty]
    counted = [one for one in duties if one.facts.status is not Status.EXEMPT]
    found = tasks(stands)
    urgent = [one for one in found if one.facts.needs_somebody]
    others = [one for one in found if not one.facts.needs_somebody]
    begun = [one for one in others if one.facts.is_begun]
    ahead = [one.facts.due_on for one in duties if one.facts.status is Status.VALID]
    return Summary(
        valid=sum(one.holds_today for one in counted),
        total=len(counted),
        run_out=sum(one.has_run_out for one in found),
        soon=sum(one.facts.urgency is Urgency.SOON for one in found),
        renewed=sum(one.is_renewed for one in found),
        missed=sum(one.is_missed for one in found),
        open=sum(one.facts.status is Status.OPEN for one in others),
        begun=len(begun),
        urgent_minutes=sum(one.facts.minutes for one in urgent),
        other_minutes=sum(one.facts.minutes for one in others),
        shortest_minutes=min((one.facts.minutes for one in others), default=0),
        next_due_on=min((day for day in ahead if day), default=None),
        is_first_day=bool(found)
        and not urgent
        and not begun
        and not any(one.has_evidence for one in stands),
        is_at_rest=any(one.facts.status is Status.PAUSED for one in duties),
    )
