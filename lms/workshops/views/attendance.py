"""/workshops/<id>/attendance on a phone, and the printable list."""

from collections.abc import Iterable, Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.audit.looks import note_list
from lms.kernel.clock import utc_now
from lms.kernel.domain import DomainError, NotFound
from lms.kernel.text import whole_number
from lms.web.db import db_session, end_transaction
from lms.web.guard import signed_in, viewer
from lms.web.ids import MOST_ID
from lms.web.languages import in_language, local_day, spoken
from lms.web.paging import PAGE_SIZE, Page, page_number
from lms.workshops.models import WorkshopDate
from lms.workshops.operations.attendance import Entry, enter_attendance
from lms.workshops.queries.detail import (
    Participant,
    Seen,
    count_presence,
    get_led,
    list_booked,
    page_of_attendance,
)
from lms.workshops.rules.attendance import length_minutes
from lms.workshops.rules.words import Presence, Status
from lms.workshops.views.blueprint import blueprint
from lms.workshops.views.frame import frame
from lms.workshops.views.wording import when_words, where_words

MOST_MINUTES = 24 * 60
_PREFIX = "presence-"
_STATES = frozenset(one.value for one in Presence)


@blueprint.get("/workshops/<int:workshop_id>/attendance")
@signed_in
def attendance(workshop_id: int) -> str:
    """Who was there, one date at a time."""
    seen = _published(workshop_id)
    return _page(seen, _date_of(seen))


@blueprint.post("/workshops/<int:workshop_id>/attendance")
@signed_in
def enter(workshop_id: int) -> ResponseReturnValue:
    """Save what was chosen; rows without a choice stay empty."""
    seen = _published(workshop_id)
    date = _date_of(seen)
    is_all = request.form.get("step") == "all"
    if is_all:
        return _page(seen, date, everybody_is_there=True)
    try:
        entries = _entries(request.form)
        enter_attendance(
            db_session(),
            workshop_id,
            date.id,
            entries,
            by=viewer().person_id,
            frame=frame(),
            now=utc_now(),
        )
    except NotFound:
        raise
    except DomainError as error:
        end_transaction()
        again = _published(workshop_id)
        return _page(again, _date_of(again), problem=spoken(error)), error.status
    flash(summary_words(count_presence(db_session(), date.id), seen.booked_count), "ok")
    here = url_for(
        "workshops.attendance",
        workshop_id=workshop_id,
        date=date.no if len(seen.taking_place) > 1 else None,
        page=request.args.get("page"),
    )
    return redirect(here)


@blueprint.get("/workshops/<int:workshop_id>/list")
@signed_in
def signature_list(workshop_id: int) -> str:
    """Names to sign on paper."""
    seen = get_led(db_session(), workshop_id, viewer())
    people = list_booked(db_session(), workshop_id)
    note_list(len(people))
    return render_template(
        "workshops/signatures.html",
        seen=seen,
        one=seen.workshop,
        title=in_language(seen.workshop.titles),
        people=people,
        meetings=[when_words(one.starts_at, one.ends_at) for one in seen.taking_place],
        days=[local_day(one.starts_at) for one in seen.taking_place],
        where=where_words(seen.workshop.setting, seen.workshop.place),
    )


def _published(workshop_id: int) -> Seen:
    seen = get_led(db_session(), workshop_id, viewer())
    if seen.workshop.status != Status.PUBLISHED or not seen.taking_place:
        raise NotFound
    return seen


def _date_of(seen: Seen) -> WorkshopDate:
    """The date that was asked for; else the newest that has begun, else the first."""
    text = request.values.get("date", "")
    if text:
        number = whole_number(text, 1, MOST_ID)
        found = {one.no: one for one in seen.taking_place}.get(number or 0)
        if found is None:
            raise NotFound
        return found
    today = local_day(utc_now())
    begun = [one for one in seen.taking_place if local_day(one.starts_at) <= today]
    return begun[-1] if begun else seen.taking_place[0]


def _page(
    seen: Seen, date: WorkshopDate, *, everybody_is_there: bool = False, problem: str = ""
) -> str:
    number = page_number()
    rows = page_of_attendance(
        db_session(), seen.workshop.id, date.id, number=number, size=PAGE_SIZE
    )
    page = Page(rows, number, seen.booked_count)
    if number > page.count:
        raise NotFound
    note_list(len(rows))
    counts = count_presence(db_session(), date.id)
    return render_template(
        "workshops/attendance.html",
        seen=seen,
        one=seen.workshop,
        title=in_language(seen.workshop.titles),
        date=date,
        when=when_words(date.starts_at, date.ends_at),
        page=page,
        dates=seen.taking_place,
        chosen=_chosen(rows, everybody_is_there=everybody_is_there),
        typed={name: value for name, value in request.form.items() if name.startswith("minutes-")},
        length=length_minutes(date.starts_at, date.ends_at),
        summary=summary_words(counts, seen.booked_count) if counts else "",
        can_enter=local_day(date.starts_at) <= local_day(utc_now()),
        everybody_is_there=everybody_is_there,
        problem=problem,
        own_id=viewer().person_id,
    )


def _chosen(rows: Iterable[Participant], *, everybody_is_there: bool) -> dict[int, str]:
    """Which segment of each row is chosen: what was just sent, what is stored, or all there."""
    found: dict[int, str] = {}
    for one in rows:
        stored = one.presence or ""
        sent = request.form.get(f"{_PREFIX}{one.person.id}", "")
        default = Presence.PRESENT.value if everybody_is_there else ""
        found[one.person.id] = sent or stored or default
    return found


def _entries(form: Mapping[str, str]) -> dict[int, Entry]:
    found: dict[int, Entry] = {}
    for name, value in form.items():
        if not name.startswith(_PREFIX):
            continue
        person_id = whole_number(name.removeprefix(_PREFIX), 1, MOST_ID)
        if person_id is None or value not in _STATES:
            raise NotFound
        found[person_id] = (Presence(value), _minutes(form.get(f"minutes-{person_id}", "")))
    return found


def _minutes(text: str) -> int | None:
    plain = text.strip()
    # What is no number is refused as one that is too large: the rule says which are allowed.
    found = whole_number(plain, 0, MOST_MINUTES)
    return None if not plain else MOST_MINUTES + 1 if found is None else found


def summary_words(counts: Mapping[str, int], total: int) -> str:
    """6 da, 1 entschuldigt, 1 gefehlt, 2 nicht eingetragen."""
    present = counts.get(Presence.PRESENT, 0)
    partial = counts.get(Presence.PARTIAL, 0)
    excused = counts.get(Presence.EXCUSED, 0)
    absent = counts.get(Presence.ABSENT, 0)
    open_count = total - present - partial - excused - absent
    return counted_words(present, partial, excused, absent, open_count)


def counted_words(*counts: int) -> str:
    """Numbers of people who were there, partly there, excused, absent, not entered."""
    present, partial, excused, absent, open_count = counts
    words = [
        _("%(count)s da", count=present),
        _("%(count)s teilweise da", count=partial) if partial else "",
        _("%(count)s entschuldigt", count=excused) if excused else "",
        _("%(count)s gefehlt", count=absent) if absent else "",
        _("%(count)s nicht eingetragen", count=open_count) if open_count else "",
    ]
    return ", ".join(word for word in words if word)
