"""Reads of passwords and sign-ins."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Date, bindparam, func, or_, select
from sqlalchemy.orm import Session

from lms.access import rules
from lms.access.codes import sha256
from lms.access.models import AccessLink, Password, RecoveryCode, SecondFactor, SetUpAddress, SignIn
from lms.access.rules import LinkState, Purpose, Strength
from lms.kernel.text import unkept
from lms.kernel.viewer import HouseMark, Role, Viewer
from lms.people.models import Organisation, Person, PersonRole, Unit
from lms.people.queries import employed_on, has_team


@dataclass(frozen=True, slots=True)
class LiveSignIn:
    """A browser that is signed in, and the person in front of it."""

    viewer: Viewer
    last_seen_at: dt.datetime
    has_factor: bool
    # When they used the set-up address; None for everybody but the first administrator.
    set_up_at: dt.datetime | None


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
        Organisation.name.label("house"),
        Organisation.mark_sha256,
        Organisation.mark_width,
        Organisation.mark_height,
        select(SecondFactor.set_up_at)
        .where(SecondFactor.person_id == SignIn.person_id)
        .scalar_subquery()
        .label("factor_since"),
        select(func.max(SetUpAddress.used_at))
        .where(SetUpAddress.person_id == SignIn.person_id)
        .scalar_subquery()
        .label("set_up_at"),
        has_team(SignIn.person_id, bindparam("today", type_=Date())).label("has_team"),
    )
    .join(Person, Person.id == SignIn.person_id)
    .outerjoin(PersonRole, PersonRole.person_id == Person.id)
    .outerjoin(Organisation, Organisation.id == 1)
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
        mark=HouseMark(found.mark_sha256, found.mark_width, found.mark_height)
        if found.mark_sha256
        else None,
        has_team=bool(found.has_team),
        confirmed_at=found.confirmed_at,
        is_limited=roles != given,
    )
    return LiveSignIn(
        viewer,
        found.last_seen_at,
        has_factor=found.factor_since is not None,
        set_up_at=found.set_up_at,
    )


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


@dataclass(frozen=True, slots=True)
class FoundLink:
    """What a link or code is worth now; `purpose` and `person` are None for an unknown one."""

    state: LinkState
    purpose: Purpose | None = None
    person: Person | None = None
    address: str | None = None


def find_link(session: Session, token_hash: str, *, today: dt.date, now: dt.datetime) -> FoundLink:
    """The link behind a token; nobody gets to know whose it was once they have left."""
    row = session.execute(
        select(AccessLink, Person)
        .join(Person, Person.id == AccessLink.person_id)
        .where(AccessLink.token_hash == token_hash, employed_on(today))
    ).one_or_none()
    if row is None:
        return FoundLink(LinkState.UNKNOWN)
    link, person = row
    is_bound = link.purpose not in (Purpose.CONFIRM_ADDRESS, Purpose.LETTER)
    state = rules.link_state(
        is_used=link.used_at is not None,
        is_void=link.is_void,
        is_same_address=not is_bound or link.address == person.email,
        expires_at=link.expires_at,
        now=now,
    )
    return FoundLink(state, link.purpose, person, link.address)


def find_by_identifier(session: Session, identifier: str, today: dt.date) -> Person | None:
    """The person behind an address or number, with or without a password; nobody for leavers."""
    plain = rules.normal_identifier(identifier).removeprefix("#")
    if not plain or len(plain) > 254 or unkept(plain):
        return None
    return session.scalar(
        select(Person)
        .where(
            or_(Person.email == plain, func.lower(Person.personnel_number) == plain),
            employed_on(today),
        )
        .limit(1)
    )


def find_by_address(session: Session, address: str, today: dt.date) -> Person | None:
    """The person who has this address and is there today."""
    return session.scalar(select(Person).where(Person.email == address, employed_on(today)))


def house_words(session: Session, *, organisation: str) -> list[str]:
    """Names that a guesser would try first in this house: organisation and units."""
    stored = session.scalars(select(Organisation.name)).all()
    return [organisation, *stored, *session.scalars(select(Unit.name))]


def count_codes_left(session: Session, person_id: int) -> int:
    """How many of somebody's recovery codes are still good."""
    left = select(func.count()).where(
        RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None)
    )
    return session.scalar(left) or 0


@dataclass(frozen=True, slots=True)
class SignInLine:
    """One of somebody's own sign-ins, as their account lists it."""

    id: int
    browser: str
    created_at: dt.datetime
    last_seen_at: dt.datetime
    is_here: bool


def list_sign_ins(session: Session, viewer: Viewer, *, now: dt.datetime) -> list[SignInLine]:
    """The viewer's sign-ins that still open something: this browser first, then the latest."""
    found = session.scalars(
        select(SignIn)
        .where(SignIn.person_id == viewer.person_id, SignIn.strength != Strength.PENDING)
        .order_by(SignIn.last_seen_at.desc(), SignIn.id.desc())
    )
    lines = [
        SignInLine(
            one.id,
            one.browser,
            one.created_at,
            one.last_seen_at,
            is_here=one.id == viewer.sign_in_id,
        )
        for one in found
        if rules.is_live(
            viewer.roles,
            created_at=one.created_at,
            seen_at=one.last_seen_at,
            kept=one.is_kept,
            now=now,
        )
    ]
    return sorted(lines, key=lambda line: not line.is_here)


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """A sign-in that waits for the second factor."""

    id: int
    person_id: int


def find_pending(session: Session, token: str, *, now: dt.datetime) -> PendingSignIn | None:
    """The sign-in behind a cookie's token that still waits for the second factor."""
    row = session.execute(
        select(SignIn.id, SignIn.person_id).where(
            SignIn.token_sha256 == sha256(token),
            SignIn.strength == Strength.PENDING,
            SignIn.created_at > now - rules.CHALLENGE_FOR,
        )
    ).one_or_none()
    return PendingSignIn(row.id, row.person_id) if row else None


def has_factor(session: Session, person_id: int) -> bool:
    """True when the person has set up a second factor."""
    return session.get(SecondFactor, person_id) is not None


def password_of(session: Session, person_id: int) -> tuple[Person, str | None]:
    """Person and hash by id."""
    person = session.get_one(Person, person_id)
    stored = session.get(Password, person_id)
    return person, stored.argon2 if stored else None
