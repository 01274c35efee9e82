"""What changes a duty besides completion: absence, exemption, revocation, version, leaving."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.audit import operations as audit
from lms.certifications.models import Assignment, Cycle, Evidence, Exemption
from lms.certifications.operations import rounds
from lms.certifications.operations.completing import alternative_key
from lms.certifications.operations.ending import end_duties
from lms.certifications.queries.requirements import governing_now
from lms.certifications.queries.rows import cycle_dates
from lms.certifications.rules.changes import extended, retrained, version_cycle
from lms.certifications.rules.cycles import revocation_cycle
from lms.kernel.domain import N_, Conflict, DomainError, NotFound


class AlreadyRevoked(Conflict):
    """Evidence is revoked once."""

    message = N_("Dieser Nachweis ist schon widerrufen.")


class OwnExemption(DomainError):
    """Nobody exempts themselves."""

    message = N_("Eine Befreiung spricht immer jemand anderes aus.")


def _live_rounds(session: Session, person_id: int, course_id: int | None = None) -> list[Cycle]:
    statement = (
        select(Cycle)
        .where(Cycle.person_id == person_id, Cycle.state == "live")
        .options(joinedload(Cycle.revision))
        .with_for_update(of=Cycle)
    )
    if course_id is not None:
        statement = statement.where(Cycle.course_id == course_id)
    return list(session.scalars(statement))


def count_absences(session: Session, person_id: int, *, today: dt.date) -> int:
    """Reckon a person's absences into their live rounds anew (T7); how many due dates moved."""
    return count_absences_of(session, [person_id], today=today)


def count_absences_of(session: Session, person_ids: Collection[int], *, today: dt.date) -> int:
    """As `count_absences`, for several people at once."""
    leave = rounds.LeaveBook(session, person_ids)
    live = session.scalars(
        select(Cycle)
        .where(Cycle.person_id.in_(person_ids), Cycle.state == "live")
        .order_by(Cycle.id)
        .options(joinedload(Cycle.revision))
        .with_for_update(of=Cycle)
    ).all()
    moved = [
        rounds.count_leave_in(cycle, leave.of(cycle.person_id, cycle.course_id), today=today)
        for cycle in live
    ]
    session.flush()
    return sum(moved)


def exempt(
    session: Session, exemption: Exemption, *, today: dt.date, now: dt.datetime
) -> Exemption:
    """Exempt a person from a course for a range of days (T8); the due date waits for its end."""
    if exemption.approved_by == exemption.person_id:
        raise OwnExemption
    session.add(exemption)
    session.flush()
    leave = rounds.LeaveBook(session, [exemption.person_id])
    for cycle in _live_rounds(session, exemption.person_id, exemption.course_id):
        rounds.count_leave_in(
            cycle, leave.of(exemption.person_id, exemption.course_id), today=today
        )
    audit.record(
        session,
        actor=f"person:{exemption.approved_by}",
        verb="exempted",
        object_kind="exemption",
        object_id=exemption.id,
        now=now,
    )
    session.flush()
    return exemption


def extend(
    session: Session, cycle_id: int, until: dt.date, *, actor: str, today: dt.date, now: dt.datetime
) -> Cycle:
    """Grant more time for a live round (T5); the next expiry does not shift."""
    cycle = session.scalar(
        select(Cycle).where(Cycle.id == cycle_id, Cycle.state == "live").with_for_update()
    )
    if cycle is None:
        raise NotFound
    rounds.move_round(cycle, extended(cycle_dates(cycle), until, today=today), today=today)
    audit.record(
        session, actor=actor, verb="extended", object_kind="cycle", object_id=cycle.id, now=now
    )
    session.flush()
    return cycle


def revoke(
    session: Session, evidence_id: int, *, reason: str, actor: str, today: dt.date, now: dt.datetime
) -> Evidence:
    """Take evidence back, once, with a reason; the duty begins a round of revocation (T9)."""
    evidence = session.scalar(select(Evidence).where(Evidence.id == evidence_id).with_for_update())
    if evidence is None:
        raise NotFound
    if evidence.revoked_on is not None:
        raise AlreadyRevoked
    evidence.revoked_on, evidence.revoked_reason = today, reason
    session.flush()
    audit.record(
        session,
        actor=actor,
        verb="evidence_revoked",
        object_kind="evidence",
        object_id=evidence.id,
        now=now,
    )
    _begin_after_revocation(session, evidence, today=today)
    for copy in _copies_of(session, evidence):
        revoke(session, copy.id, reason=reason, actor=actor, today=today, now=now)
    return evidence


