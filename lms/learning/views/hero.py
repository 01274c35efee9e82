"""What the course page says first: the facts, and the one thing to do."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.competences.framework import BAND_LABELS
from lms.courses.document import Course, Mode
from lms.courses.lessons import minutes_of
from lms.learning.rules.practice import ReportState
from lms.learning.rules.rounds import Offer
from lms.learning.rules.steps import StepState
from lms.learning.views.stand import Stand
from lms.learning.views.wording import (
    about,
    date_words,
    duty_words,
    minutes,
    month_words,
    months,
    said,
    sentence,
)
from lms.web.languages import in_language


@dataclass(frozen=True, slots=True)
class Hero:
    """The one thing to do; `url` leads there, without it the button posts to `action`."""

    line: str
    title: str
    text: str
    button: str
    picture: str
    url: str | None = None
    action: str | None = None
    is_quiet: bool = False


@dataclass(frozen=True, slots=True)
class CompetenceItem:
    """A competence at one of the eight levels."""

    name: str
    level: int
    words: str


def fact_rows(stand: Stand) -> list[tuple[str, str, str]]:
    """Icon, name and value of the four facts."""
    document, duty = stand.document, stand.duty
    interval = duty.interval_months if duty and duty.has_duty else document.validity_months
    since = month_words(stand.course.newest.published_on)
    owner = said(document.owner, stand.language) if document.owner else ""
    return [
        ("clock", _("Dauer"), minutes(minutes_of([step.lesson for step in stand.steps]))),
        ("list-checks", _("Pflicht"), duty_words(duty, stand.today)),
        ("award", _("Nachweis gilt"), months(interval)),
        ("user-round", _("Zuständig"), sentence(owner + ",", _("Stand %(month)s", month=since))),
    ]


def competence_items(document: Course) -> list[CompetenceItem]:
    """What one can do after the course, with its place in the framework."""
    return [
        CompetenceItem(
            name=in_language(one.competence.labels),
            level=one.level,
            words=_(
                "DigComp %(code)s, Stufe %(level)s von 8: %(band)s",
                code=one.code,
                level=one.level,
                band=in_language(BAND_LABELS[one.band]),
            ),
        )
        for one in document.competence_levels
    ]


def hero_of(stand: Stand) -> Hero:
    """The one thing to do in this course."""
    if stand.is_outdated:
        return _hero_outdated(stand)
    makers = {
        Offer.CONTINUE: _hero_continue,
        Offer.WAIT: _hero_wait,
        Offer.BEGIN: _hero_begin,
        Offer.REFRESH: _hero_refresh,
        Offer.REPEAT: _hero_repeat,
    }
    return makers[stand.offer](stand)


def _start_url(stand: Stand) -> str:
    return url_for("learning.start", slug=stand.course.slug)


def _hero_continue(stand: Stand) -> Hero:
    step = stand.current or stand.steps[-1]
    numbers = {"number": step.number, "total": len(stand.steps)}
    is_returned = stand.course.marks.reports.get(step.lesson.key) is ReportState.RETURNED
    return Hero(
        line=_("Zurückgegeben: Schritt %(number)s von %(total)s", **numbers)
        if is_returned
        else _("Weiter bei Schritt %(number)s von %(total)s", **numbers),
        title=stand.title_of(step),
        text=about(step.lesson),
        button=_("Weiterlernen"),
        picture="play",
        url=url_for("learning.lesson", slug=stand.course.slug, lesson=step.lesson.key),
    )


def _hero_wait(stand: Stand) -> Hero:
    step = next(step for step in stand.steps if step.state is StepState.WAITING)
    return Hero(
        line=_("Dein Teil ist erledigt"),
        title=_("Dein Bericht wartet auf Bestätigung"),
        text=_("Es zählt der Tag, an dem du ihn abgeschickt hast."),
        button=_("Bericht ansehen"),
        picture="file-text",
        url=url_for("learning.lesson", slug=stand.course.slug, lesson=step.lesson.key),
        is_quiet=True,
    )


def _hero_begin(stand: Stand) -> Hero:
    step = stand.steps[0]
    return Hero(
        line=_("Schritt 1 von %(total)s", total=len(stand.steps)),
        title=stand.title_of(step),
        text=about(step.lesson),
        button=_("Loslegen"),
        picture="play",
        action=_start_url(stand),
    )


def _hero_refresh(stand: Stand) -> Hero:
    length = minutes(minutes_of([step.lesson for step in stand.steps]))
    is_short = stand.mode is Mode.REFRESHER
    return Hero(
        line=_("Auffrischung") if is_short else _("Noch einmal der ganze Kurs"),
        title=stand.title_of(stand.steps[0]),
        text=_(
            "%(steps)s, zusammen %(minutes)s",
            steps=ngettext("%(num)s Schritt", "%(num)s Schritte", len(stand.steps)),
            minutes=length,
        ),
        button=_("Auffrischen"),
        picture="refresh-cw",
        action=_start_url(stand),
    )


def _hero_repeat(stand: Stand) -> Hero:
    until, opens_on = stand.facts.valid_until, stand.facts.opens_on
    return Hero(
        line=_("Gültig bis %(day)s", day=date_words(until)) if until else _("Gilt unbefristet"),
        title=_("Du bist auf dem Stand"),
        text=_("Erneuern kannst du ab %(day)s.", day=date_words(opens_on)) if opens_on else "",
        button=_("Freiwillig wiederholen: ändert dein Datum nicht"),
        picture="refresh-cw",
        action=_start_url(stand),
        is_quiet=True,
    )


def _hero_outdated(stand: Stand) -> Hero:
    step = stand.steps[0]
    return Hero(
        line=_("Der Kurs wurde erneuert"),
        title=stand.title_of(step),
        text=_("Bitte fang noch einmal an. Dein bisheriger Stand bleibt gespeichert."),
        button=_("Neu beginnen"),
        picture="refresh-cw",
        action=_start_url(stand),
    )
