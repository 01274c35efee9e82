"""What waits for release after an import or a bulk change."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.certifications.models import Batch, Cycle
from lms.people.models import Person

SAMPLE = 3


@dataclass(frozen=True, slots=True)
class Hold:
    """A batch that waits: how many rounds of how many people, and the names of a few."""

    batch_id: int
    kind: str
    made_at: dt.datetime
    round_count: int
    people_count: int
    sample: tuple[str, ...]


def list_holds(session: Session) -> list[Hold]:
    """Batches whose live rounds wait, the oldest first."""
    rows = session.execute(
        select(Batch, func.count(Cycle.id), func.count(Cycle.person_id.distinct()))
        .join(Cycle, Cycle.batch_id == Batch.id)
        .where(Batch.released_at.is_(None), Cycle.state == "live")
        .group_by(Batch.id)
        .order_by(Batch.id)
    ).all()
    return [
        Hold(batch.id, batch.kind, batch.made_at, rounds, people, _sample(session, batch.id))
        for batch, rounds, people in rows
    ]


def _sample(session: Session, batch_id: int) -> tuple[str, ...]:
    people = session.scalars(
        select(Person)
        .where(
            Person.id.in_(
                select(Cycle.person_id).where(Cycle.batch_id == batch_id, Cycle.state == "live")
            )
        )
        .order_by(Person.last_name, Person.first_name)
        .limit(SAMPLE)
    )
    return tuple(person.name for person in people)
