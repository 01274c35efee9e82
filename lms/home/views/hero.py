"""The one thing to do next: go on where one left off, or begin what is most urgent."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.home.tasks import Summary, shortest
from lms.home.views.shown import Shown
from lms.home.views.wording import filled, minutes, said
from lms.web.languages import locale


@dataclass(frozen=True, slots=True, kw_only=True)
class Hero:
    """The one thing to do next; `url` leads there, else the button posts to `action`."""

    line: str
    title: str
    about: str
    button: str
    picture: str
    total: int
    current: int
    url: str | None = None
    action: str | None = None


def hero_of(found: Sequence[Shown], summary: Summary) -> Hero | None:
    """Where one left off; else the most urgent task, on the first day the shortest."""
    going_on = [one for one in found if one.own.goes_on and not one.stand.is_waiting]
    if going_on:
        return _hero_continue(max(going_on, key=_begun_last))
    waiting = [one for one in found if not one.stand.is_waiting]
    if not waiting:
        return None
    first = waiting[0]
    if summary.is_first_day:
        best = shortest([one.stand for one in waiting])
        first = next(one for one in waiting if one.stand is best)
    return _hero_begin(first)


def _begun_last(one: Shown) -> int:
    return one.own.begun.enrolment_id if one.own.begun else 0


def _hero_continue(one: Shown) -> Hero:
    row = one.own.goes_on
    if row is None or row.next_lesson is None:
        raise ValueError(one.own.version.slug)
    # The words of the round that goes on, which may be an older version.
    language = locale() if locale() in row.next_titles else next(iter(row.next_titles))
    return Hero(
        line=one.title,
        title=filled(_("Weiter mit „%(lesson)s“"), lesson=said(row.next_titles, language)),
        about=_(
            "Schritt %(number)s von %(total)s · noch etwa %(minutes)s",
            number=row.next_number,
            total=row.lesson_count,
            minutes=minutes(row.remaining_minutes),
        ),
        button=_("Weiterlernen"),
        picture="play",
        total=row.lesson_count,
        current=row.next_number,
        url=url_for("learning.lesson", slug=row.slug, lesson=row.next_lesson.key),
    )


def _hero_begin(one: Shown) -> Hero:
    own = one.own
    steps = ngettext("%(num)s Schritt", "%(num)s Schritte", own.steps)
    return Hero(
        line=_("Als Nächstes"),
        title=one.task_title,
        about=_("%(steps)s, zusammen %(minutes)s", steps=steps, minutes=minutes(own.minutes)),
        button=_button(one),
        picture="refresh-cw" if own.evidence or own.begun else "play",
        total=own.steps,
        current=0,
        action=url_for("learning.start", slug=own.version.slug),
    )


def _button(one: Shown) -> str:
    if one.own.begun is not None:
        return str(_("Neu beginnen"))
    return str(_("Auffrischen") if one.own.evidence else _("Loslegen"))
