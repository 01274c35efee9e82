"""Reads of passwords and sign-ins."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from lms.access import rules
from lms.access.models import Password, SignIn
from lms.kernel.viewer import Role, Viewer
from lms.people.models import Person, PersonRole
from lms.people.queries import employed_on


@dataclass(frozen=True, slots=True)
class LiveSignIn:
    """A browser that is signed in, and the person in front of it."""

    viewer: Viewer
    last_seen_at: dt.datetime


def find_sign_in(
    session: Session, token: str, *, now: dt.datetime, today: dt.date
) -> LiveSignIn | None:
    """The sign-in behind a cookie's token, unless it ended, idled out or its person left.

    One query: every page of somebody signed in begins with it.
    """
    rows = session.execute(
        select(SignIn, Person, PersonRole.role)
        .join(Person, Person.id == SignIn.person_id)
        .outerjoin(PersonRole, PersonRole.person_id == Person.id)
        .where(SignIn.token_sha256 == hashlib.sha256(token.encode()).hexdigest())
        .where(Person.anonymised_at.is_(None))
        .where(or_(Person.left_on.is_(None), Person.left_on >= today))
    ).all()
    if not rows:
        return None
    found, person, _role = rows[0]
    roles = frozenset({Role.EMPLOYEE, *(role for _found, _person, role in rows if role)})
    if not rules.is_live(
        roles, created_at=found.created_at, seen_at=found.last_seen_at, kept=found.is_kept, now=now
    ):
        return None
    viewer = Viewer(
        person_id=person.id,
        name=person.name,
        first_name=person.first_name,
        email=person.email,
        roles=roles,
        locale=person.locale,
        theme=person.theme,
        sign_in_id=found.id,
    )
    return LiveSignIn(viewer, found.last_seen_at)


def find_password(
    session: Session, identifier: str, today: dt.date
) -> tuple[Person | None, str | None]:
    """Person and hash behind an address or number; nobody for leavers and unknown ones."""
    plain = rules.normal_identifier(identifier).removeprefix("#")
    if not plain or len(plain) > 254:
        return None, None
    row = session.execute(
        select(Person, Password.argon2)
        .join(Password, Password.person_id == Person.id)
        .where(
            or_(Person.email == plain, func.lower(Person.personnel_number) == plain),
            employed_on(today),
        )
        .limit(1)
    ).one_or_none()
    return (row[0], row[1]) if row else (None, None)


def password_of(session: Session, person_id: int) -> tuple[Person | None, str | None]:
    """Person and hash by id."""
    person = session.get(Person, person_id)
    stored = session.get(Password, person_id)
    return person, stored.argon2 if stored else None
