"""From a completion to evidence, the next round and a certificate: one transaction (T2, T3)."""

import datetime as dt
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.certifications.models import Activity, Assignment, Certificate, Cycle, Evidence
from lms.certifications.operations import rounds
from lms.certifications.operations.proofs import (
    note_recorded,
    unsaved_activity,
    unsaved_certificate,
    unsaved_evidence,
)
from lms.certifications.queries.courses import must_be_newer, policy_of_course
from lms.certifications.queries.requirements import governing_now
from lms.certifications.queries.rows import cycle_dates, evidence_dates, policy_of
from lms.certifications.rules.cycles import next_cycle
from lms.certifications.rules.evidence import EvidenceDates
from lms.certifications.rules.renewal import VoluntaryRepeat, renew
from lms.courses.models import Course
from lms.people.models import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What somebody has shown: which course, when, how, and what it rests on.

    `source_key` makes it known: the same key again changes nothing. `completed_on` is the local
    day; `recorded_by` a person's id where somebody else wrote it down.
    """

    person_id: int
    course_id: int
    completed_on: dt.date
    source_key: str
    kind: str = "course"
    course_version_id: int | None = None
    recorded_by: int | None = None
    reference: str | None = None
    batch_id: int | None = None
    file_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """What it came to: evidence with its certificate, or a voluntary repeat."""

    evidence: Evidence | None
    certificate: Certificate | None
    activity: Activity | None


def complete(session: Session, shown: Shown, *, now: dt.datetime) -> Completion:
    """Record a completion: evidence and the next round, or a voluntary repeat.

    It is a repeat before the window, and with a version older than one that everybody must take
    again (T2). Either way it may count for other duties that name the course as an alternative.
    """
    _lock_person(session, shown.person_id)
    known = _known(session, shown.person_id, shown.course_id, shown.source_key)
    if known is not None:
        return Completion(known, _certificate_of(session, known), None)
    outcome = _judge(session, shown)
    if isinstance(outcome, VoluntaryRepeat):
        done = Completion(None, None, _repeat(session, shown))
    else:
        evidence = _write(session, shown, outcome, now=now)
        _go_on(session, evidence)
        done = Completion(evidence, _issue(session, evidence, now=now), None)
    _fulfil_as_alternative(session, shown, now=now)
    return done


def record_alternative(
    session: Session, original: Evidence, course_id: int, dates: EvidenceDates, *, now: dt.datetime
) -> Evidence:
    """Evidence of a duty's own course from evidence that counts for it; the same again is found."""
    source_key = alternative_key(original.course_id, original.source_key)
    known = _known(session, original.person_id, course_id, source_key)
    if known is not None:
        return known
    shown = Shown(
        person_id=original.person_id,
        course_id=course_id,
        completed_on=original.completed_on,
        source_key=source_key,
        kind="alternative",
        recorded_by=original.recorded_by,
    )
    evidence = _write(session, shown, dates, now=now)
    _issue(session, evidence, now=now)
    return evidence


def alternative_key(course_id: int, source_key: str) -> str:
    """The key of a copy: it names the original, by its course and its own key."""
    return f"alternative:{course_id}:{source_key}"


def _lock_person(session: Session, person_id: int) -> None:
    # Two browsers may finish the same course: the second finds the first one's evidence.
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))


def _known(session: Session, person_id: int, course_id: int, source_key: str) -> Evidence | None:
    return session.scalar(
        select(Evidence).where(
            Evidence.person_id == person_id,
            Evidence.course_id == course_id,
            Evidence.source_key == source_key,
        )
    )


def _judge(session: Session, shown: Shown) -> EvidenceDates | VoluntaryRepeat:
    assignment = _assignment(session, shown.person_id, shown.course_id)
    cycle = _live_cycle(session, assignment)
    if must_be_newer(session, shown.course_id, shown.course_version_id):
        return VoluntaryRepeat(cycle.opens_on if cycle else None)
    previous = _previous(session, shown, cycle)
    if cycle is not None:
        policy = policy_of(cycle.revision)
    elif assignment is not None:
        policy = governing_now(session, assignment).policy
    else:
        policy = policy_of_course(session, shown.course_id)
    return renew(
        policy,
        evidence_dates(previous) if previous else None,
        cycle_dates(cycle) if cycle else None,
        shown.completed_on,
    )


