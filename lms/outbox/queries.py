"""Reads of the outbox and of the local mailbox."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, undefer

from lms.kernel.domain import NotFound
from lms.outbox import throttle
from lms.outbox.models import MailboxMessage, OutboxMessage
from lms.outbox.rules import STATES_OF, State, Tag
from lms.people.models import Person

# After four tries a mail waits for the hour: by then more than 20 minutes have passed.
STUBBORN_AFTER = 4


@dataclass(frozen=True, slots=True)
class MailRow:
    """One line of the outbox: the mail and the name of the person it goes to."""

    mail: OutboxMessage
    name: str


@dataclass(frozen=True, slots=True)
class Standstill:
    """What tells whether mail leaves: counts of messages and since when the oldest waits."""

    counts: dict[State, int]
    waiting_since: dt.datetime | None
    waiting_count: int
    stubborn_count: int
    resting_until: dt.datetime | None
    last_trouble: str | None
    sent_today: int


def count_by_state(session: Session) -> dict[State, int]:
    """How many mails are in each state; states without any are left out."""
    rows = session.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state))
    return {State(state): count for state, count in rows}


def page_of_mails(session: Session, *, tag: Tag | None, number: int, size: int) -> list[MailRow]:
    """The newest mails first; `number` counts pages from 1."""
    wanted = (
        select(OutboxMessage, Person.first_name, Person.last_name)
        .join(Person, Person.id == OutboxMessage.person_id)
        .order_by(OutboxMessage.created_at.desc(), OutboxMessage.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    )
    if tag is not None:
        wanted = wanted.where(OutboxMessage.state.in_(STATES_OF[tag]))
    return [MailRow(mail, f"{first} {last}") for mail, first, last in session.execute(wanted)]


def get_mail(session: Session, mail_id: int) -> MailRow:
    """One mail with its text; NotFound when there is none."""
    found = session.execute(
        select(OutboxMessage, Person.first_name, Person.last_name)
        .join(Person, Person.id == OutboxMessage.person_id)
        .where(OutboxMessage.id == mail_id)
        .options(undefer(OutboxMessage.text_body))
    ).one_or_none()
    if found is None:
        raise NotFound
    mail, first, last = found
    return MailRow(mail, f"{first} {last}")


def list_mails(session: Session) -> list[OutboxMessage]:
    """All mails in the order they were queued, without their texts."""
    return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def find_standstill(session: Session, *, now: dt.datetime, day_began_at: dt.datetime) -> Standstill:
    """Whether mail leaves at the pace it should."""
    since, waiting = session.execute(
        select(func.min(OutboxMessage.not_before), func.count()).where(
            OutboxMessage.state == State.PENDING,
            OutboxMessage.not_before <= now,
            OutboxMessage.expires_at > now,
        )
    ).one()
    stubborn = session.scalar(
        select(func.count()).where(
            OutboxMessage.state == State.PENDING,
            OutboxMessage.attempts >= STUBBORN_AFTER,
            OutboxMessage.expires_at > now,
        )
    )
    trouble = session.scalar(
        select(OutboxMessage.reason)
        .where(OutboxMessage.state == State.PENDING, OutboxMessage.reason.is_not(None))
        .order_by(OutboxMessage.id.desc())
        .limit(1)
    )
    sent_today = session.scalar(
        select(func.count()).where(
            OutboxMessage.state == State.SENT, OutboxMessage.sent_at >= day_began_at
        )
    )
    return Standstill(
        counts=count_by_state(session),
        waiting_since=since,
        waiting_count=waiting,
        stubborn_count=stubborn or 0,
        resting_until=throttle.find_rest(session, now=now),
        last_trouble=trouble,
        sent_today=sent_today or 0,
    )


def count_mailbox(session: Session, *, search: str = "") -> int:
    """How many mails lie in the local mailbox."""
    return session.scalar(_searched(select(func.count(MailboxMessage.id)), search)) or 0


def page_of_mailbox(
    session: Session, *, search: str, number: int, size: int
) -> list[MailboxMessage]:
    """The newest first; `search` is a part of the address or the subject."""
    wanted = _searched(select(MailboxMessage), search)
    return list(
        session.scalars(
            wanted.order_by(MailboxMessage.received_at.desc(), MailboxMessage.id.desc())
            .limit(size)
            .offset((number - 1) * size)
        )
    )


def get_mailbox_mail(session: Session, mail_id: int) -> MailboxMessage:
    """One mail of the local mailbox with its source; NotFound when there is none."""
    found = session.scalar(
        select(MailboxMessage)
        .where(MailboxMessage.id == mail_id)
        .options(undefer(MailboxMessage.raw))
    )
    if found is None:
        raise NotFound
    return found


def _searched(wanted: Select[Any], search: str) -> Select[Any]:
    if not search:
        return wanted
    return wanted.where(
        MailboxMessage.to_address.icontains(search, autoescape=True)
        | MailboxMessage.subject.icontains(search, autoescape=True)
    )
