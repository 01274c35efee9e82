"""How rounds begin and what moves them: certification.md 1.3 and T1 to T15."""

import datetime as dt
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.certifications.rules.changes import (
    ExtensionAfterExpiry,
    ExtensionIsNotLater,
    cycle_by_policy_now,
    extended,
    joined_by_stricter,
    retrained,
    version_cycle,
    with_policy_now,
)
from lms.certifications.rules.cycles import (
    CycleDates,
    CycleKind,
    CycleWhy,
    cycle_on_assignment,
    initial_cycle,
    live_index_on,
    next_cycle,
    renewal_cycle,
    revocation_cycle,
)
from lms.certifications.rules.evidence import evidence_for_ever, first_evidence
from lms.certifications.rules.leave import pauses, with_leave
from lms.certifications.rules.policy import RenewalBase, RequirementPolicy, policy_with_defaults
from lms.certifications.rules.renewal import renew
from lms.people.calendar import DAY, Span

day = dt.date.fromisoformat
YEARLY = RequirementPolicy()
TWO_YEARLY = RequirementPolicy(interval_months=24)
ONCE = RequirementPolicy(interval_months=None)
NEW_YEARS_EVE = policy_with_defaults(renewal_base=RenewalBase.FIXED, fixed_month=12, fixed_day=31)
E0 = first_evidence(YEARLY, day("2025-03-10"))
C0 = renewal_cycle(YEARLY, day("2026-03-10"))
LONG = Span(day("2026-01-15"), day("2026-08-31"))
DAYS = st.dates(dt.date(2025, 6, 1), dt.date(2026, 12, 31))


def dates(cycle: CycleDates | None) -> tuple[str, str, str, str, str, int] | None:
    """Opens, due, baseline, grace, why, due_rev."""
    if cycle is None:
        return None
    return (
        cycle.opens_on.isoformat(),
        cycle.due_on.isoformat(),
        cycle.baseline_due_on.isoformat(),
        cycle.grace_until.isoformat(),
        cycle.why.value,
        cycle.due_rev,
    )


# Assignment


def test_a_joiner_has_the_first_deadline_from_hiring_on_without_grace() -> None:
    lenient = RequirementPolicy(initial_due_days=10, grace_days=14)

    cycle = cycle_on_assignment(
        lenient, None, assigned_on=day("2026-11-24"), hired_on=day("2026-12-01")
    )

    assert cycle is not None
    assert cycle.kind is CycleKind.INITIAL
    assert dates(cycle) == ("2026-12-01", "2026-12-11", "2026-12-11", "2026-12-11", "plain", 0)


def test_assigned_after_hiring_counts_from_the_assignment() -> None:
    cycle = cycle_on_assignment(
        YEARLY, None, assigned_on=day("2026-11-24"), hired_on=day("2020-01-01")
    )

    assert dates(cycle) == ("2026-11-24", "2026-12-24", "2026-12-24", "2026-12-24", "plain", 0)


def test_valid_evidence_of_the_same_interval_starts_a_renewal_at_its_own_end() -> None:
    cycle = cycle_on_assignment(YEARLY, E0, assigned_on=day("2025-06-01"))

    assert cycle == C0


def test_an_early_renewal_keeps_its_days_when_the_duty_comes_again() -> None:
    early = renew(YEARLY, E0, C0, day("2026-01-09"))

    cycle = cycle_on_assignment(YEARLY, early, assigned_on=day("2026-02-01"))  # type: ignore[arg-type]

    assert cycle == renewal_cycle(YEARLY, day("2027-03-10"))


def test_evidence_that_ran_out_is_overdue_since_then() -> None:
    cycle = cycle_on_assignment(YEARLY, E0, assigned_on=day("2026-11-24"))

    assert cycle == C0


@pytest.mark.parametrize(
    ("came_on", "expected"),
    [
        ("2026-03-10", ("2026-01-09", "2026-03-10", "2026-03-10", "2026-03-10", "plain", 0)),
        ("2026-03-11", ("2026-11-24", "2026-12-24", "2026-12-24", "2026-12-24", "plain", 0)),
    ],
)
def test_only_who_came_after_the_end_begins_a_first_round(
    came_on: str, expected: tuple[str, str, str, str, str, int]
) -> None:
    cycle = cycle_on_assignment(YEARLY, E0, assigned_on=day("2026-11-24"), came_on=day(came_on))

    assert dates(cycle) == expected


