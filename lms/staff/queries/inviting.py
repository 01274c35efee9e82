"""Who has no way in yet: whom to invite by mail, who needs a letter."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from lms.access.emails import KINDS
from lms.access.models import AccessLink, Password, SecondFactor
from lms.access.rules import Purpose
from lms.outbox.models import OutboxMessage
from lms.outbox.rules import State
from lms.people.models import Person, PersonRole
from lms.people.queries import employed_on
from lms.staff.changes import COMMON_ROLES

_REACHABLE = ("ok", "soft")


@dataclass(frozen=True, slots=True)
class WayIn:
    """How one person gets in, and what is on its way to them."""

    has_password: bool
    has_factor: bool
    invited_until: dt.datetime | None
    letter_until: dt.datetime | None
    is_on_its_way: bool


def list_to_invite(
    session: Session, *, today: dt.date, now: dt.datetime, unit_id: int | None = None
) -> list[Person]:
    """Everybody there with an address, without a password and without an open invitation."""
    return _listed(
        session,
        and_(
            Person.email.is_not(None),
            Person.mail_state.in_(_REACHABLE),
            ~exists().where(_open_link(Purpose.INVITATION, now)),
            ~exists().where(_waiting_mail()),
        ),
        today=today,
        unit_id=unit_id,
    )


def count_invited(session: Session, *, today: dt.date, now: dt.datetime) -> int:
    """How many have an open invitation or one on its way, and no password yet."""
    is_invited = exists().where(_open_link(Purpose.INVITATION, now)) | exists().where(
        _waiting_mail()
    )
    statement = select(func.count(Person.id)).where(_without_password(), is_invited)
    return session.scalar(statement.where(employed_on(today))) or 0


def list_for_letters(
    session: Session, *, today: dt.date, unit_id: int | None = None, is_for_all: bool = True
) -> list[Person]:
    """Everybody there without an address and without a password, by unit and name.

    Not `is_for_all`: without those whose rights only an administrator may give.
    """
    more_rights = exists().where(
        PersonRole.person_id == Person.id, PersonRole.role.not_in(COMMON_ROLES)
    )
    condition = Person.email.is_(None)
    return _listed(
        session,
        condition if is_for_all else condition & ~more_rights,
        today=today,
        unit_id=unit_id,
    )


def way_in(session: Session, person_id: int, *, now: dt.datetime) -> WayIn:
    """How this person gets in."""
    open_until = dict(
        session.execute(
            select(AccessLink.purpose, func.max(AccessLink.expires_at))
            .where(
                AccessLink.person_id == person_id,
                AccessLink.used_at.is_(None),
                AccessLink.is_void.is_(False),
                AccessLink.expires_at > now,
            )
            .group_by(AccessLink.purpose)
        ).all()
    )
    waiting = select(OutboxMessage.id).where(_waiting_mail_of(person_id)).limit(1)
    return WayIn(
        has_password=session.get(Password, person_id) is not None,
        has_factor=session.get(SecondFactor, person_id) is not None,
        invited_until=open_until.get(Purpose.INVITATION),
        letter_until=open_until.get(Purpose.LETTER),
        is_on_its_way=session.scalar(waiting) is not None,
    )


def _listed(
    session: Session, condition: ColumnElement[bool], *, today: dt.date, unit_id: int | None
) -> list[Person]:
    statement = (
        select(Person)
        .where(_without_password(), employed_on(today), condition)
        .options(joinedload(Person.unit), selectinload(Person.roles))
        .order_by(Person.unit_id, Person.last_name, Person.first_name, Person.id)
    )
    if unit_id is not None:
        statement = statement.where(Person.unit_id == unit_id)
    return list(session.scalars(statement))


def _without_password() -> ColumnElement[bool]:
    return ~exists().where(Password.person_id == Person.id)


def _open_link(purpose: Purpose, now: dt.datetime) -> ColumnElement[bool]:
    return and_(
        AccessLink.person_id == Person.id,
        AccessLink.purpose == purpose,
        AccessLink.used_at.is_(None),
        AccessLink.is_void.is_(False),
        AccessLink.expires_at > now,
        AccessLink.address == Person.email,
    )


def _waiting_mail() -> ColumnElement[bool]:
    return and_(
        OutboxMessage.person_id == Person.id,
        OutboxMessage.kind == KINDS[Purpose.INVITATION],
        OutboxMessage.state.in_((State.PENDING, State.CLAIMED, State.SENDING)),
    )


def _waiting_mail_of(person_id: int) -> ColumnElement[bool]:
    return and_(
        OutboxMessage.person_id == person_id,
        OutboxMessage.kind == KINDS[Purpose.INVITATION],
        OutboxMessage.state.in_((State.PENDING, State.CLAIMED, State.SENDING)),
    )
