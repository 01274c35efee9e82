"""Quiz attempts: begun once, each answer kept when it is given, checked once and for all."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.courses.document import Quiz
from lms.kernel.domain import NotFound
from lms.learning.models import Enrolment, QuizAttempt, Response
from lms.learning.operations.lessons import Outcome, Place, enter, note_done, require_quiz
from lms.learning.queries.quizzes import attempts_of, find_attempt
from lms.learning.rules import quizzes as rules
from lms.learning.rules.quizzes import AnyQuestion
from lms.questions import rules as questions


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of an answer: the stored one, and whether another one had been checked before.

    `outcome` is set when this answer ended the attempt.
    """

    response: Response
    was_kept: bool
    outcome: Outcome | None = None


def start_attempt(
    session: Session, enrolment: Enrolment, lesson_key: str, *, zone: ZoneInfo, now: dt.datetime
) -> QuizAttempt:
    """Draw the questions of a new attempt, or go on with the one that is open."""
    place = enter(session, enrolment, lesson_key, zone=zone, now=now)
    quiz = require_quiz(place)
    known = attempts_of(session, enrolment.id, quiz.key)
    place.enrolment.current_lesson = quiz.key
    if known.newest is not None and known.newest.finished_at is None:
        return known.newest
    rules.require_another_attempt(quiz, len(known.attempts))
    number = known.newest.number + 1 if known.newest else 1
    seed = rules.seed_of(enrolment.id, quiz.key, number)
    attempt = QuizAttempt(
        enrolment_id=enrolment.id,
        lesson_key=quiz.key,
        number=number,
        question_keys=rules.drawn_keys(quiz, seed),
        seed=seed,
        started_at=now,
    )
    session.add(attempt)
    session.flush()
    return attempt


def save_answer(
    session: Session,
    attempt: QuizAttempt,
    question_key: str,
    choices: Sequence[str],
    *,
    zone: ZoneInfo,
    now: dt.datetime,
) -> Response | None:
    """Keep an answer without checking it; a checked one stays. None: nothing is chosen any more."""
    place, quiz = _enter_attempt(session, attempt, zone=zone, now=now)
    question = _question(quiz, attempt, question_key)
    questions.require_fitting(question, choices)
    response = session.get(Response, (attempt.id, question_key))
    place.enrolment.current_lesson = quiz.key
    if attempt.finished_at is not None or (response is not None and response.score is not None):
        return response
    if not choices:
        if response is not None:
            session.delete(response)
            session.flush()
        return None
    return _keep(session, attempt, question, choices, now=now)


def answer(
    session: Session,
    attempt: QuizAttempt,
    question_key: str,
    choices: Sequence[str],
    *,
    zone: ZoneInfo,
    now: dt.datetime,
) -> Checked:
    """Check an answer; the first check counts, a second one gives back what is stored.

    With the last question checked the attempt is finished.
    """
    place, quiz = _enter_attempt(session, attempt, zone=zone, now=now)
    question = _question(quiz, attempt, question_key)
    stored = session.get(Response, (attempt.id, question_key))
    if stored is not None and (stored.score is not None or attempt.finished_at is not None):
        return Checked(stored, was_kept=set(stored.choices) != set(choices))
    if attempt.finished_at is not None:
        raise NotFound
    rules.require_answer(question, choices)
    response = _keep(session, attempt, question, choices, now=now)
    response.score = questions.grade(question, choices)
    place.enrolment.current_lesson = quiz.key
    session.flush()
    if rules.next_unchecked(attempt.question_keys, _scores(session, attempt)) is not None:
        return Checked(response, was_kept=False)
    return Checked(
        response, was_kept=False, outcome=_finish(session, place, quiz, attempt, zone=zone, now=now)
    )


def finish_attempt(
    session: Session, attempt: QuizAttempt, *, zone: ZoneInfo, now: dt.datetime
) -> Outcome | None:
    """Check what is not checked yet and write the result; None when it was finished before."""
    place, quiz = _enter_attempt(session, attempt, zone=zone, now=now)
    if attempt.finished_at is not None:
        return None
    for response in _responses(session, attempt):
        if response.score is None:
            question = _question(quiz, attempt, response.question_key)
            response.score = questions.grade(question, response.choices)
    session.flush()
    return _finish(session, place, quiz, attempt, zone=zone, now=now)


def _enter_attempt(
    session: Session, attempt: QuizAttempt, *, zone: ZoneInfo, now: dt.datetime
) -> tuple[Place, Quiz]:
    """Lock the round of an attempt and read the attempt as it is behind the lock."""
    enrolment = session.get_one(Enrolment, attempt.enrolment_id)
    place = enter(session, enrolment, attempt.lesson_key, zone=zone, now=now)
    session.refresh(attempt)
    return place, require_quiz(place)


def _question(quiz: Quiz, attempt: QuizAttempt, key: str) -> AnyQuestion:
    question = rules.find_question(quiz, key)
    if question is None or key not in attempt.question_keys:
        raise NotFound
    return question


def _keep(
    session: Session,
    attempt: QuizAttempt,
    question: AnyQuestion,
    choices: Sequence[str],
    *,
    now: dt.datetime,
) -> Response:
    # In the order of the question, each once: what a form repeats is one answer.
    chosen = [option.key for option in question.options if option.key in choices]
    response = session.get(Response, (attempt.id, question.key))
    if response is None:
        response = Response(
            attempt_id=attempt.id, question_key=question.key, choices=chosen, saved_at=now
        )
        session.add(response)
    else:
        response.choices, response.saved_at = chosen, now
    session.flush()
    return response


def _responses(session: Session, attempt: QuizAttempt) -> Sequence[Response]:
    return session.scalars(select(Response).where(Response.attempt_id == attempt.id)).all()


def _scores(session: Session, attempt: QuizAttempt) -> dict[str, float | None]:
    return {found.question_key: found.score for found in _responses(session, attempt)}


def _finish(
    session: Session,
    place: Place,
    quiz: Quiz,
    attempt: QuizAttempt,
    *,
    zone: ZoneInfo,
    now: dt.datetime,
) -> Outcome:
    result = rules.result_of(quiz, attempt.question_keys, _scores(session, attempt))
    attempt.finished_at = now
    attempt.score = result.score
    attempt.is_passed = result.is_passed
    session.flush()
    if not result.is_passed:
        return Outcome(quiz)
    return note_done(session, place, at=now, zone=zone, now=now)


def find_own_attempt(session: Session, attempt_id: int, enrolment: Enrolment) -> QuizAttempt:
    """An attempt of this round; NotFound for anybody else's."""
    found = find_attempt(session, attempt_id, enrolment.id)
    if found is None:
        raise NotFound
    return found
