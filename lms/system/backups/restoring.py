"""Putting a backup in the place of what is there."""

import datetime as dt
import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from lms.audit import operations as audit
from lms.kernel.db import transaction
from lms.settings import Settings
from lms.system import migrating
from lms.system.backups import archive
from lms.system.backups.archive import Archive
from lms.system.backups.creating import (
    Copies,
    clear_errors,
    copies_of,
    create,
    stored_files,
    workdir_in,
)
from lms.system.backups.manifest import BackupRefused, DatabaseDamaged, Manifest, key_check
from lms.system.backups.sqlite_copy import SqliteCopies
from lms.system.backups.verifying import compare, require_known

_PREFIX = ".lernstand-restore-"
# What lets somebody in: a stolen backup, or an old one, must open nothing.
_WAYS_IN = ("sign_ins", "sign_in_attempts", "set_up_addresses", "access_links")


@dataclass(frozen=True, slots=True)
class Restored:
    """What is in place now, what was there before, and whether secrets can still be read."""

    manifest: Manifest
    before: Path | None
    has_same_key: bool


def restore(settings: Settings, path: Path, *, replaces: bool, now: dt.datetime) -> Restored:
    """Make this installation what it was when the backup was made.

    Refused: a damaged backup, one of a newer release or another database, a house that runs, and
    one that is not empty unless `replaces`; then it is backed up first. An older schema is
    upgraded. All sign-ins and mailed links end. People erased since the backup will come back
    with it: once there is a table `erasures`, its ids are to be replayed here, before anybody can
    sign in.
    """
    with (
        house_held(settings.data_dir),
        workdir_in(settings.data_dir, _PREFIX) as workdir,
        clear_errors(settings.data_dir),
        archive.opened(path) as found,
    ):
        require_known(found.manifest)
        copies = copies_of(settings)
        if found.manifest.database != copies.kind:
            raise BackupRefused(
                f"the backup is of {found.manifest.database}, LMS_DATABASE_URL names {copies.kind}"
            )
        copies.require_alone()
        before = _set_aside(settings, copies, replaces=replaces, now=now)
        dump = workdir / found.manifest.database_name
        found.unpack(dump.name, dump)
        _bring_files(found, settings.files)
        _put_in_place(copies, found.manifest, dump)
        _drop_other_files(found, settings.files)
        with copies.opened() as sessions, transaction(sessions) as session:
            audit.record(
                session,
                actor="operator",
                verb="backup.restored",
                object_kind="backup",
                object_id=None,
                details={"created_at": found.manifest.created_at, "sha256": found.seal},
                now=now,
            )
        same = found.manifest.key_check == key_check(settings.secret_key)
        return Restored(found.manifest, before, same)


def _put_in_place(copies: Copies, manifest: Manifest, dump: Path) -> None:
    """The restored database, compared, with this code's tables and nobody signed in."""
    closing = [f"DELETE FROM {table}" for table in _WAYS_IN if table in manifest.contents.tables]  # noqa: S608 - our own names
    if isinstance(copies, SqliteCopies):
        with copies.restored_aside(dump, dump.parent) as sessions:
            compare(manifest, sessions)
            with transaction(sessions) as session:
                for statement in closing:
                    session.execute(text(statement))
        copies.put_in_place(dump)
    else:
        copies.put_in_place(dump, dump.parent, closing)
        with copies.opened() as sessions:
            migrating.upgrade(sessions)


def _set_aside(
    settings: Settings, copies: Copies, *, replaces: bool, now: dt.datetime
) -> Path | None:
    """Where what is here now was saved; None when there is nothing."""
    rows, files = copies.rows(), stored_files(settings.files)
    if not rows and not files:
        return None
    if not replaces:
        raise BackupRefused(
            f"{settings.data_dir} is filled ({rows} rows, {len(files)} files):"
            " with --replace it is backed up first, then replaced"
        )
    folder = settings.data_dir / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    name = f"before-restore-{now:%Y%m%d-%H%M%S}"
    try:
        return create(settings, folder / f"{name}.zip", now=now).path
    except DatabaseDamaged:
        # A damaged database is what backups are for: keep it as it is.
        return copies.keep_as_it_is(folder / f"{name}-damaged.db")


def _bring_files(found: Archive, root: Path) -> None:
    for name, member in found.manifest.files.items():
        target = root / member.sha256[:2] / member.sha256
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        arriving = target.with_name(f".{member.sha256}")
        arriving.unlink(missing_ok=True)
        found.unpack(name, arriving)
        arriving.replace(target)


def _drop_other_files(found: Archive, root: Path) -> None:
    """Files that came after the backup: no row names them any more."""
    known = {member.sha256 for member in found.manifest.files.values()}
    for path in stored_files(root):
        if path.name not in known:
            path.unlink()


@contextmanager
def house_held(data_dir: Path) -> Generator[None]:
    """Keep run.py out for so long; refuse while one is running (the lock is run.py's own)."""
    lock = os.open(data_dir / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(lock, 20).decode(errors="replace").strip()
            raise BackupRefused(
                f"{data_dir} is in use by process {holder or '?'}: stop Lernstand first"
            ) from error
        os.ftruncate(lock, 0)
        os.write(lock, str(os.getpid()).encode())
        yield
    finally:
        os.close(lock)
