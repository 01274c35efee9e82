"""How courses, their lessons and their changes read to those who write them."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import flask_babel
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape

from lms.authoring.queries import VersionRow, Written
from lms.certifications.months import add_months
from lms.courses.checks import localised_texts
from lms.courses.document import KINDS, Course, Quiz
from lms.web.languages import locale

_BLANK = "\u00a0"


@dataclass(frozen=True, slots=True)
class LanguageState:
    """One language of a course: its name and how much of the course it has, in whole per cent."""

    code: str
    name: str
    percent: int


def said(texts: Mapping[Any, str] | str, language: str) -> str:
    """A text of a course; marked with its language where the page speaks another one."""
    if isinstance(texts, str):
        return texts
    text = texts.get(language) or next(iter(texts.values()))
    if language == locale():
        return text
    return Markup('<span lang="{}">{}</span>').format(language, text)


def language_name(code: str) -> str:
    """Deutsch or Englisch."""
    return str({"de": _("Deutsch"), "en": _("Englisch")}[code])


def language_states(course: Course) -> list[LanguageState]:
    """How complete each declared language is: the share of all texts that are there."""
    texts = [found for _path, found in localised_texts(course)]
    return [
        LanguageState(
            code,
            language_name(code),
            100 * sum(bool(found.get(code)) for found in texts) // max(1, len(texts)),
        )
        for code in course.languages
    ]


def languages_in_words(course: Course) -> str:
    """Deutsch, Englisch zu 80 %."""
    return ", ".join(
        one.name
        if one.percent == 100
        else str(_("%(language)s zu %(percent)s %%", language=one.name, percent=one.percent))
        for one in language_states(course)
    )


def minutes(count: int) -> str:
    """12 Minuten."""
    return str(ngettext("%(num)s Minute", "%(num)s Minuten", count))


def short_minutes(count: int) -> str:
    """12 Min., which never breaks."""
    return str(_("%(count)s Min.", count=count)).replace(" ", _BLANK)


def months(count: int | None) -> str:
    """24 Monate, or for ever."""
    if count is None:
        return str(_("unbefristet"))
    return str(ngettext("%(num)s Monat", "%(num)s Monate", count))


def month_words(value: dt.date) -> str:
    """November 2026."""
    return str(flask_babel.format_date(value, "MMMM yyyy"))


def next_review(written: Written) -> dt.date:
    """The day by which somebody should have read a course again."""
    return add_months(written.newest.published_on, written.published.document.review_months)


def kind_counts(course: Course) -> str:
    """3 Texte, 4 Quiz, 1 Video."""
    counts = Counter[str](lesson.kind for lesson in course.lessons)
    words = {
        "reading": lambda n: ngettext("%(num)s Text", "%(num)s Texte", n),
        "video": lambda n: ngettext("%(num)s Video", "%(num)s Videos", n),
        "quiz": lambda n: ngettext("%(num)s Quiz", "%(num)s Quizze", n),
        "practice": lambda n: ngettext("%(num)s Praxisaufgabe", "%(num)s Praxisaufgaben", n),
    }
    return ", ".join(str(words[kind](counts[kind])) for kind in KINDS if counts[kind])


def question_count(course: Course) -> int:
    """How many questions all quizzes hold together."""
    return sum(len(lesson.questions) for lesson in course.lessons if isinstance(lesson, Quiz))


def change_lines(version: VersionRow, course: Course) -> list[str]:
    """What a version changed, one sentence each; names are those of the newest version."""
    if version.number == 1:
        return [str(_("Erste Fassung"))]
    titles = {lesson.key: _quoted(lesson.title, course) for lesson in course.lessons}
    lines = [
        _line(_("Neue Schritte: %(names)s"), version, "lessons_added", titles),
        _line(_("Geänderte Schritte: %(names)s"), version, "lessons_changed", titles),
        _line(_("Entfallene Schritte: %(names)s"), version, "lessons_removed", titles),
        _count(version, "questions_added"),
        _count(version, "questions_changed"),
        _count(version, "questions_removed"),
        _line(_("Geändert am Kurs: %(names)s"), version, "course_changed", _field_names()),
    ]
    found = [line for line in lines if line]
    return found or [str(_("Nur die Reihenfolge oder Bilder"))]


def _line(sentence: str, version: VersionRow, kind: str, names: Mapping[str, str]) -> str:
    keys = version.changes.get(kind, [])
    if not keys:
        return ""
    return escape(sentence) % {"names": Markup(", ").join(names.get(key, key) for key in keys)}


def _count(version: VersionRow, kind: str) -> str:
    count = len(version.changes.get(kind, []))
    if not count:
        return ""
    words = {
        "questions_added": ngettext("%(num)s neue Frage", "%(num)s neue Fragen", count),
        "questions_changed": ngettext("%(num)s geänderte Frage", "%(num)s geänderte Fragen", count),
        "questions_removed": ngettext(
            "%(num)s entfallene Frage", "%(num)s entfallene Fragen", count
        ),
    }
    return str(words[kind])


def _quoted(texts: Mapping[Any, str], course: Course) -> str:
    return escape(_("„%(title)s“")) % {"title": said(texts, course.language_for(locale()))}


def _field_names() -> dict[str, str]:
    return {
        "title": _("Titel"),
        "summary": _("Kurzbeschreibung"),
        "audience": _("Zielgruppe"),
        "languages": _("Sprachen"),
        "competences": _("Kompetenzen"),
        "owner": _("Zuständig"),
        "review_months": _("Abstand der Prüfungen"),
        "validity_months": _("Gültigkeit"),
        "renewal": _("Auffrischung"),
        "sources": _("Quellen"),
    }


def retrain_words(version: VersionRow) -> str:
    """Whether people had to take the version again."""
    if version.retrain_due_days is None:
        return ""
    return str(
        ngettext(
            "Alle mussten den Kurs innerhalb von %(num)s Tag neu machen.",
            "Alle mussten den Kurs innerhalb von %(num)s Tagen neu machen.",
            version.retrain_due_days,
        )
    )


def joined(parts: Iterable[str]) -> Markup:
    """Sentences one after another, each escaped unless it is markup already."""
    return Markup(" · ").join(parts)
