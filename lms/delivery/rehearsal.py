"""Mail of the demonstration: delivered as it would have been, always into the local mailbox."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from flask import Flask

from lms.delivery.assembly import make_worker
from lms.delivery.endings import Ending
from lms.delivery.kinds import kinds_of
from lms.delivery.rounds import deliver_all
from lms.kernel.db import Sessions
from lms.settings import Settings


class _Clock:
    """Shows the instant that the story has reached."""

    def __init__(self) -> None:
        self.instant = dt.datetime.min.replace(tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.instant


def local_courier(
    app: Flask, settings: Settings, sessions: Sessions
) -> Callable[[dt.datetime], object]:
    """A function that delivers everything due at an instant, as if it were now.

    Invented people have invented addresses: their mail never reaches a mail server.
    """
    clock = _Clock()
    worker = make_worker(
        app,
        replace(settings, smtp_host=None),
        sessions,
        kinds=kinds_of(settings.time_zone),
        now=clock,
        rest=lambda _seconds: None,
    )
    ending = Ending()

    def deliver(now: dt.datetime) -> object:
        clock.instant = now
        return deliver_all(worker, ending)

    return deliver
