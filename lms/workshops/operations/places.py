"""Taking a place, giving it back, and the waiting list that moves up in the same transaction."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import operations as audit
from lms.kernel.domain import NotFound
from lms.people.models import Person
from lms.workshops.models import SignUp, Workshop
from lms.workshops.operations.locking import Held, hold, hold_people
from lms.workshops.operations.waiting_list import is_there, promote, promote_from_waiting_list
from lms.workshops.operations.writing import note_event, tell
from lms.workshops.queries.places import (
    busy_elsewhere,
    count_booked,
    count_waiting,
    find_live,
    last_position,
    list_dates,
)
from lms.workshops.rules.places import (
    first_start,
    free_places,
    moves_up,
    require_may_leave,
    require_open,
    require_takes_place,
)
from lms.workshops.rules.refusals import (
    AlreadySignedUp,
    NotSignedUp,
    NotThereThen,
    OverlapsAnother,
    TrainerNeedsNoPlace,
    WorkshopFull,
)
from lms.workshops.rules.words import LIVE, Event, Frame, PlaceState, Source, Status


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for a place, for whom, and where."""

    held: Held
    person: Person
    actor: str
    source: Source


def sign_up(
    session: Session, workshop_id: int, person_id: int, *, frame: Frame, now: dt.datetime
) -> SignUp:
    """Take a place, or a seat on the waiting list when the session is full."""
    held = hold(session, workshop_id)
    require_open(held.terms(), today=frame.day_of(now), now=now)
    is_free = _is_free_for_all(session, held, frame, now=now)
    asking = _asking(session, held, person_id, f"person:{person_id}", Source.SELF)
    _require_can_come(session, asking, frame)
    if is_free:
        return _book(session, asking, frame, now=now)
    return _wait(session, asking, frame, now=now)


def book_for(
    session: Session,
    workshop_id: int,
    person_id: int,
    *,
    by: int,
    frame: Frame,
    now: dt.datetime,
) -> SignUp:
    """Book somebody, whatever the days of sign-up are; from the waiting list too.

    The organiser decides who gets a free place; when there is none the person waits. Once the
    session has begun it is for people who came without a place.
    """
    held = hold(session, workshop_id)
    starts_at = require_takes_place(held.terms())
    asking = _asking(session, held, person_id, f"person:{by}", Source.ON_BEHALF)
    waiting = find_live(session, workshop_id, person_id)
    if waiting is None:
        _require_can_come(session, asking, frame)
    elif waiting.state == PlaceState.BOOKED:
        raise AlreadySignedUp
    free = free_places(held.workshop.capacity, count_booked(session, workshop_id))
    if free == 0 and (waiting is not None or now >= starts_at):
        raise WorkshopFull
    if waiting is not None:
        _require_not_busy(session, asking)
        found = promote(session, waiting, asking.person, asking.actor, frame, now=now)
    elif free == 0:
        found = _wait(session, asking, frame, now=now)
    else:
        found = _book(session, asking, frame, now=now)
    _audit(session, found, "booked_for", by=by, now=now)
    return found


def sign_off(
    session: Session, workshop_id: int, person_id: int, *, frame: Frame, now: dt.datetime
) -> list[SignUp]:
    """Give a place back; who moved up for it."""
    held = hold(session, workshop_id)
    found = find_live(session, workshop_id, person_id)
    if found is None:
        raise NotSignedUp
    require_may_leave(held.terms(), found.state, today=frame.day_of(now), now=now)
    _release(session, found, PlaceState.CANCELLED_BY_USER, actor=f"person:{person_id}", now=now)
    return promote_from_waiting_list(session, held, frame, now=now)


def sign_off_for(
    session: Session,
    workshop_id: int,
    person_id: int,
    *,
    by: int,
    frame: Frame,
    now: dt.datetime,
) -> list[SignUp]:
    """Take somebody out, at any time before closing, and tell them; who moved up for it."""
    held = hold(session, workshop_id)
    require_takes_place(held.terms())
    found = find_live(session, workshop_id, person_id)
    if found is None:
        raise NotSignedUp
    _release(session, found, PlaceState.CANCELLED_BY_ORG, actor=f"person:{by}", now=now)
    person = session.get_one(Person, person_id)
    tell(session, Event.RELEASED, found, person, frame, key="1", now=now)
    _audit(session, found, "signed_off_for", by=by, now=now)
    return promote_from_waiting_list(session, held, frame, now=now)


