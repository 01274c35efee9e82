"""Taking back what a list of evidence made: each is revoked, with a reason."""

import datetime as dt

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lms.certifications.models import Evidence
from lms.certifications.operations import changing
from lms.kernel.domain import NotFound
from lms.lists.models import Import
from lms.lists.rules import (
    REASON_LENGTH,
    ROWS_A_TRANSACTION,
    Importer,
    ListKind,
    NotToTakeBack,
    ReasonMissing,
    State,
)


def count_revocable(session: Session, made: Import) -> int:
    """How many pieces of evidence of this list still hold."""
    if made.kind is not ListKind.EVIDENCE or made.batch_id is None:
        return 0
    statement = select(func.count()).select_from(_revocable(made.batch_id).subquery())
    return session.scalar(statement) or 0


def _revocable(batch_id: int) -> Select[int]:
    """Copies for other duties are revoked with their originals."""
    return select(Evidence.id).where(
        Evidence.batch_id == batch_id,
        Evidence.revoked_on.is_(None),
        Evidence.kind != "alternative",
    )


def begin_taking_back(
    session: Session, import_id: int, *, reason: str, by: int, today: dt.date, now: dt.datetime
) -> bool:
    """Revoke what a list made; of a long one the first part, and False: the job does the rest."""
    made = session.get(Import, import_id, with_for_update=True)
    if made is None:
        raise NotFound
    words = reason.strip()
    if not words or len(words) > REASON_LENGTH:
        raise ReasonMissing(most=REASON_LENGTH)
    if made.state is not State.DONE or not count_revocable(session, made):
        raise NotToTakeBack
    made.state, made.taken_back_by, made.taken_back_reason = State.TAKING_BACK, by, words
    made.rows_done = 0
    return take_back_part(session, made, today=today, now=now)


def take_back_part(session: Session, made: Import, *, today: dt.date, now: dt.datetime) -> bool:
    """Revoke some more, the newest of each person first; True when that was all."""
    statement = (
        _revocable(made.batch_id or 0)
        .order_by(Evidence.person_id, Evidence.completed_on.desc(), Evidence.id.desc())
        .limit(ROWS_A_TRANSACTION)
    )
    ids = session.scalars(statement).all()
    actor = Importer(made.taken_back_by).actor
    for evidence_id in ids:
        changing.revoke(
            session,
            evidence_id,
            reason=made.taken_back_reason or "",
            actor=actor,
            today=today,
            now=now,
        )
    made.rows_done = min(made.rows_done + len(ids), made.row_count)
    is_all = len(ids) < ROWS_A_TRANSACTION
    if is_all:
        made.state = State.TAKEN_BACK
    session.flush()
    return is_all
