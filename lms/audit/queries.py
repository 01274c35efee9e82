"""Verifying the chain of the log."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEntry
from lms.audit.rules import FIRST, entry_hash


@dataclass(frozen=True, slots=True)
class ChainState:
    """Entries in the chain and still to be linked; the first entry that does not fit; the head."""

    linked: int
    waiting: int
    broken_id: int | None
    head: str


def verify_chain(session: Session) -> ChainState:
    """Recompute the chain from its beginning; reads in blocks, so memory stays flat."""
    previous, linked = FIRST, 0
    waiting = session.scalar(
        select(func.count()).select_from(AuditEntry).where(AuditEntry.hash.is_(None))
    )
    found = session.execute(
        select(AuditEntry)
        .where(AuditEntry.hash.is_not(None))
        .order_by(AuditEntry.position)
        .execution_options(yield_per=1000)
    )
    with found as rows:  # ends the cursor, also when the chain breaks in the middle
        for (entry,) in rows:
            linked += 1
            expected = entry_hash(
                previous,
                entry_id=entry.id,
                at=entry.at,
                actor=entry.actor,
                verb=entry.verb,
                object_kind=entry.object_kind,
                object_id=entry.object_id,
                details=entry.details,
            )
            if entry.hash != expected or entry.position != linked:
                return ChainState(linked, waiting or 0, entry.id, previous)
            previous = expected
    return ChainState(linked, waiting or 0, None, previous)
