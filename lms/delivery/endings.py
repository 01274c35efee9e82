"""How a worker that was told to end does so in time: it finishes the mail in hand, but not at
any price. Signals arrive here; nothing else knows them.
"""

import os
import select
import signal
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Self

from lms.delivery.rules import OutOfTime

PATIENCE_SECONDS = 12.0


class Ending:
    """Knows whether the process was told to end, and wakes whoever sleeps.

    As a context it takes SIGTERM and SIGINT, and gives them back at its end.
    """

    def __init__(self) -> None:
        self.is_wanted = False
        self._is_late = False
        self._is_talking = False
        # An Event would not do: its lock may be held when the signal arrives.
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        for number, handle in (
            (signal.SIGTERM, self._told),
            (signal.SIGINT, self._told),
            (signal.SIGALRM, self._too_late),
        ):
            self._before[number] = signal.signal(number, handle)
        return self

    def __exit__(self, *_error: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, before in self._before.items():
            signal.signal(number, before)
        os.close(self._reader)
        os.close(self._writer)

    def sleep(self, seconds: float) -> None:
        """Wait, but no longer than until the process is told to end."""
        if not self.is_wanted:
            select.select([self._reader], [], [], max(0.0, seconds))

    @contextmanager
    def conversation(self) -> Generator[None]:
        """Inside, OutOfTime is raised when the mail server takes too long to let us go."""
        self._is_talking = True
        try:
            if self._is_late:
                raise OutOfTime
            yield
        finally:
            self._is_talking = False

    def _told(self, _number: int, _frame: FrameType | None) -> None:
        if not self.is_wanted:
            self.is_wanted = True
            signal.setitimer(signal.ITIMER_REAL, PATIENCE_SECONDS)
            os.write(self._writer, b".")

    def _too_late(self, _number: int, _frame: FrameType | None) -> None:
        self._is_late = True
        if self._is_talking:
            raise OutOfTime