@pytest.mark.parametrize(
    ("assigned_on", "due_on"), [("2025-06-01", "2026-03-10"), ("2026-11-24", "2026-12-24")]
)
def test_a_duty_that_finds_longer_evidence_acts_like_a_stricter_one(
    assigned_on: str, due_on: str
) -> None:
    cycle = cycle_on_assignment(
        YEARLY, first_evidence(TWO_YEARLY, day("2025-03-10")), assigned_on=day(assigned_on)
    )

    assert cycle == replace(renewal_cycle(YEARLY, day(due_on)), why=CycleWhy.STRICTER)


def test_a_longer_interval_cannot_lengthen_what_is_out() -> None:
    assert cycle_on_assignment(TWO_YEARLY, E0, assigned_on=day("2025-06-01")) == C0
    assert cycle_on_assignment(ONCE, E0, assigned_on=day("2025-06-01")) == C0


def test_evidence_for_ever_is_enough_for_once_and_becomes_due_under_an_interval() -> None:
    for_ever = evidence_for_ever(day("2025-03-10"))

    assert cycle_on_assignment(ONCE, for_ever, assigned_on=day("2025-06-01")) is None
    assert cycle_on_assignment(YEARLY, for_ever, assigned_on=day("2025-06-01")) == replace(
        C0, why=CycleWhy.STRICTER
    )
    assert dates(cycle_on_assignment(YEARLY, for_ever, assigned_on=day("2026-11-24"))) == (
        "2026-10-25",
        "2026-12-24",
        "2026-12-24",
        "2026-12-24",
        "stricter",
        0,
    )


def test_vector_25_a_revocation_gives_the_first_deadline_once_more() -> None:
    cycle = revocation_cycle(RequirementPolicy(grace_days=14), revoked_on=day("2026-05-04"))

    assert cycle.kind is CycleKind.REVOCATION
    assert dates(cycle) == ("2026-05-04", "2026-06-03", "2026-06-03", "2026-06-03", "plain", 0)


def test_the_live_round_of_a_day_is_the_first_not_yet_closed() -> None:
    closing_days = [day("2025-03-10"), day("2026-02-01"), None]

    seen = [
        live_index_on(day(one), closing_days)
        for one in ("2024-01-01", "2025-03-09", "2025-03-10", "2026-01-31", "2026-02-01")
    ]

    assert seen == [0, 0, 1, 1, 2]
    assert live_index_on(day("2026-02-01"), closing_days[:2]) is None
    assert live_index_on(day("2026-02-01"), []) is None


# Extension


def test_an_extension_moves_due_and_grace_but_not_the_baseline() -> None:
    lenient = renewal_cycle(RequirementPolicy(grace_days=14), day("2026-03-10"))

    cycle = extended(lenient, day("2026-04-10"), today=day("2026-03-10"))

    assert dates(cycle) == (
        "2026-01-09",
        "2026-04-10",
        "2026-03-10",
        "2026-04-24",
        "extension",
        1,
    )
    assert cycle.extended_until == day("2026-04-10")


def test_an_extension_is_later_and_granted_in_time() -> None:
    with pytest.raises(ExtensionIsNotLater):
        extended(C0, day("2026-03-10"), today=day("2026-03-01"))
    with pytest.raises(ExtensionAfterExpiry):
        extended(C0, day("2026-04-10"), today=day("2026-03-11"))


# A stricter requirement joins


