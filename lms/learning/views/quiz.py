"""Quizzes in the player: introduction, one question a page, the result; and their deeds."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.courses.document import Quiz
from lms.kernel.clock import utc_now
from lms.kernel.domain import NotFound
from lms.kernel.text import whole_number
from lms.learning.models import QuizAttempt
from lms.learning.operations.quizzes import (
    answer,
    find_own_attempt,
    finish_attempt,
    save_answer,
    start_attempt,
)
from lms.learning.queries.quizzes import Attempts, attempts_of
from lms.learning.rules import quizzes as rules
from lms.learning.rules.quizzes import AnswerMissing
from lms.learning.views.blueprint import blueprint
from lms.learning.views.questions import intro_of, question_of
from lms.learning.views.results import result_page_of, summary_of
from lms.learning.views.visit import Visit, act, frame_of
from lms.web.db import db_session, house
from lms.web.guard import signed_in
from lms.web.ids import MOST_ID
from lms.web.languages import clock, spoken


def quiz_page(visit: Visit, quiz: Quiz) -> ResponseReturnValue:
    """Introduction, the question that is on, the last look before handing in, or the result."""
    known = attempts_of(db_session(), visit.enrolment.id, quiz.key)
    attempt = known.newest
    if attempt is None:
        return _intro_page(visit, quiz)
    number = _asked_number(attempt)
    if number is not None:
        return _question_page(visit, quiz, known, number)
    if attempt.finished_at is not None:
        return _result_page(visit, quiz, known)
    number = _open_number(quiz, attempt, known)
    if number is None:
        return _summary_page(visit, quiz, known)
    return _question_page(visit, quiz, known, number)


def _asked_number(attempt: QuizAttempt) -> int | None:
    """`?question=` of the request; what is no question of this attempt is a 404."""
    text = request.args.get("question")
    if text is None:
        return None
    number = whole_number(text, 1, len(attempt.question_keys))
    if number is None:
        raise NotFound
    return number


def _open_number(quiz: Quiz, attempt: QuizAttempt, known: Attempts) -> int | None:
    if quiz.feedback == "each":
        return rules.next_unchecked(attempt.question_keys, known.scores)
    return rules.next_unanswered(attempt.question_keys, known.scores)


def _intro_page(visit: Visit, quiz: Quiz) -> str:
    return render_template(
        "learning/quiz_intro.html", frame=frame_of(visit), visit=visit, intro=intro_of(quiz)
    )


def _question_page(
    visit: Visit, quiz: Quiz, known: Attempts, number: int, error: str | None = None
) -> str:
    question = question_of(visit, quiz, known, number)
    frame = frame_of(visit)
    frame = replace(
        frame,
        subtitle=f"{frame.count}: {frame.plain_title}",
        count=question.count,
        states=question.states,
        back=question.back,
        saved="" if question.feedback is None else _("Antwort gespeichert"),
    )
    return render_template(
        "learning/question.html",
        frame=frame,
        visit=visit,
        question=question,
        error=error,
    )


def _summary_page(visit: Visit, quiz: Quiz, known: Attempts) -> str:
    summary = summary_of(visit, quiz, known)
    return render_template(
        "learning/quiz_summary.html", frame=frame_of(visit), visit=visit, summary=summary
    )


def _result_page(visit: Visit, quiz: Quiz, known: Attempts) -> str:
    result = result_page_of(visit, quiz, known)
    return render_template(
        "learning/quiz_result.html", frame=frame_of(visit), visit=visit, result=result
    )


@blueprint.post("/courses/<slug>/learn/<lesson>/attempt")
@signed_in
def begin_quiz(slug: str, lesson: str) -> ResponseReturnValue:
    """Draw the questions of a new go, or return to the one that is open."""

    def deed(visit: Visit) -> ResponseReturnValue:
        start_attempt(
            db_session(),
            visit.enrolment,
            visit.step.lesson.key,
            zone=house().settings.time_zone,
            now=utc_now(),
        )
        return redirect(visit.url_of(visit.step))

    return act(slug, lesson, deed)


@blueprint.post("/courses/<slug>/learn/<lesson>/save")
@signed_in
def keep_answer(slug: str, lesson: str) -> ResponseReturnValue:
    """Keep an answer while it is given; the reply is one short line beside the button."""

    def deed(visit: Visit) -> ResponseReturnValue:
        now = utc_now()
        response = save_answer(
            db_session(), _posted_attempt(visit), *_posted_answer(), zone=_zone(), now=now
        )
        if response is not None and response.score is not None:
            return str(_("Schon geprüft: Es gilt deine erste Antwort."))
        return str(_("Antwort gespeichert um %(time)s", time=clock(now)))

    return act(slug, lesson, deed, in_short=True)


@blueprint.post("/courses/<slug>/learn/<lesson>/answer")
@signed_in
def check_answer(slug: str, lesson: str) -> ResponseReturnValue:
    """Check an answer; where everything is checked at the end, keep it and go on."""
    return act(slug, lesson, _answer)


def _answer(visit: Visit) -> ResponseReturnValue:
    quiz = visit.step.lesson
    attempt = _posted_attempt(visit)
    key, choices = _posted_answer()
    if not isinstance(quiz, Quiz) or key not in attempt.question_keys:
        raise NotFound
    number = attempt.question_keys.index(key) + 1
    if not choices:
        known = attempts_of(db_session(), visit.enrolment.id, quiz.key)
        if known.scores.get(key) is None:
            text = spoken(AnswerMissing())
            return _question_page(visit, quiz, known, number, text), AnswerMissing.status
    if quiz.feedback == "end":
        return _keep_and_go_on(visit, attempt, key, choices)
    checked = answer(db_session(), attempt, key, choices, zone=_zone(), now=utc_now())
    if checked.was_kept:
        flash(_("Diese Frage war schon beantwortet. Es gilt deine erste Antwort."), "note")
    return redirect(_question_url(visit, number))


def _keep_and_go_on(
    visit: Visit, attempt: QuizAttempt, key: str, choices: list[str]
) -> ResponseReturnValue:
    save_answer(db_session(), attempt, key, choices, zone=_zone(), now=utc_now())
    if attempt.finished_at is not None:
        flash(_("Dieses Quiz war schon abgegeben. Es gelten deine ersten Antworten."), "note")
    number = attempt.question_keys.index(key) + 2
    if number > len(attempt.question_keys):
        return redirect(visit.url_of(visit.step))
    return redirect(_question_url(visit, number))


@blueprint.post("/courses/<slug>/learn/<lesson>/hand-in")
@signed_in
def hand_in(slug: str, lesson: str) -> ResponseReturnValue:
    """Check all answers of a go at once; a second click changes nothing."""

    def deed(visit: Visit) -> ResponseReturnValue:
        attempt = _posted_attempt(visit)
        finish_attempt(db_session(), attempt, zone=_zone(), now=utc_now())
        return redirect(visit.url_of(visit.step))

    return act(slug, lesson, deed)


def _zone() -> ZoneInfo:
    return house().settings.time_zone


def _posted_attempt(visit: Visit) -> QuizAttempt:
    attempt_id = whole_number(request.form.get("attempt", ""), 1, MOST_ID)
    if attempt_id is None:
        raise NotFound
    return find_own_attempt(db_session(), attempt_id, visit.enrolment)


def _posted_answer() -> tuple[str, list[str]]:
    return request.form.get("question", ""), request.form.getlist("choice")


def _question_url(visit: Visit, number: int) -> str:
    return url_for(
        "learning.lesson", slug=visit.slug, lesson=visit.step.lesson.key, question=number
    )
