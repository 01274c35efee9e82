"""A question with its right answers, as those who write courses read it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from lms.authoring.views.wording import language_name, said
from lms.courses.lessons import reread_target
from lms.courses.published import Published
from lms.questions.rules import Option, Question

# Both languages carry the same marks; twice on one page they would lead nowhere.
_MARKS = re.compile(r' id="[^"]*"')


@dataclass(frozen=True, slots=True)
class Answer:
    """One option in one language."""

    text: Markup
    is_right: bool
    weight: str
    feedback: Markup | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSide:
    """A question in one language."""

    lang: str
    name: str
    case: Markup | None
    text: Markup
    answers: list[Answer]
    explanation: Markup | None


@dataclass(frozen=True, slots=True)
class QuestionItem:
    """A question in all languages, and where to read up on it."""

    title: str
    kind: str
    sides: list[QuestionSide]
    reread_key: str | None
    reread_title: str


def html(published: Published, text: str | None) -> Markup | None:
    """A text of the course in paragraphs."""
    return _without_marks(published.rendered.html(text)) if text else None


def _inline(published: Published, texts: Mapping[Any, str] | None, code: str) -> Markup | None:
    text = texts.get(code) if texts else None
    return _without_marks(published.rendered.inline(text)) if text else None


def _without_marks(html: Markup) -> Markup:
    # Marks are taken out of what nh3 has passed; nothing comes in.
    return Markup(_MARKS.sub("", html))  # noqa: S704


def question_item(
    published: Published, question: Question, place: int, language: str
) -> QuestionItem:
    """A question in all languages of its course; `place` counts from 1."""
    document = published.document
    target = reread_target(document, question.reread)[0] if question.reread else None
    kinds = {
        "single_choice": _("Eine Antwort ist richtig"),
        "multiple_choice": _("Mehrere Antworten können richtig sein"),
    }
    return QuestionItem(
        _("Frage %(number)s", number=place),
        kinds[question.type],
        [_question_side(published, question, code) for code in document.languages],
        target.key if target else None,
        said(target.title, language) if target else "",
    )


def _question_side(published: Published, question: Question, code: str) -> QuestionSide:
    return QuestionSide(
        lang=code,
        name=language_name(code),
        case=_inline(published, question.case, code),
        text=_inline(published, question.text, code) or Markup(),
        answers=[_answer(published, question, option, code) for option in question.options],
        explanation=_inline(published, question.explanation, code),
    )


def _answer(published: Published, question: Question, option: Option, code: str) -> Answer:
    weight = "" if option.weight is None else str(_("%(percent)s %%", percent=f"{option.weight:g}"))
    return Answer(
        _inline(published, option.text, code) or Markup(),
        option.key in question.right_keys,
        weight,
        _inline(published, option.feedback, code),
    )
