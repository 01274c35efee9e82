"""Attempts at a quiz with the answers of one of them: its learner's alone."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.learning.models import QuizAttempt, Response


@dataclass(frozen=True, slots=True)
class Attempts:
    """All goes of a round at one quiz, the newest first, and the answers of the newest."""

    attempts: tuple[QuizAttempt, ...] = ()
    answers: tuple[Response, ...] = ()

    @property
    def newest(self) -> QuizAttempt | None:
        """The last one begun."""
        return self.attempts[0] if self.attempts else None

    @property
    def best_score(self) -> float | None:
        """The best score of what was finished."""
        return max((one.score for one in self.attempts if one.score is not None), default=None)

    @property
    def is_passed(self) -> bool:
        """True when one of them was enough."""
        return any(one.is_passed for one in self.attempts)

    @property
    def scores(self) -> dict[str, float | None]:
        """The score of each answered question of the newest; None until it was checked."""
        return {answer.question_key: answer.score for answer in self.answers}

    def chosen(self, question_key: str) -> list[str]:
        """What was chosen in the newest."""
        return next((a.choices for a in self.answers if a.question_key == question_key), [])


def attempts_of(session: Session, enrolment_id: int, lesson_key: str) -> Attempts:
    """The attempts of a round at one quiz; one query."""
    newest = (
        select(func.max(QuizAttempt.id))
        .where(QuizAttempt.enrolment_id == enrolment_id, QuizAttempt.lesson_key == lesson_key)
        .scalar_subquery()
    )
    rows = session.execute(
        select(QuizAttempt, Response)
        .outerjoin(
            Response, (Response.attempt_id == QuizAttempt.id) & (Response.attempt_id == newest)
        )
        .where(QuizAttempt.enrolment_id == enrolment_id, QuizAttempt.lesson_key == lesson_key)
        .order_by(QuizAttempt.number.desc())
    ).all()
    attempts = tuple({attempt.id: attempt for attempt, _answer in rows}.values())
    return Attempts(attempts, tuple(answer for _attempt, answer in rows if answer is not None))


def count_attempts(session: Session, enrolment_id: int, lesson_key: str) -> int:
    """How many goes a round has had at a quiz."""
    wanted = (QuizAttempt.enrolment_id == enrolment_id) & (QuizAttempt.lesson_key == lesson_key)
    return session.scalar(select(func.count()).select_from(QuizAttempt).where(wanted)) or 0


def find_attempt(session: Session, attempt_id: int, enrolment_id: int) -> QuizAttempt | None:
    """An attempt of this round by id."""
    return session.scalars(
        select(QuizAttempt).where(
            QuizAttempt.id == attempt_id, QuizAttempt.enrolment_id == enrolment_id
        )
    ).one_or_none()
