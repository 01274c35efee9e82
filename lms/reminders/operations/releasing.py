"""Letting go what waited after an import or a bulk change: all of it, or some people's part."""

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit import operations as audit
from lms.certifications.models import Batch, Cycle
from lms.kernel.domain import N_, Conflict, DomainError, NotFound


class AlreadyReleased(Conflict):
    """Somebody released the batch before."""

    message = N_("Diese Erinnerungen sind schon freigegeben.")


class NobodyChosen(DomainError):
    """None of the people whose rounds were to go has one in the batch."""

    message = N_("Wähle mindestens eine Person aus.")


def release(
    session: Session,
    batch_id: int,
    *,
    actor: str,
    released_by: int | None,
    today: dt.date,
    now: dt.datetime,
    person_ids: Collection[int] | None = None,
) -> int:
    """Release a batch, or only the rounds of some people; how many rounds the next sweep plans.

    What is released in part leaves the batch for one of its own, so that the rest goes on waiting.
    """
    # What was read before the lock may be older than what somebody else released meanwhile.
    batch = session.scalar(
        select(Batch)
        .where(Batch.id == batch_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if batch is None:
        raise NotFound
    if batch.released_at is not None:
        raise AlreadyReleased
    rounds = _rounds(session, batch_id, person_ids)
    if person_ids is not None and not rounds:
        raise NobodyChosen
    going = batch
    if len(rounds) < _count_live(session, batch_id):
        going = Batch(kind=batch.kind, made_at=batch.made_at, made_by=batch.made_by)
        session.add(going)
        session.flush()
    going.released_at, going.released_by = now, released_by
    for cycle in rounds:
        cycle.batch_id = going.id
        cycle.next_action_on = max(today, cycle.opens_on)
    details: dict[str, object] = {"rounds": len(rounds)}
    if going is not batch:
        details["part_of"] = batch_id
    audit.record(
        session,
        actor=actor,
        verb="batch_released",
        object_kind="batch",
        object_id=going.id,
        details=details,
        now=now,
    )
    session.flush()
    return len(rounds)


def _rounds(session: Session, batch_id: int, person_ids: Collection[int] | None) -> Sequence[Cycle]:
    # A sweep may be looking at the same rounds: wait for it, then see what it wrote.
    statement = (
        select(Cycle)
        .where(Cycle.batch_id == batch_id, Cycle.state == "live")
        .order_by(Cycle.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if person_ids is not None:
        statement = statement.where(Cycle.person_id.in_(person_ids))
    return session.scalars(statement).all()


def _count_live(session: Session, batch_id: int) -> int:
    found = session.scalar(
        select(func.count())
        .select_from(Cycle)
        .where(Cycle.batch_id == batch_id, Cycle.state == "live")
    )
    return found or 0
