"""Rounds of a duty: how each kind begins (certification.md 1.3, T1, T2, T9)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.certifications.rules.evidence import EvidenceDates, first_evidence
from lms.certifications.rules.policy import RenewalBase, RequirementPolicy


class CycleKind(StrEnum):
    """What made the round."""

    INITIAL = "initial"
    RENEWAL = "renewal"
    VERSION = "version"
    REVOCATION = "revocation"


class CycleWhy(StrEnum):
    """What last moved its due date; people read it beside the date."""

    PLAIN = "plain"
    EXTENSION = "extension"
    ABSENCE = "absence"
    EXEMPTION = "exemption"
    VERSION = "version"
    STRICTER = "stricter"
    POLICY = "policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleDates:
    """Dates of one round; `baseline_due_on` knows neither extensions nor absences nor exemptions.

    `due_rev` counts changes of `due_on`: stages are told anew for each. `extended_until` is the
    day that was granted, kept so that an absence corrected later does not lose it.
    """

    kind: CycleKind
    opens_on: dt.date
    due_on: dt.date
    baseline_due_on: dt.date
    grace_until: dt.date
    why: CycleWhy = CycleWhy.PLAIN
    due_rev: int = 0
    extended_until: dt.date | None = None

    @property
    def granted_until(self) -> dt.date:
        """The due date without what absences and exemptions moved."""
        return max(self.baseline_due_on, self.extended_until or self.baseline_due_on)

    @property
    def rhythm_until(self) -> dt.date:
        """The last day on which a completion keeps the rhythm: grace counts, leave does not."""
        return self.grace_until if self.due_on == self.granted_until else self.granted_until


def initial_cycle(policy: RequirementPolicy, *, starts_on: dt.date) -> CycleDates:
    """The first round: open at once, without grace."""
    return _without_grace(CycleKind.INITIAL, policy, starts_on)


def revocation_cycle(policy: RequirementPolicy, *, revoked_on: dt.date) -> CycleDates:
    """The round after a revocation: the first deadline once more."""
    return _without_grace(CycleKind.REVOCATION, policy, revoked_on)


def _without_grace(kind: CycleKind, policy: RequirementPolicy, starts_on: dt.date) -> CycleDates:
    due_on = starts_on + dt.timedelta(days=policy.initial_due_days)
    return CycleDates(
        kind=kind, opens_on=starts_on, due_on=due_on, baseline_due_on=due_on, grace_until=due_on
    )


def renewal_cycle(
    policy: RequirementPolicy, due_on: dt.date, why: CycleWhy = CycleWhy.PLAIN
) -> CycleDates:
    """A round that renews what runs out on `due_on`."""
    return CycleDates(
        kind=CycleKind.RENEWAL,
        opens_on=due_on - dt.timedelta(days=policy.window_days),
        due_on=due_on,
        baseline_due_on=due_on,
        grace_until=due_on + dt.timedelta(days=policy.grace_days),
        why=why,
    )


def next_cycle(policy: RequirementPolicy, evidence: EvidenceDates) -> CycleDates | None:
    """The round that follows evidence, under the policy that governs now; None: valid for ever."""
    if evidence.valid_until is None:
        return None
    return renewal_cycle(policy, evidence.valid_until)


def cycle_on_assignment(
    policy: RequirementPolicy,
    evidence: EvidenceDates | None,
    *,
    assigned_on: dt.date,
    hired_on: dt.date | None = None,
    came_on: dt.date | None = None,
) -> CycleDates | None:
    """The live round of a new assignment (T1, T11); None: what is there is enough for ever.

    `evidence` is the effective one, `came_on` the last day on which the person was hired, came
    back or changed unit or job. Evidence that ran out is overdue since then, unless the person
    came later. A requirement that finds valid evidence acts like a stricter one that joins.
    """
    starts_on = max(assigned_on, hired_on or assigned_on)
    if evidence is None or _begins_afresh(evidence, starts_on, came_on):
        return initial_cycle(policy, starts_on=starts_on)
    due_on = stricter_due_on(policy, evidence, starts_on=starts_on)
    if due_on is None:
        return None
    why = CycleWhy.PLAIN if due_on == evidence.valid_until else CycleWhy.STRICTER
    return renewal_cycle(policy, due_on, why)


def _begins_afresh(evidence: EvidenceDates, starts_on: dt.date, came_on: dt.date | None) -> bool:
    ran_out = evidence.valid_until
    return ran_out is not None and ran_out < starts_on and came_on is not None and came_on > ran_out


def stricter_due_on(
    policy: RequirementPolicy, evidence: EvidenceDates, *, starts_on: dt.date
) -> dt.date | None:
    """The evidence's own end or max(start + first deadline, completed + interval), if earlier.

    None: it is enough for ever.
    """
    enough_until = enough_until_under(policy, evidence)
    if enough_until is None:
        return evidence.valid_until
    target = max(starts_on + dt.timedelta(days=policy.initial_due_days), enough_until)
    return target if evidence.valid_until is None else min(evidence.valid_until, target)


def enough_until_under(policy: RequirementPolicy, evidence: EvidenceDates) -> dt.date | None:
    """Until when evidence satisfies a policy that it was not made under: completed + interval.

    With the same interval its own end holds, so that renewing early costs no days.
    """
    own = first_evidence(policy, evidence.completed_on).valid_until
    same_rule = policy.renewal_base is not RenewalBase.FIXED
    if own is None or evidence.valid_until is None or not same_rule:
        return own
    if evidence.interval_months == policy.interval_months:
        return max(own, evidence.valid_until)
    return own


def live_index_on(day: dt.date, closing_days: Sequence[dt.date | None]) -> int | None:
    """Which round was live on a day: the index of the first one not yet closed.

    `closing_days` holds `closed_on` of one person's rounds in their order; on the day a round is
    closed its successor is the live one.
    """
    for index, closed_on in enumerate(closing_days):
        if closed_on is None or closed_on > day:
            return index
    return None
