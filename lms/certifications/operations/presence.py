"""Duties follow when it turns out that somebody never left, or begins on another day."""

import datetime as dt
from dataclasses import replace

from sqlalchemy import Select, exists, or_, select, update
from sqlalchemy.orm import Session, joinedload

from lms.certifications.models import Assignment, AssignmentSource, Cycle, Evidence
from lms.certifications.operations import rounds
from lms.certifications.queries.rows import policy_of
from lms.certifications.rules.cycles import CycleKind, initial_cycle
from lms.certifications.rules.leave import with_leave
from lms.people.calendar import DAY

_LEFT = "left"


def undo_leaving(session: Session, person_id: int, *, left_on: dt.date, today: dt.date) -> set[int]:
    """Let the duties go on that ended only since somebody was thought to leave on a day.

    The same rounds with the same due dates, absences reckoned in anew. A duty that evidence or
    another duty has overtaken meanwhile stays closed: `reassign` begins a new one. Returns the
    ids of the rounds that are live again.
    """
    ended = _ended_by_leaving(session, person_id, left_on)
    if not ended:
        return set()
    ids = [one.id for one in ended]
    cycles = session.scalars(
        select(Cycle)
        .where(Cycle.assignment_id.in_(ids), Cycle.close_reason == _LEFT)
        .options(joinedload(Cycle.revision))
    ).all()
    leave = rounds.LeaveBook(session, [person_id])
    for assignment in ended:
        session.execute(
            update(AssignmentSource)
            .where(
                AssignmentSource.assignment_id == assignment.id,
                AssignmentSource.until == assignment.ended_on,
            )
            .values(until=None)
        )
        assignment.ended_on = assignment.end_reason = None
    session.flush()
    for cycle in cycles:
        rounds.reopen(cycle, today=today)
        rounds.count_leave_in(cycle, leave.of(person_id, cycle.course_id), today=today)
    session.flush()
    return {cycle.id for cycle in cycles}


def _ended_by_leaving(session: Session, person_id: int, left_on: dt.date) -> list[Assignment]:
    """Of each course the duty that the leaving ended, unless something came after it."""
    ended_on = left_on + DAY
    newer = (
        select(Assignment.person_id, Assignment.course_id)
        .where(Assignment.person_id == person_id, Assignment.ended_on.is_(None))
        .subquery()
    )
    overtaken = exists().where(
        Evidence.person_id == person_id,
        Evidence.course_id == Assignment.course_id,
        Evidence.revoked_on.is_(None),
        Evidence.completed_on >= ended_on,
    )
    rows = session.scalars(
        select(Assignment)
        .where(
            Assignment.person_id == person_id,
            Assignment.end_reason == _LEFT,
            or_(
                Assignment.ended_on == ended_on,
                (Assignment.assigned_on > ended_on)
                & (Assignment.ended_on == Assignment.assigned_on),
            ),
            Assignment.course_id.not_in(select(newer.c.course_id)),
            ~overtaken,
        )
        .order_by(Assignment.course_id, Assignment.id)
    )
    # Somebody who left and was taken back twice within a day has two: the newer one goes on.
    return list({one.course_id: one for one in rows}.values())


def move_beginning(
    session: Session, person_id: int, *, hired_on: dt.date | None, today: dt.date
) -> int:
    """Somebody begins on another day: first rounds that nobody has begun yet move along.

    Returns how many due dates changed. Rounds that rest on evidence keep the evidence's date.
    """
    starts_on = max(today, hired_on or today)
    leave = rounds.LeaveBook(session, [person_id])
    moved = 0
    for assignment, cycle in session.execute(_not_begun(person_id, starts_on, today)):
        session.execute(
            update(AssignmentSource)
            .where(
                AssignmentSource.assignment_id == assignment.id,
                AssignmentSource.since == assignment.assigned_on,
                AssignmentSource.until.is_(None),
            )
            .values(since=starts_on)
        )
        assignment.assigned_on = starts_on
        if cycle.kind == CycleKind.INITIAL and cycle.extended_until is None:
            away = leave.of(person_id, cycle.course_id)
            moved += _begin_on(cycle, starts_on, away, today=today)
    session.flush()
    return moved


def _not_begun(person_id: int, starts_on: dt.date, today: dt.date) -> Select[Assignment, Cycle]:
    begins_later = Assignment.assigned_on > today
    if starts_on > today:
        begins_later |= Cycle.kind == CycleKind.INITIAL
    return (
        select(Assignment, Cycle)
        .join(Cycle, (Cycle.assignment_id == Assignment.id) & (Cycle.state == "live"))
        .where(Assignment.person_id == person_id, Assignment.ended_on.is_(None), begins_later)
        .options(joinedload(Cycle.revision))
        .order_by(Assignment.id)
    )


def _begin_on(cycle: Cycle, day: dt.date, away: rounds.Leave, *, today: dt.date) -> bool:
    policy = policy_of(cycle.revision)
    dates = with_leave(
        initial_cycle(policy, starts_on=day),
        absences=away.absences,
        exemptions=away.exemptions,
        return_grace_days=policy.return_grace_days,
    )
    is_new_date = dates.due_on != cycle.due_on
    cycle.started_on = day
    rounds.move_round(cycle, replace(dates, due_rev=cycle.due_rev + is_new_date), today=today)
    cycle.next_action_on = max(cycle.opens_on, today)
    return is_new_date
