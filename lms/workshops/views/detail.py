"""/workshops/<id>: what, when, where, one's own place; for organisers the people and the deeds."""

import datetime as dt
from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.audit.looks import note_list
from lms.kernel.clock import utc_now
from lms.kernel.domain import DomainError, NotFound
from lms.web.db import db_session, end_transaction, house
from lms.web.guard import signed_in, viewer
from lms.web.languages import day, in_language, local_day, spoken
from lms.web.paging import PAGE_SIZE, Page, page_number
from lms.workshops.queries.detail import Participant, Seen, get_seen, page_of_participants
from lms.workshops.rules.places import moves_up, require_may_leave, require_open
from lms.workshops.rules.words import PlaceState, Status
from lms.workshops.views.blueprint import blueprint
from lms.workshops.views.wording import (
    METHOD_WORDS,
    SETTING_WORDS,
    month_words,
    own_tag,
    when_words,
    where_words,
)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A date in words."""

    when: str
    where: str
    is_cancelled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What the viewer can do, and why not: `refusal` in words, `button` "" for none."""

    says: str
    hint: str = ""
    button: str = ""
    deed: str = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Deeds:
    """Which deeds of organisers make sense now."""

    publish: bool
    edit: bool
    call_off: bool
    book: bool
    attendance: bool
    close: bool


@blueprint.get("/workshops/<int:workshop_id>")
@signed_in
def workshop(workshop_id: int) -> ResponseReturnValue:
    """One session."""
    return workshop_page(workshop_id)


def refused(workshop_id: int, error: DomainError) -> ResponseReturnValue:
    """The page of the session again, with what stood in the way; nothing was saved."""
    if isinstance(error, NotFound):
        raise error
    end_transaction()
    return workshop_page(workshop_id, problem=spoken(error)), error.status


def workshop_page(workshop_id: int, *, problem: str = "") -> str:
    """The page, with what went wrong with the last deed."""
    session, now = db_session(), utc_now()
    seen = get_seen(session, workshop_id, viewer())
    page = _people(seen) if seen.takes_attendance else None
    return render_template(
        "workshops/show.html",
        seen=seen,
        one=seen.workshop,
        title=in_language(seen.workshop.titles),
        description=in_language(seen.workshop.descriptions),
        block=_block(seen.starts_at),
        meetings=_meetings(seen),
        facts=_facts(seen),
        tag=own_tag(seen.own.state if seen.own else None, seen.workshop.status),
        own=own_of(seen, now),
        deeds=deeds_of(seen, now),
        people=page,
        problem=problem,
        closes_for=_counts_for(seen),
        is_frozen=seen.starts_at is not None and not moves_up(seen.starts_at, now=now),
    )


def _people(seen: Seen) -> Page[Participant]:
    number = page_number()
    rows = page_of_participants(db_session(), seen.workshop.id, number=number, size=PAGE_SIZE)
    page = Page(rows, number, seen.booked_count + seen.waiting_count)
    if number > page.count:
        raise NotFound
    note_list(len(rows))
    return page


def _block(starts_at: dt.datetime | None) -> tuple[str, int] | None:
    if starts_at is None:
        return None
    local = local_day(starts_at)
    return month_words(local), local.day


def _meetings(seen: Seen) -> list[Meeting]:
    return [
        Meeting(
            when_words(one.starts_at, one.ends_at),
            where_words(seen.workshop.setting, one.place or seen.workshop.place),
            one.is_cancelled,
        )
        for one in seen.dates
    ]


def _facts(seen: Seen) -> list[tuple[str, str, str]]:
    one = seen.workshop
    method, setting = METHOD_WORDS[one.method], SETTING_WORDS[one.setting]  # type: ignore[index]  # StrEnum keys
    rows = [
        ("users", _("Art"), f"{method}, {setting}"),
        ("house", _("Ort"), where_words(one.setting, one.place)),
        ("list-checks", _("Plätze"), _taken(seen)),
        ("user-round", _("Geleitet von"), one.trainer.name),
    ]
    if seen.course_titles:
        rows.append(("award", _("Zählt für"), in_language(seen.course_titles)))
    return rows


def _taken(seen: Seen) -> str:
    if seen.workshop.capacity is None:
        return str(ngettext("%(num)s Anmeldung", "%(num)s Anmeldungen", seen.booked_count))
    taken = _(
        "%(booked)s von %(capacity)s belegt",
        booked=seen.booked_count,
        capacity=seen.workshop.capacity,
    )
    if not seen.waiting_count:
        return str(taken)
    waiting = ngettext("%(num)s wartet", "%(num)s warten", seen.waiting_count)
    return f"{taken}, {waiting}"


