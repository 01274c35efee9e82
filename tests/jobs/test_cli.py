"""`flask scheduler once · status`."""

import datetime as dt
import json

import pytest

from lms.jobs.tasks import TASKS
from lms.kernel.clock import utc_now
from lms.system.operations import runs as operations


def test_once(cli):
    done = cli.invoke(args=["scheduler", "once", "tidy"])
    assert (done.exit_code, done.stdout) == (0, "tidy: 0\n")


def test_once_at_an_instant(cli, monkeypatch):
    seen = []
    monkeypatch.setitem(TASKS, "sweep", lambda shift: seen.append(shift.now) or 3)
    done = cli.invoke(args=["scheduler", "once", "sweep", "--at", "2027-03-01T08:00+01:00"])
    assert (done.exit_code, done.stdout) == (0, "sweep: 3\n")
    assert seen == [dt.datetime(2027, 3, 1, 7, tzinfo=dt.UTC)]


def test_once_that_breaks(cli, monkeypatch):
    def breaks(_shift):
        raise ValueError

    monkeypatch.setitem(TASKS, "sweep", breaks)
    done = cli.invoke(args=["scheduler", "once", "sweep"])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "sweep failed: ValueError" in done.stderr


def test_status_before_anything_ran(cli):
    done = cli.invoke(args=["scheduler", "status"])
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0].split()[:4] == ["sweep", "waiting", "last", "never"]


def test_status_as_json(cli, session):
    now = utc_now()
    operations.claim_slot(session, "sweep", now, process="a", now=now)
    operations.end_run(session, "sweep", now, count=2, error=None, now=now)
    done = cli.invoke(args=["scheduler", "status", "--format", "json"])
    rows = {row["job"]: row for row in json.loads(done.stdout)}
    assert done.exit_code == 0
    assert list(rows) == [
        "sweep",
        "audit-link",
        "workshops",
        "imports",
        "leavers",
        "tidy",
        "verify",
    ]
    assert rows["sweep"] | {"next": None, "last": None} == {
        "job": "sweep",
        "every": "minute",
        "state": "well",
        "last": None,
        "seconds": 0.0,
        "count": 2,
        "next": None,
        "lag_seconds": 0.0,
        "error": None,
    }


@pytest.mark.parametrize(("minutes", "error"), [(0, "ValueError"), (10, None)])
def test_status_says_1_when_a_job_failed_or_stands_still(cli, session, minutes, error):
    then = utc_now() - dt.timedelta(minutes=minutes)
    operations.claim_slot(session, "sweep", then, process="a", now=then)
    operations.end_run(session, "sweep", then, count=0, error=error, now=then)
    assert cli.invoke(args=["scheduler", "status"]).exit_code == 1


@pytest.mark.parametrize("arguments", [["once"], ["once", "nonsense"], ["status", "--format", "x"]])
def test_wrong_usage(cli, arguments):
    assert cli.invoke(args=["scheduler", *arguments]).exit_code == 2
