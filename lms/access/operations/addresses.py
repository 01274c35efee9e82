"""Deeds on an address that somebody without one says is theirs."""

import datetime as dt

from sqlalchemy.orm import Session

from lms.access.emails import Letterhead
from lms.access.operations.links import ask_for_link
from lms.access.operations.signing_in import end_other_sign_ins
from lms.access.rules import AddressTaken, HasAddress, Purpose
from lms.audit import operations as audit
from lms.people.models import Person
from lms.people.queries import find_person
from lms.people.rules import normal_email


def ask_to_confirm(session: Session, person: Person, address: str, head: Letterhead) -> None:
    """Write to the address; it is the person's once they press the link.

    BadAddress for what is none. HasAddress for whoever has one: changing it is the register's.
    The mail goes out whether or not somebody has the address: the answer tells nobody who exists.
    """
    if person.email is not None:
        raise HasAddress
    ask_for_link(session, person, Purpose.CONFIRM_ADDRESS, head, address=normal_email(address))


def take_address(
    session: Session,
    person: Person,
    address: str,
    *,
    keep_sign_in: int | None,
    now: dt.datetime,
) -> None:
    """The person has shown that the address is theirs; AddressTaken when it is somebody else's."""
    if person.email is not None or find_person(session, address) is not None:
        raise AddressTaken
    person.email, person.mail_state = address, "ok"
    session.flush()
    end_other_sign_ins(session, person.id, keep=keep_sign_in)
    audit.record(
        session,
        actor=f"person:{person.id}",
        verb="changed",
        object_kind="person",
        object_id=person.id,
        details={"fields": ["email"]},
        now=now,
    )
