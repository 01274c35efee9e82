"""Running jobs: claim the slot, do it, write how it ended."""

import datetime as dt
import json
import logging
from collections.abc import Callable
from dataclasses import replace

from lms.jobs.tasks import TASKS, Shift
from lms.kernel.db import transaction
from lms.system.operations import runs as operations
from lms.system.queries.health import SCHEDULER
from lms.system.rules import TIMETABLE, Planned, slot_of

_LOG = logging.getLogger("lms.jobs")


def tick(
    shift: Shift, *, process: str, now: Callable[[], dt.datetime], stop: Callable[[], bool]
) -> None:
    """Be alive, then run every job whose slot nobody has claimed; `stop` ends between two."""
    with transaction(shift.sessions) as session:
        operations.beat(session, kind=SCHEDULER, process=process, now=shift.now)
    for planned in TIMETABLE:
        if stop():
            return
        run_planned(planned, replace(shift, now=now()), process=process, now=now)


def run_planned(
    planned: Planned, shift: Shift, *, process: str, now: Callable[[], dt.datetime]
) -> bool:
    """Run a job in its slot unless another process has it; whether it was run here."""
    slot = slot_of(planned.every, shift.now)
    with transaction(shift.sessions) as session:
        if not operations.claim_slot(session, planned.name, slot, process=process, now=shift.now):
            return False
    _run(planned.name, slot, shift, now)
    return True


def run_now(
    planned: Planned, shift: Shift, *, process: str, now: Callable[[], dt.datetime]
) -> tuple[int, str | None]:
    """Run a job by hand, whatever its slot; how much it did, and why it failed if it did.

    The run is written down at the real instant, also when the job counts from another one.
    """
    begun = now()
    with transaction(shift.sessions) as session:
        operations.claim_slot(session, planned.name, begun, process=process, now=begun)
    return _run(planned.name, begun, shift, now)


def _run(
    name: str, slot: dt.datetime, shift: Shift, now: Callable[[], dt.datetime]
) -> tuple[int, str | None]:
    begun = now()
    count, error = 0, None
    try:
        count = TASKS[name](shift)
    except Exception as failure:  # noqa: BLE001 - one job that breaks must not stop the others
        # The kind of failure only: the text of a database error may name people (trust.md 5.5).
        error = type(failure).__name__
        _LOG.exception("job %s", name)
    ended = now()
    with transaction(shift.sessions) as session:
        operations.end_run(session, name, slot, count=count, error=error, now=ended)
    record = {
        "job": name,
        "slot": slot.isoformat(timespec="seconds"),
        "ok": error is None,
        "count": count,
        "ms": round((ended - begun).total_seconds() * 1000),
        "error": error,
    }
    _LOG.info("%s", json.dumps(record))
    return count, error
