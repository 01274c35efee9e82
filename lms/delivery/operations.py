"""Choosing the next mail: what dead workers left, the throttle, the claim, the last check."""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.delivery.rules import MailState
from lms.outbox import claims, throttle
from lms.outbox.claims import Claim
from lms.outbox.models import OutboxMessage
from lms.outbox.rules import Reason
from lms.people.models import Person

_LOG = logging.getLogger("lms.delivery")

LinkTo = Callable[[str], str]


class Check(Protocol):
    """Values to render, as of now; None when there is nothing to say any more."""

    def __call__(
        self, session: Session, message: OutboxMessage, /, *, now: dt.datetime
    ) -> dict[str, Any] | None: ...


class Reopen(Protocol):
    """These mails expired: undo what was noted about them, so that they are planned anew."""

    def __call__(
        self, session: Session, messages: Sequence[OutboxMessage], /, *, now: dt.datetime
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """`context` turns the checked values into what the templates read; `template` names those.

    A mail follows the person to a new address unless it is meant for the address itself.
    """

    check: Check
    reopen: Reopen
    context: Callable[[dict[str, Any], LinkTo], dict[str, Any]]
    template: Callable[[dict[str, Any]], str]
    follows_person: bool = True


Kinds = dict[str, Kind]


@dataclass(frozen=True, slots=True)
class Task:
    """A mail that is claimed and checked: all that is needed to write and send it."""

    held: Claim
    kind: str
    person_id: int
    to_address: str
    locale: str
    values: dict[str, Any]
    message_id: str
    audience: str
    attempts: int
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """A mail that needed no sending: cancelled or failed at its last check."""

    outcome: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing may leave before this instant; `is_rest`: the mail server is being left alone."""

    until: dt.datetime
    is_rest: bool


def tidy(session: Session, *, kinds: Kinds, now: dt.datetime) -> int:
    """Take back what dead workers held, let go of mail that is too late; how many of the latter."""
    claims.release_overdue(session, now=now)
    return claims.expire_overdue(
        session, reopen=partial(_reopen_by_kind, kinds=kinds, now=now), now=now
    )


def _reopen_by_kind(
    session: Session, messages: Sequence[OutboxMessage], *, kinds: Kinds, now: dt.datetime
) -> None:
    expired: dict[str, list[OutboxMessage]] = defaultdict(list)
    for message in messages:
        expired[message.kind].append(message)
    for kind, those in expired.items():
        if kind in kinds:
            kinds[kind].reopen(session, those, now=now)


def take_next(
    session: Session, *, kinds: Kinds, worker: str, per_minute: int, now: dt.datetime
) -> Task | Settled | Pause | None:
    """Claim the next mail and check it once more; None when none may leave now.

    `per_minute` 0: no limit. A mail that fails its check costs no token.
    """
    rest = throttle.find_rest(session, now=now)
    if rest is not None:
        return Pause(rest, is_rest=True)
    wait = throttle.time_to_token(session, per_minute=per_minute, now=now)
    if wait:
        is_waited_for = session.scalar(claims.ready(now)) is not None
        return Pause(now + wait, is_rest=False) if is_waited_for else None
    message = claims.claim(session, worker=worker, now=now)
    if message is None:
        return None
    task = _checked(session, message, kinds, Claim(message.id, worker), now)
    if isinstance(task, Task) and per_minute:
        throttle.take_token(session, per_minute=per_minute, now=now)
    return task


def _checked(
    session: Session, message: OutboxMessage, kinds: Kinds, held: Claim, now: dt.datetime
) -> Task | Settled:
    kind = kinds.get(message.kind)
    if kind is None:
        claims.mark_failed(session, held, reason=Reason.NO_TEXT, reply="", now=now)
        return Settled("failed")
    try:
        with session.begin_nested():
            values = kind.check(session, message, now=now)
    except DBAPIError:
        # The database's trouble is not this mail's: the claim is rolled back with it.
        raise
    except Exception:  # noqa: BLE001 - see the next line
        # One mail that cannot be checked must not hold up all others behind it.
        _LOG.exception("mail %s: the last check broke", held.mail_id)
        claims.mark_failed(session, held, reason=Reason.CHECK_BROKE, reply="", now=now)
        return Settled("failed")
    person = session.get_one(Person, message.person_id)
    address = _address(person) if kind.follows_person else message.to_address
    if values is None or address is None:
        reason = Reason.NOTHING_LEFT if address else Reason.NO_ADDRESS
        claims.cancel(session, held, reason=reason, now=now)
        return Settled("cancelled")
    # Whoever got a new address after the plan gets the mail there.
    message.to_address = address
    session.flush()
    return Task(
        held=held,
        kind=message.kind,
        person_id=message.person_id,
        to_address=address,
        locale=message.locale,
        values=values,
        message_id=message.message_id,
        audience=message.audience,
        attempts=message.attempts,
        expires_at=message.expires_at,
    )


def _address(person: Person) -> str | None:
    return person.email if person.mail_state in (MailState.OK, MailState.SOFT) else None


def mark_address(session: Session, person_id: int, mail_state: MailState) -> None:
    """Remember what the mail server said about a person's address."""
    session.execute(
        update(Person).where(Person.id == person_id).values(mail_state=mail_state.value)
    )


def clear_soft_mark(session: Session, person_id: int) -> None:
    """A mail arrived: the mailbox is no longer full."""
    session.execute(
        update(Person)
        .where(Person.id == person_id, Person.mail_state == MailState.SOFT)
        .values(mail_state=MailState.OK.value)
    )