def _copies_of(session: Session, evidence: Evidence) -> Sequence[Evidence]:
    """What was recorded for other duties since this evidence counted for them as well."""
    return session.scalars(
        select(Evidence).where(
            Evidence.person_id == evidence.person_id,
            Evidence.kind == "alternative",
            Evidence.source_key == alternative_key(evidence.course_id, evidence.source_key),
            Evidence.revoked_on.is_(None),
        )
    ).all()


def _begin_after_revocation(session: Session, evidence: Evidence, *, today: dt.date) -> None:
    """A round of revocation, if the live one rested on this evidence, or if none was needed."""
    assignment = session.scalar(
        select(Assignment).where(
            Assignment.person_id == evidence.person_id,
            Assignment.course_id == evidence.course_id,
            Assignment.ended_on.is_(None),
        )
    )
    if assignment is None:
        return
    live = _live_rounds(session, evidence.person_id, evidence.course_id)
    if any(cycle.prev_evidence_id != evidence.id for cycle in live):
        return
    for cycle in live:
        rounds.cancel(cycle, reason="revoked", closed_on=today)
    session.flush()
    governing = governing_now(session, assignment)
    leave = rounds.LeaveBook(session, [assignment.person_id])
    rounds.open_round(
        session,
        assignment,
        revocation_cycle(governing.policy, revoked_on=today),
        governing.revision,
        leave=leave.of(assignment.person_id, assignment.course_id),
        previous=None,
        started_on=today,
    )


def version_published(
    session: Session, course_id: int, *, due_days: int, published_on: dt.date, today: dt.date
) -> int:
    """A version that everybody must take within `due_days` (T6); how many rounds it reaches."""
    assignments = session.scalars(
        select(Assignment).where(Assignment.course_id == course_id, Assignment.ended_on.is_(None))
    ).all()
    cycles = {
        cycle.assignment_id: cycle
        for cycle in session.scalars(
            select(Cycle)
            .where(Cycle.course_id == course_id, Cycle.state == "live")
            .options(joinedload(Cycle.revision))
        )
    }
    leave = rounds.LeaveBook(session, [one.person_id for one in assignments])
    for assignment in assignments:
        away = leave.of(assignment.person_id, course_id)
        cycle = cycles.get(assignment.id)
        # Whoever is still to come has as many days as the others, from their first one on.
        since = max(published_on, assignment.assigned_on)
        starts_on = max(today, assignment.assigned_on)
        if cycle is None:
            begun = _Publication(due_days, since, starts_on)
            _open_for_version(session, assignment, begun, away)
            continue
        dates = retrained(
            cycle_dates(cycle), published_on=since, due_days=due_days, today=starts_on
        )
        rounds.move_round(cycle, dates, today=today)
        rounds.count_leave_in(cycle, away, today=today)
    session.flush()
    return len(assignments)


@dataclass(frozen=True, slots=True)
class _Publication:
    due_days: int
    published_on: dt.date
    today: dt.date


def _open_for_version(
    session: Session,
    assignment: Assignment,
    publication: "_Publication",
    leave: rounds.Leave,
) -> None:
    governing = governing_now(session, assignment)
    newest = session.scalar(
        select(Evidence)
        .where(
            Evidence.person_id == assignment.person_id,
            Evidence.course_id == assignment.course_id,
            Evidence.revoked_on.is_(None),
        )
        .order_by(Evidence.completed_on.desc())
        .limit(1)
    )
    rounds.open_round(
        session,
        assignment,
        version_cycle(
            governing.policy,
            published_on=publication.published_on,
            due_days=publication.due_days,
            today=publication.today,
        ),
        governing.revision,
        leave=leave,
        previous=newest,
        started_on=publication.today,
    )


def leave_the_house(session: Session, person_id: int, *, day: dt.date) -> int:
    """On the day after the last one all live rounds end; evidence stays (T10)."""
    return end_duties(session, person_id, reason="left", day=day)
