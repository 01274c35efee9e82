"""Reminding people the day before, at most once for each date, person and change of the date."""

import datetime as dt

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from lms.kernel.db import Sessions, insert_unless_there, reading, transaction
from lms.outbox.operations import enqueue
from lms.outbox.rules import IMMEDIATE_FOR, Audience
from lms.people.queries import working_calendar
from lms.workshops.emails import workshop_mail
from lms.workshops.models import SignUp, Workshop, WorkshopDate, WorkshopNotice
from lms.workshops.rules.reminding import DAY_BEFORE, LOOK_AHEAD, may_remind, reminded_at
from lms.workshops.rules.words import Event, Frame, PlaceState, Status

BLOCK = 200


def remind(sessions: Sessions, frame: Frame, *, now: dt.datetime) -> int:
    """Queue a reminder for everybody whose date is next; how many. Again: none."""
    with reading(sessions) as session:
        due = _due(session, frame, now=now)
    queued = 0
    for date_id, planned_at in due:
        while True:
            with transaction(sessions) as session:
                seen, new = _remind_block(session, date_id, planned_at, frame, now=now)
            queued += new
            if seen < BLOCK:
                break
    return queued


def _due(session: Session, frame: Frame, *, now: dt.datetime) -> list[tuple[int, dt.datetime]]:
    """Dates whose reminder is due, with the instant it was due at."""
    year = frame.day_of(now).year
    calendar = working_calendar(session, years=range(year - 1, year + 3))
    if not may_remind(now, frame.zone, calendar):
        return []
    rows = session.execute(
        select(WorkshopDate.id, WorkshopDate.starts_at)
        .join(Workshop, Workshop.id == WorkshopDate.workshop_id)
        .where(
            Workshop.status == Status.PUBLISHED,
            WorkshopDate.is_cancelled.is_(False),
            WorkshopDate.starts_at > now,
            WorkshopDate.starts_at < now + LOOK_AHEAD,
        )
        .order_by(WorkshopDate.starts_at, WorkshopDate.id)
    )
    planned = [(row.id, reminded_at(row.starts_at, frame.zone, calendar)) for row in rows]
    return [(date_id, planned_at) for date_id, planned_at in planned if planned_at <= now]


def _remind_block(
    session: Session, date_id: int, planned_at: dt.datetime, frame: Frame, *, now: dt.datetime
) -> tuple[int, int]:
    """How many of up to 200 people were looked at, and how many mails are new."""
    date = session.get(WorkshopDate, date_id)
    if date is None or date.is_cancelled or date.starts_at <= now:
        return 0, 0
    is_told = exists().where(
        WorkshopNotice.workshop_date_id == date_id,
        WorkshopNotice.person_id == SignUp.person_id,
        WorkshopNotice.stage == DAY_BEFORE,
        WorkshopNotice.sequence == date.sequence,
    )
    block = session.scalars(
        select(SignUp)
        .where(
            SignUp.workshop_id == date.workshop_id,
            SignUp.state == PlaceState.BOOKED,
            SignUp.changed_at < planned_at,
            ~is_told,
        )
        .options(joinedload(SignUp.person))
        .order_by(SignUp.id)
        .limit(BLOCK)
    ).all()
    return len(block), sum(_remind_one(session, date, one, frame, now=now) for one in block)


def _remind_one(
    session: Session, date: WorkshopDate, sign_up: SignUp, frame: Frame, *, now: dt.datetime
) -> bool:
    person = sign_up.person
    outbox_id = None
    if person.email is not None and person.mail_state in ("ok", "soft"):
        message = enqueue(
            session,
            workshop_mail(Event.REMINDER, sign_up, person, frame, date_id=date.id),
            idem_key=f"workshop:reminder:{date.id}:{person.id}:{date.sequence}",
            audience=Audience.IMMEDIATE,
            local_date=frame.day_of(now),
            not_before=now,
            expires_at=min(date.starts_at, now + IMMEDIATE_FOR),
            mail_domain=frame.mail_domain,
            now=now,
        )
        outbox_id = message.id
    return (
        insert_unless_there(
            session,
            WorkshopNotice,
            {
                "workshop_date_id": date.id,
                "person_id": person.id,
                "stage": DAY_BEFORE,
                "sequence": date.sequence,
                "decided_at": now,
                "outcome": "queued" if outbox_id else "skipped",
                "outbox_id": outbox_id,
            },
        )
        and outbox_id is not None
    )