@pytest.mark.parametrize(
    ("assigned_on", "opens_on", "due_on"),
    [("2025-06-01", "2026-01-09", "2026-03-10"), ("2026-06-01", "2026-05-02", "2026-07-01")],
)
def test_a_stricter_requirement_makes_it_due_at_completed_plus_interval_but_not_at_once(
    assigned_on: str, opens_on: str, due_on: str
) -> None:
    evidence = first_evidence(TWO_YEARLY, day("2025-03-10"))
    live = renewal_cycle(TWO_YEARLY, day("2027-03-10"))
    lenient = RequirementPolicy(grace_days=14)

    cycle = joined_by_stricter(lenient, live, evidence, assigned_on=day(assigned_on))

    graced = (day(due_on) + DAY * 14).isoformat()
    assert dates(cycle) == (opens_on, due_on, due_on, graced, "stricter", 1)


def test_a_stricter_requirement_never_gives_more_time() -> None:
    assert joined_by_stricter(YEARLY, C0, E0, assigned_on=day("2026-03-01")) == C0
    assert joined_by_stricter(ONCE, C0, E0, assigned_on=day("2025-04-01")) == C0
    assert joined_by_stricter(YEARLY, C0, E0, assigned_on=day("2025-04-01")) == C0


def test_a_stricter_requirement_shortens_a_first_deadline() -> None:
    live = initial_cycle(YEARLY, starts_on=day("2026-01-01"))
    quick = RequirementPolicy(initial_due_days=7)

    assert dates(joined_by_stricter(quick, live, None, assigned_on=day("2026-01-05"))) == (
        "2026-01-01",
        "2026-01-12",
        "2026-01-12",
        "2026-01-12",
        "stricter",
        1,
    )
    assert joined_by_stricter(quick, live, E0, assigned_on=day("2026-01-30")) == live


# A changed policy applied now


@pytest.mark.parametrize(
    ("today", "opens_on", "due_on"),
    [("2025-06-01", "2026-01-09", "2026-03-10"), ("2026-06-01", "2026-05-02", "2026-07-01")],
)
def test_a_shorter_interval_applied_now_leaves_thirty_days(
    today: str, opens_on: str, due_on: str
) -> None:
    evidence = first_evidence(TWO_YEARLY, day("2025-03-10"))
    live = renewal_cycle(TWO_YEARLY, day("2027-03-10"))

    cycle = with_policy_now(YEARLY, live, evidence, today=day(today))

    assert dates(cycle) == (opens_on, due_on, due_on, due_on, "policy", 1)


def test_a_longer_interval_applied_now_changes_no_date() -> None:
    assert with_policy_now(TWO_YEARLY, C0, E0, today=day("2026-01-01")) == C0
    assert with_policy_now(ONCE, C0, E0, today=day("2026-01-01")) == C0


def test_window_and_grace_applied_now_act_without_a_new_due_date() -> None:
    wider = RequirementPolicy(window_days=90, grace_days=7)
    narrower = RequirementPolicy(window_days=30)

    assert dates(with_policy_now(wider, C0, E0, today=day("2026-01-01"))) == (
        "2025-12-10",
        "2026-03-10",
        "2026-03-10",
        "2026-03-17",
        "plain",
        0,
    )
    assert with_policy_now(narrower, C0, E0, today=day("2026-01-20")) == C0


def test_a_fixed_day_applied_now_counts_from_the_completion() -> None:
    cycle = with_policy_now(NEW_YEARS_EVE, C0, E0, today=day("2025-06-01"))

    assert dates(cycle) == (
        "2025-11-01",
        "2025-12-31",
        "2025-12-31",
        "2025-12-31",
        "policy",
        1,
    )


def test_a_shorter_first_deadline_applied_now_leaves_thirty_days_too() -> None:
    live = initial_cycle(RequirementPolicy(initial_due_days=90), starts_on=day("2026-01-01"))

    assert dates(with_policy_now(YEARLY, live, None, today=day("2026-01-20"))) == (
        "2026-01-01",
        "2026-02-19",
        "2026-02-19",
        "2026-02-19",
        "policy",
        1,
    )


def test_once_changed_to_an_interval_acts_only_when_applied_now() -> None:
    for_ever = evidence_for_ever(day("2025-03-10"))

    assert next_cycle(YEARLY, for_ever) is None
    assert cycle_by_policy_now(ONCE, for_ever, today=day("2026-06-01")) is None
    assert cycle_by_policy_now(YEARLY, for_ever, today=day("2025-06-01")) == replace(
        C0, why=CycleWhy.POLICY
    )
    assert dates(cycle_by_policy_now(YEARLY, for_ever, today=day("2026-06-01"))) == (
        "2026-05-02",
        "2026-07-01",
        "2026-07-01",
        "2026-07-01",
        "policy",
        0,
    )


