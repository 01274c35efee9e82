"""What waits for release after an import or a bulk change."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from lms.certifications.models import Batch, Cycle
from lms.people.models import Person

SAMPLE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A batch that waits: how many rounds of how many people, and the names of a few.

    `made_by` is who brought the list or made the change, None: a command, or the house itself.
    """

    batch_id: int
    kind: str
    made_at: dt.datetime
    made_by: str | None
    round_count: int
    people_count: int
    sample: tuple[str, ...]


def list_holds(session: Session) -> list[Hold]:
    """Batches whose live rounds wait, the oldest first."""
    maker = aliased(Person)
    rows = session.execute(
        select(
            Batch,
            maker.first_name,
            maker.last_name,
            func.count(Cycle.id),
            func.count(Cycle.person_id.distinct()),
        )
        .join(Cycle, Cycle.batch_id == Batch.id)
        .outerjoin(maker, maker.id == Batch.made_by)
        .where(Batch.released_at.is_(None), Cycle.state == "live")
        .group_by(Batch.id, maker.id)
        .order_by(Batch.id)
    ).all()
    samples = _samples(session) if rows else {}
    return [
        Hold(
            batch_id=batch.id,
            kind=batch.kind,
            made_at=batch.made_at,
            made_by=f"{first} {last}" if last else None,
            round_count=rounds,
            people_count=people,
            sample=samples.get(batch.id, ()),
        )
        for batch, first, last, rounds, people in rows
    ]


def _samples(session: Session) -> dict[int, tuple[str, ...]]:
    """A few names for each batch that waits, by last name; one query for all of them."""
    held = (
        select(Cycle.batch_id, Cycle.person_id)
        .join(Batch, Batch.id == Cycle.batch_id)
        .where(Batch.released_at.is_(None), Cycle.state == "live")
        .distinct()
        .subquery()
    )
    place = func.row_number().over(
        partition_by=held.c.batch_id,
        order_by=(Person.last_name, Person.first_name, Person.id),
    )
    placed = (
        select(held.c.batch_id, Person.first_name, Person.last_name, place.label("place"))
        .join(Person, Person.id == held.c.person_id)
        .subquery()
    )
    rows = session.execute(
        select(placed.c.batch_id, placed.c.first_name, placed.c.last_name)
        .where(placed.c.place <= SAMPLE)
        .order_by(placed.c.batch_id, placed.c.place)
    )
    found: dict[int, list[str]] = {}
    for batch_id, first, last in rows:
        found.setdefault(batch_id, []).append(f"{first} {last}")
    return {batch_id: tuple(names) for batch_id, names in found.items()}
