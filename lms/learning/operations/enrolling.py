"""Beginning a course: one open round a person and course, in the version that counts today."""

import datetime as dt

from sqlalchemy.orm import Session

from lms.certifications.queries.duties import duty_in
from lms.courses.document import Course, Mode
from lms.courses.lessons import lessons_for
from lms.kernel.domain import NotFound
from lms.learning.models import Enrolment
from lms.learning.queries.dates import facts_of, find_evidence
from lms.learning.queries.rounds import LearnerCourse, get_course_by_id, get_version
from lms.learning.rules.rounds import mode_for
from lms.people.models import Person


def enrol(
    session: Session, *, person_id: int, course_id: int, today: dt.date, now: dt.datetime
) -> Enrolment:
    """Begin a course, or go on with the round that is open; a second click begins nothing twice.

    An open round keeps its version, unless a newer one must be taken: then the old round is
    abandoned, with everything that was done in it, and a new one begins.
    """
    _one_at_a_time(session, person_id)
    course = get_course_by_id(session, course_id, person_id)
    going_on = course.open_round
    if going_on is not None and not course.is_outdated(going_on):
        return going_on.enrolment
    if going_on is not None:
        _abandon(session, going_on.enrolment, now=now)
    return _begin(session, course, person_id, today=today, now=now)


def begin_again(
    session: Session, *, person_id: int, course_id: int, today: dt.date, now: dt.datetime
) -> Enrolment:
    """Leave the open round as it is and begin another, for whoever has used up all attempts."""
    _one_at_a_time(session, person_id)
    course = get_course_by_id(session, course_id, person_id)
    if course.open_round is not None:
        _abandon(session, course.open_round.enrolment, now=now)
    return _begin(session, course, person_id, today=today, now=now)


def _one_at_a_time(session: Session, person_id: int) -> None:
    # Two clicks on "begin" must not make two rounds: the second waits for the first.
    if session.get(Person, person_id, with_for_update=True) is None:
        raise NotFound


def _abandon(session: Session, enrolment: Enrolment, *, now: dt.datetime) -> None:
    enrolment.abandoned_at = now
    # Before the new row: only one round may be open.
    session.flush()


def _begin(
    session: Session, course: LearnerCourse, person_id: int, *, today: dt.date, now: dt.datetime
) -> Enrolment:
    if course.is_retired:
        raise NotFound
    document = get_version(session, course.newest).document
    mode = _mode(session, course, document, person_id, today=today)
    lessons = lessons_for(document, mode)
    enrolment = Enrolment(
        person_id=person_id,
        course_id=course.course_id,
        course_version_id=course.newest.version_id,
        mode=mode,
        started_at=now,
        current_lesson=lessons[0].key,
        lesson_count=len(lessons),
        done_count=0,
    )
    session.add(enrolment)
    session.flush()
    return enrolment


def _mode(
    session: Session,
    course: LearnerCourse,
    document: Course,
    person_id: int,
    *,
    today: dt.date,
) -> Mode:
    duty = duty_in(session, person_id, course.course_id, today=today)
    evidence = find_evidence(session, duty.evidence_id if duty else None)
    facts = facts_of(course, duty, evidence, window_days=document.window_days)
    return mode_for(document.renewal.mode, facts, today)


def keep_mode_honest(
    session: Session, course: LearnerCourse, enrolment: Enrolment, *, today: dt.date
) -> None:
    """Whoever began a refresher on time and is late by now takes the whole course."""
    if enrolment.mode != Mode.REFRESHER or course.open_round is None:
        return
    document = get_version(session, course.open_round.version).document
    mode = _mode(session, course, document, enrolment.person_id, today=today)
    if mode is Mode.FULL:
        enrolment.mode = mode
        enrolment.lesson_count = len(lessons_for(document, mode))
