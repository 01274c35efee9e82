"""Queued mails for tests."""

import datetime as dt
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from lms.outbox import operations
from lms.outbox.models import OutboxMessage
from lms.outbox.rules import EmailDraft
from lms.people.models import Person
from tests import factories

# Tuesday, 24 November 2026, 08:00 to 17:00 in Berlin.
OPENS = dt.datetime(2026, 11, 24, 7, 0, tzinfo=dt.UTC)
CLOSES = dt.datetime(2026, 11, 24, 16, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 24)

_NUMBERS = count(1)


def queue_mail(
    session: Session,
    person: Person | None = None,
    *,
    key: str | None = None,
    kind: str = "digest",
    audience: str = "learner",
    values: dict[str, Any] | None = None,
    locale: str = "de",
    not_before: dt.datetime = OPENS,
    expires_at: dt.datetime = CLOSES,
) -> OutboxMessage:
    """A mail that waits for 08:00."""
    person = person or factories.make_person(session)
    return operations.enqueue(
        session,
        EmailDraft(kind, person.id, person.email, locale, values or {}),
        idem_key=key or f"test:{next(_NUMBERS)}",
        audience=audience,
        local_date=TODAY,
        not_before=not_before,
        expires_at=expires_at,
        mail_domain="example.org",
        now=OPENS - dt.timedelta(hours=1),
    )


def facts(session: Session, mail: OutboxMessage, *names: str) -> tuple[Any, ...]:
    """Columns of a mail as the database has them now."""
    session.refresh(mail)
    return tuple(getattr(mail, name) for name in names)
