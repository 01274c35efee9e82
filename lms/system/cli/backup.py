"""`flask backup create · verify · restore`: keeping everything, and getting it back."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.kernel.clock import utc_now
from lms.kernel.db import transaction
from lms.system.backups.counting import continues
from lms.system.backups.creating import Made, create
from lms.system.backups.manifest import BackupRefused, Manifest
from lms.system.backups.restoring import restore
from lms.system.backups.verifying import verify
from lms.system.operations import backups as operations
from lms.web.db import house

backup_commands = AppGroup("backup", help="One sealed file with database and uploaded files.")
_EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path, resolve_path=True)
_NEW = click.Path(dir_okay=False, path_type=Path, resolve_path=True)


@backup_commands.command("create")
@click.argument("file", type=_NEW)
def create_backup(file: Path) -> None:
    """Back up database and uploaded files into FILE, while the house goes on."""
    if not file.parent.is_dir():
        raise click.BadParameter(f"there is no folder {file.parent}", param_hint="FILE")
    with _refusals():
        made = create(house().settings, file, now=utc_now())
    click.echo(f"{made.path}: {_summary(made.manifest)}, {_megabytes(made.size_bytes)}")
    _note(made)
    _say("Keep beside it, not in it: " + _kept_beside())


@backup_commands.command("verify")
@click.argument("file", type=_EXISTING)
@click.option("--scratch", metavar="URL", help="An empty PostgreSQL database to restore into.")
def verify_backup(file: Path, scratch: str | None) -> None:
    """Prove that FILE restores: restore it aside and compare everything."""
    with _refusals():
        found = verify(house().settings, file, scratch=_postgresql(scratch))
    click.echo(f"{found.path} restores: {_summary(found.manifest)}")
    try:
        with transaction(house().sessions) as session:
            operations.note_verified(session, found.seal, now=utc_now())
            _compare_logs(session, found.manifest)
    except DBAPIError:
        _say("(This database does not know the backup, so /system will not show the proof.)")


@backup_commands.command("restore")
@click.argument("file", type=_EXISTING)
@click.option("--replace", "replaces", is_flag=True, help="Back up what is here, then replace it.")
def restore_backup(file: Path, *, replaces: bool) -> None:
    """Make this installation what it was when FILE was made."""
    with _refusals():
        done = restore(house().settings, file, replaces=replaces, now=utc_now())
    if done.before is not None:
        _say(f"What was here before is kept in {done.before}")
    click.echo(f"{file} is restored: {_summary(done.manifest)}")
    _say("Everybody is signed out; mailed links no longer work.")
    if not done.has_same_key:
        _say(
            "The secret key is another one than at the time of the backup: second factors cannot"
            " be read with it. Put the old key in place, or reset them."
        )


@contextmanager
def _refusals() -> Generator[None]:
    try:
        yield
    except BackupRefused as refusal:
        _say(str(refusal))
        sys.exit(1)


def _compare_logs(session: Session, manifest: Manifest) -> None:
    """Say whether the audit log of this house is still the one that was backed up."""
    chain = manifest.contents.chain
    if chain is None or not chain.linked:
        return
    words = {
        True: "the audit log of this installation goes on from it, unchanged",
        False: f"its audit log is not that of this installation: entry {chain.linked} differs",
        None: "this installation has no audit log that goes so far",
    }
    _say(f"({words[continues(session, chain)]})")


def _note(made: Made) -> None:
    """Let /system know; the backup is good without that."""
    try:
        with transaction(house().sessions) as session:
            operations.note_backup(
                session,
                path=str(made.path),
                size_bytes=made.size_bytes,
                sha256=made.seal,
                now=utc_now(),
            )
    except DBAPIError:
        _say("(The database could not take a note, so /system will not show this backup.)")


def _summary(manifest: Manifest) -> str:
    contents = manifest.contents
    people, rows = contents.tables.get("people", 0), sum(contents.tables.values())
    return (
        f"{people} people, {rows} rows in {len(contents.tables)} tables,"
        f" {len(manifest.files)} files, revision {contents.revision}, made {manifest.created_at}"
    )


def _kept_beside() -> str:
    settings = house().settings
    own = settings.data_dir / "secret-key"
    key = str(own) if own.exists() else "the value of LMS_SECRET_KEY"
    return f"{key} (without it nobody's second factor can be read), and {settings.data_dir}/lms.env"


def _postgresql(url: str | None) -> str | None:
    if url is not None and not url.startswith("postgresql+psycopg://"):
        raise click.BadParameter("an address such as postgresql+psycopg://…/empty")
    return url


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"


def _say(text: str) -> None:
    click.echo(text, err=True)
