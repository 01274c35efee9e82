"""People who are in the middle of a course: enrolled, answering, reporting, by the operations."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from lms.certifications.models import Cycle
from lms.courses.document import Mode, Practice, Quiz
from lms.courses.lessons import lessons_for
from lms.courses.queries import get_version
from lms.kernel.db import Sessions, transaction
from lms.learning.models import Enrolment
from lms.learning.operations import enrolling, lessons, practice, quizzes
from lms.learning.rules.quizzes import find_question
from lms.people.models import Person

_MINUTES_A_LESSON = 6


@dataclass(frozen=True, slots=True)
class Classroom:
    """Where people learn: the database and the organisation's zone."""

    sessions: Sessions
    zone: ZoneInfo


def take(
    room: Classroom, email: str, course_id: int, *, started_at: dt.datetime, most: int = 99
) -> None:
    """Take the first `most` lessons of a course, right answers given, six minutes each."""
    with transaction(room.sessions) as session:
        person = session.scalar(select(Person).where(Person.email == email))
        if person is None:
            return
        today = started_at.astimezone(room.zone).date()
        enrolment = enrolling.enrol(
            session, person_id=person.id, course_id=course_id, today=today, now=started_at
        )
        document = get_version(session, enrolment.course_version_id).document
        at = started_at
        for lesson in lessons_for(document, Mode(enrolment.mode))[:most]:
            at += dt.timedelta(minutes=_MINUTES_A_LESSON)
            if isinstance(lesson, Quiz):
                _pass_quiz(session, room, enrolment, lesson, at)
            elif isinstance(lesson, Practice):
                text = "Es hat gut geklappt. Beim nächsten Mal plane ich etwas mehr Zeit ein."
                practice.report_practice(
                    session, enrolment, lesson.key, text, zone=room.zone, now=at
                )
            else:
                lessons.finish_lesson(
                    session, enrolment, lesson.key, confirmed=True, zone=room.zone, now=at
                )


def _pass_quiz(
    session: Session, room: Classroom, enrolment: Enrolment, quiz: Quiz, at: dt.datetime
) -> None:
    attempt = quizzes.start_attempt(session, enrolment, quiz.key, zone=room.zone, now=at)
    for key in list(attempt.question_keys):
        question = find_question(quiz, key)
        if question is None:
            continue
        right = [option.key for option in question.options if option.correct]
        quizzes.answer(session, attempt, key, right, zone=room.zone, now=at)


def open_rounds(session: Session, course_id: int, *, today: dt.date) -> list[str]:
    """Addresses of people who have something to do in a course now, the most urgent first."""
    return _addresses(session, course_id, Cycle.opens_on <= today)


def first_rounds(session: Session, course_id: int, *, today: dt.date) -> list[str]:
    """Addresses of people whose first deadline in a course lies ahead."""
    return _addresses(session, course_id, Cycle.kind == "initial", Cycle.due_on >= today)


def _addresses(session: Session, course_id: int, *conditions: ColumnElement[bool]) -> list[str]:
    found = session.scalars(
        select(Person.email)
        .join(Cycle, Cycle.person_id == Person.id)
        .where(
            Cycle.course_id == course_id,
            Cycle.state == "live",
            Person.email.is_not(None),
            Person.left_on.is_(None),
            *conditions,
        )
        .order_by(Cycle.due_on, Person.id)
    )
    return [email for email in found if email]
