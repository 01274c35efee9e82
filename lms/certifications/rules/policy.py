"""A requirement's policy: its fields, defaults and limits, and which of several governs."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict, Unpack

from lms.kernel.domain import N_

DEFAULT_INTERVAL_MONTHS = 12
DEFAULT_STAGES = (-60, -30, -14, -7, -1, 0)
DEFAULT_WINDOW_DAYS = 60
DEFAULT_WINDOW_DAYS_A_MONTH = 14
DEFAULT_MIN_VALID_MONTHS = 6
SHORTEST_MONTH_DAYS = 28
FIXED_INTERVAL_MONTHS = 12
MAX_INTERVAL_MONTHS = 120
MAX_DAYS = 3650
MAX_STAGES = 20
_A_LEAP_YEAR = 2000
_YEAR_DAY = re.compile(r"(\d{2})-(\d{2})", re.ASCII)


class RenewalBase(StrEnum):
    """From what the next validity counts (certification-research.md 1.2)."""

    COMPLETION = "completion"
    EXPIRY = "expiry"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementPolicy:
    """The fields of one requirement revision; `interval_months` None means once is enough."""

    initial_due_days: int = 30
    interval_months: int | None = DEFAULT_INTERVAL_MONTHS
    renewal_base: RenewalBase = RenewalBase.EXPIRY
    fixed_month: int | None = None
    fixed_day: int | None = None
    min_valid_months: int | None = None
    window_days: int = DEFAULT_WINDOW_DAYS
    grace_days: int = 0
    return_grace_days: int = 30
    stages: tuple[int, ...] = DEFAULT_STAGES
    overdue_every_days: int = 7
    overdue_count: int = 26


class PolicyValues(TypedDict, total=False):
    """What somebody wrote down of a policy; what is missing has its default."""

    initial_due_days: int
    interval_months: int | None
    renewal_base: RenewalBase
    fixed_month: int | None
    fixed_day: int | None
    min_valid_months: int | None
    window_days: int
    grace_days: int
    return_grace_days: int
    stages: tuple[int, ...]
    overdue_every_days: int
    overdue_count: int


def policy_with_defaults(**given: Unpack[PolicyValues]) -> RequirementPolicy:
    """Complete a policy: a missing window suits the interval, keys of another base are left out.

    What a course says stands first: `policy_with_defaults(**(of_the_course | of_the_file))`.
    """
    if given.get("renewal_base") is RenewalBase.FIXED:
        given.setdefault("min_valid_months", DEFAULT_MIN_VALID_MONTHS)
    else:
        given["fixed_month"] = given["fixed_day"] = given["min_valid_months"] = None
    if "window_days" not in given:
        given["window_days"] = default_window_days(
            given.get("interval_months", DEFAULT_INTERVAL_MONTHS), given["min_valid_months"]
        )
    return RequirementPolicy(**given)


def default_window_days(interval_months: int | None, min_valid_months: int | None = None) -> int:
    """60 days, at most 14 for each month that a validity is sure to last."""
    months = [each for each in (interval_months, min_valid_months) if each is not None]
    return min([DEFAULT_WINDOW_DAYS, *(DEFAULT_WINDOW_DAYS_A_MONTH * each for each in months)])


def year_day(text: str) -> tuple[int, int] | None:
    """Month and day of a text such as `12-31`; None when there is no such day in any year."""
    found = _YEAR_DAY.fullmatch(text)
    if found is None:
        return None
    month, day = int(found[1]), int(found[2])
    return (month, day) if _is_day_of_a_year(month, day) else None


def _is_day_of_a_year(month: int, day: int) -> bool:
    try:
        dt.date(_A_LEAP_YEAR, month, day)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class PolicyFault:
    """What is wrong with one field; `message` is a German text with `%(most)s` filled in later."""

    field: str
    message: str
    least: int = 0
    most: int = 0


_TOO_MANY = N_("Hier sind nur Werte von %(least)s bis %(most)s möglich.")


def validate_policy(policy: RequirementPolicy) -> tuple[PolicyFault, ...]:
    """Everything that contract.md and the tables refuse, in the order of the fields."""
    return (
        *_faults_of_ranges(policy),
        *_faults_of_fixed(policy),
        *_faults_of_window(policy),
        *_faults_of_stages(policy),
    )


def _faults_of_ranges(policy: RequirementPolicy) -> Iterator[PolicyFault]:
    ranges = (
        ("initial_due_days", policy.initial_due_days, 0, MAX_DAYS),
        ("interval_months", policy.interval_months, 1, MAX_INTERVAL_MONTHS),
        ("window_days", policy.window_days, 0, MAX_DAYS),
        ("grace_days", policy.grace_days, 0, MAX_DAYS),
        ("return_grace_days", policy.return_grace_days, 0, MAX_DAYS),
        ("overdue_every_days", policy.overdue_every_days, 1, MAX_DAYS),
        (
            "overdue_count",
            policy.overdue_count,
            0,
            MAX_DAYS // max(policy.overdue_every_days, 1),
        ),
    )
    for field, value, least, most in ranges:
        if value is not None and not least <= value <= most:
            yield PolicyFault(field, _TOO_MANY, least, most)


def _faults_of_fixed(policy: RequirementPolicy) -> Iterator[PolicyFault]:
    if policy.renewal_base is not RenewalBase.FIXED:
        return
    if policy.interval_months not in {None, FIXED_INTERVAL_MONTHS}:
        yield PolicyFault(
            "interval_months",
            N_("Mit festem Stichtag wird alle zwölf Monate oder nur einmal geschult."),
        )
    if not _is_day_of_a_year(policy.fixed_month or 0, policy.fixed_day or 0):
        yield PolicyFault("fixed_day", N_("Gib den Stichtag als Monat und Tag an, etwa 12-31."))
    if not 1 <= (policy.min_valid_months or 0) <= FIXED_INTERVAL_MONTHS:
        yield PolicyFault("min_valid_months", _TOO_MANY, 1, FIXED_INTERVAL_MONTHS)


def _faults_of_window(policy: RequirementPolicy) -> Iterator[PolicyFault]:
    months = (
        policy.min_valid_months
        if policy.renewal_base is RenewalBase.FIXED
        else policy.interval_months
    )
    if months and policy.window_days >= months * SHORTEST_MONTH_DAYS:
        yield PolicyFault(
            "window_days",
            N_("Der Zeitraum zum Erneuern darf höchstens %(most)s Tage lang sein."),
            most=months * SHORTEST_MONTH_DAYS - 1,
        )


def _faults_of_stages(policy: RequirementPolicy) -> Iterator[PolicyFault]:
    stages = policy.stages
    if any(not -MAX_DAYS <= stage <= 0 for stage in stages) or len(set(stages)) < len(stages):
        yield PolicyFault(
            "stages",
            N_("Erinnerungen vor der Frist: jede Zahl einmal, von %(least)s bis %(most)s."),
            -MAX_DAYS,
        )
    if len(stages) > MAX_STAGES:
        yield PolicyFault(
            "stages", N_("Höchstens %(most)s Erinnerungen vor der Frist."), most=MAX_STAGES
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """One of several requirements that reach the same person for the same course."""

    requirement_id: int
    since: dt.date
    policy: RequirementPolicy


class GoverningReason(StrEnum):
    """Why one requirement governs: what told it from the next strictest."""

    ONLY = "only"
    SHORTER_INTERVAL = "shorter_interval"
    SHORTER_FIRST_DEADLINE = "shorter_first_deadline"
    OLDER = "older"


@dataclass(frozen=True, slots=True)
class Governing:
    """The requirement whose whole policy holds, and why."""

    claim: Claim
    reason: GoverningReason


def strictest(claims: Iterable[Claim]) -> Governing:
    """Which of several requirements governs, with its whole policy (contract.md).

    The shortest interval ("once" is the longest), then the shorter first deadline, then the older
    requirement. Needs at least one.
    """
    first, *others = sorted(claims, key=_strictness)
    if not others:
        return Governing(first, GoverningReason.ONLY)
    mine, next_best = _strictness(first), _strictness(others[0])
    if mine[0] != next_best[0]:
        return Governing(first, GoverningReason.SHORTER_INTERVAL)
    if mine[1] != next_best[1]:
        return Governing(first, GoverningReason.SHORTER_FIRST_DEADLINE)
    return Governing(first, GoverningReason.OLDER)


def _strictness(claim: Claim) -> tuple[int, int, dt.date, int]:
    interval = claim.policy.interval_months
    return (
        MAX_INTERVAL_MONTHS + 1 if interval is None else interval,
        claim.policy.initial_due_days,
        claim.since,
        claim.requirement_id,
    )
