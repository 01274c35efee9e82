"""Entering who was there. Nothing entered stays open; evidence comes with closing."""

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import operations as audit
from lms.kernel.domain import NotFound
from lms.workshops.models import Attendance, SignUp, WorkshopDate
from lms.workshops.operations.locking import Held, hold
from lms.workshops.rules.attendance import Mark, length_minutes, mark_of
from lms.workshops.rules.places import require_takes_place
from lms.workshops.rules.refusals import NoLongerChanged, NotBooked, OwnAttendance, StillToCome
from lms.workshops.rules.words import Frame, PlaceState, Presence, Status

Entry = tuple[Presence, int | None]


def enter_attendance(
    session: Session,
    workshop_id: int,
    date_id: int,
    entries: Mapping[int, Entry],
    *,
    by: int,
    frame: Frame,
    now: dt.datetime,
) -> None:
    """Enter presence and minutes by person for one date, from its day on until closing."""
    held = hold(session, workshop_id)
    if held.workshop.status == Status.DONE:
        raise NoLongerChanged
    require_takes_place(held.terms())
    date = _date_of(held, date_id)
    if frame.day_of(now) < frame.day_of(date.starts_at):
        raise StillToCome
    _require_booked(session, workshop_id, entries, by=by)
    most = length_minutes(date.starts_at, date.ends_at)
    marks = {who: mark_of(state, minutes, most=most) for who, (state, minutes) in entries.items()}
    write_marks(session, [date], marks, by=by, now=now)
    audit.record(
        session,
        actor=f"person:{by}",
        verb="attendance_entered",
        object_kind="workshop",
        object_id=workshop_id,
        details={"date": date_id, "people": len(entries)},
        now=now,
    )
    session.flush()


def write_marks(
    session: Session,
    dates: Sequence[WorkshopDate],
    marks: Mapping[int, Mark],
    *,
    by: int,
    now: dt.datetime,
) -> None:
    """Write the same marks for each of these dates over what was entered before."""
    ids = [one.id for one in dates]
    rows = session.scalars(
        select(Attendance).where(
            Attendance.workshop_date_id.in_(ids), Attendance.person_id.in_(list(marks))
        )
    )
    known = {(row.workshop_date_id, row.person_id): row for row in rows}
    for date_id in ids:
        for who, mark in marks.items():
            row = known.get((date_id, who)) or Attendance(workshop_date_id=date_id, person_id=who)
            if (row.state, row.minutes) == (mark.state.value, mark.minutes):
                continue
            row.state, row.minutes = mark.state.value, mark.minutes
            row.recorded_by, row.recorded_at = by, now
            session.add(row)
    session.flush()


def _date_of(held: Held, date_id: int) -> WorkshopDate:
    found = {one.id: one for one in held.taking_place}.get(date_id)
    if found is None:
        raise NotFound
    return found


def _require_booked(
    session: Session, workshop_id: int, entries: Mapping[int, Entry], *, by: int
) -> None:
    if by in entries:
        raise OwnAttendance
    booked = session.scalars(
        select(SignUp.person_id).where(
            SignUp.workshop_id == workshop_id,
            SignUp.state == PlaceState.BOOKED,
            SignUp.person_id.in_(list(entries)),
        )
    )
    if set(booked) != set(entries):
        raise NotBooked
