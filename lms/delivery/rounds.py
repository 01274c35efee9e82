"""How long a worker works: until nothing may leave, or for as long as the process lives."""

import datetime as dt
import logging
from collections.abc import Callable

from sqlalchemy.exc import OperationalError

from lms.delivery.endings import Ending
from lms.delivery.operations import Pause
from lms.delivery.worker import Worker
from lms.kernel.db import reading
from lms.outbox import claims

_LOG = logging.getLogger("lms.delivery")
_WAKE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 5.0
_DATABASE_AWAY_SECONDS = 5.0
_TIDY_EVERY = dt.timedelta(seconds=10)


def deliver_all(worker: Worker, ending: Ending, *, limit: int | None = None) -> dt.datetime | None:
    """Deliver what may leave now, at most `limit` mails.

    Waits for the throttle. When the mail server has to be left alone it ends and says until when.
    """
    worker.tidy()
    handled = 0
    rest_until = None
    while not ending.is_wanted and (limit is None or handled < limit):
        turn = worker.deliver_one()
        if turn is False:
            break
        if isinstance(turn, Pause):
            if turn.is_rest:
                rest_until = turn.until
                break
            worker.rest((turn.until - worker.now()).total_seconds())
        else:
            handled += 1
    worker.transport.close()
    return rest_until


def follow(worker: Worker, ending: Ending, beat: Callable[[], None]) -> None:
    """Deliver whatever becomes due until the process is told to end."""
    tidy_at = worker.now()
    while not ending.is_wanted:
        pause = _WAKE_SECONDS
        try:
            beat()
            if _has_work(worker):
                if worker.now() >= tidy_at:
                    worker.tidy()
                    tidy_at = worker.now() + _TIDY_EVERY
                pause = _drain(worker, ending, beat)
            else:
                worker.transport.close()
        except OperationalError:
            _LOG.exception("the database is away")
            worker.transport.close()
            pause = _DATABASE_AWAY_SECONDS
        ending.sleep(pause)
    worker.transport.close()


def _has_work(worker: Worker) -> bool:
    with reading(worker.sessions) as session:
        return claims.has_work(session, now=worker.now())


def _drain(worker: Worker, ending: Ending, beat: Callable[[], None]) -> float:
    """Deliver one after the other; how many seconds to wait before looking again."""
    while not ending.is_wanted:
        beat()
        turn = worker.deliver_one()
        if turn is False:
            return _WAKE_SECONDS
        if isinstance(turn, Pause):
            if turn.is_rest:
                worker.transport.close()
            return min((turn.until - worker.now()).total_seconds(), _LONGEST_PAUSE_SECONDS)
    return 0.0
