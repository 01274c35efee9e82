"""Which days somebody can stand in for a supervisor."""

import datetime as dt

import pytest

from lms.people.calendar import Span
from lms.people.deputies import (
    AlreadyArranged,
    BeginsInThePast,
    EndsBeforeItBegins,
    TooLong,
    require_days,
    require_free,
)

TODAY = dt.date(2026, 11, 24)


def span(first, last):
    return Span(dt.date.fromisoformat(first), dt.date.fromisoformat(last) if last else None)


@pytest.mark.parametrize(
    ("first", "last", "error"),
    [
        ("2026-12-02", "2026-12-01", EndsBeforeItBegins),
        ("2026-12-02", None, EndsBeforeItBegins),
        ("2026-11-23", "2026-12-01", BeginsInThePast),
        ("2026-12-01", "2027-12-02", TooLong),
    ],
)
def test_days_that_make_no_sense(first, last, error):
    with pytest.raises(error):
        require_days(span(first, last), today=TODAY)


@pytest.mark.parametrize("last", ["2026-11-24", "2027-11-24"])
def test_one_day_to_one_year_from_today_on(last):
    require_days(span("2026-11-24", last), today=TODAY)


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-12-01", "2026-12-05"), ("2026-12-10", "2026-12-12"), ("2026-11-24", "2027-01-31")],
)
def test_two_for_the_same_day_are_refused(first, last):
    with pytest.raises(AlreadyArranged):
        require_free(span(first, last), [span("2026-12-05", "2026-12-10")])


@pytest.mark.parametrize(
    ("first", "last"), [("2026-12-01", "2026-12-04"), ("2026-12-11", "2026-12-12")]
)
def test_the_days_before_and_after_are_free(first, last):
    require_free(span(first, last), [span("2026-12-05", "2026-12-10")])
