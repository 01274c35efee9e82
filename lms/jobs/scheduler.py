"""APScheduler as a clock and nothing else: one tick a minute, on the UTC grid.

What is due is decided by the database (certification.md 4.3); this process may run once, twice,
or be killed at any moment.
"""

import logging
import os
import signal
import threading
from types import FrameType

from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger

from lms.jobs.runs import tick
from lms.jobs.tasks import Shift
from lms.kernel.clock import utc_now
from lms.kernel.db import Sessions, transaction
from lms.settings import Settings
from lms.system.operations import runs as operations

_LOG = logging.getLogger("lms.jobs")
_SECONDS_TO_FINISH = 15


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
    _take_signals()
    try:
        scheduler.start()
    except _ToldToEnd:
        ending.set()
        _end_within(_SECONDS_TO_FINISH, process)
        scheduler.shutdown(wait=True)
    with transaction(sessions) as session:
        operations.end_beat(session, process=process)


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
