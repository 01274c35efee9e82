"""How lessons, statuses and minutes read on pages."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import flask_babel
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape

from lms.certifications.queries.duties import Duty
from lms.certifications.rules.status import Status
from lms.courses.document import AnyLesson, Practice, Quiz, Reading
from lms.kernel.documents import in_language
from lms.kernel.domain import N_
from lms.learning.rules.steps import Step, StepState
from lms.web.languages import locale, short_day, table_day

SOON_DAYS = 14
_BLANK = "\u00a0"
_KINDS = {
    "reading": N_("Text"),
    "video": N_("Video"),
    "quiz": N_("Quiz"),
    "practice": N_("Praxisaufgabe"),
}
_FORWARD = {
    "reading": N_("Weiter zum Text"),
    "video": N_("Weiter zum Video"),
    "quiz": N_("Weiter zum Quiz"),
    "practice": N_("Weiter zur Praxisaufgabe"),
}


@dataclass(frozen=True, slots=True)
class Tag:
    """A status tag: key of the colours, words, and an icon where it is not the key's own."""

    key: str
    text: str
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class StepItem:
    """A lesson in a list of steps, as the macro `steps` shows it; `url` None while locked."""

    title: str
    detail: str
    state: str
    url: str | None


def said(texts: Mapping[Any, str] | str, language: str) -> str:
    """A text of a course; marked with its language where the page speaks another one."""
    text = in_language(texts, language)
    if isinstance(texts, str) or language == locale():
        return text
    return Markup('<span lang="{}">{}</span>').format(language, text)


def minutes(count: int) -> str:
    """12 Minuten."""
    return str(ngettext("%(num)s Minute", "%(num)s Minuten", count))


def short_minutes(count: int) -> str:
    """12 Min., which never breaks."""
    return str(_("%(count)s Min.", count=count)).replace(" ", _BLANK)


def kind_of(lesson: AnyLesson) -> str:
    """Text, Video, Quiz or Praxisaufgabe."""
    return str(_(_KINDS[lesson.kind]))


def forward_to(lesson: AnyLesson) -> str:
    """What the button says that leads to a lesson."""
    return str(_(_FORWARD[lesson.kind]))


def detail_of(step: Step, *, here: bool = False, is_returned: bool = False) -> str:
    """Kind and length of a lesson and how it stands: `Text, 3 Min. · erledigt`."""
    lesson = step.lesson
    if isinstance(lesson, Quiz):
        count = lesson.drawn_count
        length = ngettext("%(num)s Frage", "%(num)s Fragen", count)
    else:
        length = short_minutes(lesson.minutes)
    stand = _stand_of(step, here=here, is_returned=is_returned)
    return f"{kind_of(lesson)}, {length}" + (f" · {stand}" if stand else "")


def _stand_of(step: Step, *, here: bool, is_returned: bool) -> str:
    if step.state is StepState.DONE:
        return str(_("erledigt"))
    if step.state is StepState.WAITING:
        return str(_("wartet auf Bestätigung"))
    if is_returned:
        return str(_("zurückgegeben"))
    if step.state is StepState.LOCKED:
        return str(_("erst nach Schritt %(number)s", number=step.after)).replace(" ", _BLANK)
    return str(_("du bist hier")) if here else ""


def about(lesson: AnyLesson) -> str:
    """One line about a lesson: kind, length, and what is good to know before."""
    start = f"{kind_of(lesson)}, {minutes(lesson.minutes)}"
    if isinstance(lesson, Quiz):
        return f"{start}, {tries_of(lesson)}"
    if isinstance(lesson, Practice):
        confirmed = (
            _("du bestätigst sie selbst")
            if lesson.confirmed_by == "self"
            else _("die Digitalisierungsbeauftragte bestätigt sie")
        )
        return f"{start}, {confirmed}"
    if isinstance(lesson, Reading):
        return start
    help_with = _("mit Untertiteln und Text zum Mitlesen")
    return f"{start}, {help_with}"


