"""What renewing would come to: from when, and until when the next certificate would hold; pure."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from lms.certifications.months import add_months
from lms.certifications.rules.cycles import CycleDates
from lms.certifications.rules.evidence import EvidenceDates
from lms.certifications.rules.policy import RequirementPolicy
from lms.certifications.rules.renewal import VoluntaryRepeat, renew


class Prospect(StrEnum):
    """How the certificate that somebody holds stands to its renewal."""

    EXPIRED = "expired"
    OPEN = "open"
    NOT_YET = "not_yet"
    FOR_EVER = "for_ever"


@dataclass(frozen=True, slots=True)
class Outlook:
    """`next_until` is what a completion on `renew_from` gives, None: for ever.

    `renew_from` None: there is nothing to renew. `loses_nothing`: the new time begins where the
    old one ends, so that doing it early costs no day.
    """

    prospect: Prospect
    renew_from: dt.date | None = None
    next_until: dt.date | None = None
    loses_nothing: bool = False


def outlook_on(
    today: dt.date,
    held: EvidenceDates,
    *,
    policy: RequirementPolicy,
    cycle: CycleDates | None,
    follows: EvidenceDates | None,
) -> Outlook:
    """What renewing `held` would come to, by the same rule that judges completions.

    `cycle` is the live round, `follows` the evidence it renews; without a duty `held` itself.
    """
    if held.valid_until is None:
        return Outlook(Prospect.FOR_EVER)
    renew_from = today
    outcome = renew(policy, follows, cycle, renew_from)
    if isinstance(outcome, VoluntaryRepeat) and outcome.opens_on is not None:
        # A round that opens on a day takes what is completed on it.
        renew_from = outcome.opens_on
        outcome = renew(policy, follows, cycle, renew_from)
    if isinstance(outcome, VoluntaryRepeat):
        return Outlook(Prospect.FOR_EVER)
    return Outlook(
        _prospect(held, today, renew_from),
        renew_from,
        outcome.valid_until,
        _loses_nothing(held, outcome, renew_from),
    )


def _prospect(held: EvidenceDates, today: dt.date, renew_from: dt.date) -> Prospect:
    if not held.is_valid_on(today):
        return Prospect.EXPIRED
    return Prospect.OPEN if renew_from <= today else Prospect.NOT_YET


def _loses_nothing(held: EvidenceDates, renewed: EvidenceDates, renewed_on: dt.date) -> bool:
    if renewed.valid_until is None:
        return True
    if held.valid_until is None or renewed_on > held.valid_until:
        return False
    # Counted from its anchor, a new end may lie later than this in a short month, never earlier.
    whole = add_months(held.valid_until, renewed.interval_months or 0)
    return renewed.valid_until >= whole
