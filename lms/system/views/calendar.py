"""/organisation/calendar: closing days and public holidays; each change shows its effect first."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.kernel.domain import DomainError
from lms.kernel.permissions import Permission
from lms.kernel.text import whole_number
from lms.people.regions import REGIONS
from lms.people.rules import month_and_day
from lms.system.forms import ClosingDayForm, ClosureForm, RegionForm
from lms.system.operations.calendar import (
    AddClosure,
    AddDay,
    Change,
    ChangeRegion,
    Effect,
    Plan,
    RemoveClosure,
    RemoveDay,
    calendar_fingerprint,
    change_calendar,
    preview_change,
)
from lms.system.operations.organisation import ChangedMeanwhile
from lms.system.queries.calendar import list_holidays, read_calendar
from lms.system.views.blueprint import organisation as blueprint
from lms.system.views.identity import by
from lms.web.db import db_session, house
from lms.web.guard import requires
from lms.web.ids import MOST_ID
from lms.web.languages import locale, long_day, spoken

_Form = ClosingDayForm | ClosureForm | RegionForm


@dataclass(slots=True)
class Forms:
    """The three forms of the page; the one that was sent holds what was typed."""

    day: ClosingDayForm
    closure: ClosureForm
    region: RegionForm


@blueprint.get("/organisation/calendar")
@requires(Permission.CHANGE_ORGANISATION)
def calendar() -> ResponseReturnValue:
    """Closing days, closures, holidays of this year and the next."""
    return _page(_forms(), 200)


@blueprint.post("/organisation/calendar")
@requires(Permission.CHANGE_ORGANISATION)
def save_calendar() -> ResponseReturnValue:
    """Show what a change would do, or make it."""
    forms = _forms()
    form = _sent(forms)
    if form is not None and not form.validate():
        return _page(forms, 422)
    change = _change(forms)
    if change is None:
        return _page(forms, 422)
    try:
        if request.form.get("step") != "save":
            return _preview(change)
        seen = request.form.get("seen", "")
        change_calendar(db_session(), change, _plan(), seen=seen, by=by())
    except ChangedMeanwhile:
        return _stale(change, forms)
    except DomainError as error:
        (form or forms.day).form_errors.append(spoken(error))
        return _page(forms, error.status)
    flash(_("Der Kalender ist geändert. Erinnerungen richten sich ab sofort danach."), "ok")
    return redirect(url_for("organisation.calendar"))


def _plan() -> Plan:
    return Plan(house().today(), house().settings.supervisor_digest == "names")


def _forms() -> Forms:
    kind = request.form.get("change")
    region = read_calendar(db_session()).region

    def sent(name: str) -> dict[str, object]:
        return {} if kind == name else {"formdata": None}

    return Forms(
        ClosingDayForm(**sent("day")),
        ClosureForm(**sent("closure")),
        RegionForm(**sent("region"), region=region),
    )


def _sent(forms: Forms) -> _Form | None:
    kind = request.form.get("change", "")
    found: _Form | None = {
        "day": forms.day,
        "closure": forms.closure,
        "region": forms.region,
    }.get(kind)
    return found


def _change(forms: Forms) -> Change | None:
    """The change that a valid form asks for; None for one that nobody offered."""
    kind = request.form.get("change")
    if kind == "day":
        month, day = month_and_day(forms.day.day.data or "") or (0, 0)
        return AddDay(month, day, forms.day.day_name.data or "")
    if kind == "closure":
        first, last = forms.closure.from_on.data, forms.closure.until_on.data
        name = forms.closure.closure_name.data or ""
        return AddClosure(first, last, name) if first and last else None
    if kind == "region":
        return ChangeRegion(forms.region.region.data)
    if kind == "remove-day":
        found = month_and_day(request.form.get("remove", ""))
        return RemoveDay(*found) if found else None
    if kind == "remove-closure":
        number = whole_number(request.form.get("remove", ""), 1, MOST_ID)
        return RemoveClosure(number) if number else None
    return None


def _preview(change: Change, *, has_changed: bool = False) -> str:
    session = db_session()
    seen = calendar_fingerprint(read_calendar(session))
    effect = preview_change(session, change, _plan(), by=by())
    return render_template(
        "organisation/preview_calendar.html",
        question=_question(change),
        effect=effect,
        heading=_heading(effect),
        seen=seen,
        typed=_typed(),
        has_changed=has_changed,
    )


def _stale(change: Change, forms: Forms) -> ResponseReturnValue:
    """Somebody else changed the calendar: the new effect, or the page when it is done already."""
    try:
        return _preview(change, has_changed=True), 409
    except DomainError as error:
        (_sent(forms) or forms.day).form_errors.append(spoken(error))
        return _page(forms, 409)


def _typed() -> list[tuple[str, str]]:
    """Everything that was sent, to be sent again with the next step."""
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in ("csrf_token", "step", "seen")
    ]


def _question(change: Change) -> str:
    match change:
        case AddDay():
            text = _("Jedes Jahr am %(day)s geschlossen", day=f"{change.day}.{change.month}.")
        case RemoveDay():
            text = _("Am %(day)s nicht mehr geschlossen", day=f"{change.day}.{change.month}.")
        case AddClosure():
            text = _(
                "Geschlossen von %(first)s bis %(last)s",
                first=long_day(change.from_on),
                last=long_day(change.until_on),
            )
        case RemoveClosure():
            text = _("Schließzeit entfällt")
        case ChangeRegion():
            text = _("Feiertage von: %(region)s", region=_(REGIONS[change.region]))
    return str(text)


def _heading(effect: Effect) -> str:
    if not effect.is_counted:
        return str(_("Erinnerungen an diesen Tagen rücken auf einen anderen Werktag"))
    if not effect.mails:
        return str(_("Keine E-\u2060Mail geht an einem anderen Tag raus"))
    return str(
        ngettext(
            "%(num)s E-\u2060Mail geht an einem anderen Tag raus",
            "%(num)s E-\u2060Mails gehen an einem anderen Tag raus",
            effect.mails,
        )
    )


def _page(forms: Forms, status: int) -> tuple[str, int]:
    session, year = db_session(), house().today().year
    found = read_calendar(session)
    page = render_template(
        "organisation/calendar.html",
        calendar=found,
        seen=calendar_fingerprint(found),
        forms=forms,
        region_name=_(REGIONS.get(found.region, found.region)),
        years={
            one: list_holidays(session, found.region, one, locale()) for one in (year, year + 1)
        },
    )
    return page, status
