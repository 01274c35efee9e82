"""A mail's way through the hands of a worker: claimed, sending, and what came of it.

Each step is one conditional UPDATE and one transaction of the caller, so that a worker that dies
leaves a row from which everybody can see how far it got (certification.md 3.5). A worker whose
claim has run out hears ClaimLost and sends nothing.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, and_, exists, literal, or_, select, update
from sqlalchemy.orm import Session

from lms.outbox.models import OutboxMessage
from lms.outbox.rules import CLAIM_FOR, Audience, ClaimLost, Reason, State

Reopen = Callable[[Session, Sequence[OutboxMessage]], None]

_FREE: dict[str, Any] = {"claimed_by": None, "claim_until": None}
_REPLY_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Claim:
    """A mail in the hands of one worker."""

    mail_id: int
    worker: str


def _is(state: State) -> ColumnElement[bool]:
    # Written out, not as a parameter: only then do both databases use the partial indexes.
    return OutboxMessage.state == literal(state.value, literal_execute=True)


def has_work(session: Session, *, now: dt.datetime) -> bool:
    """Whether a mail may leave now, a claim has run out, or a window is over; reads only."""
    waiting = and_(_is(State.PENDING), OutboxMessage.not_before <= now)
    return bool(session.scalar(select(exists().where(or_(waiting, *_run_out(now))))))


def _run_out(now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    return tuple(
        and_(_is(state), OutboxMessage.claim_until <= now)
        for state in (State.CLAIMED, State.SENDING)
    )


def ready(now: dt.datetime) -> Select[int]:
    """The mail that waits longest inside its window and that nobody else is about to take."""
    return (
        select(OutboxMessage.id)
        .where(_is(State.PENDING), OutboxMessage.not_before <= now, OutboxMessage.expires_at > now)
        .order_by(OutboxMessage.not_before, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def claim(session: Session, *, worker: str, now: dt.datetime) -> OutboxMessage | None:
    """Take the mail that waits longest inside its window, so that nobody else has it."""
    taken = (
        update(OutboxMessage)
        .where(OutboxMessage.id == ready(now).scalar_subquery(), _is(State.PENDING))
        .values(
            state=State.CLAIMED,
            claimed_by=worker,
            claim_until=now + CLAIM_FOR,
            attempts=OutboxMessage.attempts + 1,
        )
        .returning(OutboxMessage)
        .execution_options(populate_existing=True)
    )
    return session.scalars(taken).one_or_none()


def mark_sending(session: Session, held: Claim, *, text: dict[str, str], now: dt.datetime) -> None:
    """Write, before the mail's text leaves, that it is about to; `text` are the rendered columns.

    The fence: a claim that ran out is lost, even if nobody else has taken the mail yet.
    """
    statement = _held(held, State.CLAIMED).where(OutboxMessage.claim_until > now)
    values = {**text, "state": State.SENDING, "claim_until": now + CLAIM_FOR, "reason": None}
    _move(session, statement.values(values))


def mark_sent(session: Session, held: Claim, *, reply: str, now: dt.datetime) -> None:
    """The server has taken the mail: also when others already called it uncertain meanwhile."""
    _move(
        session,
        _held(held, State.SENDING, State.UNCERTAIN).values(
            state=State.SENT,
            sent_at=now,
            closed_at=now,
            reason=None,
            smtp_reply=reply[:_REPLY_LENGTH],
            **_FREE,
        ),
    )


def mark_failed(
    session: Session, held: Claim, *, reason: Reason, reply: str, now: dt.datetime
) -> None:
    """The mail will not get through, and nobody tries again by itself."""
    _move(
        session,
        _held(held, State.CLAIMED, State.SENDING).values(
            state=State.FAILED,
            reason=reason,
            smtp_reply=reply[:_REPLY_LENGTH],
            closed_at=now,
            **_FREE,
        ),
    )


def mark_uncertain(session: Session, held: Claim, *, reply: str, now: dt.datetime) -> None:
    """The text left and no answer came: perhaps delivered, so never sent again by itself.

    `claimed_by` stays, so that a late answer of the server can still be written down.
    """
    _move(
        session,
        _held(held, State.SENDING).values(
            state=State.UNCERTAIN,
            claim_until=None,
            reason=Reason.UNCONFIRMED,
            smtp_reply=reply[:_REPLY_LENGTH],
            closed_at=now,
        ),
    )


def put_back(
    session: Session, held: Claim, *, again_at: dt.datetime, reason: Reason, reply: str
) -> None:
    """This try came to nothing for certain; the next one is at `again_at`."""
    _move(
        session,
        _held(held, State.CLAIMED, State.SENDING).values(
            state=State.PENDING,
            not_before=again_at,
            reason=reason,
            smtp_reply=reply[:_REPLY_LENGTH],
            **_FREE,
        ),
    )


def give_back(
    session: Session, held: Claim, *, reason: Reason | None = None, reply: str | None = None
) -> None:
    """As if it had never been claimed: the worker ends, or the server refuses us, not the mail."""
    _move(
        session,
        _held(held, State.CLAIMED).values(
            state=State.PENDING,
            attempts=OutboxMessage.attempts - 1,
            reason=reason,
            smtp_reply=reply[:_REPLY_LENGTH] if reply else None,
            **_FREE,
        ),
    )


def cancel(session: Session, held: Claim, *, reason: str, now: dt.datetime) -> None:
    """The last check found that there is nothing to say any more."""
    _move(
        session,
        _held(held, State.CLAIMED).values(
            state=State.CANCELLED, reason=reason, closed_at=now, **_FREE
        ),
    )


def release_overdue(session: Session, *, now: dt.datetime) -> None:
    """What dead workers held: claimed goes back, sending is uncertain.

    Mail of the class `immediate` (a link somebody waits for) is sent again instead: twice is
    better than never there.
    """
    claimed, sending = _run_out(now)
    is_immediate = OutboxMessage.audience == Audience.IMMEDIATE
    back = {"state": State.PENDING, **_FREE}
    lost = {
        "state": State.UNCERTAIN,
        "claim_until": None,
        "reason": Reason.UNCONFIRMED,
        "closed_at": now,
    }
    for statement in (
        update(OutboxMessage).where(claimed).values(back),
        update(OutboxMessage).where(sending, is_immediate).values(back),
        update(OutboxMessage).where(sending, ~is_immediate).values(lost),
    ):
        session.execute(statement.execution_options(synchronize_session=False))


def expire_overdue(session: Session, *, reopen: Reopen, now: dt.datetime) -> int:
    """Mail whose window is over is not sent; `reopen` undoes, in the same transaction, what its
    sender had noted about it, so that it is planned anew. How many that were.
    """
    late = session.scalars(
        update(OutboxMessage)
        .where(_is(State.PENDING), OutboxMessage.not_before <= now, OutboxMessage.expires_at <= now)
        .values(state=State.EXPIRED, reason=Reason.WINDOW_OVER, closed_at=now)
        .returning(OutboxMessage)
        .execution_options(populate_existing=True)
    ).all()
    if late:
        reopen(session, late)
    return len(late)


def _held(held: Claim, *states: State) -> Update:
    return update(OutboxMessage).where(
        OutboxMessage.id == held.mail_id,
        OutboxMessage.claimed_by == held.worker,
        OutboxMessage.state.in_(states),
    )


def _move(session: Session, statement: Update) -> None:
    moved = session.execute(
        statement.returning(OutboxMessage.id).execution_options(synchronize_session=False)
    )
    if moved.first() is None:
        raise ClaimLost
