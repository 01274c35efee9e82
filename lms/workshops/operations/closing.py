"""Closing a session writes the evidence; what is corrected later is taken back or added."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import operations as audit
from lms.certifications.models import Evidence
from lms.certifications.operations.changing import revoke
from lms.certifications.operations.completing import Completion, Shown, complete
from lms.courses.models import CourseVersion
from lms.workshops.models import SignUp
from lms.workshops.operations.attendance import write_marks
from lms.workshops.operations.locking import Held, hold
from lms.workshops.queries.places import find_live
from lms.workshops.queries.tally import tally
from lms.workshops.rules.attendance import Figures, Mark
from lms.workshops.rules.places import require_takes_place
from lms.workshops.rules.refusals import (
    FiguresMoved,
    NoLongerChanged,
    NotBooked,
    OwnAttendance,
    ReasonMissing,
    StillToCome,
)
from lms.workshops.rules.words import Frame, PlaceState, Presence, Status

_REFERENCE = 200
_REASON = 400


def close(
    session: Session, workshop_id: int, *, digest: str, by: int, frame: Frame, now: dt.datetime
) -> Figures:
    """Close a session that is over: whoever was there gets the evidence of its course.

    FiguresMoved unless the figures are still those that were shown (`digest`).
    """
    held = hold(session, workshop_id)
    if held.workshop.status == Status.DONE:
        raise NoLongerChanged
    require_takes_place(held.terms())
    ends_at = held.ends_at
    if ends_at is None or now < ends_at:
        raise StillToCome
    found = tally(session, held.workshop, held.dates)
    if found.figures.digest != digest:
        raise FiguresMoved
    held.workshop.status, held.workshop.closed_at = Status.DONE.value, now
    session.flush()
    for person_id in found.earning:
        _give(session, held, person_id, by=by, frame=frame, now=now)
    _audit(session, workshop_id, "workshop_closed", {}, by=by, now=now)
    return found.figures


def add_later(
    session: Session, workshop_id: int, person_id: int, *, by: int, frame: Frame, now: dt.datetime
) -> Completion | None:
    """After closing it turned out that somebody was there; None for a session without a course."""
    held, _place = _closed(session, workshop_id, person_id, by=by)
    write_marks(session, held.taking_place, {person_id: Mark(Presence.PRESENT)}, by=by, now=now)
    done = _give(session, held, person_id, by=by, frame=frame, now=now)
    _audit(session, workshop_id, "attendance_added", {"person": person_id}, by=by, now=now)
    return done


def take_back(
    session: Session,
    workshop_id: int,
    person_id: int,
    *,
    reason: str,
    by: int,
    frame: Frame,
    now: dt.datetime,
) -> Evidence | None:
    """After closing it turned out that somebody was not there: their evidence is revoked."""
    if not reason.strip():
        raise ReasonMissing
    held, _place = _closed(session, workshop_id, person_id, by=by)
    write_marks(session, held.taking_place, {person_id: Mark(Presence.ABSENT)}, by=by, now=now)
    _audit(session, workshop_id, "attendance_taken_back", {"person": person_id}, by=by, now=now)
    evidence = next((e for e in _given(session, held, person_id) if e.revoked_on is None), None)
    if evidence is None:
        return None
    return revoke(
        session,
        evidence.id,
        reason=reason.strip()[:_REASON],
        actor=f"person:{by}",
        today=frame.day_of(now),
        now=now,
    )


def _closed(session: Session, workshop_id: int, person_id: int, *, by: int) -> tuple[Held, SignUp]:
    held = hold(session, workshop_id)
    if held.workshop.status != Status.DONE:
        raise StillToCome
    if by == person_id:
        raise OwnAttendance
    place = find_live(session, workshop_id, person_id)
    if place is None or place.state != PlaceState.BOOKED:
        raise NotBooked
    return held, place


def _give(
    session: Session, held: Held, person_id: int, *, by: int, frame: Frame, now: dt.datetime
) -> Completion | None:
    workshop, ends_at = held.workshop, held.ends_at
    if workshop.course_id is None or ends_at is None:
        return None
    day = frame.day_of(ends_at)
    title = workshop.titles.get("de") or next(iter(workshop.titles.values()), "")
    shown = Shown(
        person_id=person_id,
        course_id=workshop.course_id,
        completed_on=day,
        source_key=_key(session, held, person_id),
        kind="attendance",
        course_version_id=_version_on(session, workshop.course_id, day),
        recorded_by=by,
        reference=title[:_REFERENCE] or None,
    )
    return complete(session, shown, now=now)


def _given(session: Session, held: Held, person_id: int) -> list[Evidence]:
    """What this session has given somebody so far, revoked or not."""
    key = f"workshop:{held.workshop.id}"
    return list(
        session.scalars(
            select(Evidence)
            .where(
                Evidence.person_id == person_id,
                Evidence.course_id == held.workshop.course_id,
                (Evidence.source_key == key) | Evidence.source_key.startswith(f"{key}:"),
            )
            .order_by(Evidence.id)
        )
    )


def _key(session: Session, held: Held, person_id: int) -> str:
    """The key of the evidence; one that was revoked is never given again, so the next is new."""
    revoked = [one for one in _given(session, held, person_id) if one.revoked_on is not None]
    key = f"workshop:{held.workshop.id}"
    return f"{key}:{len(revoked)}" if revoked else key


def _version_on(session: Session, course_id: int, day: dt.date) -> int | None:
    """What was taught: the newest version of that day."""
    return session.scalar(
        select(CourseVersion.id)
        .where(CourseVersion.course_id == course_id, CourseVersion.published_on <= day)
        .order_by(CourseVersion.number.desc())
        .limit(1)
    )


def _audit(
    session: Session,
    workshop_id: int,
    verb: str,
    details: dict[str, int],
    *,
    by: int,
    now: dt.datetime,
) -> None:
    audit.record(
        session,
        actor=f"person:{by}",
        verb=verb,
        object_kind="workshop",
        object_id=workshop_id,
        details=dict(details),
        now=now,
    )
    session.flush()
