"""/people/new and /people/<id>/edit: one entry of the register, its preview, and saving it."""

from collections.abc import Iterable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # types lag

from lms.audit.looks import note_record
from lms.kernel.clock import utc_now
from lms.kernel.domain import DomainError
from lms.kernel.permissions import Permission
from lms.kernel.text import whole_number
from lms.kernel.viewer import Role
from lms.people.models import Person
from lms.people.rules import words_of
from lms.reminders.queries.choosing import find_people, list_people
from lms.staff import operations as staff
from lms.staff.forms import PersonForm
from lms.staff.operations.previewing import Effect
from lms.staff.queries.people import (
    fingerprint,
    list_job_names,
    list_leading,
    list_units,
)
from lms.staff.views.blueprint import blueprint
from lms.staff.views.entry_words import (
    notes_on_entry,
    roles_of,
    rows_of_change,
    rows_of_entry,
)
from lms.staff.views.steps import (
    EDIT,
    FIND,
    Done,
    Row,
    Words,
    actor,
    frame,
    held_person,
    preview_or_save,
    step,
)
from lms.web.db import db_session, house
from lms.web.guard import requires
from lms.web.ids import MOST_ID
from lms.web.languages import spoken

MOST_FOUND = 20
MOST_LEADING = 200
MOST_JOBS = 300


@blueprint.get("/people/new")
@requires(Permission.CHANGE_PEOPLE)
def new_person() -> str:
    """The empty form."""
    return _form_page(PersonForm(), None)


@blueprint.post("/people/new")
@requires(Permission.CHANGE_PEOPLE)
def add_person() -> ResponseReturnValue:
    """Look for a supervisor, show what would happen, or save what was shown."""
    form = PersonForm()
    _offer_supervisors(form, None)
    if step() in (FIND, EDIT):
        return _form_page(form, None)
    if not form.validate():
        return _form_page(form, None), 422
    session, today = db_session(), house().today()

    def deed() -> list[int]:
        person = staff.add(session, form.new_person(), actor=actor(), today=today, now=utc_now())
        return [person.id]

    name = f"{form.first_name.data} {form.last_name.data}"
    try:
        return preview_or_save(
            lambda _effect: _words_of_new(form, name),
            form,
            deed,
            Done(message=_("%(name)s ist eingetragen.", name=name), url=_to_record),
        )
    except DomainError as error:
        return _refused(form, None, error)


@blueprint.get("/people/<int:person_id>/edit")
@requires(Permission.CHANGE_PEOPLE)
def edit_person(person_id: int) -> str:
    """The form with what is known."""
    note_record(person_id)
    person = held_person(person_id)
    form = PersonForm(
        data={
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": person.email,
            "personnel_number": person.personnel_number,
            "unit": person.unit.name,
            "job": person.job,
            "supervisor": str(person.supervisor_id or ""),
            "hired_on": person.hired_on,
            "locale": person.locale or "",
            "author": Role.AUTHOR in roles_of(person),
            "seen": fingerprint(person),
        }
    )
    return _form_page(form, person)


@blueprint.post("/people/<int:person_id>/edit")
@requires(Permission.CHANGE_PEOPLE)
def change_person(person_id: int) -> ResponseReturnValue:
    """As `add_person`; what somebody else changed meanwhile is shown before it is overwritten."""
    note_record(person_id)
    form, person = PersonForm(), held_person(person_id)
    _offer_supervisors(form, person)
    if step() in (FIND, EDIT):
        return _form_page(form, person)
    if not form.validate():
        return _form_page(form, person), 422
    if form.seen.data != fingerprint(person):
        return _overtaken(form, person), 409
    try:
        return _preview_change(form, person)
    except DomainError as error:
        return _refused(form, person, error)


