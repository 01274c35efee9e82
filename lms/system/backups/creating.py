"""Making a backup: a whole, sealed file stands under its name, or none does."""

import contextlib
import datetime as dt
import errno
import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy.exc import DBAPIError

from lms.settings import Settings
from lms.system.backups.archive import ArchiveWriter, free_bytes, is_backup, seal, sync_folder
from lms.system.backups.manifest import (
    DATABASE_NAMES,
    BackupRefused,
    Contents,
    DatabaseDamaged,
    Manifest,
    is_sha256,
    key_check,
)
from lms.system.backups.postgresql_copy import PostgresqlCopies
from lms.system.backups.sqlite_copy import SqliteCopies
from lms.system.rules import VERSION

_PREFIX = ".lernstand-backup-"
_MEGABYTE = 1_000_000
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

Copies = SqliteCopies | PostgresqlCopies


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that stands under its name."""

    path: Path
    size_bytes: int
    seal: str
    manifest: Manifest


def copies_of(settings: Settings, scratch: str | None = None) -> Copies:
    """How the database of these settings is copied."""
    if settings.database_url.startswith("sqlite"):
        return SqliteCopies(settings.database_url)
    return PostgresqlCopies(settings.database_url, scratch)


def create(settings: Settings, target: Path, *, now: dt.datetime) -> Made:
    """Write a backup of database and files to `target` while the house goes on.

    Everything is made beside the target and renamed when it is whole and on the disk, so that
    neither an error nor a kill leaves half a backup. A file that stands there is replaced only
    when it is a backup itself.
    """
    if target.exists() and not is_backup(target):
        raise BackupRefused(f"{target} exists and is no backup: choose another name")
    copies = copies_of(settings)
    with workdir_in(target.parent, _PREFIX) as workdir, clear_errors(target.parent):
        _require_room(copies, settings.files, target.parent)
        database = workdir / DATABASE_NAMES[copies.kind]
        contents = copies.copy(database)
        archive = workdir / "archive"
        with os.fdopen(os.open(archive, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as out:
            manifest = _write(out, settings, database, contents, now=now)
            sealed = seal(out)
        size = archive.stat().st_size
        archive.replace(target)
        sync_folder(target.parent)
    return Made(target, size, sealed, manifest)


def _write(
    out: IO[bytes], settings: Settings, database: Path, contents: Contents, *, now: dt.datetime
) -> Manifest:
    writer = ArchiveWriter(out)
    try:
        _add_members(writer, database, settings.files)
        manifest = Manifest(
            created_at=now.isoformat(timespec="seconds"),
            app_version=VERSION,
            database=next(kind for kind, name in DATABASE_NAMES.items() if name == database.name),
            contents=contents,
            members=writer.members,
            key_check=key_check(settings.secret_key),
        )
        writer.finish(manifest)
    finally:
        writer.give_up()
    return manifest


def _add_members(writer: ArchiveWriter, database: Path, files: Path) -> None:
    with database.open("rb") as source:
        writer.add(database.name, source, is_packed=database.suffix == ".dump")
    # After the database: a file is stored before the row that names it.
    for path in stored_files(files):
        # One that was deleted a moment ago is named by no row that counts.
        with contextlib.suppress(FileNotFoundError), path.open("rb") as source:
            writer.add(f"files/{path.parent.name}/{path.name}", source, is_packed=True)


def stored_files(root: Path) -> list[Path]:
    """What the store of files keeps; files half written have other names."""
    return sorted(path for path in root.glob("??/*") if is_sha256(path.name) and path.is_file())


def _require_room(copies: Copies, files: Path, folder: Path) -> None:
    """Say beforehand that the disk is too small: database twice (copy, archive), files once."""
    needed = 2 * copies.size_bytes() + sum(path.stat().st_size for path in stored_files(files))
    there = free_bytes(folder)
    if there < needed:
        raise BackupRefused(
            f"not enough room in {folder}: {_megabytes(needed)} may be needed,"
            f" {_megabytes(there)} are free"
        )


def _megabytes(size: int) -> str:
    return f"{-(-size // _MEGABYTE)} MB"


@contextmanager
def workdir_in(folder: Path, prefix: str) -> Generator[Path]:
    """A folder of one's own beside the target, on the same disk; those of killed ones go first."""
    for left in folder.glob(f"{prefix}*"):
        _remove_unless_held(left)
    try:
        made = Path(tempfile.mkdtemp(prefix=prefix, dir=folder))
    except OSError as error:
        raise BackupRefused(f"{folder} cannot be written ({error.strerror})") from error
    lock = os.open(made, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield made
    finally:
        os.close(lock)
        shutil.rmtree(made, ignore_errors=True)


def _remove_unless_held(left: Path) -> None:
    with contextlib.suppress(OSError):
        lock = os.open(left, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left, ignore_errors=True)
        finally:
            os.close(lock)


@contextmanager
def clear_errors(folder: Path) -> Generator[None]:
    """What disk and database complain of, in one line for the operator."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise BackupRefused(f"the disk of {folder} is full ({error.strerror})") from error
        raise BackupRefused(f"{error.filename or folder}: {error.strerror or error}") from error
    except sqlite3.Error as error:
        raise _refusal(error) from error
    except DBAPIError as error:
        raise _refusal(error.orig) from error


def _refusal(error: BaseException | None) -> BackupRefused:
    reason = str(error).partition("\n")[0]
    # The extended codes of SQLite carry the plain one in their lowest byte.
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
        return DatabaseDamaged(f"the database is damaged: {reason}")
    return BackupRefused(f"the database cannot be used ({reason})")
