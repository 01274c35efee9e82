"""The state of the log's chain: numbers, and the newest entries computed again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEntry
from lms.audit.queries import verify_chain
from lms.audit.rules import FIRST, entry_hash

NEWEST = 500
_ENTRY = AuditEntry.__table__.c


@dataclass(frozen=True, slots=True)
class Chain:
    """Entries in the chain, still waiting for it, and how many were computed again just now.

    `broken_id` is the first entry that does not fit, `missing` how many the chain has lost.
    """

    linked: int
    waiting: int
    checked: int
    missing: int
    broken_id: int | None
    head: str

    @property
    def is_whole(self) -> bool:
        """True when nothing that was checked speaks against it."""
        return self.broken_id is None and not self.missing


def look_at_chain(session: Session) -> Chain:
    """The newest 500 entries computed again: two queries, the same time at any size."""
    total, linked, last = session.execute(
        select(
            func.count(), func.count(AuditEntry.hash), func.max(AuditEntry.position)
        ).select_from(AuditEntry)
    ).one()
    rows = session.execute(
        select(AuditEntry.__table__)
        .where(_ENTRY.position.is_not(None))
        .order_by(_ENTRY.position.desc())
        .limit(NEWEST + 1)
    ).all()[::-1]
    missing = (last or 0) - linked
    broken, checked = _compute_again(rows)
    head = rows[-1].hash if rows else FIRST
    return Chain(linked, total - linked, checked, missing, broken, head)


def _compute_again(rows: Sequence[Any]) -> tuple[int | None, int]:
    """The first entry that does not fit and how many were looked at, the oldest row first."""
    begins = bool(rows) and rows[0].position == 1
    previous = FIRST if begins else (rows[0].hash if rows else FIRST)
    checked = 0
    for row in rows if begins else rows[1:]:
        checked += 1
        expected = entry_hash(
            previous,
            entry_id=row.id,
            at=row.at,
            actor=row.actor,
            verb=row.verb,
            object_kind=row.object_kind,
            object_id=row.object_id,
            details=row.details,
        )
        if row.hash != expected:
            return row.id, checked
        previous = expected
    return None, checked


def compute_whole_chain(session: Session) -> Chain:
    """Every entry computed again, as `flask audit verify` does."""
    state = verify_chain(session)
    return Chain(state.linked, state.waiting, state.linked, 0, state.broken_id, state.head)
