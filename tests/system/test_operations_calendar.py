"""The calendar: what may stand in it, and which mails a change moves, in preview and in truth."""

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.certifications.models import Cycle
from lms.people.models import Closure, Holiday, Organisation
from lms.people.operations import remember_holidays
from lms.people.queries import working_calendar
from lms.people.regions import REGIONS
from lms.reminders.queries.preview import reminders_ahead
from lms.system.operations import calendar
from lms.system.operations.calendar import (
    AddClosure,
    AddDay,
    ChangeRegion,
    Moved,
    Plan,
    RemoveClosure,
    RemoveDay,
)
from lms.system.operations.organisation import By, ChangedMeanwhile
from lms.system.queries.calendar import read_calendar
from tests.conftest import make_settings
from tests.duties import House, at, day, notices, sweep_days

ON = "2026-03-03"
BY = By("operator", at(ON))
PLAN = Plan(day(ON), tells_supervisor=False)


@pytest.fixture
def house(session):
    found = House(session)
    remember_holidays(session, region="DE-BW", years=[2025, 2026, 2027])
    return found


@pytest.fixture
def reminded(house):
    """Somebody whose only mail ahead goes out on Tuesday, 31 March 2026."""
    person, course = house.person(), house.course()
    house.require(course, ON, initial_due_days=28, stages=(0,), overdue_count=0)
    return person


def change(session, wanted, *, seen=None):
    stamp = seen or calendar.calendar_fingerprint(read_calendar(session))
    calendar.change_calendar(session, wanted, PLAN, seen=stamp, by=BY)


def preview(session, wanted):
    return calendar.preview_change(session, wanted, PLAN, by=BY)


def sends(session):
    found = reminders_ahead(session, from_on=day(ON), today=day(ON), days=60)
    return [str(message.send_on) for message in found]


def dates(session):
    found = read_calendar(session)
    return [(one.month, one.day, one.name) for one in found.days]


def test_the_regions_are_those_that_the_setting_takes(tmp_path):
    for region in REGIONS:
        assert make_settings(tmp_path / region, HOLIDAYS=region).holidays == region
    assert len(REGIONS) == 18


def test_a_closing_day_is_added_and_removed(session, house):
    change(session, AddDay(2, 17, "Fasching"))
    assert dates(session) == [(2, 17, "Fasching"), (12, 24, None), (12, 31, None)]
    change(session, RemoveDay(12, 24))
    assert dates(session) == [(2, 17, "Fasching"), (12, 31, None)]
    rows = session.execute(select(AuditEntry.verb, AuditEntry.details))
    assert [row for row in rows if row.verb == "calendar_changed"] == [
        ("calendar_changed", {"change": "AddDay"}),
        ("calendar_changed", {"change": "RemoveDay"}),
    ]


def test_what_stands_there_is_not_added_again(session, house):
    with pytest.raises(calendar.ClosedAlready):
        change(session, AddDay(12, 24, "Heiligabend"))
    change(session, AddClosure(day("2026-12-28"), day("2026-12-30"), ""))
    with pytest.raises(calendar.ClosedAlready):
        change(session, AddClosure(day("2026-12-28"), day("2026-12-30"), "Ferien"))


def test_what_is_gone_cannot_be_removed(session, house):
    with pytest.raises(ChangedMeanwhile):
        change(session, RemoveDay(1, 2))
    with pytest.raises(ChangedMeanwhile):
        change(session, RemoveClosure(12))


@pytest.mark.parametrize(
    ("first", "last", "error"),
    [
        ("2026-04-02", "2026-04-01", calendar.EndsBeforeItBegins),
        ("2026-03-01", "2026-03-02", calendar.IsOver),
        ("2026-04-01", "2026-06-02", calendar.TooLong),
        ("2029-04-01", "2029-04-02", calendar.TooFar),
        ("2026-04-01", "9999-12-31", calendar.TooLong),
    ],
)
def test_days_that_cannot_be_a_closure_are_refused(session, house, first, last, error):
    with pytest.raises(error):
        change(session, AddClosure(day(first), day(last), ""))
    assert session.scalars(select(Closure)).all() == []


