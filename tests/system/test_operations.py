"""Slots that one process gets, heartbeats, and what is forgotten."""

import datetime as dt

from sqlalchemy import select

from lms.system.models import Heartbeat, JobRun
from lms.system.operations import runs as operations
from lms.system.queries import health as queries
from lms.system.rules import Run

NOW = dt.datetime(2026, 11, 24, 8, 30, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def test_a_slot_is_claimed_once(session):
    assert operations.claim_slot(session, "sweep", NOW, process="a", now=NOW)
    assert not operations.claim_slot(session, "sweep", NOW, process="b", now=NOW)
    assert operations.claim_slot(session, "sweep", NOW + MINUTE, process="b", now=NOW)
    assert operations.claim_slot(session, "tidy", NOW, process="b", now=NOW)


def test_how_runs_end(session):
    for job in ("sweep", "tidy"):
        operations.claim_slot(session, job, NOW, process="a", now=NOW)
    end = NOW + dt.timedelta(seconds=2)
    operations.end_run(session, "sweep", NOW, count=7, error=None, now=end)
    operations.end_run(session, "tidy", NOW, count=0, error="X" * 500, now=end)
    assert queries.last_runs(session, ["sweep", "tidy", "leavers"]) == {
        "sweep": Run("sweep", NOW, NOW, end, True, 7, None, "a"),
        "tidy": Run("tidy", NOW, NOW, end, False, 0, "X" * 400, "a"),
    }
    assert queries.last_runs(session, []) == {}
    assert queries.last_good_end(session, "sweep") == end
    assert queries.last_good_end(session, "tidy") is None


def test_the_newest_run_counts(session):
    for minute in range(3):
        at = NOW + minute * MINUTE
        operations.claim_slot(session, "sweep", at, process="a", now=at)
    assert queries.last_runs(session, ["sweep"])["sweep"].slot == NOW + 2 * MINUTE


def test_heartbeats(session):
    operations.beat(session, kind="delivery", process="a", now=NOW)
    operations.beat(session, kind="delivery", process="b", now=NOW + MINUTE)
    operations.beat(session, kind="delivery", process="a", now=NOW + 2 * MINUTE)
    assert queries.last_beats(session) == {"delivery": NOW + 2 * MINUTE}
    operations.end_beat(session, process="a")
    assert queries.last_beats(session) == {"delivery": NOW + MINUTE}


def test_old_runs_and_silent_processes_are_forgotten(session):
    for days, process in ((91, "old"), (89, "new")):
        at = NOW - dt.timedelta(days=days)
        operations.claim_slot(session, "sweep", at, process=process, now=at)
    for hours, process in ((25, "old"), (23, "new")):
        at = NOW - dt.timedelta(hours=hours)
        operations.beat(session, kind="scheduler", process=process, now=at)
    assert operations.forget_old(session, now=NOW) == 2
    assert session.scalars(select(JobRun.process)).all() == ["new"]
    assert session.scalars(select(Heartbeat.process)).all() == ["new"]