# A new version


def test_vector_15_a_version_opens_today_and_is_due_within_its_days() -> None:
    live = renewal_cycle(RequirementPolicy(grace_days=7), day("2026-12-31"))

    cycle = retrained(live, published_on=day("2026-06-01"), due_days=30, today=day("2026-06-01"))

    assert cycle.kind is CycleKind.VERSION
    assert dates(cycle) == ("2026-06-01", "2026-07-01", "2026-07-01", "2026-07-08", "version", 1)


def test_a_version_that_is_due_later_than_the_round_moves_no_date() -> None:
    cycle = retrained(C0, published_on=day("2026-03-01"), due_days=30, today=day("2026-03-01"))

    assert cycle == replace(C0, kind=CycleKind.VERSION, why=CycleWhy.VERSION)


def test_a_version_makes_a_first_round_due_earlier_but_keeps_it_a_first_round() -> None:
    live = initial_cycle(YEARLY, starts_on=day("2026-01-01"))

    cycle = retrained(live, published_on=day("2026-01-05"), due_days=7, today=day("2026-01-05"))

    assert cycle.kind is CycleKind.INITIAL
    assert dates(cycle) == ("2026-01-01", "2026-01-12", "2026-01-12", "2026-01-12", "version", 1)


def test_a_version_known_late_never_opens_after_it_was_due() -> None:
    cycle = retrained(C0, published_on=day("2025-06-01"), due_days=10, today=day("2025-08-01"))

    assert dates(cycle) == ("2025-06-11", "2025-06-11", "2025-06-11", "2025-06-11", "version", 1)


def test_a_version_takes_a_granted_extension_back() -> None:
    granted = extended(C0, day("2026-06-30"), today=day("2026-03-01"))

    cycle = retrained(granted, published_on=day("2026-03-05"), due_days=30, today=day("2026-03-05"))

    assert with_leave(cycle) == cycle
    assert dates(cycle) == ("2026-01-09", "2026-04-04", "2026-04-04", "2026-04-04", "version", 2)


def test_a_version_known_late_begins_a_round_that_is_overdue() -> None:
    cycle = version_cycle(
        ONCE, published_on=day("2026-06-01"), due_days=30, today=day("2026-08-01")
    )

    assert (cycle.opens_on, cycle.due_on) == (day("2026-07-01"), day("2026-07-01"))


def test_a_version_begins_a_round_where_once_had_been_enough() -> None:
    cycle = version_cycle(
        RequirementPolicy(interval_months=None, grace_days=7),
        published_on=day("2026-06-01"),
        due_days=30,
        today=day("2026-06-01"),
    )

    assert cycle.kind is CycleKind.VERSION
    assert dates(cycle) == ("2026-06-01", "2026-07-01", "2026-07-01", "2026-07-08", "version", 0)


# Absences and exemptions


def test_vector_17_a_long_absence_gives_thirty_days_after_the_return() -> None:
    assert dates(with_leave(C0, absences=[LONG])) == (
        "2026-01-09",
        "2026-10-01",
        "2026-03-10",
        "2026-10-01",
        "absence",
        1,
    )


def test_vector_23_an_exemption_gives_thirty_days_after_its_end() -> None:
    cycle = with_leave(C0, exemptions=[Span(day("2026-02-01"), day("2026-07-31"))])

    assert dates(cycle) == (
        "2026-01-09",
        "2026-08-31",
        "2026-03-10",
        "2026-08-31",
        "exemption",
        1,
    )


