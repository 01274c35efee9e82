"""The circuit breaker: a day that would bring far more mail than usual waits for the officer."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from lms.audit import operations as audit
from lms.certifications.models import Batch, Cycle
from lms.outbox.models import OutboxMessage
from lms.people.calendar import WorkingCalendar
from lms.reminders.models import Notice
from lms.reminders.plan import plan
from lms.reminders.queries.rounds import as_rounds, live_rounds, recipient_of, supervisors_for
from lms.reminders.queries.totals import day_totals
from lms.reminders.rules import Outcome, trips_breaker

_PART = 5_000
_Digest = tuple[int, str]


def due_on_or_before(day: dt.date) -> tuple[ColumnElement[bool], ...]:
    """The rounds that a sweep of this day looks at."""
    return (Cycle.next_action_on.is_not(None), Cycle.next_action_on <= day)


def rounds_to_hold(
    session: Session, day: dt.date, *, calendar: WorkingCalendar, tells_supervisor: bool
) -> list[int]:
    """The rounds that would send, if together they bring the day far above what is usual.

    What counts is messages, not rounds: those of today and those to come, one per recipient and
    audience. Rounds that somebody released do not count, neither before nor now.
    """
    statement = live_rounds().where(*due_on_or_before(day), Cycle.batch_id.is_(None))
    rows = session.execute(statement).unique().all()
    if not rows:
        return []
    rounds = as_rounds(session, rows, tells_supervisor=tells_supervisor, with_notices=True)
    decided = [plan(one.reminded, day, calendar=calendar, notices=one.notices) for one in rounds]
    supervisors = supervisors_for(session, day, decided)
    digests: set[_Digest] = set()
    sending: list[int] = []
    for one, decisions in zip(rounds, decided, strict=True):
        for decision in decisions:
            recipient = recipient_of(one.person, decision.audience, supervisors)
            if decision.outcome is Outcome.QUEUED and recipient is not None:
                digests.add((recipient.id, decision.audience.value))
                sending.append(one.cycle.id)
    known = _digests_of(session, day)
    is_tripped = trips_breaker(
        planned_today=len(known),
        found=len(digests - known),
        day_totals=day_totals(session, day, calendar),
    )
    return sending if is_tripped else []


def _digests_of(session: Session, day: dt.date) -> set[_Digest]:
    """Recipients and audiences of today's digests with a round that nobody had to release."""
    rows = session.execute(
        select(OutboxMessage.person_id, OutboxMessage.audience)
        .join(Notice, Notice.outbox_id == OutboxMessage.id)
        .join(Cycle, Cycle.id == Notice.cycle_id)
        .where(OutboxMessage.local_date == day, Cycle.batch_id.is_(None))
        .distinct()
    )
    return {(person_id, audience) for person_id, audience in rows}


def hold(session: Session, cycle_ids: Sequence[int], *, now: dt.datetime) -> int:
    """Let these rounds wait for release in a batch of their own; how many that are.

    Fewer than asked for, if another sweep was faster; a batch that holds nothing is not made.
    """
    batch = Batch(kind="breaker", made_at=now)
    session.add(batch)
    session.flush()
    held = 0
    for start in range(0, len(cycle_ids), _PART):
        found = session.execute(
            update(Cycle)
            .where(
                Cycle.id.in_(cycle_ids[start : start + _PART]),
                Cycle.state == "live",
                Cycle.batch_id.is_(None),
            )
            .values(batch_id=batch.id, next_action_on=None, ver=Cycle.ver + 1)
            .execution_options(synchronize_session=False)
        )
        held += found.rowcount if isinstance(found, CursorResult) else 0
    if not held:
        session.delete(batch)
        return 0
    audit.record(
        session,
        actor="system:sweep",
        verb="breaker_tripped",
        object_kind="batch",
        object_id=batch.id,
        details={"rounds": held},
        now=now,
    )
    return held
