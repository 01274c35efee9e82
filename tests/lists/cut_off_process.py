"""A job `imports` that is killed while it saves: python -m tests.lists.cut_off_process URL PARTS.

It dies in the middle of the part after PARTS whole ones, when all of it is written and nothing
of it is committed.
"""

import os
import signal
import sys

from lms.kernel.db import Sessions, make_engine
from lms.lists.operations import saving
from lms.lists.operations.rows import keep_rows
from lms.lists.operations.working_off import work_off
from tests.duties import at, day

ON = "2026-11-24"


def main(url: str, parts: int) -> None:
    """Work off what is under way, up to the end of it all."""
    calls = 0

    def keep_and_die(*args: object) -> None:
        nonlocal calls
        keep_rows(*args)  # type: ignore[arg-type]
        calls += 1
        if calls > parts:
            os.kill(os.getpid(), signal.SIGKILL)

    saving.keep_rows = keep_and_die
    work_off(Sessions(make_engine(url)), today=day(ON), now=at(ON))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