@pytest.mark.parametrize(
    ("from_on", "until_on", "due_on"),
    [
        ("2026-03-01", "2026-03-27", "2026-03-10"),  # 27 days
        ("2026-03-01", "2026-03-28", "2026-04-28"),  # 28 days
        ("2026-03-10", "2026-04-30", "2026-05-31"),  # begins on the due date
        ("2026-03-11", "2026-04-30", "2026-03-10"),  # begins after it
        ("2025-06-01", "2025-12-31", "2026-03-10"),  # back long before
        ("2026-01-01", "2026-02-08", "2026-03-11"),  # back 29 days before
        ("2026-03-01", None, "2026-03-10"),  # no end known
        ("2026-03-01", "9999-12-31", "2026-03-10"),
    ],
)
def test_an_absence_shifts_from_28_days_on_when_begun_by_the_due_date(
    from_on: str, until_on: str | None, due_on: str
) -> None:
    span = Span(day(from_on), None if until_on is None else day(until_on))

    assert with_leave(C0, absences=[span]).due_on == day(due_on)


def test_adjacent_absences_count_as_one() -> None:
    rows = [
        Span(day("2026-03-01"), day("2026-03-20")),
        Span(day("2026-03-21"), day("2026-04-05")),
    ]

    assert pauses(rows) == (Span(day("2026-03-01"), day("2026-04-05")),)
    assert with_leave(C0, absences=rows).due_on == day("2026-05-06")
    assert pauses([rows[0]]) == ()


def test_a_second_absence_may_begin_in_the_time_that_the_first_one_gave() -> None:
    second = Span(day("2026-09-20"), day("2026-11-30"))

    assert with_leave(C0, absences=[second, LONG]).due_on == day("2026-12-31")
    assert with_leave(C0, absences=[second]) == C0


def test_an_absence_may_begin_in_the_time_that_an_exemption_gave() -> None:
    exemption = Span(day("2026-02-01"), day("2026-07-31"))
    absence = Span(day("2026-08-15"), day("2026-10-31"))

    cycle = with_leave(C0, absences=[absence], exemptions=[exemption])

    assert (cycle.due_on, cycle.why) == (day("2026-12-01"), CycleWhy.ABSENCE)


def test_an_exemption_helps_also_who_is_overdue_already() -> None:
    cycle = with_leave(C0, exemptions=[Span(day("2026-06-01"), day("2026-07-31"))])

    assert cycle.due_on == day("2026-08-31")


def test_a_corrected_absence_gives_the_old_dates_back() -> None:
    granted = extended(C0, day("2026-04-10"), today=day("2026-03-01"))
    away = with_leave(granted, absences=[LONG])

    back = with_leave(away)

    assert back == replace(granted, due_rev=3)
    assert with_leave(with_leave(C0, absences=[LONG])) == replace(C0, due_rev=2)
    version = retrained(C0, published_on=day("2026-01-05"), due_days=30, today=day("2026-01-05"))
    assert with_leave(with_leave(version, absences=[LONG])) == replace(version, due_rev=3)


def test_return_grace_and_grace_days_are_those_of_the_policy() -> None:
    lenient = renewal_cycle(RequirementPolicy(grace_days=14), day("2026-03-10"))

    cycle = with_leave(lenient, absences=[LONG], return_grace_days=10)

    assert dates(cycle) == (
        "2026-01-09",
        "2026-09-11",
        "2026-03-10",
        "2026-09-25",
        "absence",
        1,
    )


@st.composite
def spans(draw: st.DrawFn) -> Span:
    from_on = draw(DAYS)
    length = draw(st.none() | st.integers(0, 200))
    return Span(from_on, None if length is None else from_on + DAY * length)


@given(st.lists(spans(), max_size=4), st.lists(spans(), max_size=3), st.randoms())
def test_leave_is_counted_anew_each_time_in_any_order(
    absences: list[Span], exemptions: list[Span], random: Random
) -> None:
    once = with_leave(C0, absences=absences, exemptions=exemptions)
    shuffled = random.sample(absences, len(absences))

    assert with_leave(once, absences=absences, exemptions=exemptions) == once
    assert with_leave(C0, absences=shuffled, exemptions=exemptions) == once
    assert once.due_on >= C0.due_on
    assert once.due_rev == (once.due_on != C0.due_on)
    assert (once.opens_on, once.baseline_due_on) == (C0.opens_on, C0.baseline_due_on)
