"""What a completion does: evidence with its dates, or a voluntary repeat (certification.md 1.3)."""

import datetime as dt
from dataclasses import dataclass, replace

from lms.certifications.months import add_months
from lms.certifications.rules.cycles import CycleDates, CycleKind, next_cycle
from lms.certifications.rules.evidence import (
    EvidenceDates,
    anchored_evidence,
    evidence_for_ever,
    first_evidence,
)
from lms.certifications.rules.policy import RenewalBase, RequirementPolicy


@dataclass(frozen=True, slots=True)
class VoluntaryRepeat:
    """A completion that renews nothing: a learning activity.

    `opens_on` is the first day on which it would have counted, None: never again.
    """

    opens_on: dt.date | None


def renew(
    policy: RequirementPolicy,
    previous: EvidenceDates | None,
    cycle: CycleDates | None,
    completed_on: dt.date,
) -> EvidenceDates | VoluntaryRepeat:
    """The evidence of a completion, or the news that it changes nothing.

    `policy` is the one frozen in the cycle, `previous` the evidence that the cycle follows; for a
    row older than stored evidence the one before it, without a cycle. Somebody without a duty
    (`cycle` None) is judged as if the round after `previous` were live.
    """
    if previous is None:
        return first_evidence(policy, completed_on)
    live = cycle or next_cycle(policy, previous)
    if live is None:
        return VoluntaryRepeat(None)
    if is_voluntary(policy, live, completed_on):
        return VoluntaryRepeat(live.opens_on)
    if _keeps_rhythm(policy, previous, live, completed_on):
        return _next_in_rhythm(policy, previous, live, completed_on)
    return _without_loss(first_evidence(policy, completed_on), previous, live)


def is_voluntary(policy: RequirementPolicy, cycle: CycleDates, completed_on: dt.date) -> bool:
    """Whether a completion on this day would change no date: before the window, base `expiry`."""
    return (
        policy.renewal_base is RenewalBase.EXPIRY
        and cycle.kind in {CycleKind.RENEWAL, CycleKind.VERSION}
        and completed_on < cycle.opens_on
    )


def _keeps_rhythm(
    policy: RequirementPolicy, previous: EvidenceDates, cycle: CycleDates, completed_on: dt.date
) -> bool:
    return (
        policy.renewal_base is RenewalBase.EXPIRY
        and cycle.kind is CycleKind.RENEWAL
        and not _is_pulled_forward(previous, cycle)
        and completed_on <= cycle.rhythm_until
    )


def _is_pulled_forward(previous: EvidenceDates, cycle: CycleDates) -> bool:
    """A new version, a stricter requirement or a policy applied now made it due before its end."""
    if cycle.kind is CycleKind.RENEWAL:
        return cycle.baseline_due_on != previous.valid_until
    return cycle.kind is CycleKind.VERSION


def _next_in_rhythm(
    policy: RequirementPolicy, previous: EvidenceDates, cycle: CycleDates, completed_on: dt.date
) -> EvidenceDates:
    interval = policy.interval_months
    if interval is None:
        return evidence_for_ever(completed_on)
    anchor_on, k = _chain(previous, interval, ends_on=cycle.baseline_due_on)
    k += 1
    while add_months(anchor_on, interval * k) <= completed_on:  # an extension longer than a round
        k += 1
    return anchored_evidence(completed_on, anchor_on=anchor_on, k=k, interval_months=interval)


def _chain(
    previous: EvidenceDates, interval_months: int | None, *, ends_on: dt.date
) -> tuple[dt.date, int]:
    """Anchor and number to count on from; after a change of interval the old end is the anchor."""
    if previous.anchor_on is not None and previous.interval_months == interval_months:
        return previous.anchor_on, previous.k
    return ends_on, 0


def _without_loss(
    fresh: EvidenceDates, previous: EvidenceDates, cycle: CycleDates
) -> EvidenceDates:
    """A renewal never ends before what it renews.

    Only where a shorter interval was put into force at once is the shorter validity meant.
    """
    if fresh.valid_until is None or previous.valid_until is None:
        return fresh
    shortened = (
        _is_pulled_forward(previous, cycle) and fresh.interval_months != previous.interval_months
    )
    if shortened or fresh.valid_until >= previous.valid_until:
        return fresh
    anchor_on, k = _chain(previous, fresh.interval_months, ends_on=previous.valid_until)
    return replace(fresh, valid_until=previous.valid_until, anchor_on=anchor_on, k=k)
