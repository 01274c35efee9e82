"""How a session reads: when, where, how many places, how one stands oneself."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from babel.dates import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from lms.web.languages import in_language, local_day, locale, long_day, short_day, time_span
from lms.workshops.queries.listing import WorkshopRow
from lms.workshops.rules.words import Method, PlaceState, Setting, Status

SETTING_WORDS = {
    Setting.ON_SITE: lazy_gettext("vor Ort"),
    Setting.ONLINE: lazy_gettext("online"),
    Setting.HYBRID: lazy_gettext("vor Ort und online"),
}
METHOD_WORDS = {
    Method.TRAINING: lazy_gettext("Schulung"),
    Method.WORLD_CAFE: lazy_gettext("World-Café"),
}


@dataclass(frozen=True, slots=True)
class Tag:
    """A status tag: its key, its words, and an icon of its own."""

    key: str
    text: str
    picture: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One session in a list."""

    workshop_id: int
    title: str
    starts_at: dt.datetime | None
    month: str
    day: int
    when: str
    where: str
    course: str
    places: str
    tag: Tag | None


def line_of(row: WorkshopRow, today: dt.date) -> Line:
    """A row in words."""
    local = local_day(row.starts_at) if row.starts_at else None
    return Line(
        workshop_id=row.workshop_id,
        title=in_language(row.titles),
        starts_at=row.starts_at,
        month=month_words(local) if local else "",
        day=local.day if local else 0,
        when=_when_in_list(row, today),
        where=where_words(row.setting, row.place),
        course=in_language(row.course_titles) if row.course_titles else "",
        places=places_words(row.capacity, row.booked_count, row.waiting_count)
        if row.status == Status.PUBLISHED
        else "",
        tag=own_tag(row.own_state, row.status),
    )


def _when_in_list(row: WorkshopRow, today: dt.date) -> str:
    if row.starts_at is None or row.ends_at is None:
        return str(_("noch ohne Tag"))
    when = f"{short_day(local_day(row.starts_at), today)}, {time_span(row.starts_at, row.ends_at)}"
    more = row.dates_count - 1
    if more < 1:
        return when
    others = ngettext("und %(num)s weiterer Tag", "und %(num)s weitere Tage", more)
    return f"{when} ({others})"


def when_words(starts_at: dt.datetime, ends_at: dt.datetime) -> str:
    """Donnerstag, 26. November 2026, 14:00–16:30 Uhr."""
    return f"{long_day(local_day(starts_at))}, {time_span(starts_at, ends_at)}"


def month_words(day: dt.date) -> str:
    """Nov. or Nov: the head of a date block."""
    return str(format_date(day, "MMM", locale="de_DE" if locale() == "de" else "en_GB"))


def where_words(setting: str, place: str | None) -> str:
    """The place, online, or both."""
    if setting == Setting.ONLINE:
        return str(_("online"))
    named = place or str(_("Ort folgt"))
    return str(_("%(place)s und online", place=named)) if setting == Setting.HYBRID else named


def places_words(capacity: int | None, booked: int, waiting: int) -> str:
    """How many places are left, or that there is only the waiting list."""
    if capacity is None:
        return str(_("Plätze frei"))
    free = capacity - booked
    if free <= 0 or waiting:
        words = ngettext("%(num)s wartet", "%(num)s warten", waiting) if waiting else ""
        return ", ".join(one for one in (_("Warteliste"), words) if one)
    return str(ngettext("noch %(num)s Platz", "noch %(num)s Plätze", free))


def own_tag(state: str | None, status: str) -> Tag | None:
    """How one stands oneself, else what is special about the session."""
    if status == Status.CANCELLED:
        return Tag("none", _("abgesagt"), "ban")
    if status == Status.DRAFT:
        return Tag("none", _("Entwurf"), "file-pen")
    if state == PlaceState.BOOKED:
        return Tag("ok", _("angemeldet"))
    if state == PlaceState.WAITLISTED:
        return Tag("run", _("Warteliste"), "hourglass")
    return Tag("none", _("abgeschlossen"), "check") if status == Status.DONE else None


def titled(texts: dict[str, Any]) -> str:
    """A title in the present language."""
    return str(in_language(texts))
