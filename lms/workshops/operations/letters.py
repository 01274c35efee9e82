"""The last look at a mail about a session before it leaves: whether it holds, what it says."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from lms.kernel.clock import local_date
from lms.outbox.models import OutboxMessage
from lms.people.models import Absence, Person
from lms.people.queries import is_employed
from lms.workshops.models import SignUp, Workshop, WorkshopDate, WorkshopNotice
from lms.workshops.queries.listing import place_in_line
from lms.workshops.queries.places import list_dates
from lms.workshops.rules.places import last_end
from lms.workshops.rules.words import LIVE, Event, PlaceState, Status

# What must still be so for each mail: the status of the session, the state of the sign-up.
_HOLDS: dict[Event, tuple[Status, tuple[PlaceState, ...]]] = {
    Event.BOOKED: (Status.PUBLISHED, (PlaceState.BOOKED,)),
    Event.BOOKED_FOR: (Status.PUBLISHED, (PlaceState.BOOKED,)),
    Event.PROMOTED: (Status.PUBLISHED, (PlaceState.BOOKED,)),
    Event.REMINDER: (Status.PUBLISHED, (PlaceState.BOOKED,)),
    Event.WAITING: (Status.PUBLISHED, (PlaceState.WAITLISTED,)),
    Event.WAITING_FOR: (Status.PUBLISHED, (PlaceState.WAITLISTED,)),
    Event.CHANGED: (Status.PUBLISHED, LIVE),
    Event.RELEASED: (Status.PUBLISHED, (PlaceState.CANCELLED_BY_ORG,)),
    Event.CALLED_OFF: (Status.CANCELLED, (PlaceState.CANCELLED_BY_ORG,)),
}


def recheck(
    session: Session, message: OutboxMessage, *, zone: ZoneInfo, now: dt.datetime
) -> dict[str, Any] | None:
    """The values to render as of now, or None when the mail is not true any more."""
    event = Event(message.values["event"])
    sign_up = session.scalar(
        select(SignUp)
        .where(SignUp.id == message.values["sign_up_id"])
        .options(joinedload(SignUp.person))
        .execution_options(populate_existing=True)
    )
    workshop = session.scalar(
        select(Workshop)
        .where(Workshop.id == message.values["workshop_id"])
        .options(joinedload(Workshop.trainer))
        .execution_options(populate_existing=True)
    )
    if sign_up is None or workshop is None or not _holds(event, sign_up, workshop):
        return None
    dates = list_dates(session, workshop.id)
    if event is Event.REMINDER:
        dates = _reminded(session, message, dates, zone, now=now)
    if not _is_worth_saying(event, sign_up.person, dates, zone, now=now):
        return None
    return _values(session, event, sign_up, workshop, dates)


def _holds(event: Event, sign_up: SignUp, workshop: Workshop) -> bool:
    status, states = _HOLDS[event]
    return workshop.status == status and sign_up.state in states


def _is_worth_saying(
    event: Event, person: Person, dates: list[WorkshopDate], zone: ZoneInfo, *, now: dt.datetime
) -> bool:
    if not is_employed(person, local_date(now, zone)):
        return False
    ends_at = last_end(dates)
    # Called off or not: of what is over nobody needs to hear. A change may call off every day.
    return event is Event.CHANGED or (ends_at is not None and ends_at > now)


def _reminded(
    session: Session,
    message: OutboxMessage,
    dates: list[WorkshopDate],
    zone: ZoneInfo,
    *,
    now: dt.datetime,
) -> list[WorkshopDate]:
    """The date of a reminder while it stands as it was when it was queued; else it is dropped."""
    notice = session.scalar(select(WorkshopNotice).where(WorkshopNotice.outbox_id == message.id))
    date = {one.id: one for one in dates}.get(message.values["date_id"])
    stands = (
        notice is not None
        and date is not None
        and not date.is_cancelled
        and date.sequence == notice.sequence
        and date.starts_at > now
        and not _is_away(session, message.person_id, local_date(date.starts_at, zone))
    )
    if date is not None and stands:
        return [date]
    session.execute(
        update(WorkshopNotice)
        .where(WorkshopNotice.outbox_id == message.id)
        .values(outcome="dropped")
    )
    return []


def _is_away(session: Session, person_id: int, day: dt.date) -> bool:
    found = session.scalar(
        select(Absence.id).where(
            Absence.person_id == person_id,
            Absence.from_on <= day,
            (Absence.until_on.is_(None)) | (Absence.until_on >= day),
        )
    )
    return found is not None


def _values(
    session: Session, event: Event, sign_up: SignUp, workshop: Workshop, dates: list[WorkshopDate]
) -> dict[str, Any]:
    return {
        "event": event.value,
        "first_name": sign_up.person.first_name,
        "titles": workshop.titles,
        "path": f"/workshops/{workshop.id}",
        "setting": workshop.setting,
        "trainer": workshop.trainer.name,
        "is_booked": sign_up.state == PlaceState.BOOKED,
        "place_in_line": place_in_line(session, sign_up),
        "cancel_until": workshop.cancel_until.isoformat() if workshop.cancel_until else None,
        "note": workshop.cancel_note or "",
        "dates": [
            {
                "starts_at": one.starts_at.isoformat(),
                "ends_at": one.ends_at.isoformat(),
                "place": one.place or workshop.place or "",
                "is_cancelled": one.is_cancelled,
            }
            for one in dates
        ],
    }