def _assignment(session: Session, person_id: int, course_id: int) -> Assignment | None:
    return session.scalar(
        select(Assignment).where(
            Assignment.person_id == person_id,
            Assignment.course_id == course_id,
            Assignment.ended_on.is_(None),
        )
    )


def _live_cycle(session: Session, assignment: Assignment | None) -> Cycle | None:
    if assignment is None:
        return None
    return session.scalar(
        select(Cycle)
        .where(Cycle.assignment_id == assignment.id, Cycle.state == "live")
        .options(joinedload(Cycle.revision))
        # What was read before the lock may be older than what the first browser has written.
        .execution_options(populate_existing=True)
    )


def _previous(session: Session, shown: Shown, cycle: Cycle | None) -> Evidence | None:
    if cycle is not None and cycle.prev_evidence_id is None and cycle.kind != "renewal":
        return None
    if cycle is not None and cycle.prev_evidence_id is not None:
        return session.get(Evidence, cycle.prev_evidence_id)
    found = session.scalars(
        select(Evidence).where(
            Evidence.person_id == shown.person_id,
            Evidence.course_id == shown.course_id,
            Evidence.revoked_on.is_(None),
            Evidence.completed_on <= shown.completed_on,
        )
    ).all()
    return max(
        found, key=lambda one: (one.valid_until or dt.date.max, one.completed_on), default=None
    )


def _repeat(session: Session, shown: Shown) -> Activity:
    key = (shown.person_id, shown.course_id, shown.completed_on)
    found = session.scalar(
        select(Activity).where(
            Activity.person_id == key[0], Activity.course_id == key[1], Activity.done_on == key[2]
        )
    )
    if found is not None:
        return found
    activity = unsaved_activity(shown)
    session.add(activity)
    session.flush()
    return activity


def _write(session: Session, shown: Shown, dates: EvidenceDates, *, now: dt.datetime) -> Evidence:
    evidence = unsaved_evidence(shown, dates, now=now)
    session.add(evidence)
    session.flush()
    note_recorded(session, shown, evidence, now=now)
    return evidence


def _go_on(session: Session, evidence: Evidence) -> None:
    """Close the live round and begin the next under the requirement that governs now."""
    assignment = _assignment(session, evidence.person_id, evidence.course_id)
    if assignment is None:
        return
    cycle = _live_cycle(session, assignment)
    if cycle is not None:
        rounds.fulfil(cycle, evidence, closed_on=evidence.completed_on)
        session.flush()
    in_force = governing_now(session, assignment)
    dates = next_cycle(in_force.policy, evidence_dates(evidence))
    if dates is None:
        return
    leave = rounds.LeaveBook(session, [assignment.person_id])
    rounds.open_round(
        session,
        assignment,
        dates,
        in_force.revision,
        leave=leave.of(assignment.person_id, assignment.course_id),
        previous=evidence,
        started_on=evidence.completed_on,
    )


def _fulfil_as_alternative(session: Session, shown: Shown, *, now: dt.datetime) -> None:
    """The course may count for other duties of the person, under those duties' own policy."""
    if shown.kind == "alternative":
        return
    slug = session.scalar(select(Course.slug).where(Course.id == shown.course_id))
    rounds_of_others = session.scalars(
        select(Cycle)
        .where(
            Cycle.person_id == shown.person_id,
            Cycle.course_id != shown.course_id,
            Cycle.state == "live",
        )
        .options(joinedload(Cycle.revision))
        .order_by(Cycle.id)
    ).all()
    for duty in rounds_of_others:
        if slug not in duty.revision.alternatives:
            continue
        again = replace(
            shown,
            course_id=duty.course_id,
            course_version_id=None,
            kind="alternative",
            source_key=alternative_key(shown.course_id, shown.source_key),
        )
        complete(session, again, now=now)


def _issue(session: Session, evidence: Evidence, *, now: dt.datetime) -> Certificate:
    certificate = unsaved_certificate(evidence, now=now)
    session.add(certificate)
    session.flush()
    return certificate


def _certificate_of(session: Session, evidence: Evidence) -> Certificate | None:
    return session.scalar(select(Certificate).where(Certificate.evidence_id == evidence.id))