def _preview_change(form: PersonForm, person: Person) -> ResponseReturnValue:
    session, today, person_id = db_session(), house().today(), person.id
    changes = form.changes(roles_of(person))
    rows = rows_of_change(form, person, changes)
    if not rows:
        flash(_("Es hat sich nichts geändert."), "note")
        return redirect(url_for("staff.person", person_id=person_id))
    name = f"{form.first_name.data} {form.last_name.data}"

    def deed() -> list[int]:
        one = session.get_one(Person, person_id)
        staff.change(
            session, one, changes, actor=actor(), today=today, now=utc_now(), frame=frame()
        )
        return [person_id]

    def words(_effect: Effect) -> Words:
        return Words(
            title=_("Angaben von %(name)s ändern", name=name),
            lead=_("Das ist eine Vorschau, noch ist nichts gespeichert."),
            button=_("Änderung speichern"),
            action=url_for("staff.change_person", person_id=person_id),
            back=url_for("staff.person", person_id=person_id),
            rows=tuple(rows),
            notes=tuple(notes_on_entry(form, _unit_names())),
        )

    done = Done(message=_("Die Angaben von %(name)s sind geändert.", name=name), url=_to_record)
    return preview_or_save(words, form, deed, done, person=person)


def _words_of_new(form: PersonForm, name: str) -> Words:
    return Words(
        title=_("%(name)s eintragen", name=name),
        lead=_("Das ist eine Vorschau, noch ist nichts gespeichert."),
        button=_("Person anlegen"),
        action=url_for("staff.add_person"),
        back=url_for("staff.people"),
        rows=tuple(rows_of_entry(form)),
        notes=tuple(notes_on_entry(form, _unit_names())),
    )


def _unit_names() -> list[str]:
    return [unit.name for unit in list_units(db_session())]


def _to_record(touched: Iterable[int]) -> str:
    return url_for("staff.person", person_id=next(iter(touched)))


def _overtaken(form: PersonForm, person: Person) -> str:
    """Somebody else saved first: what is stored now stands beside what was typed here."""
    changes = form.changes(roles_of(person))
    try:
        rows = rows_of_change(form, person, changes)
    except DomainError:
        rows = []
    form.seen.process_data(fingerprint(person))
    return _form_page(form, person, overtaken=rows, is_overtaken=True)


def _refused(form: PersonForm, person: Person | None, error: DomainError) -> ResponseReturnValue:
    if error.status != 422:
        raise error
    form.refuse(error, spoken(error))
    return _form_page(form, person), 422


def _offer_supervisors(form: PersonForm, person: Person | None) -> int | None:
    """Who can be chosen: who leads somebody already, who was chosen, and who was just found."""
    session, today = db_session(), house().today()
    words = words_of(form.search.data or "")
    chosen = [form.supervisor.data, str(person.supervisor_id or "") if person else ""]
    ids = {one for text in chosen if (one := whole_number(text or "", 1, MOST_ID))}
    found = find_people(session, words, today=today, limit=MOST_FOUND) if words else []
    offered = [
        *found,
        *list_people(session, ids, today=today),
        *list_leading(session, today=today, limit=MOST_LEADING),
    ]
    own_id = person.id if person else 0
    by_id = {one.id: one for one in offered if one.id != own_id}
    form.supervisor.choices = [
        SelectChoice("", _("niemand")),
        *(SelectChoice(str(one.id), f"{one.name}, {one.unit.name}") for one in by_id.values()),
    ]
    return len(found) if words else None


def _form_page(
    form: PersonForm,
    person: Person | None,
    *,
    overtaken: Iterable[Row] = (),
    is_overtaken: bool = False,
) -> str:
    session = db_session()
    found_count = _offer_supervisors(form, person)
    return render_template(
        "staff/person_form.html",
        form=form,
        person=person,
        unit_names=_unit_names(),
        jobs=list_job_names(session, limit=MOST_JOBS),
        found_count=found_count,
        overtaken=list(overtaken),
        is_overtaken=is_overtaken,
        action=request.path,
    )
