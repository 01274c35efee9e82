"""Reads of passwords and sign-ins."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from lms.access import rules
from lms.access.models import SignIn
from lms.kernel.viewer import Role, Viewer
from lms.people.models import Person


@dataclass(frozen=True, slots=True)
class LiveSignIn:
    """A browser that is signed in, and the person in front of it."""

    viewer: Viewer
    last_seen_at: dt.datetime


def find_sign_in(session: Session, token: str, *, now: dt.datetime) -> LiveSignIn | None:
    """The sign-in behind a cookie's token, unless it ended, idled out or its person left."""
    found = session.scalar(
        select(SignIn).where(SignIn.token_sha256 == hashlib.sha256(token.encode()).hexdigest())
    )
    if found is None:
        return None
    person = session.scalar(
        select(Person).where(Person.id == found.person_id).options(selectinload(Person.roles))
    )
    if person is None:
        return None
    roles = frozenset({Role.EMPLOYEE, *(given.role for given in person.roles)})
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
