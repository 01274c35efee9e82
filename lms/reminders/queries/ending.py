"""Who loses a duty when a requirement ends, and who keeps it through another one."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session, aliased

from lms.certifications.models import Assignment, AssignmentSource, Cycle
from lms.people.models import Person, Unit


@dataclass(frozen=True, slots=True)
class Bound:
    """A person whom the requirement reaches; `keeps` the duty through another requirement."""

    person_id: int
    name: str
    unit: str
    due_on: dt.date | None
    keeps: bool


@dataclass(frozen=True, slots=True)
class Ending:
    """Everybody whom a requirement reaches, by last name."""

    people: tuple[Bound, ...]

    @property
    def losers(self) -> tuple[Bound, ...]:
        """Those who have no other requirement for the course."""
        return tuple(one for one in self.people if not one.keeps)

    @property
    def digest(self) -> str:
        """What was seen before is what happens: the same digest."""
        text = json.dumps([[one.person_id, one.keeps] for one in self.people])
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def read_ending(session: Session, requirement_id: int) -> Ending:
    """What ending a requirement would do; one query."""
    other = aliased(AssignmentSource)
    keeps = exists().where(
        other.assignment_id == AssignmentSource.assignment_id,
        other.requirement_id != requirement_id,
        other.until.is_(None),
    )
    rows = session.execute(
        select(Person, Unit.name, Cycle.due_on, keeps.label("keeps"))
        .join(Assignment, Assignment.person_id == Person.id)
        .join(AssignmentSource, AssignmentSource.assignment_id == Assignment.id)
        .join(Unit, Unit.id == Person.unit_id)
        .outerjoin(Cycle, and_(Cycle.assignment_id == Assignment.id, Cycle.state == "live"))
        .where(
            AssignmentSource.requirement_id == requirement_id,
            AssignmentSource.until.is_(None),
            Assignment.ended_on.is_(None),
        )
        .order_by(Person.last_name, Person.first_name, Person.id)
    )
    return Ending(
        tuple(
            Bound(row.Person.id, row.Person.name, row.name, row.due_on, bool(row.keeps))
            for row in rows
        )
    )
