"""When a place may be taken or given back, who moves up, who has earned evidence."""

import datetime as dt
from dataclasses import dataclass
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from lms.kernel.viewer import Role, Viewer
from lms.people.calendar import WorkingCalendar
from lms.workshops.rules import refusals
from lms.workshops.rules.attendance import (
    Figures,
    Mark,
    earns_evidence,
    figures_of,
    length_minutes,
    mark_of,
    summed_up,
)
from lms.workshops.rules.places import (
    Terms,
    Waiting,
    first_start,
    free_places,
    last_end,
    moves_up,
    require_may_leave,
    require_open,
    require_takes_place,
    who_moves_up,
)
from lms.workshops.rules.planning import is_news, require_ahead, require_complete, where
from lms.workshops.rules.reminding import may_remind, reminded_at
from lms.workshops.rules.rights import can_manage, can_take_attendance
from lms.workshops.rules.words import Presence

ZONE = ZoneInfo("Europe/Berlin")
START = dt.datetime(2026, 12, 3, 13, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
HERE, AWAY = Mark(Presence.PRESENT), Mark(Presence.ABSENT)
EXCUSED, SOME = Mark(Presence.EXCUSED), Mark(Presence.PARTIAL, 40)


@dataclass
class Meeting:
    starts_at: dt.datetime = START
    ends_at: dt.datetime = START + HOUR
    is_cancelled: bool = False
    place: str | None = None


def terms(**changes):
    given = {
        "status": "published",
        "starts_at": START,
        "opens_on": None,
        "closes_on": None,
        "cancel_until": None,
        "contact": "Miriam Koch",
    }
    return Terms(**(given | changes))


def test_a_session_lasts_from_its_first_to_its_last_date_that_takes_place():
    later = Meeting(START + DAY, START + DAY + HOUR)
    dates = [Meeting(is_cancelled=True), later, Meeting(START + 2 * DAY, START + 3 * DAY)]
    assert (first_start(dates), last_end(dates)) == (START + DAY, START + 3 * DAY)
    assert (first_start([]), last_end([Meeting(is_cancelled=True)])) == (None, None)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"status": "cancelled"}, refusals.WorkshopCancelled),
        ({"status": "draft"}, refusals.NotOpenForSignUp),
        ({"status": "done"}, refusals.NotOpenForSignUp),
        ({"starts_at": None}, refusals.NotOpenForSignUp),
    ],
)
def test_what_does_not_take_place(changes, refusal):
    with pytest.raises(refusal):
        require_takes_place(terms(**changes))


def test_sign_up_is_open_on_its_first_and_on_its_last_day():
    today = dt.date(2026, 12, 1)
    one = terms(opens_on=today, closes_on=today)
    require_open(one, today=today, now=START - 2 * DAY)
    with pytest.raises(refusals.SignUpNotOpenYet):
        require_open(one, today=today - DAY, now=START - 3 * DAY)
    with pytest.raises(refusals.SignUpClosed):
        require_open(one, today=today + DAY, now=START - DAY)
    with pytest.raises(refusals.WorkshopHasStarted):
        require_open(one, today=today, now=START)


def test_signing_off_ends_for_places_before_it_ends_for_the_waiting_list():
    today = dt.date(2026, 12, 1)
    one = terms(cancel_until=today)
    require_may_leave(one, "booked", today=today, now=START - 2 * DAY)
    require_may_leave(one, "waitlisted", today=today + DAY, now=START - DAY)
    with pytest.raises(refusals.TooLateToSignOff):
        require_may_leave(one, "booked", today=today + DAY, now=START - DAY)
    with pytest.raises(refusals.WorkshopHasStarted):
        require_may_leave(terms(), "waitlisted", today=today, now=START)


def test_moving_up_ends_24_hours_before():
    assert moves_up(START, now=START - DAY)
    assert not moves_up(START, now=START - DAY + dt.timedelta(seconds=1))


def test_free_places():
    assert [free_places(5, 3), free_places(5, 7), free_places(None, 9)] == [2, 0, None]


def test_who_moves_up_strictly_in_order_past_those_who_are_busy():
    line = [Waiting(1, True), Waiting(2, False), Waiting(3, True), Waiting(4, False)]
    assert who_moves_up(line, 0) == ([], [])
    assert who_moves_up(line, 1) == ([2], [1])
    assert who_moves_up(line, 2) == ([2, 4], [1, 3])
    assert who_moves_up(line, 9) == ([2, 4], [1, 3])


