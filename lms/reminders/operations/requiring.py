"""A requirement with its consequences: who gets which due date, what waits, how much mail follows.

The preview is the deed itself, done inside a savepoint and taken back.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Collection
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.certifications.models import Assignment, AssignmentSource, Cycle
from lms.certifications.operations import requiring
from lms.certifications.queries.duties import Duty, duties_for
from lms.certifications.queries.needs import rounds_in_need
from lms.certifications.queries.pauses import paused_people
from lms.certifications.queries.requirements import list_members
from lms.certifications.rules.status import Status
from lms.people.calendar import is_employed_on
from lms.people.models import Person
from lms.reminders.queries.mails_ahead import count_mails_ahead

_RANKS = {Status.OVERDUE: 0, Status.GRACE: 0, Status.DUE: 1, Status.OPEN: 2, Status.VALID: 4}
_RESTING = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One person under the requirement: due dates before and after, and the status then.

    `status` None: the person begins work later. `is_held`: the first mail waits for release.
    """

    person_id: int
    name: str
    unit: str
    due_before: dt.date | None
    due_on: dt.date | None
    valid_until: dt.date | None
    status: Status | None
    is_held: bool

    @property
    def is_new_date(self) -> bool:
        """True when the person gets a due date they did not have."""
        return self.due_on is not None and self.due_on != self.due_before


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What a requirement does; `effects` with the worst first, `mails` more in 30 days."""

    requirement_id: int
    effects: tuple[Effect, ...]
    held: int
    mails: int

    def count(self, *statuses: Status) -> int:
        """How many people stand so afterwards."""
        return sum(effect.status in statuses for effect in self.effects)

    @property
    def digest(self) -> str:
        """What was seen in a preview must be what is saved: the same digest."""
        seen = [asdict(effect) for effect in self.effects]
        text = json.dumps([seen, self.held], default=str, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Order:
    """Who wants it, when; `made_by` None: whoever has the command line."""

    today: dt.date
    now: dt.datetime
    made_by: int | None

    @property
    def actor(self) -> str:
        """For the log."""
        return "operator" if self.made_by is None else f"person:{self.made_by}"


def preview_requirement(session: Session, wish: requiring.Wish, order: Order) -> Consequences:
    """What `require` would do, with nothing kept."""
    savepoint = session.begin_nested()
    try:
        return require(session, wish, order)
    finally:
        savepoint.rollback()
        session.expire_all()


def require(session: Session, wish: requiring.Wish, order: Order) -> Consequences:
    """Put a requirement into force; rounds that it leaves due or overdue wait for release."""
    reached = _reached(session, wish, order.today)
    live = _live(session, reached, wish.course_id)
    before = {person_id: cycle.due_on for person_id, cycle in live.items()}
    mails_before = count_mails_ahead(session, reached, order.today)
    needing = rounds_in_need(session, today=order.today)
    requirement, done = requiring.create_requirement(
        session, wish, today=order.today, now=order.now, actor=order.actor
    )
    held = _hold(session, done.touched_cycle_ids - needing, order)
    return Consequences(
        requirement_id=requirement.id,
        effects=_effects(session, requirement.id, wish.course_id, before, today=order.today),
        held=held,
        mails=count_mails_ahead(session, reached, order.today) - mails_before,
    )


def _reached(session: Session, wish: requiring.Wish, today: dt.date) -> list[int]:
    members = list_members(session, today=today)
    return [person.id for person, member in members if wish.scope.reaches(member)]


def _live(session: Session, person_ids: Collection[int], course_id: int) -> dict[int, Cycle]:
    """The live rounds of these people in the course, by person."""
    rounds = session.scalars(
        select(Cycle).where(
            Cycle.state == "live", Cycle.course_id == course_id, Cycle.person_id.in_(person_ids)
        )
    )
    return {cycle.person_id: cycle for cycle in rounds}


def _hold(session: Session, cycle_ids: set[int], order: Order) -> int:
    if not cycle_ids:
        return 0
    batch = requiring.open_batch(session, "requirements", made_by=order.made_by, now=order.now)
    return requiring.hold_what_became_due(session, batch, cycle_ids, today=order.today)


def _effects(
    session: Session,
    requirement_id: int,
    course_id: int,
    before: dict[int, dt.date],
    *,
    today: dt.date,
) -> tuple[Effect, ...]:
    people = session.scalars(
        select(Person)
        .join(Assignment, Assignment.person_id == Person.id)
        .join(AssignmentSource, AssignmentSource.assignment_id == Assignment.id)
        .where(
            AssignmentSource.requirement_id == requirement_id,
            AssignmentSource.until.is_(None),
            Assignment.ended_on.is_(None),
        )
        .options(joinedload(Person.unit))
    ).all()
    ids = [person.id for person in people]
    duties = {
        duty.person_id: duty
        for duty in duties_for(
            session, ids, today=today, paused=paused_people(today), course_id=course_id
        )
    }
    rounds = _live(session, ids, course_id)
    effects = [
        _effect(
            person,
            duties.get(person.id),
            before.get(person.id),
            rounds.get(person.id),
            today=today,
        )
        for person in people
    ]
    names = {person.id: (person.last_name, person.first_name) for person in people}
    return tuple(sorted(effects, key=lambda one: (_rank(one), *names[one.person_id])))


def _effect(
    person: Person,
    duty: Duty | None,
    due_before: dt.date | None,
    cycle: Cycle | None,
    *,
    today: dt.date,
) -> Effect:
    is_there = is_employed_on(today, hired_on=person.hired_on, left_on=person.left_on)
    return Effect(
        person_id=person.id,
        name=person.name,
        unit=person.unit.name,
        due_before=due_before,
        due_on=cycle.due_on if cycle else None,
        valid_until=duty.valid_until if duty else None,
        status=duty.status if duty and is_there else None,
        is_held=cycle is not None and cycle.batch_id is not None,
    )


def _rank(effect: Effect) -> tuple[int, dt.date]:
    rank = _RESTING if effect.status is None else _RANKS.get(effect.status, _RESTING)
    return rank, effect.due_on or dt.date.max
