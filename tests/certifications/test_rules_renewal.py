"""Dates of evidence: first, on time, early, late, fixed, once; vectors of certification.md 8."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.certifications.months import add_months, yearly_day_on_or_after
from lms.certifications.rules.changes import extended, joined_by_stricter, retrained, version_cycle
from lms.certifications.rules.cycles import (
    CycleDates,
    CycleKind,
    CycleWhy,
    initial_cycle,
    next_cycle,
    revocation_cycle,
)
from lms.certifications.rules.evidence import (
    CompletedInTheFuture,
    CompletedTooLongAgo,
    EvidenceDates,
    effective_evidence,
    evidence_for_ever,
    first_evidence,
    require_external_date,
)
from lms.certifications.rules.leave import with_leave
from lms.certifications.rules.policy import RenewalBase, RequirementPolicy, policy_with_defaults
from lms.certifications.rules.renewal import VoluntaryRepeat, renew
from lms.kernel.clock import local_date
from lms.people.calendar import DAY, Span

day = dt.date.fromisoformat
YEARLY = RequirementPolicy()
ONCE = RequirementPolicy(interval_months=None)
BY_COMPLETION = RequirementPolicy(renewal_base=RenewalBase.COMPLETION)
NEW_YEARS_EVE = policy_with_defaults(renewal_base=RenewalBase.FIXED, fixed_month=12, fixed_day=31)
E0 = first_evidence(YEARLY, day("2025-03-10"))
BASES = st.sampled_from([YEARLY, BY_COMPLETION, NEW_YEARS_EVE])
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31))


def live_after(evidence: EvidenceDates, policy: RequirementPolicy = YEARLY) -> CycleDates:
    cycle = next_cycle(policy, evidence)
    assert cycle is not None
    return cycle


def evidence_of(outcome: EvidenceDates | VoluntaryRepeat) -> EvidenceDates:
    assert isinstance(outcome, EvidenceDates)
    return outcome


def renewed(
    completed_on: str, previous: EvidenceDates = E0, policy: RequirementPolicy = YEARLY
) -> EvidenceDates:
    return evidence_of(renew(policy, previous, live_after(previous, policy), day(completed_on)))


def test_vector_1_a_first_completion_is_valid_for_a_year_and_renewable_60_days_before() -> None:
    evidence = evidence_of(
        renew(YEARLY, None, initial_cycle(YEARLY, starts_on=day("2026-03-01")), day("2026-03-10"))
    )

    assert evidence == EvidenceDates(
        completed_on=day("2026-03-10"),
        valid_from=day("2026-03-10"),
        valid_until=day("2027-03-10"),
        interval_months=12,
        anchor_on=day("2026-03-10"),
        k=1,
    )
    assert live_after(evidence) == CycleDates(
        kind=CycleKind.RENEWAL,
        opens_on=day("2027-01-09"),
        due_on=day("2027-03-10"),
        baseline_due_on=day("2027-03-10"),
        grace_until=day("2027-03-10"),
        why=CycleWhy.PLAIN,
        due_rev=0,
    )


def test_vector_2_the_leap_day_comes_back() -> None:
    ends = []
    evidence = first_evidence(YEARLY, day("2024-02-29"))
    for year in range(2025, 2030):
        ends.append(evidence.valid_until)
        evidence = renewed(f"{year}-02-15", evidence)

    assert ends == [
        day(one) for one in ("2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29", "2029-02-28")
    ]


def test_vector_4_the_last_of_january_monthly_does_not_drift() -> None:
    monthly = policy_with_defaults(interval_months=1)
    evidence = first_evidence(monthly, day("2026-01-31"))
    ends = [evidence.valid_until]
    for _ in range(5):
        assert evidence.valid_until is not None
        evidence = renewed(evidence.valid_until.isoformat(), evidence, monthly)
        ends.append(evidence.valid_until)

    assert ends == [
        day(one)
        for one in (
            "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31",
        )
    ]  # fmt: skip


def test_vector_5_before_the_window_a_repeat_is_voluntary() -> None:
    assert renew(YEARLY, E0, live_after(E0), day("2025-06-01")) == VoluntaryRepeat(
        day("2026-01-09")
    )
    assert renew(YEARLY, E0, live_after(E0), day("2026-01-08")) == VoluntaryRepeat(
        day("2026-01-09")
    )


def test_vector_6_the_first_day_of_the_window_keeps_the_rhythm() -> None:
    assert renewed("2026-01-09") == EvidenceDates(
        completed_on=day("2026-01-09"),
        valid_from=day("2026-01-09"),
        valid_until=day("2027-03-10"),
        interval_months=12,
        anchor_on=day("2025-03-10"),
        k=2,
    )


def test_vector_9_a_summer_midnight_belongs_to_the_next_day() -> None:
    instant = dt.datetime(2026, 7, 31, 22, 30, tzinfo=dt.UTC)

    assert local_date(instant, ZoneInfo("Europe/Berlin")) == day("2026-08-01")


def test_vector_10_late_begins_anew() -> None:
    evidence = renewed("2026-05-20")

    assert (evidence.valid_until, evidence.anchor_on, evidence.k) == (
        day("2027-05-20"),
        day("2026-05-20"),
        1,
    )
    gap = [day("2026-03-10") + DAY * n for n in range(72)]
    covered = [E0.is_valid_on(one) or evidence.is_valid_on(one) for one in gap]
    assert covered == [True, *[False] * 70, True]


def test_vector_12_base_completion_counts_from_the_completion() -> None:
    assert renewed("2026-02-01", policy=BY_COMPLETION).valid_until == day("2027-02-01")
    assert renewed("2025-06-01", policy=BY_COMPLETION).valid_until == day("2026-06-01")


def test_vector_15_a_new_version_pulls_forward_and_its_completion_begins_anew() -> None:
    old = first_evidence(YEARLY, day("2025-12-31"))
    cycle = retrained(
        live_after(old), published_on=day("2026-06-01"), due_days=30, today=day("2026-06-01")
    )

    assert evidence_of(renew(YEARLY, old, cycle, day("2026-06-20"))).valid_until == day(
        "2027-06-20"
    )


def test_vector_17_after_a_long_absence_a_late_completion_begins_anew() -> None:
    cycle = with_leave(live_after(E0), absences=[Span(day("2026-01-15"), day("2026-08-31"))])

    assert evidence_of(renew(YEARLY, E0, cycle, day("2026-09-20"))).valid_until == day("2027-09-20")
    assert evidence_of(renew(YEARLY, E0, cycle, day("2026-03-10"))).valid_until == day("2027-03-10")
    assert evidence_of(renew(YEARLY, E0, cycle, day("2026-03-11"))).valid_until == day("2027-03-11")
    assert E0.valid_until == day("2026-03-10")


def test_vector_24_an_external_certificate_counts_from_its_own_day() -> None:
    external = replace(renewed("2026-01-20"), recorded_on=day("2026-03-15"))

    assert external.valid_until == day("2027-03-10")
    # By what is known now it fills the gap, in the audit view only from its approval on.
    march = [day("2026-03-10"), day("2026-03-14"), day("2026-03-15")]
    assert [effective_evidence([E0, external], one) for one in march] == [external] * 3
    assert [effective_evidence([E0, external], one, known_on=one) for one in march] == [
        E0,
        E0,
        external,
    ]


def test_grace_keeps_the_rhythm_and_the_day_after_does_not() -> None:
    lenient = RequirementPolicy(grace_days=14)

    assert renewed("2026-03-24", policy=lenient).valid_until == day("2027-03-10")
    assert renewed("2026-03-25", policy=lenient).valid_until == day("2027-03-25")


def test_an_extension_keeps_the_rhythm() -> None:
    cycle = extended(live_after(E0), day("2026-04-10"), today=day("2026-03-01"))

    assert evidence_of(renew(YEARLY, E0, cycle, day("2026-04-10"))).valid_until == day("2027-03-10")
    assert evidence_of(renew(YEARLY, E0, cycle, day("2026-04-11"))).valid_until == day("2027-04-11")


def test_an_extension_before_an_absence_counts_as_the_old_due_date() -> None:
    cycle = extended(live_after(E0), day("2026-04-10"), today=day("2026-03-01"))
    away = with_leave(cycle, absences=[Span(day("2026-03-20"), day("2026-05-31"))])

    assert away.due_on == day("2026-07-01")
    assert evidence_of(renew(YEARLY, E0, away, day("2026-04-10"))).valid_until == day("2027-03-10")
    assert evidence_of(renew(YEARLY, E0, away, day("2026-04-11"))).valid_until == day("2027-04-11")


def test_an_extension_longer_than_a_round_skips_the_rounds_it_covers() -> None:
    monthly = policy_with_defaults(interval_months=1)
    evidence = first_evidence(monthly, day("2026-01-31"))
    cycle = extended(live_after(evidence, monthly), day("2026-04-15"), today=day("2026-02-20"))

    outcome = evidence_of(renew(monthly, evidence, cycle, day("2026-03-31")))

    assert (outcome.valid_until, outcome.k) == (day("2026-04-30"), 3)


def test_after_a_change_of_interval_the_old_end_is_the_new_anchor() -> None:
    two_yearly = RequirementPolicy(interval_months=24)
    evidence = first_evidence(two_yearly, day("2020-02-29"))
    for year in (2022, 2024):
        evidence = renewed(f"{year}-02-01", evidence, two_yearly)
    assert (evidence.valid_until, evidence.k) == (day("2026-02-28"), 3)

    outcome = renewed("2026-02-01", evidence, YEARLY)

    assert (outcome.valid_until, outcome.anchor_on, outcome.k, outcome.interval_months) == (
        day("2027-02-28"),
        day("2026-02-28"),
        1,
        12,
    )


def test_once_is_valid_for_ever_and_a_repeat_is_voluntary() -> None:
    evidence = evidence_of(
        renew(ONCE, None, initial_cycle(ONCE, starts_on=day("2026-01-01")), day("2026-01-05"))
    )

    assert evidence == EvidenceDates(completed_on=day("2026-01-05"), valid_from=day("2026-01-05"))
    assert evidence.is_valid_on(day("2999-01-01"))
    assert next_cycle(ONCE, evidence) is None
    assert renew(ONCE, evidence, None, day("2027-01-05")) == VoluntaryRepeat(None)


def test_an_interval_changed_to_once_acts_with_the_next_completion_in_the_window() -> None:
    assert renew(ONCE, E0, live_after(E0, ONCE), day("2026-01-08")) == VoluntaryRepeat(
        day("2026-01-09")
    )
    assert renewed("2026-01-09", policy=ONCE) == evidence_for_ever(day("2026-01-09"))
    assert renewed("2026-05-20", policy=ONCE) == evidence_for_ever(day("2026-05-20"))


@pytest.mark.parametrize(
    ("completed_on", "valid_until"),
    [
        ("2026-06-30", "2026-12-31"),
        ("2026-07-01", "2027-12-31"),
        ("2026-12-30", "2027-12-31"),
        ("2026-12-31", "2027-12-31"),
        ("2026-01-01", "2026-12-31"),
    ],
)
def test_a_fixed_day_leaves_the_least_validity(completed_on: str, valid_until: str) -> None:
    evidence = first_evidence(NEW_YEARS_EVE, day(completed_on))

    assert (evidence.valid_until, evidence.anchor_on, evidence.k) == (
        day(valid_until),
        day(valid_until),
        0,
    )


def test_a_fixed_day_renews_at_any_time_and_never_ends_earlier() -> None:
    ends_2026 = first_evidence(NEW_YEARS_EVE, day("2026-01-15"))

    assert renewed("2026-02-01", ends_2026, NEW_YEARS_EVE).valid_until == day("2026-12-31")
    assert renewed("2026-11-15", ends_2026, NEW_YEARS_EVE).valid_until == day("2027-12-31")
    assert renewed("2027-01-15", ends_2026, NEW_YEARS_EVE).valid_until == day("2027-12-31")


def test_from_a_fixed_day_to_expiry_the_rhythm_goes_on_from_the_fixed_day() -> None:
    ends_2026 = first_evidence(NEW_YEARS_EVE, day("2026-01-15"))

    assert renewed("2026-12-01", ends_2026).valid_until == day("2027-12-31")


def test_a_fixed_leap_day_is_the_28th_in_ordinary_years() -> None:
    assert yearly_day_on_or_after(day("2026-03-01"), month=2, day_of_month=29) == day("2027-02-28")
    assert yearly_day_on_or_after(day("2027-03-01"), month=2, day_of_month=29) == day("2028-02-29")
    assert yearly_day_on_or_after(day("2028-02-29"), month=2, day_of_month=29) == day("2028-02-29")


def test_a_version_right_after_an_early_renewal_takes_no_days_away() -> None:
    early = renewed("2026-01-09")
    cycle = retrained(
        live_after(early), published_on=day("2026-01-15"), due_days=30, today=day("2026-01-15")
    )

    outcome = evidence_of(renew(YEARLY, early, cycle, day("2026-01-20")))

    assert (outcome.valid_until, outcome.anchor_on, outcome.k) == (
        day("2027-03-10"),
        day("2025-03-10"),
        2,
    )


def test_a_version_before_it_is_published_changes_nothing() -> None:
    cycle = retrained(
        live_after(E0), published_on=day("2025-07-01"), due_days=30, today=day("2025-07-01")
    )

    assert renew(YEARLY, E0, cycle, day("2025-06-30")) == VoluntaryRepeat(day("2025-07-01"))


def test_a_version_of_a_course_that_once_was_enough_for_renews_for_ever() -> None:
    cycle = version_cycle(
        ONCE, published_on=day("2026-06-01"), due_days=30, today=day("2026-06-01")
    )

    assert renew(ONCE, evidence_for_ever(day("2020-01-01")), cycle, day("2026-06-20")) == (
        evidence_for_ever(day("2026-06-20"))
    )


def test_under_a_stricter_requirement_the_completion_begins_anew() -> None:
    two_yearly = first_evidence(RequirementPolicy(interval_months=24), day("2025-03-10"))
    cycle = joined_by_stricter(
        YEARLY, live_after(two_yearly), two_yearly, assigned_on=day("2026-01-01")
    )
    assert cycle.due_on == day("2026-03-10")

    outcome = evidence_of(renew(YEARLY, two_yearly, cycle, day("2026-02-01")))

    assert (outcome.valid_until, outcome.anchor_on) == (day("2027-02-01"), day("2026-02-01"))


def test_a_version_under_a_shorter_interval_begins_anew_with_it() -> None:
    two_yearly = first_evidence(RequirementPolicy(interval_months=24), day("2025-03-10"))
    cycle = retrained(
        live_after(two_yearly), published_on=day("2025-06-01"), due_days=30, today=day("2025-06-01")
    )

    assert evidence_of(renew(YEARLY, two_yearly, cycle, day("2025-06-20"))).valid_until == day(
        "2026-06-20"
    )


def test_a_changed_interval_under_base_completion_never_ends_earlier() -> None:
    two_yearly = first_evidence(RequirementPolicy(interval_months=24), day("2025-03-10"))

    outcome = renewed("2025-06-01", two_yearly, BY_COMPLETION)

    assert (outcome.valid_until, outcome.anchor_on, outcome.k) == (
        day("2027-03-10"),
        day("2027-03-10"),
        0,
    )


def test_a_round_after_a_revocation_counts_any_completion_and_begins_anew() -> None:
    cycle = revocation_cycle(YEARLY, revoked_on=day("2026-05-04"))

    assert evidence_of(renew(YEARLY, E0, cycle, day("2026-05-20"))).valid_until == day("2027-05-20")


def test_without_a_duty_a_completion_is_judged_by_the_round_that_would_be_live() -> None:
    assert renew(YEARLY, E0, None, day("2025-06-01")) == VoluntaryRepeat(day("2026-01-09"))
    assert evidence_of(renew(YEARLY, E0, None, day("2026-01-09"))).valid_until == day("2027-03-10")
    assert evidence_of(renew(YEARLY, E0, None, day("2026-05-20"))).valid_until == day("2027-05-20")


def test_evidence_counts_from_its_day_on_and_the_longest_one_is_effective() -> None:
    longer = replace(E0, completed_on=day("2025-01-01"), valid_until=day("2026-12-31"))
    for_ever = evidence_for_ever(day("2025-06-01"))

    assert effective_evidence([], day("2026-01-01")) is None
    assert effective_evidence([E0], day("2025-03-09")) is None
    assert effective_evidence([E0], day("2030-01-01")) == E0
    assert effective_evidence([longer, E0], day("2025-03-10")) == longer
    assert effective_evidence([longer, for_ever, E0], day("2025-06-01")) == for_ever
    assert effective_evidence([longer, for_ever, E0], day("2025-05-31")) == longer
    assert not E0.is_valid_on(day("2025-03-09"))


def test_revoked_evidence_never_counts_now_and_did_until_its_revocation() -> None:
    revoked = replace(renewed("2026-01-20"), revoked_on=day("2026-05-04"))

    assert effective_evidence([E0, revoked], day("2026-02-01")) == E0
    may = [day("2026-05-03"), day("2026-05-04")]
    assert [effective_evidence([E0, revoked], one, known_on=one) for one in may] == [revoked, E0]


def test_an_external_document_is_neither_from_the_future_nor_older_than_an_interval() -> None:
    today = day("2026-03-10")

    require_external_date(today, today=today, interval_months=12)
    require_external_date(day("2025-03-10"), today=today, interval_months=12)
    require_external_date(day("1990-01-01"), today=today, interval_months=None)
    with pytest.raises(CompletedInTheFuture):
        require_external_date(day("2026-03-11"), today=today, interval_months=12)
    with pytest.raises(CompletedTooLongAgo) as refused:
        require_external_date(day("2025-03-09"), today=today, interval_months=12)
    assert str(refused.value) == "Der Nachweis ist zu alt: Er zählt höchstens 12 Monate lang."


@given(DAYS, st.integers(0, 240))
def test_months_are_counted_from_the_anchor_and_only_short_months_clamp(
    anchor: dt.date, months: int
) -> None:
    result = add_months(anchor, months)

    assert (result.year * 12 + result.month) - (anchor.year * 12 + anchor.month) == months
    assert result.day == anchor.day or (result.day < anchor.day and (result + DAY).day == 1)


@given(DAYS, st.integers(1, 60), st.integers(0, 60), st.integers(0, 60))
def test_renewing_early_never_costs_days(
    completed_on: dt.date, interval: int, early: int, later: int
) -> None:
    policy = policy_with_defaults(interval_months=interval)
    evidence = first_evidence(policy, completed_on)
    cycle = live_after(evidence, policy)
    on_time = sorted(max(cycle.opens_on, cycle.due_on - DAY * before) for before in (early, later))

    ends = {evidence_of(renew(policy, evidence, cycle, one)).valid_until for one in on_time}

    assert ends == {add_months(completed_on, 2 * interval)}


@given(BASES, DAYS, st.lists(st.integers(1, 900), max_size=8))
def test_valid_until_never_falls_and_is_always_on_its_chain(
    policy: RequirementPolicy, first_on: dt.date, pauses_between: list[int]
) -> None:
    evidence = first_evidence(policy, first_on)
    completed_on = first_on
    for days in pauses_between:
        completed_on += DAY * days
        outcome = renew(policy, evidence, live_after(evidence, policy), completed_on)
        if isinstance(outcome, VoluntaryRepeat):
            assert policy is YEARLY
            assert outcome.opens_on is not None
            assert completed_on < outcome.opens_on
            continue
        assert outcome.valid_until is not None
        assert evidence.valid_until is not None
        assert outcome.valid_until >= max(evidence.valid_until, completed_on)
        assert outcome.anchor_on is not None
        assert outcome.valid_until == add_months(outcome.anchor_on, 12 * outcome.k)
        if completed_on > evidence.valid_until and policy is not NEW_YEARS_EVE:
            assert outcome.valid_until == add_months(completed_on, 12)
        evidence = outcome


@given(DAYS, st.integers(1, 12), st.integers(1, 12), st.integers(1, 28))
def test_a_fixed_day_lies_between_the_least_validity_and_a_year_more(
    completed_on: dt.date, min_valid_months: int, month: int, day_of_month: int
) -> None:
    policy = policy_with_defaults(
        renewal_base=RenewalBase.FIXED,
        fixed_month=month,
        fixed_day=day_of_month,
        min_valid_months=min_valid_months,
    )

    ends_on = first_evidence(policy, completed_on).valid_until

    assert ends_on is not None
    least = add_months(completed_on, min_valid_months)
    assert least <= ends_on <= least + DAY * 367
    assert (ends_on.month, ends_on.day) == (month, day_of_month)