def test_an_entry_becomes_a_mark():
    assert mark_of(Presence.PRESENT, None, most=60) == HERE
    assert mark_of(Presence.PRESENT, 60, most=60) == HERE
    assert mark_of(Presence.PRESENT, 40, most=60) == SOME
    assert mark_of(Presence.ABSENT, 40, most=60) == AWAY
    for minutes in (-1, 61):
        with pytest.raises(refusals.MinutesOutOfRange):
            mark_of(Presence.PRESENT, minutes, most=60)


@pytest.mark.parametrize(
    ("marks", "min_minutes", "earned"),
    [
        ([HERE, HERE], None, True),
        ([HERE, SOME], None, False),
        ([HERE, None], None, False),
        ([], None, False),
        ([HERE, AWAY], 60, True),
        ([HERE, SOME], 101, False),
        ([HERE, SOME], 100, True),
        ([None, EXCUSED], 1, False),
        ([Mark(Presence.PARTIAL, 0)], 1, False),
    ],
)
def test_evidence_is_for_all_dates_or_for_enough_minutes(marks, min_minutes, earned):
    lengths = [60] * len(marks)
    assert earns_evidence(marks, lengths, min_minutes=min_minutes) is earned
    assert length_minutes(START, START + HOUR) == 60


def test_one_word_for_all_dates_and_the_figures():
    rows = [[HERE], [HERE, SOME], [SOME, EXCUSED], [EXCUSED, AWAY], [HERE, None], []]
    words = [summed_up(row) for row in rows]
    assert words == ["present", "partial", "excused", "absent", None, None]
    found = figures_of(words, evidence=1)
    assert found == Figures(present=1, partial=1, excused=1, absent=1, open=2, evidence=1)
    assert found.digest == "1-1-1-1-2-1"


def test_what_is_complete_and_what_is_news():
    hall = SimpleNamespace(setting="on_site", place="Saal", online_url=None)
    nowhere = SimpleNamespace(setting="on_site", place=None, online_url=None)
    online = SimpleNamespace(setting="online", place=None, online_url=None)
    assert where(hall) == ("on_site", "Saal", None)
    assert require_complete(hall, [None], [Meeting()]) == START
    assert require_complete(nowhere, ["Küche"], [Meeting()]) == START
    assert require_complete(online, [None], [Meeting()]) == START
    with pytest.raises(refusals.PlaceIsMissing):
        require_complete(nowhere, [None], [Meeting()])
    with pytest.raises(refusals.NoDates):
        require_complete(hall, [], [])
    require_ahead(START, now=START - HOUR)
    with pytest.raises(refusals.StartsInThePast):
        require_ahead(START, now=START)
    assert not is_news(Meeting(), Meeting())
    assert is_news(Meeting(), Meeting(place="Küche"))


def test_the_working_day_before_at_eight():
    calendar = WorkingCalendar(frozenset({dt.date(2026, 12, 4)}))
    monday = dt.datetime(2026, 12, 7, 13, tzinfo=dt.UTC)
    planned = dt.datetime(2026, 12, 3, 7, tzinfo=dt.UTC)
    assert reminded_at(monday, ZONE, calendar) == planned
    assert may_remind(planned, ZONE, calendar)
    assert not may_remind(planned - HOUR, ZONE, calendar)
    assert not may_remind(planned + 9 * HOUR, ZONE, calendar)
    assert not may_remind(planned + DAY, ZONE, calendar)


@pytest.mark.parametrize(
    ("roles", "person_id", "manages", "attends"),
    [
        ((Role.OFFICER,), 9, True, True),
        ((Role.AUTHOR,), 1, True, True),
        ((Role.AUTHOR,), 2, True, True),
        ((Role.AUTHOR,), 9, False, False),
        ((Role.ADMINISTRATOR, Role.DPO, Role.MANAGEMENT), 9, False, False),
        ((), 1, False, True),
        ((), 2, False, False),
    ],
)
def test_who_may_manage_and_who_may_enter_attendance(roles, person_id, manages, attends):
    viewer = Viewer(person_id, "Kim", "Kim", None, frozenset({Role.EMPLOYEE, *roles}))
    workshop = SimpleNamespace(trainer_id=1, created_by=2)
    assert can_manage(viewer, workshop) is manages
    assert can_take_attendance(viewer, workshop) is attends
