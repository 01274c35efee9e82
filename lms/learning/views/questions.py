"""What the pages of a quiz show before the end: its introduction and its questions."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from lms.courses.document import Quiz, Video
from lms.courses.lessons import reread_target
from lms.kernel.documents import in_language
from lms.kernel.markdown import heading_id
from lms.learning.models import QuizAttempt
from lms.learning.queries.quizzes import Attempts
from lms.learning.rules import quizzes as rules
from lms.learning.rules.quizzes import AnyQuestion
from lms.learning.rules.steps import find_step
from lms.learning.views.visit import Visit, Way
from lms.questions.rules import MultipleChoice, Option


@dataclass(frozen=True, slots=True)
class OptionItem:
    """An answer to choose from; `verdict` right, wrong or off once the question was checked."""

    key: str
    text: Markup
    is_chosen: bool
    verdict: str | None


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the server says to an answer: heading, words on what was chosen, why, where to read."""

    heading: str
    remarks: list[Markup]
    explanation: Markup | None
    reread: Way | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionItem:
    """One question of an attempt; `feedback` is there once it was checked."""

    attempt_id: int
    key: str
    number: int
    total: int
    text: Markup
    case: Markup | None
    options: list[OptionItem]
    is_multiple: bool
    at_the_end: bool
    is_finished: bool
    states: list[str]
    back: Way
    onward: Way | None
    feedback: Feedback | None
    repeat_words: str

    @property
    def count(self) -> str:
        """Frage 2 von 5."""
        return str(_("Frage %(number)s von %(total)s", number=self.number, total=self.total))


@dataclass(frozen=True, slots=True)
class Intro:
    """A quiz before its first go."""

    facts: list[tuple[str, str, str]]
    button: str
    tells_at_once: bool


def intro_of(quiz: Quiz) -> Intro:
    """How many questions, what is needed, how often."""
    return Intro(
        facts=[
            ("list-checks", _("Fragen"), str(quiz.drawn_count)),
            ("circle-check", _("Bestanden"), _needed(quiz)),
            ("refresh-cw", _("Wiederholen"), _repeat_fact(quiz)),
        ],
        button=_("Quiz starten"),
        tells_at_once=quiz.feedback == "each",
    )


def _needed(quiz: Quiz) -> str:
    if rules.has_equal_points(quiz):
        return str(
            _(
                "ab %(right)s von %(total)s richtigen",
                right=rules.right_needed(quiz),
                total=quiz.drawn_count,
            )
        )
    return str(_("ab %(percent)s\u00a0%% der Punkte", percent=quiz.pass_percent))


def _repeat_fact(quiz: Quiz) -> str:
    if quiz.attempts is None:
        return str(_("so oft du möchtest"))
    return str(ngettext("%(num)s Versuch", "%(num)s Versuche", quiz.attempts))


def _repeat_words(quiz: Quiz, used: int) -> str:
    left = rules.attempts_left(quiz, used)
    if left is None:
        return str(
            _(
                "Du kannst das Quiz so oft wiederholen, wie du möchtest."
                " Nur dein bestes Ergebnis zählt."
            )
        )
    return str(
        ngettext(
            "Danach hast du noch %(num)s Versuch. Nur dein bestes Ergebnis zählt.",
            "Danach hast du noch %(num)s Versuche. Nur dein bestes Ergebnis zählt.",
            left,
        )
    )


def question_of(visit: Visit, quiz: Quiz, known: Attempts, number: int) -> QuestionItem:
    """A question of the newest attempt as it stands."""
    attempt = newest_of(known)
    key = attempt.question_keys[number - 1]
    question = rules.find_question(quiz, key)
    if question is None:
        raise LookupError(key)
    score = known.scores.get(key)
    is_shown = score is not None or attempt.finished_at is not None
    chosen = known.chosen(key)
    inline = visit.version.rendered.inline
    language = visit.language
    return QuestionItem(
        attempt_id=attempt.id,
        key=key,
        number=number,
        total=len(attempt.question_keys),
        text=inline(in_language(question.text, language)),
        case=inline(in_language(question.case, language)) if question.case else None,
        options=[
            OptionItem(
                key=option.key,
                text=inline(in_language(option.text, language)),
                is_chosen=option.key in chosen,
                verdict=_verdict(question, option, chosen) if is_shown else None,
            )
            for option in rules.options_of(question, attempt.seed)
        ],
        is_multiple=isinstance(question, MultipleChoice),
        at_the_end=quiz.feedback == "end",
        is_finished=attempt.finished_at is not None,
        states=_states(attempt, known, number),
        back=question_way(visit, number - 1, _("Zurück")) if number > 1 else visit.back,
        onward=_onward(visit, attempt, known, number),
        feedback=_feedback(visit, question, chosen, score or 0.0) if is_shown else None,
        repeat_words="" if visit.is_review else _repeat_words(quiz, len(known.attempts)),
    )


def newest_of(known: Attempts) -> QuizAttempt:
    """The attempt that a page is about; only for pages behind the introduction."""
    if known.newest is None:
        raise LookupError
    return known.newest


def _verdict(question: AnyQuestion, option: Option, chosen: list[str]) -> str:
    if option.key in question.right_keys:
        return "right"
    return "wrong" if option.key in chosen else "off"


def _states(attempt: QuizAttempt, known: Attempts, number: int) -> list[str]:
    return [
        "current" if place == number else ("done" if key in known.scores else "open")
        for place, key in enumerate(attempt.question_keys, 1)
    ]


def question_way(visit: Visit, number: int, label: str) -> Way:
    """The page of a question."""
    url = url_for("learning.lesson", slug=visit.slug, lesson=visit.step.lesson.key, question=number)
    return Way(label, url)


def _onward(visit: Visit, attempt: QuizAttempt, known: Attempts, number: int) -> Way | None:
    """The way on behind a checked question: the next one, one left open, or the result."""
    if number < len(attempt.question_keys):
        return question_way(visit, number + 1, _("Nächste Frage"))
    if attempt.finished_at is not None:
        return Way(_("Zum Ergebnis"), visit.url_of(visit.step))
    left = rules.next_unchecked(attempt.question_keys, known.scores)
    return question_way(visit, left, _("Zur offenen Frage")) if left else None


def _feedback(visit: Visit, question: AnyQuestion, chosen: list[str], score: float) -> Feedback:
    inline, language = visit.version.rendered.inline, visit.language
    remarks = [
        inline(in_language(option.feedback, language))
        for option in question.options
        if option.key in chosen and option.feedback
    ]
    return Feedback(
        heading=_score_word(score),
        remarks=remarks,
        explanation=inline(in_language(question.explanation, language))
        if question.explanation
        else None,
        reread=_reread(visit, question),
    )


def _score_word(score: float) -> str:
    if score >= 1:
        return str(_("Richtig"))
    return str(_("Teilweise richtig") if score > 0 else _("Noch nicht ganz"))


def _reread(visit: Visit, question: AnyQuestion) -> Way | None:
    """The place in the course that a question is about, if this round contains it."""
    if question.reread is None:
        return None
    lesson, place = reread_target(visit.document, question.reread)
    step = find_step(visit.steps, lesson.key) if lesson else None
    if step is None or not step.is_open:
        return None
    url = visit.url_of(step)
    title = in_language(step.lesson.title, visit.language)
    if isinstance(step.lesson, Video):
        url += f"?t={place}" if place and place.isdigit() else ""
        return Way(_("Im Video „%(title)s“ noch einmal ansehen", title=title), url)
    url += f"#{heading_id(place)}" if place else ""
    return Way(_("In „%(title)s“ noch einmal nachlesen", title=title), url)
