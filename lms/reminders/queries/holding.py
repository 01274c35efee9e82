"""What one batch holds back, person by person."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.certifications.models import Batch, Cycle
from lms.certifications.queries.duties import newest_versions
from lms.kernel.domain import NotFound
from lms.people.models import Person
from lms.reminders.queries.rounds import has_address


@dataclass(frozen=True, slots=True)
class HeldRound:
    """A round that waits: titles of its course, and when it is or was due."""

    titles: dict[str, str]
    due_on: dt.date


@dataclass(frozen=True, slots=True)
class HeldPerson:
    """Somebody whose mail waits; without an address there is none."""

    name: str
    unit: str
    has_address: bool
    rounds: tuple[HeldRound, ...]


def get_waiting(session: Session, batch_id: int) -> Batch:
    """A batch that was not released yet; NotFound otherwise."""
    found = session.scalar(select(Batch).where(Batch.id == batch_id, Batch.released_at.is_(None)))
    if found is None:
        raise NotFound
    return found


def list_held(session: Session, batch_id: int) -> list[HeldPerson]:
    """Everybody whose rounds a batch holds, by last name, the oldest due date first."""
    version = newest_versions()
    rows = session.execute(
        select(Person, version.c.titles, Cycle.due_on)
        .join(Cycle, Cycle.person_id == Person.id)
        .join(version, version.c.course_id == Cycle.course_id)
        .where(Cycle.batch_id == batch_id, Cycle.state == "live")
        .options(joinedload(Person.unit))
        .order_by(Person.last_name, Person.first_name, Person.id, Cycle.due_on, Cycle.id)
    ).all()
    rounds: dict[Person, list[HeldRound]] = {}
    for person, titles, due_on in rows:
        rounds.setdefault(person, []).append(HeldRound(titles, due_on))
    return [
        HeldPerson(person.name, person.unit.name, has_address(person), tuple(held))
        for person, held in rounds.items()
    ]
