"""Spans of days, employment and working days."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.people.calendar import DAY, Span, WorkingCalendar, days_within, is_employed_on, joined

day = dt.date.fromisoformat
NEW_YEAR = day("2027-01-01")
EASTER_2026 = WorkingCalendar(frozenset({day("2026-04-03"), day("2026-04-06")}))
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    from_on = draw(DAYS)
    length = draw(st.none() | st.integers(0, 90))
    return Span(from_on, None if length is None else from_on + dt.timedelta(days=length))


def test_a_span_includes_its_first_and_last_day() -> None:
    span = Span(day("2026-01-15"), day("2026-08-31"))

    assert [span.covers(day(one)) for one in ("2026-01-14", "2026-01-15")] == [False, True]
    assert [span.covers(day(one)) for one in ("2026-08-31", "2026-09-01")] == [True, False]
    assert (span.day_after, span.length_days, span.is_open) == (day("2026-09-01"), 229, False)


@pytest.mark.parametrize("until_on", [None, day("9999-12-31")])
def test_no_end_and_the_last_day_of_the_calendar_are_an_open_end(until_on: dt.date | None) -> None:
    span = Span(day("2026-01-15"), until_on)

    assert (span.day_after, span.length_days, span.is_open) == (None, None, True)
    assert span.covers(day("2999-01-01"))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], []),
        (
            [("2026-03-01", "2026-03-20"), ("2026-03-21", "2026-04-10")],
            [("2026-03-01", "2026-04-10")],
        ),
        (
            [("2026-03-21", "2026-04-10"), ("2026-03-01", "2026-03-20")],
            [("2026-03-01", "2026-04-10")],
        ),
        (
            [("2026-03-01", "2026-03-20"), ("2026-03-22", "2026-04-10")],
            [("2026-03-01", "2026-03-20"), ("2026-03-22", "2026-04-10")],
        ),
        (
            [("2026-03-01", "2026-05-20"), ("2026-03-02", "2026-03-03")],
            [("2026-03-01", "2026-05-20")],
        ),
        ([("2026-03-01", "2026-03-20"), ("2026-03-21", None)], [("2026-03-01", None)]),
        ([("2026-03-01", None), ("2026-05-01", "2026-06-01")], [("2026-03-01", None)]),
    ],
)
def test_adjacent_and_overlapping_spans_are_one(
    rows: list[tuple[str, str | None]], expected: list[tuple[str, str | None]]
) -> None:
    def span(row: tuple[str, str | None]) -> Span:
        return Span(day(row[0]), None if row[1] is None else day(row[1]))

    assert joined(span(row) for row in rows) == tuple(span(row) for row in expected)


@given(st.lists(spans(), max_size=6), DAYS)
def test_joining_keeps_every_day_and_adds_none(rows: list[Span], one: dt.date) -> None:
    together = joined(rows)

    assert any(span.covers(one) for span in together) == any(span.covers(one) for span in rows)
    assert joined(together) == together


def test_employment_lasts_from_the_first_to_the_last_day() -> None:
    hired_on, left_on = day("2026-12-01"), day("2027-03-05")

    listed = [
        is_employed_on(one, hired_on=hired_on, left_on=left_on)
        for one in (hired_on - DAY, hired_on, left_on, left_on + DAY)
    ]

    assert listed == [False, True, True, False]
    assert is_employed_on(day("1970-01-01"), hired_on=None, left_on=None)


@pytest.mark.parametrize(
    ("start", "before", "after"),
    [
        ("2026-04-02", "2026-04-02", "2026-04-02"),
        ("2026-04-03", "2026-04-02", "2026-04-07"),
        ("2026-04-05", "2026-04-02", "2026-04-07"),
        ("2026-04-06", "2026-04-02", "2026-04-07"),
        ("2026-04-11", "2026-04-10", "2026-04-13"),
    ],
)
def test_easter_moves_to_thursday_before_and_tuesday_after(
    start: str, before: str, after: str
) -> None:
    assert EASTER_2026.on_or_before(day(start)) == day(before)
    assert EASTER_2026.on_or_after(day(start)) == day(after)


@given(DAYS, st.frozensets(DAYS, max_size=20))
def test_moved_days_are_the_nearest_working_days(
    start: dt.date, closed: frozenset[dt.date]
) -> None:
    calendar = WorkingCalendar(closed)
    earlier, later = calendar.on_or_before(start), calendar.on_or_after(start)

    assert earlier <= start <= later
    assert calendar.is_working_day(earlier)
    assert calendar.is_working_day(later)
    assert [
        one
        for one in (earlier + DAY * n for n in range(1, (later - earlier).days))
        if calendar.is_working_day(one)
    ] == []


@pytest.mark.parametrize(
    ("from_on", "until_on", "expected"),
    [
        ("2026-12-30", "2027-01-02", ["2026-12-30", "2026-12-31"]),
        ("2025-12-30", "2026-01-02", ["2026-01-01", "2026-01-02"]),
        ("2026-12-31", None, ["2026-12-31"]),
        ("2027-01-01", "2027-01-02", []),
    ],
)
def test_the_days_of_a_span_within_years(
    from_on: str, until_on: str | None, expected: list[str]
) -> None:
    span = Span(day(from_on), day(until_on) if until_on else None)
    assert sorted(days_within(span, 2026, 2026)) == [day(one) for one in expected]
