"""`flask scheduler run · once · status`."""

import datetime as dt
import json
import sys

import click
from flask.cli import AppGroup

from lms.jobs.runs import run_now
from lms.jobs.scheduler import run_scheduler
from lms.jobs.tasks import Shift
from lms.kernel.clock import utc_now
from lms.kernel.db import reading
from lms.system.operations import runs as operations
from lms.system.queries.health import last_runs
from lms.system.rules import TIMETABLE, Planned, Run, job_state, next_slot
from lms.web.db import house
from lms.web.instants import INSTANT

scheduler = AppGroup("scheduler", help="Jobs in the background.")

_BY_NAME = {planned.name: planned for planned in TIMETABLE}


@scheduler.command("run")
def run() -> None:
    """Run the jobs in their slots until SIGTERM; several such processes do no harm."""
    run_scheduler(house().settings, house().sessions)


@scheduler.command("once")
@click.argument("name", type=click.Choice(sorted(_BY_NAME)))
@click.option("--at", type=INSTANT, help="Take this instant for now.")
def once(name: str, at: dt.datetime | None) -> None:
    """Run one job now and say what it did."""
    shift = Shift(house().sessions, house().settings, at or utc_now())
    count, error = run_now(_BY_NAME[name], shift, process=operations.own_name(), now=utc_now)
    if error is not None:
        click.echo(f"{name} failed: {error} (see the lines above)", err=True)
        sys.exit(1)
    click.echo(f"{name}: {count}")


@scheduler.command("status")
@click.option("--format", "shape", type=click.Choice(["table", "json"]), default="table")
def status(shape: str) -> None:
    """Say when each job ran last, runs next, and how far it lags; exit 1 when one is not well."""
    now = utc_now()
    with reading(house().sessions) as session:
        runs = last_runs(session, [planned.name for planned in TIMETABLE])
    rows = [_row(planned, runs.get(planned.name), now) for planned in TIMETABLE]
    if shape == "json":
        click.echo(json.dumps(rows, indent=2))
    else:
        for row in rows:
            click.echo(
                f"{row['job']:12} {row['state']:8} last {row['last'] or 'never':26}"
                f" took {_seconds(row['seconds']):>8}  next {row['next']}"
                f"  lag {_seconds(row['lag_seconds'])}  {row['error'] or ''}".rstrip()
            )
    sys.exit(1 if any(row["state"] in ("failed", "stalled") for row in rows) else 0)


def _row(planned: Planned, last: Run | None, now: dt.datetime) -> dict[str, object]:
    following = next_slot(planned.every, now if last is None else last.started_at)
    return {
        "job": planned.name,
        "every": planned.every.value,
        "state": job_state(planned, last, now=now).value,
        "last": last.started_at.isoformat(timespec="seconds") if last else None,
        "seconds": last.seconds if last else None,
        "count": last.count if last else None,
        "next": following.isoformat(timespec="seconds"),
        "lag_seconds": max(0.0, (now - following).total_seconds()) if last else None,
        "error": last.error if last else None,
    }


def _seconds(value: object) -> str:
    return f"{value:.1f} s" if isinstance(value, float) else "-"
