"""Two clicks at the same moment, with real transactions on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.certifications.models import Evidence
from lms.kernel.db import Sessions, reading, transaction
from lms.kernel.domain import DomainError
from lms.learning import operations
from lms.learning.models import Enrolment, LessonProgress, QuizAttempt, Response
from tests.factories import NOW, TODAY, make_person
from tests.learning.conftest import RIGHT, WRONG, Learning
from tests.learning.samples import CHECK, OWN, document, publish


def twice(sessions: Sessions, *deeds: Callable[[Session], object]) -> list[object]:
    """Both deeds in transactions that begin at the same moment; what each came to."""
    together = Barrier(len(deeds))

    def run(deed: Callable[[Session], object]) -> object:
        together.wait()
        try:
            with transaction(sessions) as session:
                return deed(session)
        except DomainError as error:
            return type(error).__name__

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def count(sessions: Sessions, model: type) -> int:
    with reading(sessions) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def ids(own_sessions, zone):
    """A person, a course that is a quiz and a task, and an open attempt, committed."""
    with transaction(own_sessions) as session:
        person = make_person(session)
        version = publish(session, document(CHECK, OWN))
        learning = Learning(session, person, version, zone)
        attempt = learning.start(learning.enrol())
        return person.id, version.course_id, attempt.enrolment_id, attempt.id


def answering(ids, zone, key, choices):
    def deed(session: Session) -> object:
        attempt = session.get_one(QuizAttempt, ids[3])
        return operations.answer(session, attempt, key, choices, zone=zone, now=NOW).was_kept

    return deed


def test_two_browsers_answering_the_same_question_leave_one_answer(own_sessions, ids, zone):
    found = twice(
        own_sessions,
        answering(ids, zone, "one", RIGHT["one"]),
        answering(ids, zone, "one", WRONG["one"]),
    )
    assert sorted(found) == [False, True]
    assert count(own_sessions, Response) == 1


def test_two_last_answers_finish_the_attempt_once(own_sessions, ids, zone):
    with transaction(own_sessions) as session:
        answering(ids, zone, "one", RIGHT["one"])(session)
    found = twice(
        own_sessions,
        answering(ids, zone, "two", RIGHT["two"]),
        answering(ids, zone, "three", RIGHT["three"]),
    )
    assert found == [False, False]
    assert (count(own_sessions, Response), count(own_sessions, LessonProgress)) == (3, 1)
    with reading(own_sessions) as session:
        assert session.get_one(QuizAttempt, ids[3]).score == 1.0


def test_two_clicks_on_begin_begin_one_round(own_sessions, zone):
    with transaction(own_sessions) as session:
        person_id = make_person(session).id
        course_id = publish(session).course_id

    def begin(session: Session) -> int:
        return operations.enrol(
            session, person_id=person_id, course_id=course_id, today=TODAY, now=NOW
        ).id

    first, second = twice(own_sessions, begin, begin)
    assert first == second
    assert count(own_sessions, Enrolment) == 1


def test_two_clicks_on_start_draw_one_attempt(own_sessions, ids, zone):
    with transaction(own_sessions) as session:
        operations.finish_attempt(session, session.get_one(QuizAttempt, ids[3]), zone=zone, now=NOW)

    def start(session: Session) -> int:
        enrolment = session.get_one(Enrolment, ids[2])
        return operations.start_attempt(session, enrolment, "check", zone=zone, now=NOW).id

    first, second = twice(own_sessions, start, start)
    assert first == second
    assert count(own_sessions, QuizAttempt) == 2


def test_two_last_clicks_give_one_evidence(own_sessions, ids, zone):
    with transaction(own_sessions) as session:
        for key in ("one", "two", "three"):
            answering(ids, zone, key, RIGHT[key])(session)

    def report(session: Session) -> bool:
        enrolment = session.get_one(Enrolment, ids[2])
        return operations.report_practice(
            session, enrolment, "try", "Ja.", zone=zone, now=NOW
        ).is_completed

    found = twice(own_sessions, report, report)
    assert sorted(found, key=str) == ["RoundEnded", True]
    assert count(own_sessions, Evidence) == 1
