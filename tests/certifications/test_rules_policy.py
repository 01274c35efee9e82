"""Policies: defaults, limits, and which of several requirements governs."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.certifications.rules.policy import (
    Claim,
    Governing,
    GoverningReason,
    PolicyFault,
    PolicyValues,
    RenewalBase,
    RequirementPolicy,
    default_window_days,
    policy_with_defaults,
    strictest,
    validate_policy,
    year_day,
)

FIXED = policy_with_defaults(renewal_base=RenewalBase.FIXED, fixed_month=12, fixed_day=31)


def test_what_is_left_out_has_the_defaults_of_the_contract() -> None:
    assert policy_with_defaults() == RequirementPolicy(
        initial_due_days=30,
        interval_months=12,
        renewal_base=RenewalBase.EXPIRY,
        fixed_month=None,
        fixed_day=None,
        min_valid_months=None,
        window_days=60,
        grace_days=0,
        return_grace_days=30,
        stages=(-60, -30, -14, -7, -1, 0),
        overdue_every_days=7,
        overdue_count=26,
    )


def test_what_the_file_says_wins_over_the_course() -> None:
    of_the_course = PolicyValues(interval_months=24, grace_days=14)
    of_the_file = PolicyValues(interval_months=2)

    policy = policy_with_defaults(**(of_the_course | of_the_file))

    assert (policy.interval_months, policy.grace_days, policy.window_days) == (2, 14, 28)


def test_a_window_that_is_given_stays() -> None:
    assert policy_with_defaults(window_days=45, interval_months=1).window_days == 45


def test_keys_of_another_base_are_left_out() -> None:
    policy = policy_with_defaults(fixed_month=12, fixed_day=31, min_valid_months=6)

    assert (policy.fixed_month, policy.fixed_day, policy.min_valid_months) == (None, None, None)


def test_a_fixed_day_leaves_half_a_year_at_least_unless_said_otherwise() -> None:
    assert (FIXED.min_valid_months, FIXED.fixed_month, FIXED.fixed_day) == (6, 12, 31)
    assert replace(FIXED, min_valid_months=9) == policy_with_defaults(
        renewal_base=RenewalBase.FIXED, fixed_month=12, fixed_day=31, min_valid_months=9
    )


@pytest.mark.parametrize(
    ("interval_months", "min_valid_months", "days"),
    [(12, None, 60), (5, None, 60), (4, None, 56), (1, None, 14), (None, None, 60), (12, 2, 28)],
)
def test_a_window_left_out_is_60_days_and_at_most_14_a_month(
    interval_months: int | None, min_valid_months: int | None, days: int
) -> None:
    assert default_window_days(interval_months, min_valid_months) == days


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12-31", (12, 31)),
        ("02-29", (2, 29)),
        ("02-30", None),
        ("13-01", None),
        ("1-1", None),
        ("31.12.", None),
        ("١٢-٣١", None),
    ],
)
def test_a_day_of_the_year_is_month_and_day(text: str, expected: tuple[int, int] | None) -> None:
    assert year_day(text) == expected


@pytest.mark.parametrize(
    ("policy", "fields"),
    [
        (RequirementPolicy(), []),
        (FIXED, []),
        (replace(FIXED, interval_months=None), []),
        (RequirementPolicy(interval_months=None, window_days=3000), []),
        (RequirementPolicy(interval_months=1, window_days=27), []),
        (RequirementPolicy(interval_months=1, window_days=28), ["window_days"]),
        (RequirementPolicy(interval_months=0), ["interval_months"]),
        (RequirementPolicy(interval_months=121), ["interval_months"]),
        (RequirementPolicy(window_days=-1), ["window_days"]),
        (RequirementPolicy(grace_days=-1), ["grace_days"]),
        (RequirementPolicy(initial_due_days=-1), ["initial_due_days"]),
        (RequirementPolicy(initial_due_days=3651), ["initial_due_days"]),
        (RequirementPolicy(return_grace_days=-1), ["return_grace_days"]),
        (RequirementPolicy(overdue_every_days=0), ["overdue_every_days"]),
        (RequirementPolicy(overdue_count=-1), ["overdue_count"]),
        (RequirementPolicy(overdue_count=522), ["overdue_count"]),
        (RequirementPolicy(overdue_count=521), []),
        (RequirementPolicy(stages=()), []),
        (RequirementPolicy(stages=(-7, 1)), ["stages"]),
        (RequirementPolicy(stages=(-7, -7)), ["stages"]),
        (RequirementPolicy(stages=tuple(range(-20, 0))), []),
        (RequirementPolicy(stages=tuple(range(-20, 1))), ["stages"]),
        (replace(FIXED, interval_months=24), ["interval_months"]),
        (replace(FIXED, fixed_month=None), ["fixed_day"]),
        (replace(FIXED, fixed_month=2, fixed_day=30), ["fixed_day"]),
        (replace(FIXED, min_valid_months=0), ["min_valid_months"]),
        (replace(FIXED, min_valid_months=13), ["min_valid_months"]),
        (replace(FIXED, min_valid_months=2, window_days=55), []),
        (replace(FIXED, min_valid_months=2, window_days=56), ["window_days"]),
        (RequirementPolicy(grace_days=-1, stages=(1,)), ["grace_days", "stages"]),
    ],
)
def test_a_policy_is_refused_by_the_field_that_is_wrong(
    policy: RequirementPolicy, fields: list[str]
) -> None:
    assert [fault.field for fault in validate_policy(policy)] == fields


def test_a_fault_says_what_is_allowed() -> None:
    (fault,) = validate_policy(RequirementPolicy(interval_months=1, window_days=28))

    assert fault == PolicyFault(
        "window_days",
        "Der Zeitraum zum Erneuern darf höchstens %(most)s Tage lang sein.",
        least=0,
        most=27,
    )


@given(st.none() | st.integers(1, 120), st.sampled_from(RenewalBase), st.integers(1, 12))
def test_defaults_are_always_allowed(
    interval_months: int | None, base: RenewalBase, min_valid_months: int
) -> None:
    is_fixed = base is RenewalBase.FIXED
    policy = policy_with_defaults(
        interval_months=interval_months and (12 if is_fixed else interval_months),
        renewal_base=base,
        fixed_month=12,
        fixed_day=31,
        min_valid_months=min_valid_months,
    )

    assert validate_policy(policy) == ()


def claim(number: int, since: str, interval: int | None, initial_due_days: int = 30) -> Claim:
    policy = RequirementPolicy(interval_months=interval, initial_due_days=initial_due_days)
    return Claim(number, dt.date.fromisoformat(since), policy)


YEARLY = claim(1, "2026-01-01", 12)


@pytest.mark.parametrize(
    ("others", "governing", "reason"),
    [
        ([], 1, GoverningReason.ONLY),
        ([claim(2, "2025-01-01", 24, 5)], 1, GoverningReason.SHORTER_INTERVAL),
        ([claim(2, "2025-01-01", None, 5)], 1, GoverningReason.SHORTER_INTERVAL),
        ([claim(2, "2027-01-01", 6, 90)], 2, GoverningReason.SHORTER_INTERVAL),
        ([claim(2, "2027-01-01", 12, 29)], 2, GoverningReason.SHORTER_FIRST_DEADLINE),
        ([claim(2, "2025-12-31", 12, 30)], 2, GoverningReason.OLDER),
        ([claim(2, "2026-01-01", 12, 30)], 1, GoverningReason.OLDER),
        (
            [claim(2, "2026-02-01", 12, 10), claim(3, "2025-01-01", 24)],
            2,
            GoverningReason.SHORTER_FIRST_DEADLINE,
        ),
    ],
)
def test_the_strictest_requirement_governs_and_says_why(
    others: list[Claim], governing: int, reason: GoverningReason
) -> None:
    claims = [YEARLY, *others]
    expected = next(one for one in claims if one.requirement_id == governing)

    assert strictest(claims) == Governing(expected, reason)
    assert strictest(reversed(claims)) == Governing(expected, reason)