def test_a_closure_that_has_begun_and_one_of_62_days_are_taken(session, house):
    change(session, AddClosure(day("2026-03-01"), day("2026-03-03"), ""))
    change(session, AddClosure(day("2026-04-01"), day("2026-06-01"), ""))
    assert len(read_calendar(session).closures) == 2


def test_the_calendar_is_not_filled_without_end(session, house):
    for number in range(58):
        change(session, AddDay(1 + number // 28, 1 + number % 28, ""))
    with pytest.raises(calendar.TooManyDays):
        change(session, AddDay(11, 11, ""))


def test_the_preview_says_which_mails_move_and_keeps_nothing(session, house, reminded):
    assert sends(session) == ["2026-03-31"]
    effect = preview(session, AddClosure(day("2026-03-30"), day("2026-03-31"), "Umzug"))
    assert (effect.closed, effect.opened) == ((day("2026-03-30"), day("2026-03-31")), ())
    assert effect.mails == 1
    assert effect.moved[0].from_on == day("2026-03-31")
    assert sends(session) == ["2026-03-31"]
    assert session.scalars(select(Closure)).all() == []


def test_a_large_house_is_told_the_days_only(session, house, reminded, monkeypatch):
    monkeypatch.setattr(calendar, "MOST_ROUNDS", 0)
    effect = preview(session, AddClosure(day("2026-03-31"), day("2026-03-31"), ""))
    assert (effect.is_counted, effect.closed, effect.moved) == (False, (day("2026-03-31"),), ())


def test_what_the_preview_said_is_what_plan_and_sweep_do(session, sessions, house, reminded):
    wanted = AddClosure(day("2026-03-30"), day("2026-04-01"), "Umzug")
    effect = preview(session, wanted)
    assert effect.moved == (Moved(day("2026-03-31"), day("2026-04-02"), 1),)
    change(session, wanted)
    assert sends(session) == ["2026-04-02"]
    sweep_days(session, sessions, ON, "2026-04-10")
    assert notices(session) == [("2026-04-02", 0)]


def test_a_day_that_opens_again_is_used_at_once(session, sessions, house, reminded):
    change(session, AddClosure(day("2026-03-25"), day("2026-04-15"), "Umbau"))
    sweep_days(session, sessions, ON, "2026-03-10")
    change(session, RemoveClosure(session.scalars(select(Closure.id)).one()))
    sweep_days(session, sessions, "2026-03-11", "2026-04-20")
    assert notices(session) == [("2026-03-31", 0)]


def test_another_state_has_its_own_holidays_stored_and_used(session, house):
    effect = preview(session, ChangeRegion("DE-HH"))
    assert day("2026-06-04") in effect.opened
    assert effect.closed == ()
    change(session, ChangeRegion("DE-HH"))
    assert session.scalars(select(Organisation.holidays)).one() == "DE-HH"
    years = {
        row.year for row in session.scalars(select(Holiday.day).where(Holiday.region == "DE-HH"))
    }
    assert years == {2025, 2026, 2027, 2028}
    assert working_calendar(session, years=[2026]).is_working_day(day("2026-06-04"))


@pytest.mark.parametrize("region", ["DE-XX", "AT", "", "DE-" + "X" * 10_000])
def test_a_region_that_nobody_knows_is_refused(session, house, region):
    with pytest.raises(calendar.UnknownRegion):
        change(session, ChangeRegion(region))


def test_the_later_of_two_is_told(session, house):
    seen = calendar.calendar_fingerprint(read_calendar(session))
    change(session, AddDay(2, 17, ""), seen=seen)
    with pytest.raises(ChangedMeanwhile):
        change(session, AddDay(2, 18, ""), seen=seen)


def test_every_round_is_looked_at_again(session, house, reminded):
    cycle = session.scalars(select(Cycle).where(Cycle.state == "live")).one()
    cycle.next_action_on = day("2026-03-31")
    session.flush()
    change(session, AddDay(2, 17, ""))
    session.expire_all()
    assert cycle.next_action_on == day(ON)
