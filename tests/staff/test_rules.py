"""Weeks of the strip, needs behind a status, words of a search."""

import datetime as dt

import pytest

from lms.certifications.rules.status import Status
from lms.people.rules import words_of
from lms.staff.rules import Filters, Need, Week, need_of, next_weeks

TUESDAY = dt.date(2026, 11, 24)


def test_the_strip_begins_today_and_goes_on_in_whole_weeks():
    assert next_weeks(TUESDAY) == (
        Week(TUESDAY, dt.date(2026, 11, 29)),
        Week(dt.date(2026, 11, 30), dt.date(2026, 12, 6)),
        Week(dt.date(2026, 12, 7), dt.date(2026, 12, 13)),
        Week(dt.date(2026, 12, 14), dt.date(2026, 12, 20)),
        Week(dt.date(2026, 12, 21), dt.date(2026, 12, 27)),
    )


def test_on_a_sunday_this_week_is_that_day():
    sunday = dt.date(2026, 11, 29)
    assert next_weeks(sunday)[0] == Week(sunday, sunday)


def test_weeks_are_numbered_over_the_turn_of_the_year():
    numbers = [week.number for week in next_weeks(dt.date(2026, 12, 22))]
    assert numbers == [52, 53, 1, 2, 3]


@pytest.mark.parametrize(
    ("status", "has_begun", "need"),
    [
        (Status.OVERDUE, False, Need.OVERDUE),
        (Status.GRACE, True, Need.OVERDUE),
        (Status.DUE, True, Need.DUE),
        (Status.OPEN, True, Need.BEGUN),
        (Status.OPEN, False, Need.OPEN),
        (Status.VALID, True, None),
        (Status.EXEMPT, True, None),
        (Status.PAUSED, False, None),
    ],
)
def test_the_need_behind_a_status(status, has_begun, need):
    assert need_of(status, has_begun=has_begun) is need


def test_filters_that_leave_nobody_out_are_not_set():
    assert not Filters().is_set
    assert Filters(need=Need.DUE).is_set
    assert Filters(words=("a",)).is_set


def test_a_search_is_cut_to_its_first_hundred_characters_and_five_words():
    assert words_of("  Jana   Weber ") == ("Jana", "Weber")
    assert words_of("a b c d e f g") == ("a", "b", "c", "d", "e")
    assert words_of("x" * 300) == ("x" * 100,)
    assert words_of("Ja\x00na") == ("Ja", "na")
