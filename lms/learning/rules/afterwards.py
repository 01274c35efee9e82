"""What finishing a course today would give: until when, and from when it may be renewed."""

import datetime as dt
from dataclasses import dataclass

from lms.certifications.rules.cycles import CycleDates, CycleKind
from lms.certifications.rules.evidence import EvidenceDates
from lms.certifications.rules.policy import RenewalBase, RequirementPolicy
from lms.certifications.rules.renewal import VoluntaryRepeat, renew
from lms.learning.rules.rounds import RoundFacts, is_voluntary


@dataclass(frozen=True, slots=True, kw_only=True)
class Afterwards:
    """The dates behind the end of a course; `valid_until` None: for ever, or not known yet.

    `is_for_ever`: once is enough. `changes_nothing`: a voluntary repeat.
    """

    valid_until: dt.date | None = None
    renew_from: dt.date | None = None
    is_for_ever: bool = False
    changes_nothing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The rule a completion today would be judged by; `due_on` is that of the live round."""

    interval_months: int | None
    renewal_base: RenewalBase = RenewalBase.EXPIRY
    window_days: int = 0
    due_on: dt.date | None = None
    grace_until: dt.date | None = None


def afterwards(
    terms: Terms, facts: RoundFacts, evidence: EvidenceDates | None, *, today: dt.date
) -> Afterwards:
    """The dates a completion today would give, by the same rule that will judge it.

    The day of a fixed date is not among what a page knows, so it promises none.
    """
    if is_voluntary(facts, today):
        return Afterwards(
            valid_until=facts.valid_until,
            renew_from=facts.opens_on,
            is_for_ever=facts.valid_until is None,
            changes_nothing=True,
        )
    if terms.interval_months is None:
        return Afterwards(is_for_ever=True)
    if terms.renewal_base is RenewalBase.FIXED:
        return Afterwards()
    policy = RequirementPolicy(
        interval_months=terms.interval_months,
        renewal_base=terms.renewal_base,
        window_days=terms.window_days,
    )
    given = renew(policy, evidence, _round(terms, facts, evidence), today)
    if isinstance(given, VoluntaryRepeat) or given.valid_until is None:
        return Afterwards(valid_until=facts.valid_until)
    return Afterwards(
        valid_until=given.valid_until,
        renew_from=given.valid_until - dt.timedelta(days=terms.window_days),
    )


def _round(terms: Terms, facts: RoundFacts, evidence: EvidenceDates | None) -> CycleDates | None:
    """The live round, as far as a page knows it; one pulled forward begins a new rhythm."""
    if evidence is None or evidence.valid_until is None or terms.due_on is None:
        return None
    is_version = facts.must_retake or terms.due_on < evidence.valid_until
    return CycleDates(
        kind=CycleKind.VERSION if is_version else CycleKind.RENEWAL,
        opens_on=facts.opens_on or terms.due_on,
        due_on=terms.due_on,
        baseline_due_on=evidence.valid_until,
        grace_until=terms.grace_until or terms.due_on,
    )
