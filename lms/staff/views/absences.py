"""/people/<id>/absences: from and until, never why; what it does to due dates is shown first."""

import datetime as dt

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.audit.looks import note_record
from lms.certifications.rules.leave import MIN_PAUSE_DAYS
from lms.kernel.clock import utc_now
from lms.kernel.domain import DomainError
from lms.kernel.permissions import Permission
from lms.people.calendar import Span
from lms.people.models import Absence, Person
from lms.staff import operations as staff
from lms.staff.forms import AbsenceForm
from lms.staff.queries.people import get_absence
from lms.staff.views.blueprint import blueprint
from lms.staff.views.steps import (
    EDIT,
    Done,
    Words,
    actor,
    present_person,
    preview_or_save,
    step,
)
from lms.web.db import db_session, house
from lms.web.guard import requires
from lms.web.languages import long_day, spoken

DROP = "drop"


@blueprint.get("/people/<int:person_id>/absences/new")
@requires(Permission.CHANGE_ABSENCES)
def new_absence(person_id: int) -> str:
    """The empty form."""
    note_record(person_id)
    return _page(AbsenceForm(), present_person(person_id), None)


@blueprint.post("/people/<int:person_id>/absences/new")
@requires(Permission.CHANGE_ABSENCES)
def add_absence(person_id: int) -> ResponseReturnValue:
    """Where due dates go, then saving it."""
    note_record(person_id)
    return _in_two_steps(AbsenceForm(), present_person(person_id), None)


@blueprint.get("/people/<int:person_id>/absences/<int:absence_id>")
@requires(Permission.CHANGE_ABSENCES)
def edit_absence(person_id: int, absence_id: int) -> str:
    """The days as they stand."""
    note_record(person_id)
    person = present_person(person_id)
    absence = get_absence(db_session(), person_id, absence_id)
    form = AbsenceForm(data={"from_on": absence.from_on, "until_on": absence.until_on})
    return _page(form, person, absence)


@blueprint.post("/people/<int:person_id>/absences/<int:absence_id>")
@requires(Permission.CHANGE_ABSENCES)
def change_absence(person_id: int, absence_id: int) -> ResponseReturnValue:
    """Other days, an end, or away with it: the effect first, then saving it."""
    note_record(person_id)
    person = present_person(person_id)
    absence = get_absence(db_session(), person_id, absence_id)
    return _in_two_steps(AbsenceForm(), person, absence)


def _in_two_steps(
    form: AbsenceForm, person: Person, absence: Absence | None
) -> ResponseReturnValue:
    if absence is not None and (step() == DROP or request.form.get("drop")):
        return _preview_drop(form, person, absence)
    if step() == EDIT:
        return _page(form, person, absence)
    if not form.validate():
        return _page(form, person, absence), 422
    try:
        return _preview(form, person, absence)
    except DomainError as error:
        if error.status != 422:
            raise
        form.refuse(error, spoken(error))
        return _page(form, person, absence), 422


def _preview(form: AbsenceForm, person: Person, absence: Absence | None) -> ResponseReturnValue:
    session, today, person_id = db_session(), house().today(), person.id
    first, last = form.from_on.day, form.until_on.data
    absence_id = absence.id if absence else None

    def deed() -> list[int]:
        if absence_id is None:
            staff.go_away(
                session,
                person_id,
                from_on=first,
                until_on=last,
                today=today,
                now=utc_now(),
                actor=actor(),
            )
        else:
            staff.correct_absence(
                session,
                staff.hold_absence(session, person_id, absence_id),
                from_on=first,
                until_on=last,
                actor=actor(),
                today=today,
                now=utc_now(),
            )
        return [person_id]

    return preview_or_save(
        lambda _effect: Words(
            title=_title(person, first, last),
            lead=_("Das ist eine Vorschau, noch ist nichts gespeichert."),
            button=_("Abwesenheit eintragen") if absence_id is None else _("Änderung speichern"),
            action=request.path,
            back=_record(person_id),
            notes=(_meaning(first, last),),
        ),
        form,
        deed,
        Done(message=_("Die Abwesenheit ist eingetragen."), url=lambda _ids: _record(person_id)),
        person=person,
    )


def _preview_drop(form: AbsenceForm, person: Person, absence: Absence) -> ResponseReturnValue:
    session, today, person_id, absence_id = db_session(), house().today(), person.id, absence.id
    title = _("Abwesenheit ab %(day)s löschen", day=long_day(absence.from_on))

    def deed() -> list[int]:
        found = staff.hold_absence(session, person_id, absence_id)
        staff.drop_absence(session, found, actor=actor(), today=today, now=utc_now())
        return [person_id]

    return preview_or_save(
        lambda _effect: Words(
            title=title,
            lead=_("Das ist eine Vorschau, noch ist nichts gespeichert."),
            button=_("Abwesenheit löschen"),
            action=request.path,
            back=_record(person_id),
            can_edit=False,
            hidden=(("drop", "yes"),),
            notes=(_("Für eine, die nie stattfand. Eine, die früher endet, änderst du."),),
        ),
        form,
        deed,
        Done(message=_("Die Abwesenheit ist gelöscht."), url=lambda _ids: _record(person_id)),
        person=person,
    )


def _title(person: Person, first: dt.date, last: dt.date | None) -> str:
    days = {"name": person.name, "first": long_day(first)}
    if last is None:
        return str(_("%(name)s fehlt ab %(first)s", **days))
    return str(_("%(name)s fehlt vom %(first)s bis %(last)s", **days, last=long_day(last)))


def _meaning(first: dt.date, last: dt.date | None) -> str:
    days = Span(first, last).length_days
    if days is not None and days < MIN_PAUSE_DAYS:
        short = _(
            "Kürzer als %(days)s Tage: Pflichten und Erinnerungen gehen weiter, außer die "
            "Abwesenheit schließt an eine andere an.",
            days=MIN_PAUSE_DAYS,
        )
        return str(short)
    long = _(
        "So lange ruhen Pflichten und Erinnerungen. Fristen rücken hinter die Rückkehr, "
        "ausgestellte Nachweise verlängern sich nicht."
    )
    return str(long)


def _record(person_id: int) -> str:
    return url_for("staff.person", person_id=person_id)


def _page(form: AbsenceForm, person: Person, absence: Absence | None) -> str:
    return render_template(
        "staff/deed_form.html",
        form=form,
        person=person,
        title=_("Abwesenheit von %(name)s", name=person.name),
        lead=_("Nur die Tage. Warum jemand fehlt, wird nirgends gespeichert."),
        action=request.path,
        hints={"until_on": _("Zählt noch mit. Leer: Das Ende ist noch nicht bekannt.")},
        details={},
        other=_("Abwesenheit löschen") if absence else None,
    )
