"""/authoring/<slug>: one course with every text, question and right answer, to be read."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from lms.authoring.queries import VersionRow, Written, get_written
from lms.authoring.views.blueprint import blueprint
from lms.authoring.views.questions import QuestionItem, html, question_item
from lms.authoring.views.wording import (
    change_lines,
    language_name,
    languages_in_words,
    minutes,
    month_words,
    months,
    next_review,
    retrain_words,
    said,
    short_minutes,
)
from lms.courses.document import AnyLesson, Mode, Practice, Quiz, Reading, Video
from lms.courses.lessons import lessons_for, minutes_of
from lms.courses.published import Published
from lms.kernel.documents import Language, in_language
from lms.kernel.permissions import Permission
from lms.web.db import db_session
from lms.web.guard import requires
from lms.web.languages import day, locale


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonSide:
    """A lesson in one language; `spoken` is a film's transcript."""

    lang: str
    name: str
    title: str
    text: Markup | None
    evidence: str
    film_url: str
    spoken: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonItem:
    """A lesson in all languages."""

    key: str
    number: int
    title: str
    picture: str
    about: str
    sides: list[LessonSide]
    questions: list[QuestionItem]


@dataclass(frozen=True, slots=True)
class ModuleItem:
    """A module with its lessons."""

    title: str
    length: str
    lessons: list[LessonItem]


@dataclass(frozen=True, slots=True)
class VersionItem:
    """A version in the list of all there were."""

    title: str
    lines: list[str]


_PICTURES = {"reading": "file-text", "video": "video", "quiz": "list-checks", "practice": "pencil"}


@blueprint.get("/authoring/<slug>")
@requires(Permission.AUTHOR_COURSES)
def course(slug: str) -> str:
    """Everything in a course, both languages beside each other."""
    one = get_written(db_session(), slug)
    document = one.published.document
    language = document.language_for(locale())
    return render_template(
        "authoring/course.html",
        slug=slug,
        plain_title=in_language(document.title, language),
        title=said(document.title, language),
        summary=said(document.summary, language),
        facts=_facts(one, language),
        modules=_modules(one.published, language),
        is_open=request.args.get("open") == "all",
        versions=[_version(row, one.published) for row in one.versions],
    )


def _facts(one: Written, language: str) -> list[tuple[str, str, str]]:
    document = one.published.document
    version = one.newest
    short = lessons_for(document, Mode.REFRESHER)
    rows = [
        ("file-pen", _("Fassung"), f"{version.number}, {day(version.published_on)}"),
        ("clock", _("Dauer"), minutes(minutes_of(document.lessons))),
        ("award", _("Nachweis gilt"), months(document.validity_months)),
        ("user-round", _("Zuständig"), said(document.owner, language)),
        ("calendar-clock", _("Nächste Prüfung"), month_words(next_review(one))),
        ("languages", _("Sprachen"), languages_in_words(document)),
    ]
    if document.renewal.mode is Mode.REFRESHER:
        rows.insert(2, ("refresh-cw", _("Auffrischung"), minutes(minutes_of(short))))
    return rows


def _modules(published: Published, language: str) -> list[ModuleItem]:
    items, number = [], 0
    for module in published.document.modules:
        lessons = []
        for lesson in module.lessons:
            number += 1
            lessons.append(_lesson(published, lesson, number, language))
        items.append(
            ModuleItem(said(module.title, language), short_minutes(module.minutes), lessons)
        )
    return items


def _lesson(published: Published, lesson: AnyLesson, number: int, language: str) -> LessonItem:
    return LessonItem(
        key=lesson.key,
        number=number,
        title=said(lesson.title, language),
        picture=_PICTURES[lesson.kind],
        about=_about(lesson),
        sides=[_lesson_side(published, lesson, code) for code in published.document.languages],
        questions=[
            question_item(published, question, place, language)
            for place, question in enumerate(lesson.questions, 1)
        ]
        if isinstance(lesson, Quiz)
        else [],
    )


def _about(lesson: AnyLesson) -> str:
    names = {
        "reading": _("Text"),
        "video": _("Video"),
        "quiz": _("Quiz"),
        "practice": _("Praxisaufgabe"),
    }
    parts = [names[lesson.kind], short_minutes(lesson.minutes)]
    if isinstance(lesson, Quiz):
        parts += _quiz_rules(lesson)
    if isinstance(lesson, Practice):
        parts.append(
            _("bestätigt die Person selbst")
            if lesson.confirmed_by == "self"
            else _("bestätigt die Digitalisierungsbeauftragte")
        )
    if isinstance(lesson, Reading) and lesson.confirm:
        parts.append(_("wird als gelesen bestätigt"))
    if lesson.refresher:
        parts.append(_("gehört zur Auffrischung"))
    return " · ".join(str(part) for part in parts)


def _quiz_rules(quiz: Quiz) -> list[str]:
    pool = len(quiz.questions)
    drawn = (
        ngettext("%(num)s Frage", "%(num)s Fragen", pool)
        if quiz.drawn_count == pool
        else _("%(drawn)s von %(pool)s Fragen gezogen", drawn=quiz.drawn_count, pool=pool)
    )
    tries = (
        _("so oft man will")
        if quiz.attempts is None
        else ngettext("%(num)s Versuch", "%(num)s Versuche", quiz.attempts)
    )
    passed = _("bestanden ab %(percent)s %%", percent=quiz.pass_percent)
    return [str(drawn), str(passed), str(tries)]


def _lesson_side(published: Published, lesson: AnyLesson, code: Language) -> LessonSide:
    text = lesson.text.get(code) if isinstance(lesson, Reading | Practice) else None
    film, spoken = _film(published, lesson, code)
    return LessonSide(
        lang=code,
        name=language_name(code),
        title=lesson.title.get(code, ""),
        text=html(published, text),
        evidence=lesson.evidence.get(code, "") if isinstance(lesson, Practice) else "",
        film_url=film,
        spoken=spoken,
    )


def _film(published: Published, lesson: AnyLesson, code: Language) -> tuple[str, Sequence[str]]:
    if not isinstance(lesson, Video):
        return "", ()
    shown = published.document.shown(lesson.file.get(code, ""))
    return shown.url if shown else "", [cue.text for cue in lesson.cues.get(code, ())]


def _version(row: VersionRow, published: Published) -> VersionItem:
    title = _("Fassung %(number)s vom %(day)s", number=row.number, day=day(row.published_on))
    lines = change_lines(row, published.document)
    retrain = retrain_words(row)
    return VersionItem(title, [*lines, retrain] if retrain else lines)
