"""Stages, quiet days, the send window, digests and the circuit breaker."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from lms.certifications.rules.policy import RequirementPolicy
from lms.people.calendar import Span, WorkingCalendar
from lms.reminders.rules import (
    Audience,
    SendWindow,
    breaker_limit,
    digest_key,
    first_lines,
    offsets_of,
    outside_spans,
    planning_day,
    quiet_spans,
    send_window,
    sending_day,
    trips_breaker,
    urgency,
    usual_total,
)

day = dt.date.fromisoformat
instant = dt.datetime.fromisoformat
BERLIN = ZoneInfo("Europe/Berlin")


def test_the_standard_stages_end_after_26_weeks() -> None:
    offsets = offsets_of(RequirementPolicy())

    assert offsets[:8] == (-60, -30, -14, -7, -1, 0, 7, 14)
    assert (len(offsets), offsets[-1]) == (32, 182)


def test_stages_rise_in_whatever_order_they_were_written() -> None:
    policy = RequirementPolicy(stages=(0, -7, -30), overdue_every_days=14, overdue_count=2)

    assert offsets_of(policy) == (-30, -7, 0, 14, 28)
    assert offsets_of(RequirementPolicy(stages=(), overdue_count=0)) == ()


def test_quiet_days_are_before_hiring_after_leaving_long_absences_and_exemptions() -> None:
    short = Span(day("2026-07-01"), day("2026-07-14"))
    long = Span(day("2026-09-01"), day("2026-10-31"))
    exempt = Span(day("2026-12-01"), day("2026-12-02"))

    assert quiet_spans(
        hired_on=day("2026-06-01"),
        left_on=day("2026-12-31"),
        absences=[short, long],
        exemptions=[exempt],
    ) == (
        Span(dt.date.min, day("2026-05-31")),
        Span(day("2027-01-01")),
        long,
        exempt,
    )


def test_nothing_known_is_nothing_quiet() -> None:
    assert quiet_spans() == ()
    assert quiet_spans(left_on=day("9999-12-31")) == ()
    assert outside_spans(None, None) == ()


def test_outside_of_its_life_a_round_is_quiet() -> None:
    assert outside_spans(day("2025-03-10"), day("2026-02-01")) == (
        Span(dt.date.min, day("2025-03-09")),
        Span(day("2026-02-01")),
    )
    assert outside_spans(dt.date.min, None) == (Span(dt.date.min, dt.date.min),)


@pytest.mark.parametrize(
    ("on", "not_before", "expires_at"),
    [
        ("2026-03-27", "2026-03-27T07:00Z", "2026-03-27T16:00Z"),
        ("2026-03-30", "2026-03-30T06:00Z", "2026-03-30T15:00Z"),
        ("2026-10-23", "2026-10-23T06:00Z", "2026-10-23T15:00Z"),
        ("2026-10-26", "2026-10-26T07:00Z", "2026-10-26T16:00Z"),
    ],
)
def test_vector_38_the_window_follows_the_clocks_on_the_walls(
    on: str, not_before: str, expires_at: str
) -> None:
    window = send_window(day(on), BERLIN)

    assert window == SendWindow(instant(not_before), instant(expires_at))
    assert (window.not_before.tzinfo, window.expires_at.tzinfo) == (dt.UTC, dt.UTC)


def test_vector_38_half_past_six_utc_is_too_early_once_winter_time_begins() -> None:
    half_past_six = instant("2026-10-26T06:30Z")

    assert not send_window(day("2026-10-26"), BERLIN).contains(half_past_six)
    assert send_window(day("2026-10-23"), BERLIN).contains(instant("2026-10-23T06:30Z"))


def test_the_window_includes_eight_and_excludes_five() -> None:
    window = send_window(day("2026-11-24"), BERLIN)

    assert window.contains(instant("2026-11-24T08:00+01:00"))
    assert window.contains(instant("2026-11-24T16:59:59+01:00"))
    assert not window.contains(instant("2026-11-24T07:59:59+01:00"))
    assert not window.contains(instant("2026-11-24T17:00+01:00"))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-24T00:30+01:00", "2026-11-24"),
        ("2026-11-23T23:30Z", "2026-11-24"),
        ("2026-11-24T07:00+01:00", "2026-11-24"),
        ("2026-11-24T16:59+01:00", "2026-11-24"),
        ("2026-11-24T17:00+01:00", None),
        ("2026-11-24T22:59Z", None),
    ],
)
def test_a_sweep_plans_for_its_own_day_until_the_window_is_over(
    now: str, expected: str | None
) -> None:
    assert planning_day(instant(now), BERLIN) == (None if expected is None else day(expected))


def test_the_digest_key_names_audience_person_and_day() -> None:
    assert digest_key(Audience.LEARNER, 17, day("2026-03-10")) == "digest:learner:17:2026-03-10"


def test_vector_33_seven_lines_are_one_digest_and_the_most_urgent_stands_first() -> None:
    due = [("zoom", "2026-03-10"), ("first-aid", "2026-03-10"), ("fire", "2026-01-01")]

    assert sorted(due, key=lambda one: urgency(day(one[1]), one[0])) == [
        ("fire", "2026-01-01"),
        ("first-aid", "2026-03-10"),
        ("zoom", "2026-03-10"),
    ]
    assert first_lines(range(7)) == (range(7), 0)
    assert first_lines(range(10)) == (range(10), 0)
    assert first_lines(range(13)) == (range(10), 3)


@pytest.mark.parametrize(
    ("totals", "limit"),
    [
        ([], 200),
        ([10] * 20, 200),
        ([66] * 20, 200),
        ([67] * 20, 201),
        ([1000] * 30 + [100] * 20, 300),
        ([100] * 10 + [101] * 10, 301.5),
        ([500], 1500),
    ],
)
def test_the_breaker_allows_three_times_the_usual_day_and_at_least_200(
    totals: list[int], limit: float
) -> None:
    assert breaker_limit(totals) == limit


def test_the_breaker_counts_what_the_day_has_already() -> None:
    assert not trips_breaker(planned_today=150, found=50, day_totals=[])
    assert trips_breaker(planned_today=150, found=51, day_totals=[])


@pytest.mark.parametrize(
    ("now", "sent_on"),
    [
        ("2026-11-27T06:00+01:00", "2026-11-27"),
        ("2026-11-27T16:59+01:00", "2026-11-27"),
        ("2026-11-27T17:00+01:00", "2026-11-30"),
        ("2026-11-28T09:00+01:00", "2026-11-30"),
    ],
)
def test_what_is_released_after_five_or_on_a_weekend_leaves_on_the_next_working_day(
    now: str, sent_on: str
) -> None:
    assert sending_day(instant(now), BERLIN, WorkingCalendar()) == day(sent_on)


@pytest.mark.parametrize(
    ("totals", "usual"), [([], 0), ([4], 4), ([4, 5], 5), ([9] * 5 + [2] * 20, 2)]
)
def test_the_usual_day_is_the_middle_of_the_last_twenty(totals: list[int], usual: int) -> None:
    assert usual_total(totals) == usual
