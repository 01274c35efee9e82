"""One go at a quiz: which questions, how far, what it came to; how often it may be repeated."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.courses.document import Quiz
from lms.kernel.domain import N_, DomainError
from lms.questions import rules as questions
from lms.questions.rules import MultipleChoice, Option, SingleChoice

AnyQuestion = SingleChoice | MultipleChoice

_SEED_BYTES = 4
# A seed is kept in a signed 32-bit column.
_SEED_LIMIT = 2**31
# Scores are floating point numbers; a hair below a whole per cent is that per cent.
_HAIR = 1e-9


class AttemptsUsedUp(DomainError):
    """The course allows so many goes and no more."""

    message = N_("Alle Versuche sind verbraucht. Du kannst den Kurs von vorn beginnen.")


class AnswerMissing(DomainError):
    """Nothing was chosen."""

    message = N_("Wähle zuerst eine Antwort aus.")


@dataclass(frozen=True, slots=True)
class QuizResult:
    """What an attempt came to: the score from 0 to 1, in whole per cent, and the right ones."""

    score: float
    percent: int
    is_passed: bool
    right_count: int
    question_count: int


def seed_of(enrolment_id: int, lesson_key: str, number: int) -> int:
    """The seed of an attempt: the same for the same attempt, another one for the next."""
    digest = hashlib.sha256(f"{enrolment_id}\0{lesson_key}\0{number}".encode()).digest()
    return int.from_bytes(digest[:_SEED_BYTES]) % _SEED_LIMIT


def drawn_keys(quiz: Quiz, seed: int) -> list[str]:
    """The questions of one attempt in their order."""
    drawn = questions.draw_questions(
        quiz.questions, count=quiz.draw, shuffle=quiz.shuffle, seed=str(seed)
    )
    return [question.key for question in drawn]


def options_of(question: AnyQuestion, seed: int) -> list[Option]:
    """The options of a question as one attempt shows them."""
    return questions.ordered_options(question, seed=str(seed))


def find_question(quiz: Quiz, key: str) -> AnyQuestion | None:
    """The question of this key."""
    return next((question for question in quiz.questions if question.key == key), None)


def require_answer(question: AnyQuestion, chosen: Sequence[str]) -> None:
    """Refuse an empty answer and one that does not belong to the question."""
    questions.require_fitting(question, chosen)
    if not chosen:
        raise AnswerMissing


def result_of(
    quiz: Quiz, question_keys: Sequence[str], scores: Mapping[str, float | None]
) -> QuizResult:
    """The result of an attempt; a question without an answer earns nothing."""
    pairs = [
        (question.points, scores.get(question.key) or 0.0)
        for question in quiz.questions
        if question.key in question_keys
    ]
    possible = sum(points for points, _score in pairs)
    earned = sum(points * score for points, score in pairs)
    percent = questions.percent(pairs)
    return QuizResult(
        score=min(earned / possible, 1.0) if possible else 0.0,
        percent=percent,
        is_passed=percent >= quiz.pass_percent,
        right_count=sum(score >= 1 for _points, score in pairs),
        question_count=len(question_keys),
    )


def percent_of(score: float) -> int:
    """A stored score in whole per cent, rounded down as `result_of` does."""
    return int(score * 100 + _HAIR)


def attempts_left(quiz: Quiz, attempt_count: int) -> int | None:
    """How many more goes there are; None: any number."""
    return None if quiz.attempts is None else max(quiz.attempts - attempt_count, 0)


def require_another_attempt(quiz: Quiz, attempt_count: int) -> None:
    """Refuse one go too many."""
    if attempts_left(quiz, attempt_count) == 0:
        raise AttemptsUsedUp


def right_needed(quiz: Quiz) -> int:
    """How many questions must be right to pass where all have the same points."""
    return -(-quiz.pass_percent * quiz.drawn_count // 100)


def has_equal_points(quiz: Quiz) -> bool:
    """True when every question weighs the same, so that counting them says enough."""
    return len({question.points for question in quiz.questions}) == 1


def next_unchecked(question_keys: Sequence[str], scores: Mapping[str, float | None]) -> int | None:
    """The number (from 1) of the first question that was not checked yet; None when all were."""
    for number, key in enumerate(question_keys, 1):
        if scores.get(key) is None:
            return number
    return None


def next_unanswered(
    question_keys: Sequence[str], answered: Mapping[str, float | None]
) -> int | None:
    """The number (from 1) of the first question without an answer; None when all have one."""
    for number, key in enumerate(question_keys, 1):
        if key not in answered:
            return number
    return None
