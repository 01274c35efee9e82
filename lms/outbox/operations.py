"""Queueing mail, calling it off, and what a person decides about one that went wrong."""

import datetime as dt

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from lms.audit import operations as audit
from lms.kernel.db import insert_unless_there
from lms.kernel.domain import NotFound
from lms.outbox import throttle
from lms.outbox.models import MailboxMessage, OutboxMessage
from lms.outbox.rules import (
    IMMEDIATE_FOR,
    RESEND_WITHIN,
    Audience,
    CannotConfirm,
    CannotResend,
    EmailDraft,
    KeyTaken,
    Reason,
    State,
    message_id,
)

_OBJECT = "outbox_message"


def enqueue(
    session: Session,
    draft: EmailDraft,
    *,
    idem_key: str,
    audience: str,
    local_date: dt.date,
    not_before: dt.datetime,
    expires_at: dt.datetime,
    mail_domain: str,
    now: dt.datetime,
) -> OutboxMessage:
    """Queue a mail once per key and return its row, whatever state it has reached by now.

    KeyTaken when another key already holds this person's digest of the day.
    """
    insert_unless_there(
        session,
        OutboxMessage,
        {
            "idem_key": idem_key,
            "message_id": message_id(idem_key, mail_domain),
            "kind": draft.kind,
            "person_id": draft.person_id,
            "audience": audience,
            "to_address": draft.to_address,
            "locale": draft.locale,
            "values": draft.values,
            "local_date": local_date,
            "created_at": now,
            "not_before": not_before,
            "expires_at": expires_at,
        },
    )
    found = session.scalar(select(OutboxMessage).where(OutboxMessage.idem_key == idem_key))
    if found is None:
        raise KeyTaken
    return found


def enqueue_now(
    session: Session,
    draft: EmailDraft,
    *,
    idem_key: str,
    mail_domain: str,
    today: dt.date,
    now: dt.datetime,
) -> OutboxMessage:
    """Queue a mail that somebody waits for (an invitation, a workshop called off): it leaves at
    once, at any hour, outside of the digest; after a day it would come too late.
    """
    return enqueue(
        session,
        draft,
        idem_key=idem_key,
        audience=Audience.IMMEDIATE,
        local_date=today,
        not_before=now,
        expires_at=now + IMMEDIATE_FOR,
        mail_domain=mail_domain,
        now=now,
    )


def cancel_pending_of(
    session: Session, person_id: int, *, kind: str | None = None, reason: str, now: dt.datetime
) -> int:
    """Call off whatever has not begun to leave for this person; how many mails that were.

    With `kind` only mails of that kind. A worker that holds one of them loses its claim and sends
    nothing.
    """
    found = session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.person_id == person_id,
            OutboxMessage.state.in_((State.PENDING, State.CLAIMED)),
            *([OutboxMessage.kind == kind] if kind else []),
        )
        .values(
            state=State.CANCELLED,
            reason=reason,
            claimed_by=None,
            claim_until=None,
            closed_at=now,
        )
    )
    return _count(found)


def resend(session: Session, mail_id: int, *, actor: str, now: dt.datetime) -> None:
    """Send a mail that failed, is uncertain, or waits after a try once more, at once.

    It keeps its Message-ID, so that most mail programs fold a second copy. CannotResend for any
    other state: an expired one was planned anew, a sent one has arrived.
    """
    message = _locked(session, mail_id)
    was = message.state
    if was in (State.FAILED, State.UNCERTAIN):
        message.expires_at = max(message.expires_at, now + RESEND_WITHIN)
    elif was != State.PENDING or not message.attempts or message.expires_at <= now:
        raise CannotResend
    message.state = State.PENDING
    message.not_before = now
    message.reason = message.smtp_reply = message.claimed_by = message.closed_at = None
    session.flush()
    throttle.close_breaker(session)
    audit.record(
        session,
        actor=actor,
        verb="mail.resent",
        object_kind=_OBJECT,
        object_id=mail_id,
        details={"was": was},
        now=now,
    )


def confirm_arrival(session: Session, mail_id: int, *, actor: str, now: dt.datetime) -> None:
    """Somebody found out that an uncertain mail did arrive; CannotConfirm for any other state."""
    message = _locked(session, mail_id)
    if message.state != State.UNCERTAIN:
        raise CannotConfirm
    message.state = State.SENT
    message.sent_at = message.closed_at or now
    message.reason = Reason.CONFIRMED
    message.claimed_by = None
    session.flush()
    audit.record(
        session, actor=actor, verb="mail.confirmed", object_kind=_OBJECT, object_id=mail_id, now=now
    )


def try_again_now(session: Session, *, actor: str, now: dt.datetime) -> int:
    """Forget the mail server's bad time: everything that waits after a try goes at once."""
    throttle.close_breaker(session)
    found = session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.state == State.PENDING,
            OutboxMessage.attempts > 0,
            OutboxMessage.not_before > now,
            OutboxMessage.expires_at > now,
        )
        .values(not_before=now)
    )
    audit.record(
        session, actor=actor, verb="mail.hurried", object_kind=_OBJECT, object_id=None, now=now
    )
    return _count(found)


def put_into_mailbox(
    session: Session, *, message_id: str, to_address: str, subject: str, raw: str, now: dt.datetime
) -> None:
    """Keep a mail in the local mailbox; a second copy of the same Message-ID replaces the first."""
    found = session.scalar(select(MailboxMessage).where(MailboxMessage.message_id == message_id))
    kept = found or MailboxMessage(message_id=message_id)
    kept.to_address, kept.subject, kept.raw, kept.received_at = to_address, subject, raw, now
    session.add(kept)
    session.flush()


def _locked(session: Session, mail_id: int) -> OutboxMessage:
    found = session.scalar(
        select(OutboxMessage)
        .where(OutboxMessage.id == mail_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def _count(result: object) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0
