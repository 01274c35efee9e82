"""Remembering that a backup was made, and that it was proved to restore."""

import datetime as dt

from sqlalchemy import update
from sqlalchemy.orm import Session

from lms.system.models import Backup


def note_backup(
    session: Session, *, path: str, size_bytes: int, sha256: str, now: dt.datetime
) -> None:
    """Remember a backup, so that the system page and monitoring know how old the newest is."""
    session.add(Backup(made_at=now, path=path[-400:], size_bytes=size_bytes, sha256=sha256))
    session.flush()


def note_verified(session: Session, sha256: str, *, now: dt.datetime) -> None:
    """Remember that a backup restores; one that was made elsewhere is nobody's here."""
    session.execute(update(Backup).where(Backup.sha256 == sha256).values(verified_at=now))
