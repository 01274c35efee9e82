"""The status of one person in one course, computed from dates when it is read (section 7.1)."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from lms.certifications.rules.cycles import CycleDates, next_cycle
from lms.certifications.rules.evidence import EvidenceDates
from lms.certifications.rules.leave import pauses
from lms.certifications.rules.policy import RequirementPolicy
from lms.people.calendar import Span, is_employed_on


class Status(StrEnum):
    """What the overview, `flask status` and the figures call it (contract.md)."""

    EXEMPT = "exempt"
    PAUSED = "paused"
    OPEN = "open"
    VALID = "valid"
    DUE = "due"
    GRACE = "grace"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of one person in one course, as it bears on the day that is asked for.

    `evidence` is the effective one of that day, `cycle` the round live on it; a duty without a
    round is one that has been met for ever. `assigned_on` None: there is no duty.
    """

    assigned_on: dt.date | None
    evidence: EvidenceDates | None = None
    cycle: CycleDates | None = None
    absences: tuple[Span, ...] = ()
    exemptions: tuple[Span, ...] = ()
    hired_on: dt.date | None = None
    left_on: dt.date | None = None


def cycle_seen_on(
    day: dt.date,
    policy: RequirementPolicy,
    evidence: EvidenceDates | None,
    *,
    live: CycleDates | None,
    follows: EvidenceDates | None,
) -> CycleDates | None:
    """The round as seen on a day: the stored one, unless the duty came only after later evidence.

    `evidence` is the effective one of the day, `follows` what the stored round `live` renews.
    Where that was not there yet, the round is the one that would have followed `evidence`.
    """
    if follows is None or follows.completed_on <= day:
        return live
    return None if evidence is None else next_cycle(policy, evidence)


def status_on(day: dt.date, standing: Standing) -> Status | None:
    """The one status of the day; None: not listed.

    Nobody is listed before hiring and after leaving. Without a duty somebody is listed as valid
    while evidence lasts. A duty that came later counts for evidence shown before it, also for
    evidence that had run out, but nobody was open before being assigned.
    """
    if not is_employed_on(day, hired_on=standing.hired_on, left_on=standing.left_on):
        return None
    is_valid = standing.evidence is not None and standing.evidence.is_valid_on(day)
    if standing.assigned_on is None:
        return Status.VALID if is_valid else None
    by_dates = _by_dates(day, standing.cycle, is_valid=is_valid)
    if day < standing.assigned_on and (standing.evidence is None or by_dates is Status.OPEN):
        return None
    return _on_leave(day, standing) or by_dates


def _on_leave(day: dt.date, standing: Standing) -> Status | None:
    if any(span.covers(day) for span in standing.exemptions):
        return Status.EXEMPT
    if any(span.covers(day) for span in pauses(standing.absences)):
        return Status.PAUSED
    return None


def _by_dates(day: dt.date, cycle: CycleDates | None, *, is_valid: bool) -> Status:
    if cycle is None:
        return Status.VALID if is_valid else Status.OVERDUE
    if is_valid:
        return _while_valid(day, cycle)
    if day <= cycle.due_on:
        return Status.OPEN
    return Status.GRACE if day <= cycle.grace_until else Status.OVERDUE


def _while_valid(day: dt.date, cycle: CycleDates) -> Status:
    if day < cycle.opens_on:
        return Status.VALID
    return Status.DUE if day <= cycle.due_on else Status.OVERDUE
