#!/usr/bin/env python3
"""CPU, queries and bytes of the hot pages, beside a bare Flask page of the same run.

    python3 scripts/run.py --data /tmp/trial            (once: makes the demonstration)
    .venv/bin/python scripts/bench/pages.py /tmp/trial

Everything runs in this one process without a network: what is measured is our code. CPU is the
process's own time, so other programs on the machine change it little; the factor is the page's
CPU in units of the bare page, which carries over to other machines.
"""

import argparse
import json
import logging
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, text

from lms.access.operations import signing_in as access
from lms.app import create_app
from lms.kernel.clock import utc_now
from lms.kernel.db import Sessions, make_engine, reading, transaction
from lms.people.models import Person
from lms.settings import Settings

WARM_UP = 20
REQUESTS = 100


@dataclass(frozen=True)
class Measured:
    """One page: CPU milliseconds, queries, bytes as they travel."""

    name: str
    cpu_ms: float
    queries: int
    size: int


class Counter:
    """Counts the statements of an engine."""

    def __init__(self, sessions: Sessions) -> None:
        self.queries = 0
        event.listen(sessions.engine, "after_cursor_execute", self._count)

    def _count(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        self.queries += not statement.startswith("BEGIN")


def signed_in(app: Flask, sessions: Sessions, email: str) -> FlaskClient:
    """A browser of this person."""
    with transaction(sessions) as session:
        person = session.scalars(select(Person).where(Person.email == email)).one()
        token = access.sign_in(session, person, user_agent="bench", keep=False, now=utc_now())
    client = app.test_client()
    with client.session_transaction(base_url=base_of(app)) as cookie:
        cookie["sign_in"] = token
    return client


def base_of(app: Flask) -> str:
    """The address that the application answers to."""
    return str(app.extensions["lms"].settings.base_url)


def measure(name: str, ask: Callable[[], int], counter: Counter | None) -> Measured:
    """Ask often, take the mean CPU; count the queries of one more."""
    for _ in range(WARM_UP):
        ask()
    began = time.process_time()
    for _ in range(REQUESTS):
        ask()
    cpu = (time.process_time() - began) / REQUESTS * 1000
    before = counter.queries if counter else 0
    size = ask()
    queries = counter.queries - before if counter else 0
    return Measured(name, cpu, queries, size)


def asker(app: Flask, client: FlaskClient, path: str) -> Callable[[], int]:
    """A request as a browser sends it; its size as it travels."""

    def ask() -> int:
        answer = client.get(path, base_url=base_of(app), headers={"Accept-Encoding": "br"})
        if answer.status_code != 200:
            message = f"{path} answers {answer.status_code}"
            raise SystemExit(message)
        return len(answer.data)

    return ask


def bare_page(sessions: Sessions) -> Callable[[], int]:
    """The smallest Flask page with one indexed query."""
    app = Flask("bare")

    @app.get("/")
    def page() -> str:
        with reading(sessions) as session:
            row = session.execute(text("SELECT first_name FROM people WHERE id = 1")).one()
        return f"<p>{row[0]}</p>"

    client = app.test_client()

    def ask() -> int:
        return len(client.get("/").data)

    return ask


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="data folder of a demonstration")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    os.environ["LMS_DATA_DIR"] = str(options.data)
    settings = Settings.from_env()
    sessions = Sessions(make_engine(settings.database_url))
    app = create_app(settings, sessions)
    known = json.loads(settings.demonstration_file.read_text("utf-8"))
    employee = signed_in(app, sessions, known["employee"]["email"])
    officer = signed_in(app, sessions, known["officer"]["email"])
    counter = Counter(sessions)
    pages = (
        ("home", employee, "/"),
        ("courses", employee, "/courses"),
        ("course", employee, "/courses/digital-counselling"),
        ("player, quiz", employee, "/courses/digital-counselling/learn/check-counselling"),
        ("certificates", employee, "/certificates"),
        ("overview, page 1", officer, "/progress"),
        ("person", officer, "/people/1"),
        ("reminders, 90 days", officer, "/reminders"),
    )
    bare = measure("bare Flask, one query", bare_page(sessions), counter)
    rows = [bare, *(measure(name, asker(app, who, path), counter) for name, who, path in pages)]
    print(f"{'page':24} {'CPU ms':>8} {'factor':>7} {'queries':>8} {'bytes (br)':>11}")
    for one in rows:
        factor = one.cpu_ms / bare.cpu_ms
        print(f"{one.name:24} {one.cpu_ms:8.2f} {factor:7.1f} {one.queries:8} {one.size:11}")
    print(f"worker memory: {resident_mebibytes():.0f} MiB")
    return 0


def resident_mebibytes() -> float:
    """What this process keeps in memory, on Linux."""
    try:
        fields = Path("/proc/self/statm").read_text("ascii").split()
    except FileNotFoundError:
        return float("nan")
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


if __name__ == "__main__":
    sys.exit(main())
