"""Joining and leaving: what begins and what ends with somebody's stay in the house."""

import datetime as dt

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lms.access.models import SignIn
from lms.access.operations import signing_in
from lms.access.operations.links import void_links_of
from lms.certifications.models import Assignment
from lms.certifications.operations import changing
from lms.certifications.operations.assigning import reassign
from lms.outbox import operations as outbox
from lms.outbox.models import OutboxMessage
from lms.outbox.rules import State
from lms.people.calendar import DAY
from lms.people.models import Person
from lms.staff.operations.noting import note
from lms.staff.queries.people import people_with_places
from lms.workshops.operations.places import release_places_of
from lms.workshops.rules.words import Frame


def join(session: Session, person: Person, *, today: dt.date, now: dt.datetime) -> None:
    """Somebody new is there, or will be: their duties begin (T1)."""
    reassign(session, today=today, now=now, person_ids=[person.id], came_on=person.hired_on)
    note(session, person.id, "joined", now=now)
    session.flush()


def leave(session: Session, person: Person, *, left_on: dt.date, now: dt.datetime) -> None:
    """Somebody's last day is known; what ends with it ends on the day after (job `leavers`)."""
    person.left_on = left_on
    note(session, person.id, "leaves", now=now)
    session.flush()


def end_duties_of_leavers(
    session: Session, *, today: dt.date, now: dt.datetime, frame: Frame | None = None
) -> int:
    """On the day after the last one: duties, sign-ins and waiting mail end; how many left.

    With a frame places in sessions go to others, too.
    """
    left_something = or_(
        Person.id.in_(select(Assignment.person_id).where(Assignment.ended_on.is_(None))),
        Person.id.in_(select(SignIn.person_id)),
        Person.id.in_(
            select(OutboxMessage.person_id).where(
                OutboxMessage.state.in_((State.PENDING, State.CLAIMED))
            )
        ),
    )
    gone = session.execute(
        select(Person.id, Person.left_on).where(Person.left_on < today, left_something)
    ).all()
    for person_id, left_on in gone:
        end_everything_of(session, person_id, left_on=left_on or today, now=now)
    if frame is not None:
        with_places = select(Person.id, Person.left_on).where(
            Person.left_on < today, Person.id.in_(people_with_places())
        )
        for person_id, left_on in session.execute(with_places.order_by(Person.id)).all():
            release_places_of(session, person_id, after=left_on or today, frame=frame, now=now)
    return len(gone)


def end_everything_of(
    session: Session,
    person_id: int,
    *,
    left_on: dt.date,
    now: dt.datetime,
    frame: Frame | None = None,
) -> None:
    """As `finish_leaving`, with a line in the log."""
    finish_leaving(session, person_id, left_on=left_on, now=now, frame=frame)
    note(session, person_id, "left", now=now)
    session.flush()


def finish_leaving(
    session: Session,
    person_id: int,
    *,
    left_on: dt.date,
    now: dt.datetime,
    frame: Frame | None = None,
) -> None:
    """What ends on the day after somebody's last one: duties, sign-ins, mail that waits, places.

    Places only with a frame, since who moves up is told; without one the job `leavers` does it.
    """
    changing.leave_the_house(session, person_id, day=left_on + DAY)
    signing_in.end_all_sign_ins(session, person_id)
    void_links_of(session, person_id)
    outbox.cancel_pending_of(session, person_id, reason="left", now=now)
    if frame is not None:
        release_places_of(session, person_id, after=left_on, frame=frame, now=now)
