"""The dates of evidence: what a completion gives when nothing came before, and which one counts."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from lms.certifications.months import add_months, yearly_day_on_or_after
from lms.certifications.rules.policy import RenewalBase, RequirementPolicy
from lms.kernel.domain import N_, DomainError


class CompletedInTheFuture(DomainError):
    """Nobody has finished something tomorrow."""

    message = N_("Das Datum liegt in der Zukunft. Trag den Tag ein, an dem es abgeschlossen war.")


class CompletedTooLongAgo(DomainError):
    """An external document older than one interval proves nothing today."""

    message = N_("Der Nachweis ist zu alt: Er zählt höchstens %(months)s Monate lang.")


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceDates:
    """Dates of one piece of evidence; `valid_until` is its last valid day, None: for ever.

    Where it ends, `valid_until == add_months(anchor_on, interval_months * k)`. `recorded_on` is
    the day it became known (approval of an external document), None: the day of completion.
    """

    completed_on: dt.date
    valid_from: dt.date
    valid_until: dt.date | None = None
    interval_months: int | None = None
    anchor_on: dt.date | None = None
    k: int = 0
    recorded_on: dt.date | None = None
    revoked_on: dt.date | None = None

    def is_valid_on(self, day: dt.date) -> bool:
        """Whether it holds on this day, the last one included; a revocation is not asked for."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


def evidence_for_ever(completed_on: dt.date) -> EvidenceDates:
    """What a course gives that once is enough for."""
    return EvidenceDates(completed_on=completed_on, valid_from=completed_on)


def anchored_evidence(
    completed_on: dt.date, *, anchor_on: dt.date, k: int, interval_months: int
) -> EvidenceDates:
    """Evidence of round `k` since the anchor."""
    return EvidenceDates(
        completed_on=completed_on,
        valid_from=completed_on,
        valid_until=add_months(anchor_on, interval_months * k),
        interval_months=interval_months,
        anchor_on=anchor_on,
        k=k,
    )


def first_evidence(policy: RequirementPolicy, completed_on: dt.date) -> EvidenceDates:
    """What a completion gives on its own: the first one, a late one, one that starts anew."""
    if policy.interval_months is None:
        return evidence_for_ever(completed_on)
    if policy.renewal_base is RenewalBase.FIXED:
        # Anchored on the end itself, so that the chain goes on right when the base is changed.
        return anchored_evidence(
            completed_on,
            anchor_on=_fixed_day(policy, completed_on),
            k=0,
            interval_months=policy.interval_months,
        )
    return anchored_evidence(
        completed_on, anchor_on=completed_on, k=1, interval_months=policy.interval_months
    )


def _fixed_day(policy: RequirementPolicy, completed_on: dt.date) -> dt.date:
    """The smallest configured day after the completion that leaves the least validity."""
    return yearly_day_on_or_after(
        add_months(completed_on, policy.min_valid_months or 1),
        month=policy.fixed_month or 12,
        day_of_month=policy.fixed_day or 31,
    )


def effective_evidence(
    evidence: Iterable[EvidenceDates], day: dt.date, *, known_on: dt.date | None = None
) -> EvidenceDates | None:
    """Of what was completed on or before `day`: not revoked, with the greatest `valid_until`.

    By what is known now; with `known_on` by what was known then (the audit view): without later
    approvals, and as if later revocations had not been.
    """
    counting = [one for one in evidence if one.completed_on <= day and _is_known(one, known_on)]
    return max(counting, key=_reach, default=None)


def _is_known(one: EvidenceDates, known_on: dt.date | None) -> bool:
    if known_on is None:
        return one.revoked_on is None
    recorded = one.recorded_on is None or one.recorded_on <= known_on
    return recorded and (one.revoked_on is None or one.revoked_on > known_on)


def _reach(one: EvidenceDates) -> tuple[dt.date, dt.date]:
    return (one.valid_until or dt.date.max, one.completed_on)


def require_external_date(
    completed_on: dt.date, *, today: dt.date, interval_months: int | None
) -> None:
    """An external document may not be from the future nor older than one interval."""
    if completed_on > today:
        raise CompletedInTheFuture
    if interval_months is not None and add_months(completed_on, interval_months) < today:
        raise CompletedTooLongAgo(months=interval_months)
