"""How certificates, their dates and what renewing them comes to read on pages."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from babel.dates import format_date
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from lms.certifications.months import months_between
from lms.certifications.queries.certificates import CertificateRow
from lms.certifications.queries.outlooks import Holding
from lms.certifications.rules.outlook import Outlook, Prospect
from lms.certifications.rules.status import Status
from lms.kernel.documents import in_language
from lms.web.languages import locale, table_day

SOON_DAYS = 14
_FULL_DAY = {"de": ("d.\u00a0MMMM yyyy", "de_DE"), "en": ("d\u00a0MMMM yyyy", "en_GB")}
_SHEET_DAY = {"de": ("dd.MM.yyyy", "de_DE"), "en": ("d\u00a0MMM\u00a0yyyy", "en_GB")}
_ON_LEAVE = (Status.EXEMPT, Status.PAUSED)


@dataclass(frozen=True, slots=True)
class Tag:
    """A status tag: key of the colours, words, and an icon where it is not the key's own."""

    key: str
    text: str
    picture: str | None = None


def full_day(value: dt.date) -> str:
    """14. März 2028, or 14 March 2028: dates in sentences; day and month never part."""
    pattern, territory = _FULL_DAY[locale()]
    return str(format_date(value, pattern, locale=territory))


def sheet_day(value: dt.date) -> str:
    """14.03.2028, or 14 Mar 2028: dates on paper, where a month's full name would not fit."""
    pattern, territory = _SHEET_DAY[locale()]
    return str(format_date(value, pattern, locale=territory))


def said(texts: Mapping[Any, str]) -> str:
    """A course's text; marked with its language where it is not that of the page."""
    here = locale()
    if here in texts:
        return texts[here]
    language, text = next(iter(texts.items()))
    return Markup('<span lang="{}">{}</span>').format(language, text)


def plain(texts: Mapping[Any, str]) -> str:
    """The same text without markup, for titles and attributes."""
    return in_language(texts, locale())


def minutes(count: int) -> str:
    """12 Minuten."""
    return str(ngettext("%(num)s Minute", "%(num)s Minuten", count))


def is_current(row: CertificateRow, today: dt.date) -> bool:
    """Whether a certificate holds today."""
    return row.revoked_on is None and row.dates.is_valid_on(today)


def may_renew_soon(one: Holding) -> bool:
    """The one meaning of soon: the renewal window of a duty, or of the course itself, is open.

    Where every completion begins a new term, there is no window to speak of.
    """
    if one.duty is not None and one.duty.has_duty:
        return one.duty.status in (Status.DUE, Status.OVERDUE)
    return one.outlook is not None and one.outlook.prospect is Prospect.OPEN


def holding_tag(one: Holding, row: CertificateRow, today: dt.date) -> Tag:
    """The tag of a course in which somebody holds a certificate."""
    duty = one.duty
    if duty is not None and duty.status in _ON_LEAVE:
        return _leave_tag(duty.status)
    if not is_current(row, today):
        if duty is not None and duty.status is Status.GRACE and duty.grace_until is not None:
            return Tag("exp", _("Kulanz bis %(day)s", day=table_day(duty.grace_until)))
        return Tag("exp", _("Abgelaufen"))
    if duty is not None and duty.status is Status.OVERDUE:
        return Tag("exp", _("Neu zu machen"), "refresh-cw")
    if may_renew_soon(one):
        due_on = duty.due_on if duty is not None else None
        return Tag("soon", _soon(due_on or row.valid_until, today))
    return Tag("ok", _time_left(row.valid_until, today))


def _leave_tag(status: Status) -> Tag:
    if status is Status.EXEMPT:
        return Tag("none", _("Befreit"), "ban")
    return Tag("none", _("Ruht"), "circle-pause")


def _soon(end_on: dt.date | None, today: dt.date) -> str:
    left = (end_on - today).days if end_on else SOON_DAYS + 1
    if left > SOON_DAYS:
        return str(_("Läuft bald ab"))
    if left <= 0:
        return str(_("Nur noch heute"))
    return str(ngettext("Noch %(num)s Tag", "Noch %(num)s Tage", left))


def _time_left(valid_until: dt.date | None, today: dt.date) -> str:
    if valid_until is None:
        return str(_("Gültig"))
    left = (valid_until - today).days
    if left <= SOON_DAYS:
        return _soon(valid_until, today)
    months = months_between(today, valid_until)
    return str(ngettext("Noch %(num)s Monat", "Noch %(num)s Monate", months))


