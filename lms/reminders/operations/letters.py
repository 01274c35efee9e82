"""The last look at a digest before it leaves, and its lines' way back when it could not."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lms.certifications.models import Cycle
from lms.certifications.operations.rounds import LeaveBook
from lms.outbox.models import OutboxMessage
from lms.people.models import Person
from lms.people.queries import is_employed
from lms.reminders.models import Notice
from lms.reminders.queries.digests import lines_of, values_of, why_not
from lms.reminders.queries.rounds import has_address
from lms.reminders.rules import Outcome


def recheck(
    session: Session, message: OutboxMessage, *, zone: ZoneInfo, now: dt.datetime
) -> dict[str, Any] | None:
    """The values to render, or None when nothing of the digest holds any more (3.4).

    Lines that fail become `dropped`; the caller cancels an empty digest.
    """
    today = now.astimezone(zone).date()
    recipient = session.get(Person, message.person_id)
    lines = lines_of(session, message.id)
    leave = LeaveBook(session, {line.learner.id for line in lines})
    unreachable = _why_unreachable(recipient, today)
    standing = []
    for line in lines:
        reason = unreachable or why_not(line, leave, today)
        if reason is None:
            standing.append(line)
        else:
            line.notice.outcome, line.notice.why = Outcome.DROPPED.value, reason
    session.flush()
    if not standing or recipient is None:
        return None
    return values_of(session, standing, recipient=recipient, audience=message.audience, today=today)


def _why_unreachable(recipient: Person | None, today: dt.date) -> str | None:
    if recipient is None or not has_address(recipient):
        return "no_address"
    return None if is_employed(recipient, today) else "left"


def reopen(session: Session, message: OutboxMessage, *, today: dt.date) -> int:
    """A digest that could not leave by the end of its window gives its lines back (3.4).

    Their notices are deleted in the same transaction, so that the next working day plans what is
    due by then; how many lines that were.
    """
    cycle_ids = session.scalars(
        select(Notice.cycle_id).where(
            Notice.outbox_id == message.id, Notice.outcome == Outcome.QUEUED.value
        )
    ).all()
    session.execute(
        update(Cycle)
        .where(Cycle.id.in_(cycle_ids), Cycle.state == "live")
        .values(next_action_on=today)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        delete(Notice).where(Notice.outbox_id == message.id, Notice.outcome == Outcome.QUEUED.value)
    )
    session.flush()
    return len(cycle_ids)
