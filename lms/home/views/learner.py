"""One's own part of the start page: go on, what is due, what is held, what was done last."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from flask import url_for
from flask_babel import gettext as _

from lms.certifications.months import add_months, months_between
from lms.home.queries.recent import DoneLesson, list_done
from lms.home.queries.stands import list_own
from lms.home.tasks import MOST_ROWS, Stand, Summary, summary_of, tasks
from lms.home.views.hero import Hero, hero_of
from lms.home.views.shown import Shown, stand_of
from lms.home.views.wording import (
    Lead,
    Tag,
    date_words,
    due_words,
    filled,
    held_tag,
    lead_of,
    length_words,
    said,
    settled_words,
    task_tag,
)
from lms.kernel.clock import local_date
from lms.web.db import db_session, house
from lms.web.guard import viewer
from lms.web.languages import day, locale

MOST_CERTIFICATES = 6
MOST_RECENT = 3


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


def own_part() -> OwnPart:
    """The viewer's own part of the page."""
    session, who, today = db_session(), viewer().person_id, house().today()
    shown = [Shown(own, stand_of(own, today)) for own in list_own(session, who, today=today)]
    by_course = {one.stand.facts.course_id: one for one in shown}
    summary = summary_of([one.stand for one in shown])
    found = [by_course[one.facts.course_id] for one in tasks(one.stand for one in shown)]
    held = sorted((one for one in shown if one.own.evidence), key=_lasts, reverse=True)
    return OwnPart(
        summary=summary,
        lead=lead_of(summary),
        hero=hero_of(found, summary),
        settled="" if found else settled_words(summary, today),
        rows=[_task_row(one, today) for one in found[:MOST_ROWS]],
        task_count=len(found),
        certificates=[_certificate_row(one, today) for one in held[:MOST_CERTIFICATES]],
        certificate_count=len(held),
        recent=_recent(held, list_done(session, who), today),
    )


def _lasts(one: Shown) -> dt.date:
    until = one.own.evidence.valid_until if one.own.evidence else None
    return until or dt.date.max


def _task_row(one: Shown, today: dt.date) -> TaskRow:
    return TaskRow(
        url=one.url,
        title=one.task_title,
        due=due_words(one.stand, today),
        length=length_words(one.stand),
        tag=task_tag(one.stand, today),
    )


def _certificate_row(one: Shown, today: dt.date) -> CertificateRow:
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
        months_left=_months_left(today, evidence.valid_until),
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


def _months_left(today: dt.date, last: dt.date | None) -> int:
    return 0 if last is None or last < today else months_between(today, last)


def _length_in_months(first: dt.date, last: dt.date | None) -> int | None:
    if last is None:
        return None
    count = (last.year - first.year) * 12 + last.month - first.month
    return max(1, count + (add_months(first, count) < last))


def _recent(held: Sequence[Shown], done: Sequence[DoneLesson], today: dt.date) -> list[RecentRow]:
    zone = house().settings.time_zone
    found: list[tuple[dt.date, Shown | DoneLesson]] = [
        (one.own.evidence.completed_on, one) for one in held if one.own.evidence
    ]
    found += [(local_date(one.at, zone), one) for one in done]
    newest = sorted(found, key=itemgetter(0), reverse=True)[:MOST_RECENT]
    return [RecentRow(_recent_words(one), date_words(on, today)) for on, one in newest]


def _recent_words(one: Shown | DoneLesson) -> str:
    if isinstance(one, Shown):
        return filled(_("Kurs „%(title)s“"), title=one.title)
    title = said(one.titles, one.course.language_for(locale()))
    names = {"quiz": _("Quiz „%(title)s“"), "practice": _("Praxisaufgabe „%(title)s“")}
    return filled(names[one.kind], title=title)