def history_tag(row: CertificateRow, one: Holding | None, today: dt.date) -> Tag:
    """The tag of a certificate in the list of all there ever were."""
    if row.revoked_on is not None:
        return Tag("exp", _("Widerrufen"), "ban")
    if one is None or one.certificate is None or one.certificate.evidence_id != row.evidence_id:
        return Tag("none", _("Ersetzt"), "history")
    if not row.dates.is_valid_on(today):
        return Tag("exp", _("Abgelaufen"))
    return Tag("soon", _("Läuft bald ab")) if may_renew_soon(one) else Tag("ok", _("Gültig"))


def holding_sentence(one: Holding, row: CertificateRow, outlook: Outlook, length: int) -> str:
    """The one sentence on a course: how it stands and what renewing comes to."""
    if row.valid_until is None or outlook.renew_from is None:
        return _lasting(row)
    until = full_day(row.valid_until)
    if outlook.prospect is Prospect.EXPIRED:
        return _expired(until, outlook, length)
    if one.duty is not None and one.duty.status is Status.OVERDUE:
        return _outdated(until, outlook)
    return _still_valid(until, outlook)


def _lasting(row: CertificateRow) -> str:
    if row.valid_until is None:
        return str(_("Gilt für immer."))
    return str(_("Gültig bis %(until)s. Einmal genügt.", until=full_day(row.valid_until)))


def _expired(until: str, outlook: Outlook, length: int) -> str:
    first = _(
        "Am %(until)s abgelaufen. Der Kurs dauert %(minutes)s.",
        until=until,
        minutes=minutes(length),
    )
    if outlook.next_until is None:
        second = _("Machst du ihn heute, gilt der neue Nachweis für immer.")
    else:
        second = _(
            "Machst du ihn heute, gilt der neue Nachweis bis %(next)s.",
            next=full_day(outlook.next_until),
        )
    return f"{first} {second}"


def _outdated(until: str, outlook: Outlook) -> str:
    first = _("Gültig bis %(until)s, aber der Kurs ist vorher neu zu machen.", until=until)
    return f"{first} {_next_one(outlook)}"


def _still_valid(until: str, outlook: Outlook) -> str:
    following = full_day(outlook.next_until) if outlook.next_until else None
    if outlook.prospect is Prospect.NOT_YET and outlook.renew_from is not None:
        opens = full_day(outlook.renew_from)
        if following is None:
            return str(
                _(
                    "Gültig bis %(until)s. Erneuern geht ab %(opens)s, dann gilt er für immer.",
                    until=until,
                    opens=opens,
                )
            )
        return str(
            _(
                "Gültig bis %(until)s. Erneuern geht ab %(opens)s, dann gilt er bis %(next)s.",
                until=until,
                opens=opens,
                next=following,
            )
        )
    if following is not None and outlook.loses_nothing:
        return str(
            _(
                "Gültig bis %(until)s. Du kannst jetzt schon erneuern und verlierst keinen Tag:"
                " Der neue Nachweis gilt bis %(next)s.",
                until=until,
                next=following,
            )
        )
    first = _("Gültig bis %(until)s.", until=until)
    return f"{first} {_next_one(outlook)}"


def _next_one(outlook: Outlook) -> str:
    if outlook.next_until is None:
        return str(_("Erneuerst du heute, gilt der neue Nachweis für immer."))
    return str(
        _(
            "Erneuerst du heute, gilt der neue Nachweis bis %(next)s.",
            next=full_day(outlook.next_until),
        )
    )


def certificate_line(row: CertificateRow, today: dt.date, *, is_own: bool) -> str:
    """What stands under the title of a certificate's page."""
    stand = _stand(row, today)
    if is_own:
        return str(_("Nachweis, %(stand)s", stand=stand))
    return str(_("Nachweis von %(name)s, %(stand)s", name=row.holder, stand=stand))


def _stand(row: CertificateRow, today: dt.date) -> str:
    if row.revoked_on is not None:
        return str(_("widerrufen am %(day)s", day=full_day(row.revoked_on)))
    if row.valid_until is None:
        return str(_("gilt unbefristet"))
    if is_current(row, today):
        return str(_("gültig bis %(day)s", day=full_day(row.valid_until)))
    return str(_("abgelaufen am %(day)s", day=full_day(row.valid_until)))


def way_of(row: CertificateRow) -> str:
    """How it was earned."""
    ways = {
        "course": _("Online-Kurs"),
        "micro": _("Kurzauffrischung"),
        "attendance": _("Termin"),
        "external": _("Extern, anerkannt"),
        "import": _("Übernommen"),
        "alternative": _("Durch einen anderen Kurs"),
    }
    return str(ways[row.kind])
