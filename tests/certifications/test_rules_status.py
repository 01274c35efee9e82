"""The status of a day (certification.md 7.1, contract.md)."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.certifications.rules.changes import extended, retrained
from lms.certifications.rules.cycles import (
    CycleDates,
    cycle_on_assignment,
    initial_cycle,
    next_cycle,
    renewal_cycle,
    revocation_cycle,
)
from lms.certifications.rules.evidence import (
    EvidenceDates,
    effective_evidence,
    evidence_for_ever,
    first_evidence,
)
from lms.certifications.rules.leave import with_leave
from lms.certifications.rules.policy import RequirementPolicy
from lms.certifications.rules.status import Standing, Status, cycle_seen_on, status_on
from lms.people.calendar import DAY, Span

day = dt.date.fromisoformat
YEARLY = RequirementPolicy()
E0 = first_evidence(YEARLY, day("2025-03-10"))
C0 = renewal_cycle(YEARLY, day("2026-03-10"))
SINCE = day("2025-01-01")
RANK = {
    Status.VALID: 0,
    Status.DUE: 1,
    Status.OPEN: 2,
    Status.GRACE: 3,
    Status.OVERDUE: 4,
}


def statuses(standing: Standing, *days: str) -> list[Status | None]:
    return [status_on(day(one), standing) for one in days]


def test_vector_1_due_on_the_last_valid_day_and_overdue_the_day_after() -> None:
    standing = Standing(assigned_on=SINCE, evidence=E0, cycle=C0)

    assert statuses(
        standing, "2025-03-10", "2026-01-08", "2026-01-09", "2026-03-10", "2026-03-11"
    ) == [Status.VALID, Status.VALID, Status.DUE, Status.DUE, Status.OVERDUE]


def test_grace_follows_the_due_date() -> None:
    lenient = renewal_cycle(RequirementPolicy(grace_days=14), day("2026-03-10"))
    standing = Standing(assigned_on=SINCE, evidence=E0, cycle=lenient)

    assert statuses(standing, "2026-03-10", "2026-03-11", "2026-03-24", "2026-03-25") == [
        Status.DUE,
        Status.GRACE,
        Status.GRACE,
        Status.OVERDUE,
    ]


def test_a_first_round_is_open_until_its_due_date_and_has_no_grace() -> None:
    cycle = initial_cycle(RequirementPolicy(grace_days=14), starts_on=day("2026-12-01"))
    standing = Standing(assigned_on=day("2026-12-01"), cycle=cycle)

    assert statuses(standing, "2026-11-30", "2026-12-01", "2026-12-31", "2027-01-01") == [
        None,
        Status.OPEN,
        Status.OPEN,
        Status.OVERDUE,
    ]


def test_vector_15_a_version_is_due_and_then_overdue_though_the_evidence_is_valid() -> None:
    evidence = first_evidence(YEARLY, day("2025-12-31"))
    cycle = retrained(
        renewal_cycle(RequirementPolicy(grace_days=7), day("2026-12-31")),
        published_on=day("2026-06-01"),
        due_days=30,
        today=day("2026-06-01"),
    )
    standing = Standing(assigned_on=SINCE, evidence=evidence, cycle=cycle)

    assert statuses(
        standing, "2026-05-31", "2026-06-15", "2026-07-01", "2026-07-02", "2027-01-01"
    ) == [Status.VALID, Status.DUE, Status.DUE, Status.OVERDUE, Status.OVERDUE]


def test_vector_17_paused_while_away_and_open_after_the_return() -> None:
    away = (Span(day("2026-01-15"), day("2026-08-31")),)
    standing = Standing(
        assigned_on=SINCE, evidence=E0, cycle=with_leave(C0, absences=away), absences=away
    )

    assert statuses(
        standing, "2026-01-14", "2026-01-15", "2026-08-31", "2026-09-01", "2026-10-01", "2026-10-02"
    ) == [Status.DUE, Status.PAUSED, Status.PAUSED, Status.OPEN, Status.OPEN, Status.OVERDUE]


def test_a_short_absence_is_not_seen_and_an_open_end_pauses_at_once() -> None:
    short = (Span(day("2026-01-15"), day("2026-02-10")),)
    open_end = (Span(day("2026-01-15")),)
    standing = Standing(assigned_on=SINCE, evidence=E0, cycle=C0)

    assert statuses(replace(standing, absences=short), "2026-01-20") == [Status.DUE]
    assert statuses(replace(standing, absences=open_end), "2026-01-14", "2026-01-15") == [
        Status.DUE,
        Status.PAUSED,
    ]


def test_an_absence_begun_after_the_due_date_excuses_nothing_afterwards() -> None:
    away = (Span(day("2026-03-11"), day("2026-05-31")),)
    standing = Standing(
        assigned_on=SINCE, evidence=E0, cycle=with_leave(C0, absences=away), absences=away
    )

    assert statuses(standing, "2026-03-11", "2026-06-01") == [Status.PAUSED, Status.OVERDUE]


def test_vector_23_exempt_in_its_range_and_before_everything_else() -> None:
    exempt = (Span(day("2026-02-01"), day("2026-07-31")),)
    standing = Standing(
        assigned_on=SINCE,
        evidence=E0,
        cycle=with_leave(C0, exemptions=exempt),
        exemptions=exempt,
        absences=(Span(day("2026-02-01"), day("2026-03-31")),),
    )

    assert statuses(standing, "2026-01-31", "2026-02-01", "2026-07-31", "2026-08-31") == [
        Status.DUE,
        Status.EXEMPT,
        Status.EXEMPT,
        Status.OPEN,
    ]
    assert statuses(standing, "2026-09-01") == [Status.OVERDUE]


def test_vector_24_approved_later_it_was_overdue_in_the_audit_view() -> None:
    external = EvidenceDates(
        completed_on=day("2026-01-20"),
        valid_from=day("2026-01-20"),
        valid_until=day("2027-03-10"),
        interval_months=12,
        anchor_on=day("2025-03-10"),
        k=2,
        recorded_on=day("2026-03-15"),
    )
    following = renewal_cycle(YEARLY, day("2027-03-10"))

    def audited(one: str, cycle: CycleDates) -> Status | None:
        evidence = effective_evidence([E0, external], day(one), known_on=day(one))
        return status_on(day(one), Standing(assigned_on=SINCE, evidence=evidence, cycle=cycle))

    assert [audited(one, C0) for one in ("2026-03-10", "2026-03-11", "2026-03-14")] == [
        Status.DUE,
        Status.OVERDUE,
        Status.OVERDUE,
    ]
    assert audited("2026-03-15", following) is Status.VALID


def test_vector_25_open_after_a_revocation_until_its_due_date() -> None:
    cycle = revocation_cycle(YEARLY, revoked_on=day("2026-05-04"))
    standing = Standing(assigned_on=SINCE, cycle=cycle)

    assert statuses(standing, "2026-05-04", "2026-06-03", "2026-06-04") == [
        Status.OPEN,
        Status.OPEN,
        Status.OVERDUE,
    ]


def test_an_extension_is_open_after_the_evidence_ran_out() -> None:
    cycle = extended(C0, day("2026-04-10"), today=day("2026-03-01"))
    standing = Standing(assigned_on=SINCE, evidence=E0, cycle=cycle)

    assert statuses(standing, "2026-03-10", "2026-03-11", "2026-04-10", "2026-04-11") == [
        Status.DUE,
        Status.OPEN,
        Status.OPEN,
        Status.OVERDUE,
    ]


def test_without_a_duty_somebody_is_listed_while_evidence_lasts() -> None:
    standing = Standing(assigned_on=None, evidence=E0, absences=(Span(day("2025-01-01")),))

    assert statuses(standing, "2025-03-10", "2026-03-10", "2026-03-11") == [
        Status.VALID,
        Status.VALID,
        None,
    ]
    assert statuses(Standing(assigned_on=None), "2026-01-01") == [None]


def test_a_duty_met_for_ever_is_valid_and_one_without_any_round_overdue() -> None:
    for_ever = evidence_for_ever(day("2025-03-10"))

    assert statuses(Standing(assigned_on=SINCE, evidence=for_ever), "2099-01-01") == [Status.VALID]
    assert statuses(Standing(assigned_on=SINCE), "2026-01-01") == [Status.OVERDUE]


def test_nobody_is_listed_before_hiring_and_after_leaving() -> None:
    standing = Standing(
        assigned_on=SINCE,
        evidence=E0,
        cycle=C0,
        hired_on=day("2025-06-01"),
        left_on=day("2026-03-05"),
    )

    assert statuses(standing, "2025-05-31", "2025-06-01", "2026-03-05", "2026-03-06") == [
        None,
        Status.VALID,
        Status.DUE,
        None,
    ]
    assert statuses(replace(standing, assigned_on=None), "2026-03-06") == [None]


def test_evidence_that_ran_out_is_overdue_since_then_also_for_a_later_requirement() -> None:
    cycle = cycle_on_assignment(YEARLY, E0, assigned_on=day("2026-11-24"))
    standing = Standing(assigned_on=day("2026-11-24"), evidence=E0, cycle=cycle)

    assert statuses(standing, "2025-03-10", "2026-01-09", "2026-03-11", "2026-11-24") == [
        Status.VALID,
        Status.DUE,
        Status.OVERDUE,
        Status.OVERDUE,
    ]
    assert statuses(replace(standing, evidence=None), "2025-03-09") == [None]


def test_who_begins_afresh_was_not_open_before_that() -> None:
    cycle = cycle_on_assignment(
        YEARLY, E0, assigned_on=day("2026-11-24"), came_on=day("2026-11-01")
    )
    standing = Standing(assigned_on=day("2026-11-24"), evidence=E0, cycle=cycle)

    assert statuses(standing, "2026-03-11", "2026-11-23", "2026-11-24") == [
        None,
        None,
        Status.OPEN,
    ]


@pytest.mark.parametrize(
    ("seen_on", "expected"),
    [
        ("2024-03-09", None),
        ("2024-03-10", Status.VALID),
        ("2025-02-01", Status.DUE),
        ("2025-03-11", Status.OVERDUE),
        ("2025-05-20", Status.VALID),
        ("2026-11-24", Status.OVERDUE),
    ],
)
def test_a_later_requirement_sees_every_round_that_evidence_made(
    seen_on: str, expected: Status | None
) -> None:
    evidence = [
        first_evidence(YEARLY, day("2024-03-10")),
        first_evidence(YEARLY, day("2025-05-20")),
    ]
    live = cycle_on_assignment(YEARLY, evidence[1], assigned_on=day("2026-11-24"))
    effective = effective_evidence(evidence, day(seen_on))

    cycle = cycle_seen_on(day(seen_on), YEARLY, effective, live=live, follows=evidence[1])

    standing = Standing(assigned_on=day("2026-11-24"), evidence=effective, cycle=cycle)
    assert status_on(day(seen_on), standing) is expected


def test_a_round_that_follows_nothing_is_seen_as_it_is() -> None:
    cycle = initial_cycle(YEARLY, starts_on=day("2026-12-01"))

    assert cycle_seen_on(day("2026-01-01"), YEARLY, None, live=cycle, follows=None) == cycle


@given(
    completed_on=st.dates(dt.date(2020, 1, 1), dt.date(2029, 12, 31)),
    interval=st.integers(1, 36),
    window=st.integers(0, 27),
    grace=st.integers(0, 40),
    start=st.integers(0, 1500),
    length=st.integers(1, 100),
)
def test_status_only_moves_forward_as_days_pass(
    completed_on: dt.date, interval: int, window: int, grace: int, start: int, length: int
) -> None:
    policy = RequirementPolicy(interval_months=interval, window_days=window, grace_days=grace)
    evidence = first_evidence(policy, completed_on)
    standing = Standing(
        assigned_on=completed_on, evidence=evidence, cycle=next_cycle(policy, evidence)
    )

    seen = [status_on(completed_on + DAY * (start + offset), standing) for offset in range(length)]

    ranks = [RANK[one] for one in seen if one is not None]
    assert len(ranks) == length
    assert ranks == sorted(ranks)


@given(
    st.dates(dt.date(2025, 1, 1), dt.date(2027, 12, 31)),
    st.sampled_from([None, SINCE, day("2026-06-01")]),
    st.sampled_from([None, E0, evidence_for_ever(SINCE)]),
    st.sampled_from([None, C0, initial_cycle(YEARLY, starts_on=day("2026-01-01"))]),
    st.sampled_from([(), (Span(day("2026-01-15"), day("2026-08-31")),)]),
)
def test_every_day_has_one_status_or_none(
    one: dt.date,
    assigned_on: dt.date | None,
    evidence: EvidenceDates | None,
    cycle: CycleDates | None,
    leave: tuple[Span, ...],
) -> None:
    standing = Standing(
        assigned_on=assigned_on, evidence=evidence, cycle=cycle, absences=leave, exemptions=leave
    )

    status = status_on(one, standing)

    has_duty = assigned_on is not None and assigned_on <= one
    assert (status is not None) or not has_duty
    assert (status is Status.EXEMPT) <= any(span.covers(one) for span in leave)
