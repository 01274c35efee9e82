"""The catalogue: all courses as cards, one's own first."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.certifications.queries.duties import Duty, duties_of
from lms.courses import queries as courses
from lms.courses.lessons import minutes_of
from lms.courses.published import Published
from lms.kernel.documents import in_language
from lms.kernel.domain import N_
from lms.kernel.permissions import Permission, may
from lms.learning.queries.practice import count_waiting
from lms.learning.queries.progress import EnrolmentRow, open_enrolments
from lms.learning.rules.catalogue import CourseFacts, Shelf, in_order, on_shelf, shelf_of
from lms.learning.views.blueprint import blueprint
from lms.learning.views.wording import Tag, minutes, said, status_tag
from lms.web.db import db_session, house
from lms.web.guard import signed_in, viewer
from lms.web.languages import locale


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter above the cards."""

    url: str
    label: str
    count: int
    current: bool
    icon: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A course on its card; `bar_current` counts from 1 and is 0 while nothing was begun."""

    url: str
    title: str
    summary: str
    tag: Tag | None
    has_duty: bool
    minutes: str
    steps: str
    bar_total: int
    bar_current: int


@dataclass(frozen=True, slots=True)
class _Shown:
    version: Published
    duty: Duty | None
    begun: EnrolmentRow | None
    facts: CourseFacts


@blueprint.get("/courses")
@signed_in
def catalogue() -> ResponseReturnValue:
    """One's own courses, all, those one must take, or the short ones."""
    today = house().today()
    shown = _all_courses(viewer().person_id, today)
    facts = in_order(one.facts for one in shown.values())
    shelf = shelf_of(request.args.get("show"), facts)
    cards = [_card(shown[one.course_id], today) for one in on_shelf(facts, shelf)]
    return render_template(
        "learning/catalogue.html",
        lead=_lead(facts),
        chips=_chips(facts, shelf),
        cards=cards,
        shelf=shelf,
        heading=_shelf_names()[shelf],
        reports_link=_reports_link(),
    )


def _reports_link() -> Chip | None:
    """Practice reports that wait, for whoever confirms them."""
    if not may(viewer(), Permission.CONFIRM_PRACTICE):
        return None
    count = count_waiting(db_session())
    return Chip(url_for("learning.reports"), _("Praxisberichte"), count, current=False)


def _all_courses(person_id: int, today: dt.date) -> dict[int, _Shown]:
    session = db_session()
    duties = {duty.course_id: duty for duty in duties_of(session, person_id, today=today)}
    begun = {row.course_id: row for row in open_enrolments(session, person_id)}
    return {
        version.course_id: _Shown(
            version,
            duties.get(version.course_id),
            begun.get(version.course_id),
            _facts(version, duties, begun),
        )
        for version in courses.list_published(session)
    }


def _facts(
    version: Published, duties: Mapping[int, Duty], begun: Mapping[int, EnrolmentRow]
) -> CourseFacts:
    document = version.document
    duty, row = duties.get(version.course_id), begun.get(version.course_id)
    return CourseFacts(
        course_id=version.course_id,
        title=in_language(document.title, document.language_for(locale())),
        has_duty=duty is not None and duty.has_duty,
        is_begun=row is not None,
        status=duty.status if duty else None,
        due_on=duty.due_on if duty else None,
        minutes=row.remaining_minutes if row else minutes_of(document.lessons),
    )


def _card(one: _Shown, today: dt.date) -> Card:
    document, row = one.version.document, one.begun
    language = document.language_for(locale())
    length = minutes(one.facts.minutes)
    return Card(
        url=url_for("learning.course", slug=one.version.slug),
        title=said(document.title, language),
        summary=said(document.summary, language),
        tag=status_tag(one.duty, is_begun=row is not None, today=today),
        has_duty=one.facts.has_duty,
        minutes=_("%(minutes)s übrig", minutes=length) if row and row.done_count else length,
        steps=_("Schritt %(number)s von %(total)s", number=row.next_number, total=row.lesson_count)
        if row
        else ngettext("%(num)s Schritt", "%(num)s Schritte", len(document.lessons)),
        bar_total=row.lesson_count if row else 0,
        bar_current=row.next_number if row else 0,
    )


def _lead(facts: Sequence[CourseFacts]) -> tuple[str, str]:
    """The one fact about one's courses: how many are meant for one, and how many cannot wait."""
    duties = sum(one.has_duty for one in facts)
    urgent = sum(one.needs_somebody for one in facts)
    if not duties:
        return str(_("Für dich ist nichts vorgeschrieben. Such dir aus, was dir hilft.")), ""
    first = ngettext(
        "Ein Kurs ist für dich vorgesehen.",
        "%(count)s Kurse sind für dich vorgesehen.",
        duties,
        count=_number_word(duties),
    )
    if not urgent:
        return str(first), _open_words(duties, sum(one.is_unfinished for one in facts))
    if duties == 1:
        return str(first), str(_("Er braucht dich bald."))
    second = ngettext(
        "Einer davon braucht dich bald.",
        "%(count)s davon brauchen dich bald.",
        urgent,
        count=_number_word(urgent),
    )
    return str(first), str(second)


def _open_words(duties: int, to_do: int) -> str:
    """Nothing is late; what is still to be done is said all the same."""
    if not to_do:
        return str(_("Gerade drängt nichts."))
    if duties == 1:
        return str(_("Er ist noch offen."))
    return str(
        ngettext(
            "Einer davon ist noch offen.",
            "%(count)s davon sind noch offen.",
            to_do,
            count=_number_word(to_do),
        )
    )


_NUMBER_WORDS = (
    *("", "", N_("Zwei"), N_("Drei"), N_("Vier"), N_("Fünf"), N_("Sechs"), N_("Sieben")),
    *(N_("Acht"), N_("Neun"), N_("Zehn"), N_("Elf"), N_("Zwölf")),
)


def _number_word(count: int) -> str:
    """Numbers up to twelve in words, to begin a sentence with."""
    word = _NUMBER_WORDS[count] if count < len(_NUMBER_WORDS) else ""
    return str(_(word)) if word else str(count)


def _shelf_names() -> dict[Shelf, str]:
    return {
        Shelf.MINE: _("Meine Kurse"),
        Shelf.ALL: _("Alle Kurse"),
        Shelf.DUTY: _("Pflicht"),
        Shelf.SHORT: _("Unter 15 Minuten"),
    }


def _chips(facts: Sequence[CourseFacts], current: Shelf) -> list[Chip]:
    icons = {Shelf.DUTY: "list-checks", Shelf.SHORT: "clock"}
    return [
        Chip(
            url=url_for("learning.catalogue", show=shelf.value),
            label=name,
            count=len(on_shelf(facts, shelf)),
            current=shelf is current,
            icon=icons.get(shelf),
        )
        for shelf, name in _shelf_names().items()
    ]