def tries_of(quiz: Quiz) -> str:
    """How often a quiz may be repeated."""
    if quiz.attempts is None:
        return str(_("so oft du willst"))
    return str(ngettext("%(num)s Versuch", "%(num)s Versuche", quiz.attempts))


def status_tag(duty: Duty | None, *, is_begun: bool, today: dt.date) -> Tag | None:
    """The tag of a course on a card; none for a voluntary course that was not begun."""
    begun = Tag("run", _("Begonnen"))
    if duty is None:
        return begun if is_begun else None
    words: dict[Status, Callable[[], Tag]] = {
        Status.OVERDUE: lambda: _overdue(duty),
        Status.GRACE: lambda: Tag("exp", _("Kulanz bis %(day)s", day=_table(duty.grace_until))),
        Status.DUE: lambda: Tag("soon", _soon(duty.due_on, today)),
        Status.OPEN: lambda: begun if is_begun else Tag("none", _("Nicht begonnen")),
        Status.VALID: lambda: begun if is_begun else Tag("ok", _("Gültig")),
        Status.EXEMPT: lambda: Tag("none", _("Befreit"), "ban"),
        Status.PAUSED: lambda: Tag("none", _("Ruht"), "circle-pause"),
    }
    return words[duty.status]()


def _overdue(duty: Duty) -> Tag:
    return Tag("exp", _("Abgelaufen") if duty.evidence_id else _("Überfällig"))


def _soon(due_on: dt.date | None, today: dt.date) -> str:
    left = (due_on - today).days if due_on else SOON_DAYS + 1
    if left > SOON_DAYS:
        return str(_("Läuft bald ab"))
    if left == 0:
        return str(_("Nur noch heute"))
    return str(ngettext("Noch %(num)s Tag", "Noch %(num)s Tage", left))


def duty_words(duty: Duty | None, today: dt.date) -> str:
    """What a duty asks for, beside its name: `fällig am Di., 1. Dezember`."""
    if duty is None or not duty.has_duty:
        return str(_("freiwillig"))
    words: dict[Status, Callable[[], str]] = {
        Status.EXEMPT: lambda: _("du bist befreit"),
        Status.PAUSED: lambda: _("ruht, solange du weg bist"),
        Status.VALID: lambda: _met(duty.valid_until),
        Status.OPEN: lambda: _("fällig am %(day)s", day=_short(duty.due_on, today)),
        Status.DUE: lambda: _("zu erneuern bis %(day)s", day=_short(duty.due_on, today)),
        Status.GRACE: lambda: _("Kulanz bis %(day)s", day=_table(duty.grace_until)),
        Status.OVERDUE: lambda: _("überfällig seit %(day)s", day=_short(duty.due_on, today)),
    }
    return str(words[duty.status]())


def _met(valid_until: dt.date | None) -> str:
    if valid_until is None:
        return str(_("erfüllt"))
    return str(_("erfüllt bis %(day)s", day=date_words(valid_until)))


def _short(value: dt.date | None, today: dt.date) -> str:
    return short_day(value, today) if value else "–"


def _table(value: dt.date | None) -> str:
    return table_day(value) if value else "–"


def months(count: int | None) -> str:
    """24 Monate, or for ever."""
    if count is None:
        return str(_("unbefristet"))
    return str(ngettext("%(num)s Monat", "%(num)s Monate", count))


def sentence(*parts: object) -> Markup:
    """Sentences one after another, each escaped unless it is markup already."""
    return Markup(" ").join(escape(part) for part in parts if part)


def date_words(value: dt.date) -> str:
    """1. Dezember 2028: a date in running text, without its weekday."""
    pattern = "d.\u00a0MMMM yyyy" if locale() == "de" else "d\u00a0MMMM yyyy"
    return str(flask_babel.format_date(value, pattern))


def month_words(value: dt.date) -> str:
    """November 2026."""
    return str(flask_babel.format_date(value, "MMMM yyyy"))
