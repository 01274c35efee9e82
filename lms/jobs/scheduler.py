"""APScheduler as a clock and nothing else: one tick a minute, on the UTC grid.

What is due is decided by the database (certification.md 4.3); this process may run once, twice,
or be killed at any moment.
"""

import datetime as dt
import logging
import os
import signal
import threading
from types import FrameType

from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from lms.jobs.runs import run_now, tick
from lms.jobs.tasks import Shift
from lms.kernel.clock import utc_now
from lms.kernel.db import Sessions, reading, transaction
from lms.lists.queries.imports import list_under_way
from lms.settings import Settings
from lms.system.operations import runs as operations
from lms.system.rules import TIMETABLE

_LOG = logging.getLogger("lms.jobs")
_SECONDS_TO_FINISH = 15
_SECONDS_BETWEEN_LOOKS = 2
_IMPORTS = next(planned for planned in TIMETABLE if planned.name == "imports")


class _ToldToEnd(Exception):
    """A signal asked the process to end."""


def run_scheduler(settings: Settings, sessions: Sessions) -> None:
    """Tick until SIGTERM or SIGINT; a job under way is finished if it takes no longer than 15 s."""
    process = operations.own_name()
    ending = threading.Event()

    def once_a_minute() -> None:
        shift = Shift(sessions, settings, utc_now())
        try:
            tick(shift, process=process, now=utc_now, stop=ending.is_set)
        except Exception:  # noqa: BLE001 - see the next line
            # The next minute tries again: what is due stays due.
            _LOG.exception("tick")

    scheduler = BlockingScheduler(
        timezone="UTC",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    scheduler.add_job(once_a_minute, CronTrigger(second=0, timezone="UTC"), next_run_time=utc_now())
    scheduler.add_job(
        LongLists(settings, sessions, process).look,
        IntervalTrigger(seconds=_SECONDS_BETWEEN_LOOKS, timezone="UTC"),
    )
    _take_signals()
    try:
        scheduler.start()
    except _ToldToEnd:
        ending.set()
        _end_within(_SECONDS_TO_FINISH, process)
        scheduler.shutdown(wait=True)
    with transaction(sessions) as session:
        operations.end_beat(session, process=process)


class LongLists:
    """Somebody sits before a list that is being checked: the next minute would be too late.

    After a failure the minute is soon enough.
    """

    def __init__(self, settings: Settings, sessions: Sessions, process: str) -> None:
        self._settings, self._sessions, self._process = settings, sessions, process
        self._waits_until = utc_now()

    def look(self) -> None:
        """Run the job `imports` at once if a list is under way."""
        now = utc_now()
        try:
            if now >= self._waits_until and self._is_any_under_way():
                shift = Shift(self._sessions, self._settings, now)
                _count, error = run_now(_IMPORTS, shift, process=self._process, now=utc_now)
                self._waits_until = now + dt.timedelta(minutes=1 if error else 0)
        except Exception:  # noqa: BLE001 - the next look tries again
            _LOG.exception("look for lists")

    def _is_any_under_way(self) -> bool:
        with reading(self._sessions) as session:
            return bool(list_under_way(session))


def _take_signals() -> None:
    def told(_number: int, _frame: FrameType | None) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        raise _ToldToEnd

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)


def _end_within(seconds: float, process: str) -> None:
    """A job that takes longer is cut off: its transaction is rolled back, nothing is half done."""

    def give_up() -> None:
        _LOG.warning("%s ends in the middle of a job", process)
        os._exit(0)

    late = threading.Timer(seconds, give_up)
    late.daemon = True
    late.start()