def _counts_for(seen: Seen) -> str:
    if not seen.course_titles:
        return ""
    course = in_language(seen.course_titles)
    if seen.workshop.min_minutes:
        return str(
            _(
                "Wer mindestens %(minutes)s Minuten da ist, erhält nach dem Abschluss den Nachweis"
                " „%(course)s“.",
                minutes=seen.workshop.min_minutes,
                course=course,
            )
        )
    if len(seen.taking_place) > 1:
        return str(
            _(
                "Wer an allen Tagen da ist, erhält nach dem Abschluss den Nachweis „%(course)s“.",
                course=course,
            )
        )
    return str(_("Wer da ist, erhält nach dem Abschluss den Nachweis „%(course)s“.", course=course))


def own_of(seen: Seen, now: dt.datetime) -> Own | None:
    """How the viewer stands, and what they can do about it; None where nobody takes part."""
    if seen.workshop.status != Status.PUBLISHED:
        return None
    if seen.own is None:
        if viewer().person_id == seen.workshop.trainer_id:
            return Own(says=_("Du leitest diesen Termin."))
        return _may_come(seen, now)
    return _is_in(seen, now)


def _may_come(seen: Seen, now: dt.datetime) -> Own:
    try:
        require_open(seen.terms(), today=house().today(), now=now)
    except DomainError as error:
        return Own(says=spoken(error))
    closes_on = seen.workshop.signup_closes_on
    hint = _("Anmelden bis %(day)s.", day=day(closes_on)) if closes_on else ""
    starts_at = seen.starts_at or now
    is_full = seen.free == 0 or (seen.waiting_count > 0 and not moves_up(starts_at, now=now))
    if is_full:
        return Own(
            says=_("Alle Plätze sind belegt. Wird einer frei, rückst du nach."),
            hint=hint,
            button=_("Auf die Warteliste"),
            deed="sign_up",
        )
    says = (
        _("Es ist noch Platz für dich.")
        if seen.free is None
        else ngettext("Noch %(num)s Platz ist frei.", "Noch %(num)s Plätze sind frei.", seen.free)
    )
    return Own(says=says, hint=hint, button=_("Für den Termin anmelden"), deed="sign_up")


def _is_in(seen: Seen, now: dt.datetime) -> Own:
    own = seen.own
    if own is None:
        raise NotFound
    booked = own.state == PlaceState.BOOKED
    says = (
        _("Du hast einen Platz.")
        if booked
        else _("Du stehst auf der Warteliste: Platz %(number)s.", number=seen.own_place_in_line)
    )
    try:
        require_may_leave(seen.terms(), own.state, today=house().today(), now=now)
    except DomainError as error:
        return Own(says=says, hint=spoken(error))
    last = seen.workshop.cancel_until
    if booked:
        hint = (
            _("Abmelden kannst du dich bis %(day)s.", day=day(last))
            if last
            else _("Abmelden kannst du dich bis zum Beginn.")
        )
        return Own(says=says, hint=hint, button=_("Vom Termin abmelden"), deed="sign_off")
    return Own(
        says=says, hint=_waiting_hint(seen, now), button=_("Warteliste verlassen"), deed="sign_off"
    )


def _waiting_hint(seen: Seen, now: dt.datetime) -> str:
    if seen.starts_at is not None and not moves_up(seen.starts_at, now=now):
        return str(
            _(
                "In den letzten 24 Stunden rückt niemand mehr von selbst nach. Schreib an"
                " %(contact)s.",
                contact=seen.workshop.trainer.name,
            )
        )
    if seen.own is not None and seen.own.note == "overlap":
        return str(
            _("Ein Platz war frei, aber du hast zur gleichen Zeit einen anderen Termin gebucht.")
        )
    return str(_("Wird ein Platz frei, rückst du nach und bekommst eine E-\u2060Mail."))


def deeds_of(seen: Seen, now: dt.datetime) -> Deeds:
    """What organisers can do now."""
    status, is_published = seen.workshop.status, seen.workshop.status == Status.PUBLISHED
    is_open = status in (Status.DRAFT, Status.PUBLISHED)
    first_day = local_day(seen.starts_at) if seen.starts_at else None
    has_begun = first_day is not None and local_day(now) >= first_day
    is_over = seen.ends_at is not None and now >= seen.ends_at
    return Deeds(
        publish=seen.manages and status == Status.DRAFT,
        edit=seen.manages and is_open,
        call_off=seen.manages and is_open and not is_over,
        book=seen.manages and is_published,
        attendance=seen.takes_attendance and is_published and has_begun,
        close=seen.manages and is_published and is_over,
    )
