#!/usr/bin/env python3
"""Seconds and memory of the three lists at 5,000 rows each, beside a plain read of the file.

    LMS_DATA_DIR=/tmp/trial .venv/bin/flask prepare --empty
    LMS_DATA_DIR=/tmp/trial .venv/bin/flask content load content
    .venv/bin/python scripts/bench/imports.py /tmp/trial

Every list is brought by the command itself, in a process of its own; it adds people, evidence and
absences to the installation, so take one that is for trying only. The factor is the command's
seconds in units of reading the same file with Python's own `csv`.
"""

import argparse
import csv
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
ROWS = 5_000


def people(_course: str) -> str:
    """Everybody with a number, a tenth leads the others."""
    head = "email,personnel_number,first_name,last_name,unit,job,supervisor_email,hired_on\n"
    return head + "".join(
        f"b{number}@example.org,B{number},Kim,Beispiel {number},Bereich {number % 40},"
        f"Fachkraft,{f'b{number // 10}@example.org' if number > 9 else ''},2020-01-01\n"
        for number in range(ROWS)
    )


def evidence(course: str) -> str:
    """One proof each, a third of them run out."""
    return "personnel_number,course,completed_on,source,reference\n" + "".join(
        f"B{number},{course},202{4 + number % 3}-0{1 + number % 9}-15,workshop,Liste {number}\n"
        for number in range(ROWS)
    )


def absences(_course: str) -> str:
    """Everybody is away for two months."""
    return "personnel_number,from_on,until_on\n" + "".join(
        f"B{number},2026-0{1 + number % 9}-01,2026-1{number % 3}-28\n" for number in range(ROWS)
    )


LISTS = {"people": people, "evidence": evidence, "absences": absences}


def bring(data: Path, kind: str, file: Path) -> tuple[float, int, str]:
    """Run the command; its seconds, its peak memory in MiB, the line it prints."""
    environ = {**os.environ, "LMS_DATA_DIR": str(data)}
    command = [sys.executable, "-m", "flask", kind, "import", str(file)]
    began = time.monotonic()
    with subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        said = process.stdout.read().strip() if process.stdout else ""
        _pid, _status, used = os.wait4(process.pid, 0)
        process.returncode = 0
    return time.monotonic() - began, used.ru_maxrss // 1024, said


def plain_read(file: Path) -> float:
    """Seconds of reading the same rows with Python's own csv."""
    began = time.monotonic()
    with file.open(encoding="utf-8", newline="") as stream:
        rows = sum(1 for _row in csv.reader(stream))
    return (time.monotonic() - began) if rows else 0.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("data", type=Path, help="the data folder of an installation on SQLite")
    data = parser.parse_args().data.resolve()
    with closing(sqlite3.connect(data / "lernstand.db")) as database:
        course = database.execute("SELECT slug FROM courses ORDER BY slug LIMIT 1").fetchone()[0]
    print(f"{'list':10} {'seconds':>8} {'again':>8} {'MiB':>6} {'factor':>8}  what it did")
    with tempfile.TemporaryDirectory() as folder:
        for kind, rows in LISTS.items():
            file = Path(folder) / f"{kind}.csv"
            file.write_text(rows(course), "utf-8")
            seconds, peak, said = bring(data, kind, file)
            again, _peak, _said = bring(data, kind, file)
            factor = seconds / plain_read(file)
            print(f"{kind:10} {seconds:8.1f} {again:8.1f} {peak:6} {factor:8.0f}  {said}")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"this process itself: {own} MiB")


if __name__ == "__main__":
    main()