def release_places_of(
    session: Session, person_id: int, *, after: dt.date, frame: Frame, now: dt.datetime
) -> int:
    """Somebody leaves: their places in sessions that begin after that day go to others; how many.

    Nobody writes to them about it. Sessions are locked in the order of their ids.
    """
    ids = session.scalars(
        select(SignUp.workshop_id)
        .join(Workshop, Workshop.id == SignUp.workshop_id)
        .where(
            SignUp.person_id == person_id,
            SignUp.state.in_(LIVE),
            Workshop.status == Status.PUBLISHED,
        )
        .order_by(SignUp.workshop_id)
    ).all()
    later = [one for one in ids if _begins_after(session, one, after, frame)]
    released = 0
    for held in [hold(session, one) for one in later]:
        found = find_live(session, held.workshop.id, person_id)
        if found is None:
            continue
        _release(session, found, PlaceState.CANCELLED_BY_ORG, actor="system:staff", now=now)
        promote_from_waiting_list(session, held, frame, now=now)
        released += 1
    return released


def _asking(
    session: Session, held: Held, person_id: int, actor: str, source: Source
) -> Asking:  # fmt: skip
    hold_people(session, [person_id])
    person = session.get(Person, person_id)
    if person is None or person.anonymised_at is not None:
        raise NotFound
    return Asking(held, person, actor, source)


def _require_can_come(session: Session, asking: Asking, frame: Frame) -> None:
    """Somebody new: no place yet, not the trainer, there on that day."""
    held, person = asking.held, asking.person
    if find_live(session, held.workshop.id, person.id) is not None:
        raise AlreadySignedUp
    if person.id == held.workshop.trainer_id:
        raise TrainerNeedsNoPlace
    if not is_there(held, person, frame):
        raise NotThereThen


def _require_not_busy(session: Session, asking: Asking) -> None:
    held, person = asking.held, asking.person
    busy = busy_elsewhere(session, [person.id], held.dates, held.workshop.id)
    if person.id in busy:
        raise OverlapsAnother(title=busy[person.id])


def _is_free_for_all(session: Session, held: Held, frame: Frame, *, now: dt.datetime) -> bool:
    """Whether somebody new gets a place: nobody who waits and could come is overtaken."""
    number = held.workshop.id
    if count_waiting(session, number):
        promote_from_waiting_list(session, held, frame, now=now)
        starts_at = held.starts_at
        if starts_at is None or not moves_up(starts_at, now=now):
            return False
    return free_places(held.workshop.capacity, count_booked(session, number)) != 0


def _book(session: Session, asking: Asking, frame: Frame, *, now: dt.datetime) -> SignUp:
    _require_not_busy(session, asking)
    found = _new(asking, PlaceState.BOOKED, None, now=now)
    session.add(found)
    note_event(session, found, actor=asking.actor, now=now)
    event = Event.BOOKED if asking.source is Source.SELF else Event.BOOKED_FOR
    tell(session, event, found, asking.person, frame, key="1", now=now)
    return found


def _wait(session: Session, asking: Asking, frame: Frame, *, now: dt.datetime) -> SignUp:
    position = last_position(session, asking.held.workshop.id) + 1
    found = _new(asking, PlaceState.WAITLISTED, position, now=now)
    session.add(found)
    note_event(session, found, actor=asking.actor, now=now)
    event = Event.WAITING if asking.source is Source.SELF else Event.WAITING_FOR
    tell(session, event, found, asking.person, frame, key="1", now=now)
    return found


def _new(asking: Asking, state: PlaceState, position: int | None, *, now: dt.datetime) -> SignUp:
    return SignUp(
        workshop_id=asking.held.workshop.id,
        person_id=asking.person.id,
        state=state.value,
        position=position,
        source=asking.source.value,
        created_at=now,
        changed_at=now,
    )


def _release(
    session: Session, found: SignUp, state: PlaceState, *, actor: str, now: dt.datetime
) -> None:
    found.state, found.position, found.note = state.value, None, None
    found.changed_at = now
    note_event(session, found, actor=actor, now=now)


def _begins_after(session: Session, workshop_id: int, day: dt.date, frame: Frame) -> bool:
    starts_at = first_start(list_dates(session, workshop_id))
    return starts_at is not None and frame.day_of(starts_at) > day


def _audit(session: Session, found: SignUp, verb: str, *, by: int, now: dt.datetime) -> None:
    audit.record(
        session,
        actor=f"person:{by}",
        verb=verb,
        object_kind="workshop",
        object_id=found.workshop_id,
        details={"person": found.person_id},
        now=now,
    )
    session.flush()
