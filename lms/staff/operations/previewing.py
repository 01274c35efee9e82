"""What a deed on a person does, seen before it is made: made in a savepoint, then taken back."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.people.models import Person
from lms.staff.operations.register import hold_supervisors
from lms.staff.queries.effects import Snapshot, snapshot

# Makes the deed and names the people whom it touched.
Deed = Callable[[], Collection[int]]


class Becomes(StrEnum):
    """What happens to a duty."""

    BEGINS = "begins"
    ENDS = "ends"
    MOVES = "moves"


@dataclass(frozen=True, slots=True)
class DutyEffect:
    """One duty that begins, ends or is due on another day."""

    becomes: Becomes
    titles: dict[str, str]
    due_before: dt.date | None
    due_on: dt.date | None
    valid_until: dt.date | None
    why: str | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a deed does; `mails` more (or fewer) in the next 30 days."""

    duties: tuple[DutyEffect, ...]
    mails: int
    mails_cancelled: int
    sign_ins_ended: int
    links_ended: int
    places_released: int = 0

    def count(self, becomes: Becomes) -> int:
        """How many duties begin, end or move."""
        return sum(duty.becomes is becomes for duty in self.duties)

    @property
    def digest(self) -> str:
        """What was seen in a preview must be what is saved: the same digest."""
        text = json.dumps(asdict(self), default=str, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def preview(session: Session, person_ids: Collection[int], deed: Deed, *, today: dt.date) -> Effect:
    """What the deed would do, with nothing kept; its errors come through."""
    savepoint = session.begin_nested()
    try:
        before = snapshot(session, person_ids, today=today)
        touched = deed()
        session.flush()
        return effect(before, snapshot(session, touched, today=today))
    finally:
        savepoint.rollback()
        session.expire_all()


def hold(session: Session, person_id: int) -> None:
    """Nobody else changes this person, or who leads whom, until the transaction ends."""
    hold_supervisors(session)
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))


def effect(before: Snapshot, after: Snapshot) -> Effect:
    """What differs."""
    return Effect(
        duties=tuple(_duties(before, after)),
        mails=after.mails_ahead - before.mails_ahead,
        mails_cancelled=max(0, before.mails_waiting - after.mails_waiting),
        sign_ins_ended=max(0, before.sign_ins - after.sign_ins),
        links_ended=max(0, before.links - after.links),
        places_released=max(0, before.places - after.places),
    )


def _duties(before: Snapshot, after: Snapshot) -> list[DutyEffect]:
    found = []
    for course_id in before.duties.keys() | after.duties.keys():
        old, new = before.duties.get(course_id), after.duties.get(course_id)
        if old is None and new is not None:
            found.append(
                DutyEffect(Becomes.BEGINS, new.titles, None, new.due_on, new.valid_until, new.why)
            )
        elif old is not None and new is None:
            found.append(
                DutyEffect(Becomes.ENDS, old.titles, old.due_on, None, old.valid_until, None)
            )
        elif old is not None and new is not None and old.due_on != new.due_on:
            found.append(
                DutyEffect(
                    Becomes.MOVES, new.titles, old.due_on, new.due_on, new.valid_until, new.why
                )
            )
    order = list(Becomes)
    return sorted(
        found,
        key=lambda one: (
            order.index(one.becomes),
            one.due_on or one.due_before or dt.date.max,
            sorted(one.titles.items()),
        ),
    )
