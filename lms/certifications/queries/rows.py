"""Between stored rows and the values of the pure rules."""

import datetime as dt

from lms.certifications.models import Cycle, Evidence, RequirementRevision
from lms.certifications.rules.cycles import CycleDates, CycleKind, CycleWhy
from lms.certifications.rules.evidence import EvidenceDates
from lms.certifications.rules.policy import RenewalBase, RequirementPolicy


def policy_of(revision: RequirementRevision) -> RequirementPolicy:
    """The policy of a revision."""
    return RequirementPolicy(
        initial_due_days=revision.initial_due_days,
        interval_months=revision.interval_months,
        renewal_base=RenewalBase(revision.renewal_base),
        fixed_month=revision.fixed_month,
        fixed_day=revision.fixed_day,
        min_valid_months=revision.min_valid_months,
        window_days=revision.window_days,
        grace_days=revision.grace_days,
        return_grace_days=revision.return_grace_days,
        stages=tuple(revision.stages),
        overdue_every_days=revision.overdue_every_days,
        overdue_count=revision.overdue_count,
    )


def cycle_dates(cycle: Cycle) -> CycleDates:
    """The dates of a stored round."""
    return CycleDates(
        kind=CycleKind(cycle.kind),
        opens_on=cycle.opens_on,
        due_on=cycle.due_on,
        baseline_due_on=cycle.baseline_due_on,
        grace_until=cycle.grace_until,
        why=CycleWhy(cycle.why),
        due_rev=cycle.due_rev,
        extended_until=cycle.extended_until,
    )


def evidence_dates(evidence: Evidence, *, recorded_on: dt.date | None = None) -> EvidenceDates:
    """The dates of stored evidence."""
    return EvidenceDates(
        completed_on=evidence.completed_on,
        valid_from=evidence.valid_from,
        valid_until=evidence.valid_until,
        interval_months=evidence.interval_months,
        anchor_on=evidence.anchor_on,
        k=evidence.k,
        recorded_on=recorded_on,
        revoked_on=evidence.revoked_on,
    )
