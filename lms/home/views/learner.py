"""One's own part of the start page: go on, what is due, what is held, what was done last."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.certifications.months import add_months
from lms.courses.document import Mode
from lms.home.queries.recent import DoneLesson, list_done
from lms.home.queries.stands import OwnCourse, list_own
from lms.home.tasks import MOST_ROWS, Stand, Summary, shortest, summary_of, tasks
from lms.home.views.wording import (
    Lead,
    Tag,
    date_words,
    due_words,
    filled,
    held_tag,
    lead_of,
    length_words,
    minutes,
    months_between,
    said,
    settled_words,
    task_tag,
)
from lms.kernel.clock import local_date
from lms.kernel.documents import in_language
from lms.learning.rules.catalogue import CourseFacts
from lms.web.db import db_session, house
from lms.web.guard import viewer
from lms.web.languages import day, locale

MOST_CERTIFICATES = 6
MOST_RECENT = 3


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


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One line of what is due."""

    url: str
    title: str
    due: str
    length: str
    tag: Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRow:
    """One line of what is held; `url` None where there is no document. Months for the bar."""

    url: str | None
    title: str
    dates: str
    tag: Tag
    key: str
    months_left: int
    months_total: int | None


@dataclass(frozen=True, slots=True)
class RecentRow:
    """Something that was done, and when."""

    text: str
    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPart:
    """Everything about oneself on the start page; `settled` is said when nothing is due."""

    summary: Summary
    lead: Lead
    hero: Hero | None
    settled: str
    rows: list[TaskRow]
    task_count: int
    certificates: list[CertificateRow]
    certificate_count: int
    recent: list[RecentRow]


@dataclass(frozen=True, slots=True)
class _Shown:
    own: OwnCourse
    stand: Stand

    @property
    def language(self) -> str:
        return self.own.version.document.language_for(locale())

    @property
    def title(self) -> str:
        return said(self.own.version.document.title, self.language)

    @property
    def url(self) -> str:
        return url_for("learning.course", slug=self.own.version.slug)


def own_part() -> OwnPart:
    """The viewer's own part of the page."""
    session, who, today = db_session(), viewer().person_id, house().today()
    shown = [_Shown(own, _stand(own, today)) for own in list_own(session, who, today=today)]
    by_course = {one.stand.facts.course_id: one for one in shown}
    summary = summary_of([one.stand for one in shown])
    found = [by_course[one.facts.course_id] for one in tasks(one.stand for one in shown)]
    held = sorted((one for one in shown if one.own.evidence), key=_lasts, reverse=True)
    return OwnPart(
        summary=summary,
        lead=lead_of(summary),
        hero=_hero(found, summary),
        settled="" if found else settled_words(summary, today),
        rows=[_task_row(one, today) for one in found[:MOST_ROWS]],
        task_count=len(found),
        certificates=[_certificate_row(one, today) for one in held[:MOST_CERTIFICATES]],
        certificate_count=len(held),
        recent=_recent(held, list_done(session, who), today),
    )


def _stand(own: OwnCourse, today: dt.date) -> Stand:
    document, duty, begun = own.version.document, own.duty, own.begun
    facts = CourseFacts(
        course_id=own.version.course_id,
        title=in_language(document.title, document.language_for(locale())),
        has_duty=duty is not None and duty.has_duty,
        is_begun=begun is not None,
        status=duty.status if duty else None,
        due_on=duty.due_on if duty else None,
        minutes=own.minutes,
    )
    return Stand(
        facts=facts,
        grace_until=duty.grace_until if duty else None,
        has_evidence=own.evidence is not None,
        holds_today=own.evidence is not None and own.evidence.is_valid_on(today),
        is_short=own.mode is Mode.REFRESHER,
        is_waiting=own.goes_on is not None and own.goes_on.is_waiting,
    )


def _lasts(one: _Shown) -> dt.date:
    until = one.own.evidence.valid_until if one.own.evidence else None
    return until or dt.date.max


