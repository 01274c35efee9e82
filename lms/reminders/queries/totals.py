"""How many digests left on the last working days: what is usual in this house."""

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.outbox.models import OutboxMessage
from lms.people.calendar import DAY, WorkingCalendar
from lms.reminders.rules import BREAKER_DAYS


def day_totals(session: Session, day: dt.date, calendar: WorkingCalendar) -> list[int]:
    """Digests of the last 20 working days, the oldest first; a day without mail is a zero.

    Released ones are among them: one big day does not move a median, and a house that has grown
    must not be stopped every morning for ever.
    """
    days: list[dt.date] = []
    while len(days) < BREAKER_DAYS:
        day = calendar.on_or_before(day - DAY)
        days.insert(0, day)
    counted = dict(
        session.execute(
            select(OutboxMessage.local_date, func.count())
            .where(OutboxMessage.local_date >= days[0], OutboxMessage.audience != "immediate")
            .group_by(OutboxMessage.local_date)
        ).all()
    )
    return [counted.get(one, 0) for one in days]
