"""Reads of passwords and sign-ins."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from lms.access import rules
from lms.access.codes import sha256
from lms.access.models import Password, SignIn
from lms.access.rules import Strength
from lms.kernel.viewer import Role, Viewer
from lms.people.models import Organisation, Person, PersonRole
from lms.people.queries import employed_on


@dataclass(frozen=True, slots=True)
class LiveSignIn:
    """A browser that is signed in, and the person in front of it."""

    viewer: Viewer
    last_seen_at: dt.datetime


# Put together once: every page of somebody signed in begins with it.
_SIGN_IN = (
    select(
        SignIn.id,
        SignIn.created_at,
        SignIn.last_seen_at,
        SignIn.confirmed_at,
        SignIn.strength,
        SignIn.is_kept,
        SignIn.person_id,
        Person.first_name,
        Person.last_name,
        Person.email,
        Person.locale,
        Person.theme,
        PersonRole.role,
        select(Organisation.name).where(Organisation.id == 1).scalar_subquery().label("house"),
    )
    .join(Person, Person.id == SignIn.person_id)
    .outerjoin(PersonRole, PersonRole.person_id == Person.id)
    .where(SignIn.token_sha256 == bindparam("token_sha256"))
    .where(SignIn.strength != Strength.PENDING)
    .where(Person.anonymised_at.is_(None))
    .where(or_(Person.left_on.is_(None), Person.left_on >= bindparam("today")))
)


def find_sign_in(
    session: Session, token: str, *, now: dt.datetime, today: dt.date
) -> LiveSignIn | None:
    """The sign-in behind a cookie's token, unless it ended, idled out or its person left."""
    rows = session.execute(_SIGN_IN, {"token_sha256": sha256(token), "today": today}).all()
    if not rows:
        return None
    found = rows[0]
    given = frozenset({Role.EMPLOYEE, *(row.role for row in rows if row.role)})
    roles = rules.roles_in_force(given, found.strength)
    if not rules.is_live(
        roles, created_at=found.created_at, seen_at=found.last_seen_at, kept=found.is_kept, now=now
    ):
        return None
    viewer = Viewer(
        person_id=found.person_id,
        name=f"{found.first_name} {found.last_name}",
        first_name=found.first_name,
        email=found.email,
        roles=roles,
        locale=found.locale,
        theme=found.theme,
        sign_in_id=found.id,
        organisation=found.house,
        confirmed_at=found.confirmed_at,
        is_limited=roles != given,
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
