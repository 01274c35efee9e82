"""Two entries turn out to be one person: places and attendance go over to the other."""

import datetime as dt

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms.people.calendar import DAY
from lms.workshops.models import Attendance, SignUp, Workshop
from lms.workshops.operations.places import release_places_of
from lms.workshops.rules.words import Frame

_LIVE = ("booked", "waitlisted")


def move_places(
    session: Session,
    kept_id: int,
    gone_id: int,
    *,
    today: dt.date,
    frame: Frame,
    now: dt.datetime,
) -> int:
    """Sign-ups with what was entered for them; how many.

    Where both have one in the same session a place is worth more than a turn on the waiting
    list; the other one is released to whoever waits.
    """
    mine = {
        one.workshop_id: one
        for one in session.scalars(
            select(SignUp).where(SignUp.person_id == kept_id, SignUp.state.in_(_LIVE))
        )
    }
    moved = 0
    for one in session.scalars(
        select(SignUp).where(SignUp.person_id == gone_id).order_by(SignUp.workshop_id, SignUp.id)
    ).all():
        other = mine.get(one.workshop_id) if one.state in _LIVE else None
        if other is not None and (one.state, other.state) == ("booked", "waitlisted"):
            other.state, other.position, other.note = "cancelled_by_org", None, None
            other.changed_at = now
            session.flush()
        elif other is not None:
            continue
        one.person_id = kept_id
        moved += 1
        session.flush()
    release_places_of(session, gone_id, after=today - DAY, frame=frame, now=now)
    _move_entries(session, kept_id, gone_id)
    return moved


def _move_entries(session: Session, kept_id: int, gone_id: int) -> None:
    """Attendance and reminders where the kept entry has none; nobody entered their own."""
    attended = select(Attendance.workshop_date_id).where(Attendance.person_id == kept_id)
    session.execute(
        update(Attendance)
        .where(
            Attendance.person_id == gone_id,
            Attendance.recorded_by != kept_id,
            Attendance.workshop_date_id.not_in(attended),
        )
        .values(person_id=kept_id)
    )
    session.execute(
        update(Workshop).where(Workshop.trainer_id == gone_id).values(trainer_id=kept_id)
    )
