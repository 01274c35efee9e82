"""Deeds on access letters: a code on paper for people without an e-mail address (trust.md 1.4)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lms.access import codes, queries
from lms.access.operations.links import add_link, use_link
from lms.access.rules import (
    GOOD_FOR,
    LETTER_CODE_LENGTH,
    HasAddress,
    LinkState,
    Purpose,
    WrongLetterCode,
)
from lms.audit import operations as audit
from lms.people.models import Person


@dataclass(frozen=True, slots=True)
class Letter:
    """What stands on one sheet; the code exists here and on paper alone."""

    person: Person
    code: str
    good_until: dt.datetime


def write_letters(
    session: Session, people: Iterable[Person], *, secret_key: str, actor: str, now: dt.datetime
) -> list[Letter]:
    """A new code for each, on paper; older letters are void. HasAddress for whoever gets mail."""
    letters = []
    for person in people:
        if person.email is not None:
            raise HasAddress
        code = codes.new_code(LETTER_CODE_LENGTH)
        add_link(
            session,
            person.id,
            Purpose.LETTER,
            address=None,
            token_hash=_hash(secret_key, person.id, code),
            now=now,
        )
        audit.record(
            session,
            actor=actor,
            verb="access_letter.written",
            object_kind="person",
            object_id=person.id,
            now=now,
        )
        letters.append(Letter(person, codes.grouped(code), now + GOOD_FOR[Purpose.LETTER]))
    session.flush()
    return letters


def find_by_code(
    session: Session,
    identifier: str,
    code: str,
    *,
    secret_key: str,
    today: dt.date,
    now: dt.datetime,
) -> tuple[Person, str]:
    """Whose letter it is, and the hash that `use_letter` takes; WrongLetterCode says no more.

    An unknown number costs the same work as a wrong code.
    """
    person = queries.find_by_identifier(session, identifier, today)
    token_hash = _hash(secret_key, person.id if person else 0, codes.plain_code(code))
    found = queries.find_link(session, token_hash, today=today, now=now)
    if found.state is not LinkState.GOOD or found.person is None:
        raise WrongLetterCode
    return found.person, token_hash


def use_letter(session: Session, token_hash: str, *, today: dt.date, now: dt.datetime) -> Person:
    """Consume the code; of two who type it at the same time one gets LinkNotGood."""
    _purpose, person, _address = use_link(session, token_hash, today=today, now=now)
    return person


def _hash(secret_key: str, person_id: int, code: str) -> str:
    return codes.keyed(secret_key, f"letter:{person_id}:{code}")