def _hero(found: Sequence[_Shown], summary: Summary) -> Hero | None:
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


def _begun_last(one: _Shown) -> int:
    return one.own.begun.enrolment_id if one.own.begun else 0


def _hero_continue(one: _Shown) -> Hero:
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


def _hero_begin(one: _Shown) -> Hero:
    own = one.own
    steps = ngettext("%(num)s Schritt", "%(num)s Schritte", own.steps)
    return Hero(
        line=_("Als Nächstes"),
        title=_task_title(one),
        about=_("%(steps)s, zusammen %(minutes)s", steps=steps, minutes=minutes(own.minutes)),
        button=_button(one),
        picture="refresh-cw" if own.evidence or own.begun else "play",
        total=own.steps,
        current=0,
        action=url_for("learning.start", slug=own.version.slug),
    )


def _button(one: _Shown) -> str:
    if one.own.begun is not None:
        return str(_("Neu beginnen"))
    return str(_("Auffrischen") if one.own.evidence else _("Loslegen"))


def _task_title(one: _Shown) -> str:
    if one.stand.is_short:
        return filled(_("Auffrischung: %(course)s"), course=one.title)
    return one.title


def _task_row(one: _Shown, today: dt.date) -> TaskRow:
    return TaskRow(
        url=one.url,
        title=_task_title(one),
        due=due_words(one.stand, today),
        length=length_words(one.stand),
        tag=task_tag(one.stand, today),
    )


def _certificate_row(one: _Shown, today: dt.date) -> CertificateRow:
    evidence = one.own.evidence
    if evidence is None:
        raise ValueError(one.own.version.slug)
    tag = held_tag(one.stand, evidence.valid_until, today)
    number = one.own.certificate_id
    return CertificateRow(
        url=url_for("certifications.document", certificate_id=number) if number else None,
        title=one.title,
        dates=_valid_words(evidence.valid_until, today),
        tag=tag,
        key=_bar_key(one.stand, tag),
        months_left=months_between(today, evidence.valid_until) if evidence.valid_until else 0,
        months_total=_length_in_months(evidence.valid_from, evidence.valid_until),
    )


def _bar_key(stand: Stand, tag: Tag) -> str:
    """The colour of the bar is that of the time that is left, whatever the duty says."""
    if not stand.holds_today:
        return "exp"
    return "soon" if tag.key == "soon" else "ok"


def _valid_words(valid_until: dt.date | None, today: dt.date) -> str:
    if valid_until is None:
        return str(_("gilt unbefristet"))
    if valid_until < today:
        return str(_("abgelaufen am %(day)s", day=day(valid_until)))
    return str(_("gültig bis %(day)s", day=day(valid_until)))


def _length_in_months(first: dt.date, last: dt.date | None) -> int | None:
    if last is None:
        return None
    count = (last.year - first.year) * 12 + last.month - first.month
    return max(1, count + (add_months(first, count) < last))


def _recent(held: Sequence[_Shown], done: Sequence[DoneLesson], today: dt.date) -> list[RecentRow]:
    zone = house().settings.time_zone
    found: list[tuple[dt.date, _Shown | DoneLesson]] = [
        (one.own.evidence.completed_on, one) for one in held if one.own.evidence
    ]
    found += [(local_date(one.at, zone), one) for one in done]
    newest = sorted(found, key=itemgetter(0), reverse=True)[:MOST_RECENT]
    return [RecentRow(_recent_words(one), date_words(on, today)) for on, one in newest]


def _recent_words(one: _Shown | DoneLesson) -> str:
    if isinstance(one, _Shown):
        return filled(_("Kurs „%(title)s“"), title=one.title)
    title = said(one.titles, one.course.language_for(locale()))
    names = {"quiz": _("Quiz „%(title)s“"), "practice": _("Praxisaufgabe „%(title)s“")}
    return filled(names[one.kind], title=title)
