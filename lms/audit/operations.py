"""Writing the log and linking it into a chain (trust.md 6.4)."""

import datetime as dt
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from lms.audit.models import AuditEntry, RecordView
from lms.audit.rules import FIRST, entry_hash
from lms.kernel.db import is_postgresql
from lms.kernel.viewer import Role, Viewer

_LINK_LOCK = 5_107_001


def record(
    session: Session,
    *,
    actor: str,
    verb: str,
    object_kind: str,
    object_id: int | None,
    now: dt.datetime,
    details: dict[str, Any] | None = None,
) -> None:
    """Add one entry; `actor` is `person:12`, `system:sweep` or `operator`; ids only in details."""
    session.add(
        AuditEntry(
            at=now,
            actor=actor,
            verb=verb,
            object_kind=object_kind,
            object_id=object_id,
            details=details or {},
        )
    )


def note_view(
    session: Session,
    *,
    viewer: Viewer,
    subject_id: int | None,
    page: str,
    people_count: int,
    now: dt.datetime,
) -> None:
    """Write that a record of somebody else, or a list of people, was shown (trust.md 2.4)."""
    if subject_id == viewer.person_id:
        return
    strongest = next((role for role in _BY_WEIGHT if role in viewer.roles), Role.EMPLOYEE)
    session.add(
        RecordView(
            at=now,
            viewer_id=viewer.person_id,
            viewer_role=strongest.value,
            subject_id=subject_id,
            page=page,
            people_count=people_count,
        )
    )


_BY_WEIGHT = (Role.OFFICER, Role.ADMINISTRATOR, Role.DPO, Role.AUTHOR, Role.MANAGEMENT)


def link(session: Session, *, limit: int = 5000) -> int:
    """Chain what is not chained yet, in the order of ids; how many entries that were.

    On PostgreSQL one advisory lock keeps two jobs from linking at once; SQLite has one writer.
    """
    if is_postgresql(session):
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LINK_LOCK})
    waiting = session.scalars(
        select(AuditEntry).where(AuditEntry.hash.is_(None)).order_by(AuditEntry.id).limit(limit)
    ).all()
    if not waiting:
        return 0
    last = session.execute(
        select(AuditEntry.position, AuditEntry.hash)
        .where(AuditEntry.position.is_not(None))
        .order_by(AuditEntry.position.desc())
        .limit(1)
    ).one_or_none()
    position, previous = (last.position or 0, last.hash or FIRST) if last else (0, FIRST)
    for entry in waiting:
        position += 1
        previous = entry_hash(
            previous,
            entry_id=entry.id,
            at=entry.at,
            actor=entry.actor,
            verb=entry.verb,
            object_kind=entry.object_kind,
            object_id=entry.object_id,
            details=entry.details,
        )
        entry.position, entry.hash = position, previous
    session.flush()
    return len(waiting)
