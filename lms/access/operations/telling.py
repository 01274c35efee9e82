"""Telling people that something about their access has changed (trust.md 1.8)."""

import secrets

from sqlalchemy.orm import Session

from lms.access import emails
from lms.access.emails import Letterhead
from lms.outbox import operations as outbox
from lms.people.models import Person


def tell(
    session: Session,
    person: Person,
    kind: str,
    head: Letterhead,
    *,
    address: str | None = None,
    **values: str,
) -> None:
    """Queue a hint to the person's address, or to the one they had; none for those without."""
    draft = emails.hint(person, kind, head, address=address, **values)
    if draft.to_address is None:
        return
    outbox.enqueue_now(
        session,
        draft,
        idem_key=f"{kind}:{person.id}:{secrets.token_hex(8)}",
        mail_domain=head.mail_domain,
        today=head.today,
        now=head.now,
    )


def tell_of_new_address(
    session: Session, person: Person, head: Letterhead, *, old_address: str | None
) -> None:
    """Tell the address that somebody had that it is theirs no longer."""
    if old_address is not None and old_address != person.email:
        tell(session, person, emails.ADDRESS_CHANGED, head, address=old_address)
