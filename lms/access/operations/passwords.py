"""Deeds on passwords."""

import datetime as dt

from sqlalchemy import update
from sqlalchemy.orm import Session

from lms.access import emails
from lms.access.emails import Letterhead
from lms.access.models import Password
from lms.access.operations.links import void_links_of
from lms.access.operations.signing_in import end_other_sign_ins
from lms.access.operations.telling import tell
from lms.audit import operations as audit
from lms.people.models import Person


def set_password(
    session: Session, person_id: int, argon2: str, *, keep_sign_in: int | None, now: dt.datetime
) -> None:
    """Store a new password; all other sign-ins and links of the person end (trust.md 1.8)."""
    found = session.get(Password, person_id)
    if found is None:
        session.add(Password(person_id=person_id, argon2=argon2, changed_at=now))
    else:
        found.argon2, found.changed_at = argon2, now
    end_other_sign_ins(session, person_id, keep=keep_sign_in)
    void_links_of(session, person_id)
    audit.record(
        session,
        actor=f"person:{person_id}",
        verb="set_password",
        object_kind="person",
        object_id=person_id,
        now=now,
    )
    session.flush()


def change_password(
    session: Session, person: Person, argon2: str, head: Letterhead, *, keep_sign_in: int | None
) -> None:
    """As `set_password`; whoever had one before is told by mail that it is another now."""
    had_one = session.get(Password, person.id) is not None
    set_password(session, person.id, argon2, keep_sign_in=keep_sign_in, now=head.now)
    if had_one:
        tell(session, person, emails.PASSWORD_CHANGED, head)


def rehash(session: Session, person_id: int, argon2: str) -> None:
    """Keep the same password under today's parameters."""
    session.execute(update(Password).where(Password.person_id == person_id).values(argon2=argon2))
