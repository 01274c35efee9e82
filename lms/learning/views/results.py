"""What the pages of a quiz show at the end: the last look, and the result."""

from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup

from lms.courses.document import Quiz
from lms.kernel.documents import in_language
from lms.learning.models import QuizAttempt
from lms.learning.queries.quizzes import Attempts
from lms.learning.rules import quizzes as rules
from lms.learning.views.questions import newest_of, question_way
from lms.learning.views.visit import Visit


@dataclass(frozen=True, slots=True)
class Line:
    """A question in a list, with how it went."""

    text: Markup
    url: str
    key: str
    word: str
    picture: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """All questions before they are handed in; `open_count` have no answer yet."""

    attempt_id: int
    lines: list[Line]
    open_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What an attempt came to, and what may come next."""

    is_passed: bool
    was_passed: bool
    sentences: list[str]
    lines: list[Line]
    can_repeat: bool
    must_begin_again: bool


def _lines(visit: Visit, quiz: Quiz, known: Attempts) -> list[Line]:
    attempt = newest_of(known)
    lines = []
    for number, key in enumerate(attempt.question_keys, 1):
        question = rules.find_question(quiz, key)
        if question is not None:
            text = visit.version.rendered.inline(in_language(question.text, visit.language))
            url = question_way(visit, number, "").url
            lines.append(Line(text, url, *_line_words(attempt, known, key)))
    return lines


def _line_words(attempt: QuizAttempt, known: Attempts, key: str) -> tuple[str, str, str]:
    if attempt.finished_at is None:
        if key in known.scores:
            return "ok", _("beantwortet"), "circle-check"
        return "none", _("offen"), "circle-dashed"
    score = known.scores.get(key) or 0.0
    if score >= 1:
        return "ok", _("richtig"), "circle-check"
    if score > 0:
        return "soon", _("teilweise richtig"), "lightbulb"
    return "exp", _("noch nicht richtig"), "x"


def summary_of(visit: Visit, quiz: Quiz, known: Attempts) -> Summary:
    """The last look before all answers are checked together."""
    lines = _lines(visit, quiz, known)
    return Summary(
        attempt_id=newest_of(known).id,
        lines=lines,
        open_count=sum(line.key == "none" for line in lines),
    )


def result_page_of(visit: Visit, quiz: Quiz, known: Attempts) -> Result:
    """The result of the newest attempt, and the best one where that is another."""
    attempt = newest_of(known)
    left = rules.attempts_left(quiz, len(known.attempts))
    return Result(
        is_passed=bool(attempt.is_passed),
        was_passed=known.is_passed,
        sentences=_result_sentences(quiz, known),
        lines=_lines(visit, quiz, known),
        can_repeat=not visit.is_review and left != 0,
        must_begin_again=not visit.is_review and left == 0 and not known.is_passed,
    )


def _result_sentences(quiz: Quiz, known: Attempts) -> list[str]:
    attempt = newest_of(known)
    reached = rules.percent_of(attempt.score or 0.0)
    sentences = [_("Du hast %(percent)s\u00a0%% der Punkte erreicht.", percent=reached)]
    if known.answers:
        result = rules.result_of(quiz, attempt.question_keys, known.scores)
        right, total = result.right_count, result.question_count
        sentences.insert(0, _("Ganz richtig: %(right)s von %(total)s.", right=right, total=total))
        if rules.has_equal_points(quiz) and reached > rules.percent_of(right / total):
            sentences.insert(1, _("Teilweise richtig zählt mit."))
    if not attempt.is_passed:
        sentences.append(
            _("Zum Bestehen brauchst du %(percent)s\u00a0%%.", percent=quiz.pass_percent)
        )
    best = rules.percent_of(known.best_score or 0.0)
    if best > reached:
        sentences.append(_("Dein bestes Ergebnis zählt: %(percent)s\u00a0%%.", percent=best))
    return [str(sentence) for sentence in sentences]
