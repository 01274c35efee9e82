"""Names behind the keys that a preview prints."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from lms.people.models import Person


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who gets mail."""

    name: str
    unit: str
    sort_key: tuple[str, str, int]


def recipients_of(session: Session, keys: Sequence[str]) -> dict[str, Recipient]:
    """People by the address or `#number` that stands for them; unknown ones are left out."""
    numbers = [key[1:] for key in keys if key.startswith("#")]
    people = session.scalars(
        select(Person)
        .where(
            Person.anonymised_at.is_(None),
            or_(Person.email.in_(keys), Person.personnel_number.in_(numbers)),
        )
        .options(joinedload(Person.unit))
    )
    return {
        person.key: Recipient(
            person.name, person.unit.name, (person.last_name, person.first_name, person.id)
        )
        for person in people
    }
