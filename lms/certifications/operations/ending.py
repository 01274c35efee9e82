"""Ending duties: with their sources and live rounds; evidence stays."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy.orm import Session

from lms.certifications.models import Assignment, AssignmentSource, Cycle
from lms.certifications.operations import rounds
from lms.certifications.queries.stored import Stored


def close_assignment(
    assignment: Assignment,
    sources: Iterable[AssignmentSource],
    cycle: Cycle | None,
    *,
    reason: str,
    day: dt.date,
) -> None:
    """End a duty with its sources and its live round; evidence stays."""
    assignment.ended_on = max(day, assignment.assigned_on)
    assignment.end_reason = reason
    for source in sources:
        source.until = max(day, source.since)
    if cycle is not None:
        rounds.cancel(cycle, reason=reason, closed_on=day)


def end_duties(session: Session, person_id: int, *, reason: str, day: dt.date) -> int:
    """End all duties of a person, as when they leave (T10); how many that were."""
    state = Stored.read(session, [person_id])
    for assignment in state.live.values():
        close_assignment(
            assignment,
            state.sources[assignment.id].values(),
            state.cycles.get(assignment.id),
            reason=reason,
            day=day,
        )
    session.flush()
    return len(state.live)
