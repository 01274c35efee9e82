"""The working calendar of the house: public holidays, closing days, closures."""

import datetime as dt

import pytest

from lms.people import operations
from lms.people.models import ClosingDay, Closure
from lms.people.queries import working_calendar

day = dt.date.fromisoformat


@pytest.fixture
def house(session):
    """In Baden-Württemberg, with the two closing days that every house begins with."""
    return operations.found_organisation(session, name="Haus", holidays_region="DE-BW")


def closed(session, *days):
    """Which of these days are no working days."""
    calendar = working_calendar(session, years=[2026, 2027])
    return [one for one in days if not calendar.is_working_day(day(one))]


def test_closing_days_hold_each_year(session, house):
    session.add(ClosingDay(month=2, day=26, name="Fasching"))
    session.flush()
    days = ["2026-02-26", "2026-12-24", "2026-12-28", "2027-02-26", "2027-12-31"]
    assert closed(session, *days) == [one for one in days if one != "2026-12-28"]


def test_a_closure_holds_in_its_own_year_and_over_the_turn_of_the_year(session, house):
    session.add(Closure(from_on=day("2026-12-28"), until_on=day("2027-01-04"), name=None))
    session.flush()
    days = ["2026-12-28", "2026-12-30", "2027-01-04", "2027-01-05", "2027-12-28"]
    assert closed(session, *days) == days[:3]


def test_another_region_has_other_holidays_at_once(session, house):
    operations.remember_holidays(session, region="DE-BW", years=[2026])
    assert closed(session, "2026-06-04", "2026-08-20") == ["2026-06-04"]
    house.holidays = "DE-HH"
    session.flush()
    assert closed(session, "2026-06-04", "2026-10-30") == []


def test_the_calendar_is_one_query(session, house, assert_queries):
    session.add(Closure(from_on=day("2026-12-28"), until_on=day("2027-01-04"), name=None))
    session.flush()
    with assert_queries(1):
        working_calendar(session, years=[2026, 2027])
