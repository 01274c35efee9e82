"""What moves a live round: extension, stricter requirement, policy applied now, new version.

Each gives the new dates; where the person is or was away, `leave.with_leave` comes after it.
"""

import datetime as dt
from dataclasses import replace

from lms.certifications.rules.cycles import (
    CycleDates,
    CycleKind,
    CycleWhy,
    enough_until_under,
    renewal_cycle,
)
from lms.certifications.rules.evidence import EvidenceDates
from lms.certifications.rules.policy import RequirementPolicy
from lms.kernel.domain import N_, DomainError

APPLY_NOW_NOTICE_DAYS = 30
_FIRST_DEADLINE = frozenset({CycleKind.INITIAL, CycleKind.REVOCATION})


class ExtensionIsNotLater(DomainError):
    """An extension gives more time, never less."""

    message = N_("Die neue Frist muss nach der bisherigen liegen.")


class ExtensionAfterExpiry(DomainError):
    """What is overdue cannot be made punctual afterwards."""

    message = N_("Die Frist ist schon abgelaufen und kann nicht mehr verlängert werden.")


def extended(cycle: CycleDates, until: dt.date, *, today: dt.date) -> CycleDates:
    """Grant more time (T5); neither the evidence nor the next expiry shifts."""
    if today > cycle.due_on:
        raise ExtensionAfterExpiry
    if until <= cycle.due_on:
        raise ExtensionIsNotLater
    return replace(
        cycle,
        due_on=until,
        grace_until=until + (cycle.grace_until - cycle.due_on),
        extended_until=until,
        due_rev=cycle.due_rev + 1,
        why=CycleWhy.EXTENSION,
    )


def joined_by_stricter(
    policy: RequirementPolicy,
    cycle: CycleDates,
    evidence: EvidenceDates | None,
    *,
    assigned_on: dt.date,
) -> CycleDates:
    """The live round when a requirement joins that governs from now on (T15).

    `evidence` is what the round follows, `assigned_on` the day on which the stricter requirement
    reached the person (hiring, if later). Without a live round ("once" was enough so far) the
    round is `cycles.cycle_on_assignment`.
    """
    first_deadline = assigned_on + dt.timedelta(days=policy.initial_due_days)
    if cycle.kind in _FIRST_DEADLINE or evidence is None:
        return _pulled_forward(policy, cycle, first_deadline, CycleWhy.STRICTER)
    enough_until = enough_until_under(policy, evidence)
    target = None if enough_until is None else max(first_deadline, enough_until)
    return _pulled_forward(policy, cycle, target, CycleWhy.STRICTER)


def with_policy_now(
    policy: RequirementPolicy,
    cycle: CycleDates,
    evidence: EvidenceDates | None,
    *,
    today: dt.date,
) -> CycleDates:
    """The live round under a changed policy that is applied at once (T15); it is never put off."""
    earliest = today + dt.timedelta(days=APPLY_NOW_NOTICE_DAYS)
    if cycle.kind in _FIRST_DEADLINE or evidence is None:
        deadline = cycle.opens_on + dt.timedelta(days=policy.initial_due_days)
        return _pulled_forward(policy, cycle, max(deadline, earliest), CycleWhy.POLICY)
    enough_until = enough_until_under(policy, evidence)
    target = None if enough_until is None else max(enough_until, earliest)
    return _pulled_forward(policy, cycle, target, CycleWhy.POLICY)


def cycle_by_policy_now(
    policy: RequirementPolicy, evidence: EvidenceDates, *, today: dt.date
) -> CycleDates | None:
    """The round that "once" changed to an interval makes when applied now; None: still once."""
    enough_until = enough_until_under(policy, evidence)
    if enough_until is None:
        return None
    earliest = today + dt.timedelta(days=APPLY_NOW_NOTICE_DAYS)
    return renewal_cycle(policy, max(enough_until, earliest), CycleWhy.POLICY)


def _pulled_forward(
    policy: RequirementPolicy, cycle: CycleDates, target: dt.date | None, why: CycleWhy
) -> CycleDates:
    """Window and grace of the policy; a target before the due date becomes the due date."""
    if target is not None and target < cycle.due_on:
        cycle = _due_earlier(cycle, target, why)
    if cycle.kind in _FIRST_DEADLINE:
        return cycle
    window_opens_on = cycle.baseline_due_on - dt.timedelta(days=policy.window_days)
    return replace(
        cycle,
        opens_on=min(cycle.opens_on, window_opens_on),
        grace_until=cycle.due_on + dt.timedelta(days=policy.grace_days),
    )


def _due_earlier(cycle: CycleDates, due_on: dt.date, why: CycleWhy) -> CycleDates:
    return replace(
        cycle,
        opens_on=min(cycle.opens_on, due_on),
        due_on=due_on,
        baseline_due_on=due_on,
        grace_until=due_on + (cycle.grace_until - cycle.due_on),
        extended_until=None,
        due_rev=cycle.due_rev + 1,
        why=why,
    )


def retrained(
    cycle: CycleDates, *, published_on: dt.date, due_days: int, today: dt.date
) -> CycleDates:
    """The live round when a version comes out that everybody must take (T6).

    Whoever has not shown the course at all keeps a first round; it is only due earlier.
    """
    target = published_on + dt.timedelta(days=due_days)
    if target < cycle.due_on:
        cycle = _due_earlier(cycle, target, CycleWhy.VERSION)
    kind = cycle.kind if cycle.kind in _FIRST_DEADLINE else CycleKind.VERSION
    opens_on = min(cycle.opens_on, today)
    return replace(cycle, kind=kind, opens_on=opens_on, why=CycleWhy.VERSION)


def version_cycle(
    policy: RequirementPolicy, *, published_on: dt.date, due_days: int, today: dt.date
) -> CycleDates:
    """The round that such a version makes where none was live since once had been enough."""
    due_on = published_on + dt.timedelta(days=due_days)
    return CycleDates(
        kind=CycleKind.VERSION,
        opens_on=min(today, due_on),
        due_on=due_on,
        baseline_due_on=due_on,
        grace_until=due_on + dt.timedelta(days=policy.grace_days),
        why=CycleWhy.VERSION,
    )
