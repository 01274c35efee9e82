"""Finishing lessons; the last one finishes the course and gives evidence in the same breath."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lms.certifications.operations.completing import Completion, Shown, complete
from lms.courses.document import AnyLesson, Mode, Practice, Quiz, Reading
from lms.courses.lessons import lessons_for
from lms.courses.published import Published
from lms.kernel.clock import local_date
from lms.kernel.domain import NotFound
from lms.learning.models import Enrolment, LessonProgress
from lms.learning.operations.enrolling import keep_mode_honest
from lms.learning.queries.rounds import Marks, get_course_by_id, get_version
from lms.learning.rules import steps as step_rules
from lms.learning.rules.lessons import require_confirmation, require_finished_by_hand
from lms.learning.rules.rounds import CourseRenewed, RoundEnded, completed_on
from lms.learning.rules.steps import Step


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where to go after a deed: the next lesson, or, once all is done, the end of the course."""

    next_lesson: AnyLesson | None
    completion: Completion | None = None

    @property
    def is_completed(self) -> bool:
        """True when this deed finished the course."""
        return self.completion is not None


@dataclass(frozen=True, slots=True)
class Place:
    """A locked enrolment with its version, its steps and the one that somebody acts in."""

    enrolment: Enrolment
    version: Published
    steps: tuple[Step, ...]
    step: Step
    marks: Marks


def enter(
    session: Session, enrolment: Enrolment, lesson_key: str, *, zone: ZoneInfo, now: dt.datetime
) -> Place:
    """Lock the round and go to an open lesson of it; refuses rounds that ended or are outdated."""
    place = locate(session, enrolment, lesson_key, zone=zone, now=now)
    step_rules.require_open(place.step)
    return place


def locate(
    session: Session, enrolment: Enrolment, lesson_key: str, *, zone: ZoneInfo, now: dt.datetime
) -> Place:
    """As `enter`, also where the lesson is locked by now: for deeds of others."""
    locked = session.get(Enrolment, enrolment.id, with_for_update=True, populate_existing=True)
    if locked is None or locked.completed_at is not None or locked.abandoned_at is not None:
        raise RoundEnded
    course = get_course_by_id(session, locked.course_id, locked.person_id)
    current = course.open_round
    if current is None or course.is_outdated(current):
        raise CourseRenewed
    keep_mode_honest(session, course, locked, today=local_date(now, zone))
    version = get_version(session, current.version)
    marks = course.marks
    steps = step_rules.steps_of(
        lessons_for(version.document, Mode(locked.mode)), done=marks.done, waiting=marks.waiting
    )
    step = step_rules.find_step(steps, lesson_key)
    if step is None:
        raise NotFound
    return Place(locked, version, steps, step, marks)


def finish_lesson(
    session: Session,
    enrolment: Enrolment,
    lesson_key: str,
    *,
    confirmed: bool = False,
    zone: ZoneInfo,
    now: dt.datetime,
) -> Outcome:
    """Finish a text or a film because the person says so; the same again changes nothing."""
    place = enter(session, enrolment, lesson_key, zone=zone, now=now)
    lesson = place.step.lesson
    require_finished_by_hand(lesson)
    if lesson_key not in place.marks.done and isinstance(lesson, Reading):
        require_confirmation(lesson, confirmed=confirmed)
    needs_word = isinstance(lesson, Reading) and lesson.confirm
    return note_done(session, place, at=now, zone=zone, now=now, confirmed=needs_word)


def note_done(
    session: Session,
    place: Place,
    *,
    at: dt.datetime,
    zone: ZoneInfo,
    now: dt.datetime,
    confirmed: bool = False,
) -> Outcome:
    """Keep that the lesson of this place was done `at`, then see whether that was the last one."""
    key = place.step.lesson.key
    if key not in place.marks.done:
        place.marks.done[key] = at
        session.add(
            LessonProgress(
                enrolment_id=place.enrolment.id, lesson_key=key, done_at=at, is_confirmed=confirmed
            )
        )
    lessons = [step.lesson for step in place.steps]
    place.enrolment.done_count = sum(lesson.key in place.marks.done for lesson in lessons)
    outcome = move_on(place)
    session.flush()
    if any(lesson.key not in place.marks.done for lesson in lessons):
        return outcome
    return Outcome(None, _complete(session, place, zone=zone, now=now))


def move_on(place: Place) -> Outcome:
    """Remember the next open lesson as the one to continue with."""
    steps = step_rules.steps_of(
        [step.lesson for step in place.steps],
        done=place.marks.done,
        waiting=place.marks.waiting,
    )
    following = step_rules.next_step(steps, place.step.number)
    if following is None or following.state is not step_rules.StepState.OPEN:
        following = step_rules.current_step(steps)
    place.enrolment.current_lesson = following.lesson.key if following else None
    return Outcome(following.lesson if following else None)


def _complete(session: Session, place: Place, *, zone: ZoneInfo, now: dt.datetime) -> Completion:
    enrolment = place.enrolment
    days = (local_date(place.marks.done[step.lesson.key], zone) for step in place.steps)
    shown = Shown(
        person_id=enrolment.person_id,
        course_id=enrolment.course_id,
        course_version_id=enrolment.course_version_id,
        completed_on=completed_on(days),
        source_key=f"enrolment:{enrolment.id}",
    )
    completion = complete(session, shown, now=now)
    enrolment.completed_at = now
    enrolment.current_lesson = None
    enrolment.evidence_id = completion.evidence.id if completion.evidence else None
    session.flush()
    return completion


def require_quiz(place: Place) -> Quiz:
    """The quiz of this place; NotFound for any other lesson."""
    if not isinstance(place.step.lesson, Quiz):
        raise NotFound
    return place.step.lesson


def require_practice(place: Place) -> Practice:
    """The practice task of this place; NotFound for any other lesson."""
    if not isinstance(place.step.lesson, Practice):
        raise NotFound
    return place.step.lesson
