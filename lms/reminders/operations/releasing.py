"""Letting go what waited after an import or a bulk change."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import operations as audit
from lms.certifications.models import Batch, Cycle
from lms.kernel.domain import N_, Conflict, NotFound


class AlreadyReleased(Conflict):
    """Somebody released the batch before."""

    message = N_("Diese Erinnerungen sind schon freigegeben.")


def release(
    session: Session,
    batch_id: int,
    *,
    actor: str,
    released_by: int | None,
    today: dt.date,
    now: dt.datetime,
) -> int:
    """Release a batch: its rounds are planned by the next sweep; how many that are."""
    batch = session.scalar(select(Batch).where(Batch.id == batch_id).with_for_update())
    if batch is None:
        raise NotFound
    if batch.released_at is not None:
        raise AlreadyReleased
    batch.released_at, batch.released_by = now, released_by
    rounds = session.scalars(
        select(Cycle).where(Cycle.batch_id == batch_id, Cycle.state == "live")
    ).all()
    for cycle in rounds:
        cycle.next_action_on = max(today, cycle.opens_on)
    audit.record(
        session,
        actor=actor,
        verb="batch_released",
        object_kind="batch",
        object_id=batch_id,
        details={"rounds": len(rounds)},
        now=now,
    )
    session.flush()
    return len(rounds)
