"""What new days of joining and leaving mean for somebody's stay."""

import datetime as dt

import pytest

from lms.staff.changes import KEEP
from lms.staff.faults import LeavesBeforeJoining, StillThere
from lms.staff.stays import Stay, Turn, stay_after

TODAY = dt.date(2026, 11, 24)
BACK = Turn.RETURNS


def d(text):
    return dt.date.fromisoformat(text) if text else None


def wish(text):
    return KEEP if text == "keep" else d(text)


@pytest.mark.parametrize(
    ("old", "hired_on", "left_on", "new", "turn"),
    [
        # Nothing about leaving.
        (("2020-01-01", ""), "keep", "keep", ("2020-01-01", ""), Turn.NONE),
        (("", ""), "2020-01-01", "keep", ("2020-01-01", ""), Turn.NONE),
        (
            ("2020-01-01", "2026-01-31"),
            "2019-01-01",
            "keep",
            ("2019-01-01", "2026-01-31"),
            Turn.NONE,
        ),
        # A last day: to come, past, today.
        (("2020-01-01", ""), "keep", "2026-12-31", ("2020-01-01", "2026-12-31"), Turn.LEAVES),
        (("2020-01-01", ""), "keep", "2026-11-24", ("2020-01-01", "2026-11-24"), Turn.LEAVES),
        (("", ""), "keep", "2026-01-31", ("", "2026-01-31"), Turn.LEAVES),
        (("", "2026-01-31"), "keep", "2026-02-28", ("", "2026-02-28"), Turn.LEAVES),
        # Emptied, or moved to a day to come: they never left.
        (("", "2026-01-31"), "keep", "", ("", ""), Turn.NEVER_LEFT),
        (("", "2026-12-31"), "keep", "", ("", ""), Turn.NEVER_LEFT),
        (("", "2026-01-31"), "keep", "2026-11-24", ("", "2026-11-24"), Turn.NEVER_LEFT),
        # A later first day of somebody who has left.
        (("", "2026-01-31"), "2026-02-01", "keep", ("2026-02-01", ""), Turn.RETURNS),
        (("", "2026-01-31"), "2027-02-01", "", ("2027-02-01", ""), Turn.RETURNS),
        (("", "2026-01-31"), "2026-12-01", "2026-01-31", ("2026-12-01", ""), Turn.RETURNS),
        (
            ("", "2026-01-31"),
            "2026-12-01",
            "2027-06-30",
            ("2026-12-01", "2027-06-30"),
            Turn.RETURNS,
        ),
        # The same day is no return but a stay of one day.
        (("", "2026-01-31"), "2026-01-31", "keep", ("2026-01-31", "2026-01-31"), Turn.NONE),
        # Somebody who has not begun yet begins later, for another while.
        (
            ("2027-01-01", "2027-03-31"),
            "2027-05-01",
            "2027-06-30",
            ("2027-05-01", "2027-06-30"),
            Turn.LEAVES,
        ),
    ],
)
def test_what_the_days_mean(old, hired_on, left_on, new, turn):
    found = stay_after(
        Stay(d(old[0]), d(old[1])), hired_on=wish(hired_on), left_on=wish(left_on), today=TODAY
    )
    assert found == (Stay(d(new[0]), d(new[1])), turn)


@pytest.mark.parametrize(
    ("old", "hired_on", "left_on", "fault"),
    [
        (("2020-01-01", ""), "keep", "2019-12-31", LeavesBeforeJoining),
        (("", "2026-01-31"), "2026-12-01", "2026-11-30", LeavesBeforeJoining),
        (("2027-01-01", "2027-03-31"), "2027-05-01", "keep", LeavesBeforeJoining),
        (("", "2026-12-31"), "2027-02-01", "keep", StillThere),
        (("2020-01-01", "2026-11-24"), "2026-11-25", "", StillThere),
    ],
)
def test_what_cannot_be(old, hired_on, left_on, fault):
    with pytest.raises(fault):
        stay_after(
            Stay(d(old[0]), d(old[1])), hired_on=wish(hired_on), left_on=wish(left_on), today=TODAY
        )
