"""Slots of jobs and what is well or not."""

import datetime as dt

import pytest

from lms.jobs.tasks import TASKS
from lms.system.rules import (
    TIMETABLE,
    Every,
    Finding,
    JobState,
    Level,
    Observed,
    Planned,
    Run,
    findings,
    job_state,
    next_slot,
    room_warnings,
    slot_of,
)

NOW = dt.datetime(2026, 11, 24, 8, 30, 42, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("every", "slot", "following"),
    [
        (Every.MINUTE, "2026-11-24T08:30:00", "2026-11-24T08:31:00"),
        (Every.DAY, "2026-11-24T00:00:00", "2026-11-25T00:00:00"),
        (Every.WEEK, "2026-11-23T00:00:00", "2026-11-30T00:00:00"),
    ],
)
def test_slots_are_minutes_days_and_weeks_from_monday_in_utc(every, slot, following):
    assert slot_of(every, NOW) == dt.datetime.fromisoformat(f"{slot}+00:00")
    assert next_slot(every, NOW) == dt.datetime.fromisoformat(f"{following}+00:00")


def test_an_instant_of_another_zone_has_the_same_slot():
    berlin = NOW.astimezone(dt.timezone(dt.timedelta(hours=1)))
    assert slot_of(Every.DAY, berlin) == slot_of(Every.DAY, NOW)


def test_every_job_of_the_timetable_does_something():
    assert [planned.name for planned in TIMETABLE] == list(TASKS)


def _run(started_at, *, is_ok=True, ended_at=None):
    return Run("sweep", started_at, started_at, ended_at, is_ok, 0, None, "host:1")


@pytest.mark.parametrize(
    ("last", "state"),
    [
        (None, JobState.WAITING),
        (_run(NOW - MINUTE), JobState.WELL),
        (_run(NOW - MINUTE, is_ok=False), JobState.FAILED),
        (_run(NOW - MINUTE, is_ok=None), JobState.WELL),
        (_run(NOW - 4 * MINUTE), JobState.STALLED),
    ],
)
def test_how_a_job_does(last, state):
    assert job_state(Planned("sweep", Every.MINUTE, "x"), last, now=NOW) is state


def test_how_long_a_run_took():
    assert _run(NOW, ended_at=NOW + dt.timedelta(seconds=1.5)).seconds == 1.5
    assert _run(NOW).seconds is None


WELL = Observed(
    scheduler_beat_at=NOW,
    delivery_beat_at=NOW,
    last_sweep_at=NOW,
    waiting_since=None,
    waiting_count=0,
    stubborn_count=0,
    uncertain_count=0,
    resting_until=None,
    backup_at=NOW,
    running_since=NOW,
)
DAY = dt.timedelta(days=1)


def _seen(**changes):
    return Observed(**({name: getattr(WELL, name) for name in WELL.__slots__} | changes))


def test_nothing_to_say_when_all_is_well():
    assert findings(WELL, now=NOW) == []
    assert findings(_seen(last_sweep_at=None), now=NOW) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"scheduler_beat_at": None},
            Finding("scheduler", Level.RED, "no scheduler process is running"),
        ),
        (
            {"delivery_beat_at": NOW - 4 * MINUTE},
            Finding(
                "delivery",
                Level.RED,
                "the delivery process was last alive at 2026-11-24T08:26:42+00:00",
                since=NOW - 4 * MINUTE,
            ),
        ),
        (
            {"last_sweep_at": NOW - 31 * MINUTE},
            Finding(
                "sweep",
                Level.RED,
                "the last good sweep was at 2026-11-24T07:59:42+00:00",
                since=NOW - 31 * MINUTE,
            ),
        ),
        (
            {"waiting_since": NOW - 31 * MINUTE, "waiting_count": 3},
            Finding(
                "waiting",
                Level.RED,
                "3 mails wait, the oldest since 2026-11-24T07:59:42+00:00",
                since=NOW - 31 * MINUTE,
                count=3,
            ),
        ),
        (
            {"stubborn_count": 2},
            Finding("stubborn", Level.RED, "2 mails have been tried four times or more", count=2),
        ),
        (
            {"resting_until": NOW + MINUTE},
            Finding(
                "resting",
                Level.YELLOW,
                "the mail server is left alone until 2026-11-24T08:31:42+00:00",
                since=NOW + MINUTE,
            ),
        ),
        (
            {"uncertain_count": 1},
            Finding(
                "uncertain",
                Level.YELLOW,
                "1 mails are uncertain: the mail server did not confirm",
                count=1,
            ),
        ),
    ],
)
def test_what_is_not_well(changes, expected):
    assert findings(_seen(**changes), now=NOW) == [expected]


@pytest.mark.parametrize(
    "changes",
    [
        {"scheduler_beat_at": NOW - 3 * MINUTE, "delivery_beat_at": NOW - 3 * MINUTE},
        {"last_sweep_at": NOW - 30 * MINUTE},
        {"waiting_since": NOW - 30 * MINUTE, "waiting_count": 9},
    ],
)
def test_up_to_the_limit_all_is_well(changes):
    assert findings(_seen(**changes), now=NOW) == []


def test_the_worst_stands_first():
    seen = _seen(uncertain_count=1, last_sweep_at=NOW - 40 * MINUTE)
    assert [finding.key for finding in findings(seen, now=NOW)] == ["sweep", "uncertain"]


@pytest.mark.parametrize(
    ("made", "since", "level"),
    [
        (NOW - 8 * DAY, NOW - 90 * DAY, None),
        (NOW - 9 * DAY, NOW - 90 * DAY, Level.YELLOW),
        (NOW - 30 * DAY, NOW - 90 * DAY, Level.YELLOW),
        (NOW - 31 * DAY, NOW - 90 * DAY, Level.RED),
        (None, None, None),
        (None, NOW - 8 * DAY, None),
        (None, NOW - 90 * DAY, Level.YELLOW),
    ],
)
def test_backups_that_have_ended_wake_somebody_a_new_house_has_time(made, since, level):
    found = findings(_seen(backup_at=made, running_since=since), now=NOW)
    assert [(one.key, one.level) for one in found] == ([("backup", level)] if level else [])


def test_a_disk_that_is_nearly_full_is_said():
    assert room_warnings(200_000_000) == []
    assert room_warnings(199_999_999) == ["only 199 MB are free on the disk of the data folder"]
