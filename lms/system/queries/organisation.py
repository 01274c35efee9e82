"""Reads of what the organisation says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.kernel.domain import NotFound
from lms.people.models import Contact, Organisation, OrganisationText
from lms.people.rules import ContactKind, TextKind

Spoken = tuple[TextKind, str]


@dataclass(frozen=True, slots=True)
class Reached:
    """Whom to ask, and by which ways; each may be empty."""

    name: str = ""
    email: str = ""
    phone: str = ""

    @property
    def is_empty(self) -> bool:
        """True when nothing is known."""
        return not (self.name or self.email or self.phone)


@dataclass(frozen=True, slots=True)
class Identity:
    """Name and contacts of the organisation; contacts without any value are left out."""

    name: str
    contacts: Mapping[ContactKind, Reached] = field(default_factory=dict)


def get_organisation(session: Session) -> Organisation:
    """The one row; NotFound before preparation."""
    found = session.get(Organisation, 1)
    if found is None:
        raise NotFound
    return found


def read_contacts(session: Session) -> dict[ContactKind, Reached]:
    """Who can be asked about what."""
    rows = session.scalars(select(Contact).order_by(Contact.kind))
    return {row.kind: Reached(row.name, row.email, row.phone) for row in rows}


def read_identity(session: Session) -> Identity:
    """Name and contacts as they are."""
    return Identity(get_organisation(session).name, read_contacts(session))


def read_texts(session: Session) -> dict[Spoken, str]:
    """All texts by kind and language."""
    rows = session.scalars(select(OrganisationText))
    return {(row.kind, row.locale): row.text for row in rows}
