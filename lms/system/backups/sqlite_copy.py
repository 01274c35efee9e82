"""A consistent copy of a SQLite database while others write, and putting one in its place."""

import os
import shutil
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from lms.kernel.db import Sessions, make_engine
from lms.system.backups.archive import sync_folder
from lms.system.backups.counting import contents_of
from lms.system.backups.manifest import BackupRefused, Contents, DatabaseDamaged

# 4 MB a step: between two steps other threads of this process go on.
_PAGES = 1024
_LOCKED = "another process has the database open: stop web, scheduler and mail first"


class SqliteCopies:
    """Backups of the database file that these settings name."""

    kind = "sqlite"

    def __init__(self, url: str) -> None:
        name = make_url(url).database
        if not name or name == ":memory:":
            raise BackupRefused("a database in memory has no backup")
        self.path = Path(name).absolute()

    def size_bytes(self) -> int:
        """How much room a copy needs at most."""
        log = self.path.with_name(self.path.name + "-wal")
        return sum(file.stat().st_size for file in (self.path, log) if file.exists())

    def copy(self, target: Path) -> Contents:
        """Copy what is committed now, look whether it is sound, and say what it holds.

        One read transaction spans all steps. Without it SQLite begins the copy anew after every
        commit of somebody else, and never comes to its end in a busy house; with it writers go
        on, since their pages go into the write-ahead log.
        """
        if not self.path.exists():
            raise BackupRefused(f"there is no database at {self.path}")
        address = f"{self.path.as_uri()}?mode=ro"
        with (
            closing(sqlite3.connect(address, uri=True, isolation_level=None)) as source,
            closing(_new_file(target)) as copy,
        ):
            source.execute("PRAGMA busy_timeout=5000")
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            source.backup(copy, pages=_PAGES, sleep=0)
            source.execute("ROLLBACK")
            # One file: the copy carries the mark of write-ahead logging.
            copy.execute("PRAGMA journal_mode=DELETE")
        require_sound(target)
        with opened(target) as sessions:
            return contents_of(sessions)

    @contextmanager
    def restored_aside(self, dump: Path, workdir: Path) -> Generator[Sessions]:  # noqa: ARG002 - PostgreSQL needs it
        """A database made from a backup, which nobody but the caller knows."""
        require_sound(dump)
        with opened(dump) as sessions:
            yield sessions

    def require_alone(self) -> None:
        """Refuse while anybody else has the database open.

        Leaving write-ahead logging is possible only for the last one who has it open, and takes
        the log into the file. SQLite sees to that whoever the others are.
        """
        if not self.path.exists():
            return
        with closing(sqlite3.connect(self.path, isolation_level=None, timeout=2)) as own:
            try:
                (mode,) = own.execute("PRAGMA journal_mode=DELETE").fetchone()
            except sqlite3.OperationalError as error:
                raise BackupRefused(_LOCKED) from error
            except sqlite3.DatabaseError:
                return  # no database any more: that is what the backup is for
            if mode != "delete":
                raise BackupRefused(_LOCKED)

    def rows(self) -> int:
        """How many rows stand in the way of a restore; a damaged database does as a whole."""
        if not self.path.exists() or not self.path.stat().st_size:
            return 0
        try:
            with self.opened() as sessions:
                tables = contents_of(sessions, with_chain=False).tables
        except DBAPIError:
            return 1
        return sum(count for name, count in tables.items() if name != "alembic_version")

    def keep_as_it_is(self, target: Path) -> Path:
        """A copy of the bytes, whatever they are."""
        with target.open("xb") as copy, self.path.open("rb") as source:
            shutil.copyfileobj(source, copy)
        return target

    @contextmanager
    def opened(self) -> Generator[Sessions]:
        """Sessions on the database itself."""
        with opened(self.path) as sessions:
            yield sessions

    def put_in_place(self, prepared: Path) -> None:
        """Let the prepared file be the database from this moment on."""
        with closing(sqlite3.connect(prepared, isolation_level=None)) as own:
            # Whole in one file, and on the disk, before it takes the name.
            own.execute("PRAGMA synchronous=FULL")
            own.execute("PRAGMA journal_mode=DELETE")
        _sync(prepared)
        for ending in ("-wal", "-shm", "-journal"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
        prepared.replace(self.path)
        sync_folder(self.path.parent)


@contextmanager
def opened(path: Path) -> Generator[Sessions]:
    """Sessions on a database file; none of its companions is left behind."""
    engine = make_engine(f"sqlite:///{path}")
    try:
        yield Sessions(engine)
    finally:
        engine.dispose()


def require_sound(path: Path) -> None:
    """SQLite's own look at every page and index, and at every foreign key."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as own:
        (answer,) = own.execute("PRAGMA integrity_check(1)").fetchone()
        if answer != "ok":
            raise DatabaseDamaged(f"the database is damaged: {answer}")
        row = own.execute("PRAGMA foreign_key_check").fetchone()
        if row is not None:
            raise DatabaseDamaged(f"a row of table {row[0]} points to nothing (foreign_key_check)")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _new_file(target: Path) -> sqlite3.Connection:
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    made = sqlite3.connect(target, isolation_level=None)
    # Thrown away when anything fails, fsynced as a whole by the archive.
    made.execute("PRAGMA synchronous=OFF")
    return made
