"""Who waits moves up: strictly in order, in the transaction in which a place became free."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lms.people.models import Person
from lms.people.queries import is_employed
from lms.workshops.models import SignUp
from lms.workshops.operations.locking import Held, hold_people
from lms.workshops.operations.writing import note_event, tell
from lms.workshops.queries.places import busy_elsewhere, count_booked, list_waiting
from lms.workshops.rules.places import Waiting, free_places, moves_up, who_moves_up
from lms.workshops.rules.words import Event, Frame, PlaceState, Status

_SPARE = 25
_ACTOR = "system:waiting-list"


def promote_from_waiting_list(
    session: Session, held: Held, frame: Frame, *, now: dt.datetime
) -> list[SignUp]:
    """Give free places to those who wait, strictly in order; who got one.

    Whoever has a place elsewhere at the same time keeps their position, with a note. In the last
    24 hours, and once the session has begun, nobody moves up by itself.
    """
    starts_at = held.starts_at
    if held.workshop.status != Status.PUBLISHED or starts_at is None:
        return []
    if not moves_up(starts_at, now=now):
        return []
    free = free_places(held.workshop.capacity, count_booked(session, held.workshop.id))
    promoted: list[SignUp] = []
    position = 0
    while free is None or len(promoted) < free:
        limit = _SPARE if free is None else free - len(promoted) + _SPARE
        block = list_waiting(session, held.workshop.id, after=position, limit=limit)
        if not block:
            break
        position = block[-1].position or position
        room = len(block) if free is None else free - len(promoted)
        promoted += _promote_block(session, held, block, room, _Moment(frame, now))
    return promoted


@dataclass(frozen=True, slots=True)
class _Moment:
    frame: Frame
    now: dt.datetime


def _promote_block(
    session: Session, held: Held, block: list[SignUp], room: int, moment: _Moment
) -> list[SignUp]:
    ids = [one.person_id for one in block]
    hold_people(session, ids)
    busy = busy_elsewhere(session, ids, held.dates, held.workshop.id)
    gone = {one.person_id for one in block if not is_there(held, one.person, moment.frame)}
    promoted, passed_over = who_moves_up(
        [Waiting(one.id, one.person_id in busy or one.person_id in gone) for one in block], room
    )
    by_id = {one.id: one for one in block}
    for sign_up_id in passed_over:
        one = by_id[sign_up_id]
        _pass_over(
            session, one, "not_there" if one.person_id in gone else "overlap", now=moment.now
        )
    return [
        promote(
            session,
            by_id[one],
            by_id[one].person,
            _ACTOR,
            moment.frame,
            now=moment.now,
        )
        for one in promoted
    ]  # fmt: skip


def _pass_over(session: Session, waiting: SignUp, note: str, *, now: dt.datetime) -> None:
    if waiting.note == note:
        return
    waiting.note = note
    note_event(session, waiting, actor=_ACTOR, now=now)


def promote(
    session: Session, waiting: SignUp, person: Person, actor: str, frame: Frame, *, now: dt.datetime
) -> SignUp:
    """Turn a seat on the waiting list into a place, and tell the person."""
    waiting.state, waiting.position, waiting.note = PlaceState.BOOKED.value, None, None
    waiting.changed_at = now
    event = note_event(session, waiting, actor=actor, now=now)
    tell(session, Event.PROMOTED, waiting, person, frame, key=str(event.id), now=now)
    return waiting


def is_there(held: Held, person: Person, frame: Frame) -> bool:
    """Whether somebody is in the house on every day of the session."""
    days = [frame.day_of(one.starts_at) for one in held.taking_place]
    return all(is_employed(person, day) for day in days)
