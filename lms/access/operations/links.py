"""Deeds on what lets somebody in once: mailed links (trust.md 1.5).

Asked for, a link is a mail in the outbox that names purpose and person; its token is made when
the mail is sent, and only the hash is kept.
"""

import datetime as dt
import secrets

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms.access import emails, queries, rules
from lms.access.codes import new_token, sha256
from lms.access.emails import Letterhead
from lms.access.models import AccessLink, Password
from lms.access.rules import LinkNotGood, LinkState, Purpose
from lms.outbox import operations as outbox
from lms.outbox.models import OutboxMessage
from lms.people.models import Person
from lms.people.queries import is_employed


def ask_for_link(
    session: Session,
    person: Person,
    purpose: Purpose,
    head: Letterhead,
    *,
    address: str | None = None,
    next_path: str | None = None,
) -> None:
    """Queue the mail that will carry a link; one of this kind that still waits is called off."""
    draft = emails.link(person, purpose, head, address=address, next_path=next_path)
    outbox.cancel_pending_of(
        session, person.id, kind=draft.kind, reason="nothing_left", now=head.now
    )
    outbox.enqueue_now(
        session,
        draft,
        # Somebody may ask twice: each time is a mail of its own.
        idem_key=f"{draft.kind}:{person.id}:{secrets.token_hex(8)}",
        mail_domain=head.mail_domain,
        today=head.today,
        now=head.now,
    )


def make_link(
    session: Session, message: OutboxMessage, *, today: dt.date, now: dt.datetime
) -> str | None:
    """The token for a mail that is about to leave; None when it must not leave any more.

    That is so when the person left, got another address, or changed the password since.
    """
    purpose = emails.PURPOSES[message.kind]
    person = session.get_one(Person, message.person_id)
    if message.to_address is None or not is_employed(person, today):
        return None
    if purpose is not Purpose.CONFIRM_ADDRESS and message.to_address != person.email:
        return None
    changed_at = session.scalar(select(Password.changed_at).where(Password.person_id == person.id))
    if changed_at is not None and changed_at > message.created_at:
        return None
    token = new_token()
    add_link(
        session, person.id, purpose, address=message.to_address, token_hash=sha256(token), now=now
    )
    return token


def add_link(
    session: Session,
    person_id: int,
    purpose: Purpose,
    *,
    address: str | None,
    token_hash: str,
    now: dt.datetime,
) -> None:
    """Store a new link or code; an older one for the same purpose is void."""
    # Locked, so that of two that are made at once the later one knows the earlier one.
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    session.execute(
        update(AccessLink)
        .where(
            AccessLink.person_id == person_id,
            AccessLink.purpose == purpose,
            AccessLink.used_at.is_(None),
        )
        .values(is_void=True)
    )
    session.add(
        AccessLink(
            person_id=person_id,
            purpose=purpose,
            address=address,
            token_hash=token_hash,
            created_at=now,
            expires_at=now + rules.GOOD_FOR[purpose],
            is_void=False,
        )
    )
    session.flush()


def use_link(
    session: Session, token_hash: str, *, today: dt.date, now: dt.datetime
) -> tuple[Purpose, Person, str | None]:
    """Consume it: what for, whose, to which address; LinkNotGood says why not.

    Of two who use it at the same time one gets LinkNotGood.
    """
    found = queries.find_link(session, token_hash, today=today, now=now)
    if found.state is not LinkState.GOOD or found.person is None or found.purpose is None:
        raise LinkNotGood(found.state)
    used = session.scalar(
        update(AccessLink)
        .where(
            AccessLink.token_hash == token_hash,
            AccessLink.used_at.is_(None),
            AccessLink.is_void.is_(False),
        )
        .values(used_at=now)
        .returning(AccessLink.id)
    )
    if used is None:
        raise LinkNotGood(LinkState.USED)
    return found.purpose, found.person, found.address


def void_links_of(session: Session, person_id: int) -> None:
    """Whatever still lets this person in by mail or on paper does so no more (trust.md 1.8)."""
    session.execute(
        update(AccessLink)
        .where(AccessLink.person_id == person_id, AccessLink.used_at.is_(None))
        .values(is_void=True)
    )
