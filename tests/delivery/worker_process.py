"""A mail worker as a process of its own, so that a test can kill it.

Arguments: address of the database, port of the mail server, the instant it takes for now.
"""

import datetime as dt
import sys
import time

from lms.delivery.endings import Ending
from lms.delivery.rounds import deliver_all
from lms.kernel.db import Sessions, make_engine
from lms.system.operations.runs import own_name
from tests.delivery.workers import make_worker, smtp_to


def main() -> None:
    """Deliver until nothing is left."""
    url, port, instant = sys.argv[1:]
    begun, start = time.monotonic(), dt.datetime.fromisoformat(instant)
    with Ending() as ending:
        worker = make_worker(
            Sessions(make_engine(url)),
            smtp_to(int(port)),
            name=own_name(),
            now=lambda: start + dt.timedelta(seconds=time.monotonic() - begun),
            rest=ending.sleep,
        )
        deliver_all(worker, ending)


if __name__ == "__main__":
    main()
