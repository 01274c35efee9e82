"""Opening, moving and closing rounds: the one place that writes cycles."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.certifications.models import Assignment, Cycle, Evidence, Exemption, RequirementRevision
from lms.certifications.queries.rows import cycle_dates, policy_of
from lms.certifications.rules.cycles import CycleDates
from lms.certifications.rules.leave import with_leave
from lms.people.calendar import Span
from lms.people.models import Absence


@dataclass(frozen=True, slots=True)
class Leave:
    """When a person is away and when exempt from a course."""

    absences: tuple[Span, ...] = ()
    exemptions: tuple[Span, ...] = ()


class LeaveBook:
    """Absences and exemptions of some people, read once for many rounds."""

    def __init__(self, session: Session, person_ids: Collection[int]) -> None:
        self._absences: dict[int, list[Span]] = {}
        self._exemptions: dict[tuple[int, int], list[Span]] = {}
        for person_id, from_on, until_on in session.execute(
            select(Absence.person_id, Absence.from_on, Absence.until_on).where(
                Absence.person_id.in_(person_ids)
            )
        ):
            self._absences.setdefault(person_id, []).append(Span(from_on, until_on))
        for person_id, course_id, from_on, until_on in session.execute(
            select(
                Exemption.person_id, Exemption.course_id, Exemption.from_on, Exemption.until_on
            ).where(Exemption.person_id.in_(person_ids))
        ):
            key = (person_id, course_id)
            self._exemptions.setdefault(key, []).append(Span(from_on, until_on))

    def of(self, person_id: int, course_id: int) -> Leave:
        """What is known of one person in one course."""
        return Leave(
            tuple(self._absences.get(person_id, ())),
            tuple(self._exemptions.get((person_id, course_id), ())),
        )


def open_round(
    session: Session,
    assignment: Assignment,
    dates: CycleDates,
    revision: RequirementRevision,
    *,
    leave: Leave,
    previous: Evidence | None,
    started_on: dt.date,
) -> Cycle:
    """Begin the next round of an assignment under a revision, absences counted in."""
    # Numbers go on when somebody comes back: an assignment of its own, the same row of rounds.
    newest = session.scalar(
        select(func.max(Cycle.seq)).where(
            Cycle.person_id == assignment.person_id, Cycle.course_id == assignment.course_id
        )
    )
    cycle = next_round(
        assignment,
        dates,
        revision,
        leave=leave,
        previous=previous,
        started_on=started_on,
        seq=(newest or 0) + 1,
    )
    session.add(cycle)
    session.flush()
    return cycle


def next_round(
    assignment: Assignment,
    dates: CycleDates,
    revision: RequirementRevision,
    *,
    leave: Leave,
    previous: Evidence | None,
    started_on: dt.date,
    seq: int,
) -> Cycle:
    """As `open_round` for many at once: the caller knows the number and adds the row."""
    adjusted = with_leave(
        dates,
        absences=leave.absences,
        exemptions=leave.exemptions,
        return_grace_days=revision.return_grace_days,
    )
    cycle = Cycle(
        assignment_id=assignment.id,
        person_id=assignment.person_id,
        course_id=assignment.course_id,
        seq=seq,
        revision_id=revision.id,
        kind=adjusted.kind.value,
        state="live",
        started_on=started_on,
        due_rev=0,
        prev_evidence_id=previous.id if previous else None,
    )
    write_dates(cycle, adjusted)
    cycle.due_rev = 0
    # The sweep looks at it on the day it opens, or at once: it alone knows the next stage.
    cycle.next_action_on = max(cycle.opens_on, started_on)
    return cycle


def write_dates(cycle: Cycle, dates: CycleDates) -> None:
    """Put the dates of the rules into the row."""
    cycle.kind = dates.kind.value
    cycle.opens_on = dates.opens_on
    cycle.due_on = dates.due_on
    cycle.baseline_due_on = dates.baseline_due_on
    cycle.grace_until = dates.grace_until
    cycle.extended_until = dates.extended_until
    cycle.why = dates.why.value
    cycle.due_rev = dates.due_rev


def move_round(cycle: Cycle, dates: CycleDates, *, today: dt.date) -> bool:
    """Give a live round new dates; True when its due date changed. The sweep looks again."""
    was_due_on = cycle.due_on
    if dates != cycle_dates(cycle):
        write_dates(cycle, dates)
        cycle.next_action_on = today
    return cycle.due_on != was_due_on


def count_leave_in(cycle: Cycle, leave: Leave, *, today: dt.date) -> bool:
    """Reckon absences and exemptions into a live round anew; the revision must be loaded."""
    dates = with_leave(
        cycle_dates(cycle),
        absences=leave.absences,
        exemptions=leave.exemptions,
        return_grace_days=policy_of(cycle.revision).return_grace_days,
    )
    moved = move_round(cycle, dates, today=today)
    cycle.next_action_on = today
    return moved


def fulfil(cycle: Cycle, evidence: Evidence, *, closed_on: dt.date) -> None:
    """Close a round by evidence."""
    cycle.state = "fulfilled"
    cycle.evidence_id = evidence.id
    cycle.closed_on = closed_on
    cycle.next_action_on = None


def cancel(cycle: Cycle, *, reason: str, closed_on: dt.date) -> None:
    """Close a round without evidence."""
    cycle.state = "cancelled"
    cycle.close_reason = reason
    cycle.closed_on = closed_on
    cycle.next_action_on = None


def reopen(cycle: Cycle, *, today: dt.date) -> None:
    """Let a cancelled round go on with its dates; the sweep looks again."""
    cycle.state = "live"
    cycle.close_reason = cycle.closed_on = None
    cycle.next_action_on = max(cycle.opens_on, today)
