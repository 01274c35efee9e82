"""One duty of a record in words: its tag and the one sentence."""

import datetime as dt
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from lms.certifications.months import months_between
from lms.certifications.rules.status import Status
from lms.staff.queries.overview import Cell
from lms.web.languages import day, long_day, table_day

_RELATIVE_DAYS = 14


@dataclass(frozen=True, slots=True)
class Tag:
    """Key of the colour, words, and an icon where it is not the key's own."""

    key: str
    text: str
    picture: str | None = None


def tag_of(cell: Cell, rests_until: dt.date | None, *, today: dt.date) -> Tag:
    """The tag beside the course; `rests_until` ends an exemption or absence, if known."""
    match cell.status:
        case Status.VALID:
            return Tag("ok", _valid_for(cell, today))
        case Status.DUE:
            return Tag("soon", _due_in(cell, today))
        case Status.OPEN:
            return _open(cell)
        case Status.EXEMPT:
            return Tag("none", _until(_("Befreit"), rests_until), "ban")
        case Status.PAUSED:
            return Tag("none", _until(_("Ruht"), rests_until), "circle-pause")
    return _late(cell, today)


def _open(cell: Cell) -> Tag:
    if cell.done is None:
        return Tag("none", _("Nicht begonnen"))
    return Tag("run", _("%(done)s von %(total)s", done=cell.done, total=cell.total))


def _late(cell: Cell, today: dt.date) -> Tag:
    if cell.status is Status.GRACE and cell.grace_until:
        return Tag("exp", _("Kulanz bis %(day)s", day=table_day(cell.grace_until)))
    return Tag("exp", _("Abgelaufen") if _has_ended(cell, today) else _("Überfällig"))


def _until(word: str, last: dt.date | None) -> str:
    if last is None:
        return word
    return str(_("%(what)s bis %(day)s", what=word, day=table_day(last)))


def _valid_for(cell: Cell, today: dt.date) -> str:
    if cell.valid_until is None:
        return str(_("Gilt für immer"))
    months = months_between(today, cell.valid_until)
    return str(ngettext("Noch %(num)s Monat", "Noch %(num)s Monate", months))


def _due_in(cell: Cell, today: dt.date) -> str:
    days = (cell.due_on - today).days if cell.due_on else _RELATIVE_DAYS + 1
    if days > _RELATIVE_DAYS:
        return str(_("Läuft bald ab"))
    return str(ngettext("Noch %(num)s Tag", "Noch %(num)s Tage", days)) if days else str(_("Heute"))


def _has_ended(cell: Cell, today: dt.date) -> bool:
    return cell.valid_until is not None and cell.valid_until < today


def sentence_of(
    cell: Cell, opens_on: dt.date | None, rests_until: dt.date | None, *, today: dt.date
) -> str:
    """The one sentence under the course, with its date in full."""
    match cell.status:
        case Status.VALID:
            return _sentence_valid(cell, opens_on)
        case Status.DUE:
            return f"{_sentence_due(cell)} {_progress(cell)}"
        case Status.OPEN:
            until = _("Fällig am %(day)s.", day=long_day(cell.due_on)) if cell.due_on else ""
            return f"{until} {_progress(cell)}"
        case Status.EXEMPT | Status.PAUSED:
            return _sentence_rest(cell, rests_until)
    return f"{_sentence_late(cell, today)} {_progress(cell)}"


def _sentence_valid(cell: Cell, opens_on: dt.date | None) -> str:
    if cell.valid_until is None:
        return str(_("Gilt für immer."))
    until = _("Gültig bis %(day)s.", day=long_day(cell.valid_until))
    if not cell.has_duty:
        more = _("Freiwillig, ohne Pflicht.")
    else:
        more = _("Erneuern geht ab %(day)s.", day=day(opens_on)) if opens_on else ""
    return f"{until} {more}"


def _sentence_due(cell: Cell) -> str:
    if cell.due_on is not None and cell.due_on != cell.valid_until:
        return str(_("Zu erneuern bis %(day)s.", day=long_day(cell.due_on)))
    return str(_("Gültig bis %(day)s.", day=long_day(cell.valid_until))) if cell.valid_until else ""


def _sentence_rest(cell: Cell, rests_until: dt.date | None) -> str:
    if rests_until is not None:
        words = _("Ruht bis %(day)s.", day=long_day(rests_until))
    else:
        words = _("Ruht, bis ein Ende eingetragen ist.")
    if cell.due_on is None:
        return str(words)
    if rests_until is not None and cell.due_on <= rests_until:
        after = _("Danach zählt wieder die Frist vom %(day)s.", day=day(cell.due_on))
    else:
        after = _("Fällig am %(day)s.", day=day(cell.due_on))
    return f"{words} {after}"


def _sentence_late(cell: Cell, today: dt.date) -> str:
    if cell.status is Status.GRACE and cell.valid_until and cell.grace_until:
        return str(
            _(
                "Am %(ended)s abgelaufen, Kulanz bis %(day)s.",
                ended=day(cell.valid_until),
                day=long_day(cell.grace_until),
            )
        )
    if _has_ended(cell, today) and cell.valid_until:
        days = (today - cell.valid_until).days
        since = ngettext(
            "Seit %(num)s Tag abgelaufen, gültig war der Nachweis bis %(day)s.",
            "Seit %(num)s Tagen abgelaufen, gültig war der Nachweis bis %(day)s.",
            days,
            day=day(cell.valid_until),
        )
        return str(since)
    if cell.due_on is None:
        return str(_("Überfällig."))
    days = (today - cell.due_on).days
    return str(
        ngettext(
            "Seit %(num)s Tag überfällig, die Frist war %(day)s.",
            "Seit %(num)s Tagen überfällig, die Frist war %(day)s.",
            days,
            day=long_day(cell.due_on),
        )
    )


def _progress(cell: Cell) -> str:
    if cell.done is None:
        return str(_("Noch nicht begonnen."))
    return str(
        ngettext(
            "%(num)s von %(total)s Schritten ist erledigt.",
            "%(num)s von %(total)s Schritten sind erledigt.",
            cell.done,
            total=cell.total,
        )
    )
