#!/usr/bin/env python3
"""Seconds and bytes of a backup: create, verify, restore, of an installation as it lies there.

    LMS_DATA_DIR=/tmp/large .venv/bin/flask prepare --empty
    LMS_DATA_DIR=/tmp/large .venv/bin/flask demo load --people 5000 --years 3
    .venv/bin/python scripts/bench/backup.py /tmp/large

Every step is the command itself, in a process of its own; the restore goes into an empty folder,
so only SQLite installations are measured. With --writer a process commits all the while.
"""

import argparse
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from multiprocessing import Event, Process
from multiprocessing.synchronize import Event as EventType
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAUSE_SECONDS = 0.02


def flask(data: Path, *args: str) -> tuple[float, str]:
    """Run one command; its seconds and what it printed."""
    environ = {**os.environ, "LMS_DATA_DIR": str(data)}
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "flask", *args],
        cwd=ROOT,
        env=environ,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return time.monotonic() - began, done.stdout.strip()


def write(database: Path, ended: EventType, slowest: Path) -> None:
    """Commit small changes until told to stop; the longest wait and their number go to a file."""
    count, worst = 0, 0.0
    with closing(sqlite3.connect(database, isolation_level=None, timeout=30)) as own:
        while not ended.is_set():
            began = time.monotonic()
            own.execute("UPDATE mail_throttle SET failures_in_a_row = failures_in_a_row")
            worst = max(worst, time.monotonic() - began)
            count += 1
            time.sleep(PAUSE_SECONDS)
    slowest.write_text(f"{count} commits, the longest took {worst * 1000:.0f} ms", "utf-8")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("data", type=Path, help="the data folder of an installation on SQLite")
    parser.add_argument("--writer", action="store_true", help="somebody writes all the while")
    options = parser.parse_args()
    database = options.data / "lernstand.db"
    with tempfile.TemporaryDirectory(dir=options.data.parent) as folder:
        backup, other, noted = Path(folder, "b.zip"), Path(folder, "other"), Path(folder, "noted")
        ended = Event()
        writer = Process(target=write, args=(database, ended, noted))
        if options.writer:
            writer.start()
        print(f"database {database.stat().st_size / 1e6:.0f} MB")
        seconds, said = flask(options.data, "backup", "create", str(backup))
        print(f"create  {seconds:6.1f} s  {said}")
        if options.writer:
            ended.set()
            writer.join()
            print(f"meanwhile: {noted.read_text('utf-8')}")
        print(f"verify  {flask(options.data, 'backup', 'verify', str(backup))[0]:6.1f} s")
        print(f"restore {flask(other, 'backup', 'restore', str(backup))[0]:6.1f} s")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        print(f"largest process {peak / 1024:.0f} MB of memory")


if __name__ == "__main__":
    main()
