"""A changed policy put into force at once (T15): it only pulls forward."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import operations as audit
from lms.certifications.models import Assignment, AssignmentSource, Cycle, Evidence
from lms.certifications.operations import rounds
from lms.certifications.queries.requirements import governing_now
from lms.certifications.queries.rows import cycle_dates, evidence_dates
from lms.certifications.rules.changes import cycle_by_policy_now, with_policy_now


def apply_policy_now(
    session: Session, requirement_id: int, *, today: dt.date, now: dt.datetime, actor: str
) -> set[int]:
    """Let a requirement's newest policy act on the live rounds that it governs.

    Returns the ids of the rounds whose dates changed or that began.
    """
    reached = select(AssignmentSource.assignment_id).where(
        AssignmentSource.requirement_id == requirement_id, AssignmentSource.until.is_(None)
    )
    assignments = session.scalars(
        select(Assignment).where(Assignment.id.in_(reached), Assignment.ended_on.is_(None))
    ).all()
    leave = rounds.LeaveBook(session, [one.person_id for one in assignments])
    touched = {
        cycle_id
        for assignment in assignments
        if (cycle_id := _apply(session, assignment, requirement_id, leave, today)) is not None
    }
    audit.record(
        session,
        actor=actor,
        verb="policy_applied",
        object_kind="requirement",
        object_id=requirement_id,
        details={"rounds": len(touched)},
        now=now,
    )
    session.flush()
    return touched


def _apply(
    session: Session,
    assignment: Assignment,
    requirement_id: int,
    leave: rounds.LeaveBook,
    today: dt.date,
) -> int | None:
    governing = governing_now(session, assignment)
    if governing.requirement.id != requirement_id:
        return None
    away = leave.of(assignment.person_id, assignment.course_id)
    cycle = session.scalar(
        select(Cycle).where(Cycle.assignment_id == assignment.id, Cycle.state == "live")
    )
    if cycle is None:
        return _begin(session, assignment, today, away)
    if cycle.revision_id == governing.revision.id:
        return None
    follows = session.get(Evidence, cycle.prev_evidence_id) if cycle.prev_evidence_id else None
    dates = with_policy_now(
        governing.policy,
        cycle_dates(cycle),
        evidence_dates(follows) if follows else None,
        today=today,
    )
    was = cycle_dates(cycle)
    cycle.revision_id = governing.revision.id
    cycle.revision = governing.revision
    rounds.move_round(cycle, dates, today=today)
    rounds.count_leave_in(cycle, away, today=today)
    return cycle.id if cycle_dates(cycle) != was else None


def _begin(
    session: Session, assignment: Assignment, today: dt.date, leave: rounds.Leave
) -> int | None:
    """ "Once is enough" changed to an interval begins a round."""
    governing = governing_now(session, assignment)
    newest = session.scalars(
        select(Evidence).where(
            Evidence.person_id == assignment.person_id,
            Evidence.course_id == assignment.course_id,
            Evidence.revoked_on.is_(None),
        )
    ).all()
    if not newest:
        return None
    evidence = max(newest, key=lambda one: (one.valid_until or dt.date.max, one.completed_on))
    dates = cycle_by_policy_now(governing.policy, evidence_dates(evidence), today=today)
    if dates is None:
        return None
    return rounds.open_round(
        session,
        assignment,
        dates,
        governing.revision,
        leave=leave,
        previous=evidence,
        started_on=today,
    ).id
