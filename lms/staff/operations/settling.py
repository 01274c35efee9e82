"""Many people at once: what their deeds put off, and doing it in one go."""

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from lms.certifications.operations.assigning import Reassignment, reassign
from lms.people.models import Person
from lms.staff.operations.noting import note
from lms.staff.operations.register import Register


@dataclass(slots=True)
class Later:
    """What `add` and `change` put off when they are called with it: duties, and rows of the new.

    For files: `later = Later.begin(session)`, then `add(…, later=later)` and `change(…,
    later=later)` for each row, then `settle(session, later, …)` once. In between people who were
    added have no id; `session.flush()` gives them one, for whoever needs it earlier.
    """

    register: Register
    added: list[tuple[Person, str]] = field(default_factory=list)
    moved: set[int] = field(default_factory=set)
    others: set[int] = field(default_factory=set)
    holds_supervisors: bool = False

    @classmethod
    def begin(cls, session: Session) -> "Later":
        """Reads once what the rows are checked against."""
        return cls(Register.of_everybody(session))


def settle(session: Session, later: Later, *, today: dt.date, now: dt.datetime) -> Reassignment:
    """Bring the duties of all these people in line with the requirements; once, at the end."""
    session.flush()
    for person, actor in later.added:
        note(session, person.id, "joined", actor=actor, now=now)
        later.others.add(person.id)
    later.added.clear()
    done = bring_in_line(session, later.others - later.moved, today=today, now=now)
    moved = bring_in_line(session, later.moved, today=today, now=now, came_on=today)
    later.others.clear()
    later.moved.clear()
    return Reassignment(
        done.begun + moved.begun,
        done.ended + moved.ended,
        done.touched_cycle_ids | moved.touched_cycle_ids,
    )


def bring_in_line(
    session: Session,
    person_ids: set[int],
    *,
    today: dt.date,
    now: dt.datetime,
    came_on: dt.date | None = None,
) -> Reassignment:
    """As `reassign`, nothing for nobody; without `came_on` the day of joining counts."""
    if not person_ids:
        return Reassignment()
    return reassign(session, today=today, now=now, person_ids=sorted(person_ids), came_on=came_on)
