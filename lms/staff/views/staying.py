"""/people/<id>/leave, /stay, /return: the last day, taken back, and another first day."""

import datetime as dt
from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.audit.looks import note_record
from lms.kernel.clock import utc_now
from lms.kernel.domain import DomainError, NotFound
from lms.kernel.permissions import Permission
from lms.people.models import Person
from lms.staff import operations as staff
from lms.staff.changes import COMMON_ROLES, PersonChanges
from lms.staff.forms import FaultForm, LeavingForm, ReturnForm
from lms.staff.operations.leaving import end_everything_of
from lms.staff.operations.previewing import Deed
from lms.staff.views.blueprint import blueprint
from lms.staff.views.entry_words import roles_of
from lms.staff.views.steps import (
    EDIT,
    Done,
    Words,
    actor,
    frame,
    held_person,
    preview_or_save,
    step,
)
from lms.web.db import db_session, house
from lms.web.forms import BaseForm
from lms.web.guard import requires
from lms.web.languages import long_day, spoken


@blueprint.get("/people/<int:person_id>/leave")
@requires(Permission.CHANGE_PEOPLE)
def leaving(person_id: int) -> str:
    """When is the last day?"""
    note_record(person_id)
    person = held_person(person_id)
    return _leaving_page(LeavingForm(data={"left_on": person.left_on}), person)


@blueprint.post("/people/<int:person_id>/leave")
@requires(Permission.CHANGE_PEOPLE)
def leave(person_id: int) -> ResponseReturnValue:
    """What ends on the day after it, then saving it."""
    note_record(person_id)
    form, person = LeavingForm(), held_person(person_id)
    return _in_two_steps(form, person, _leaving_page, _preview_leaving)


def _preview_leaving(form: LeavingForm, person: Person) -> ResponseReturnValue:
    today, person_id, last = house().today(), person.id, form.left_on.day
    if last == person.left_on:
        return _nothing_new(person_id)
    deed = _deed(person_id, PersonChanges(left_on=last))

    def as_on_the_day_after() -> list[int]:
        deed()
        end_everything_of(db_session(), person_id, left_on=last, now=utc_now(), frame=frame())
        return [person_id]

    is_over = last < today
    notes = (
        _("Der Tag liegt zurück: Alles endet sofort.")
        if is_over
        else _("Bis dahin ändert sich nichts. Alles Folgende geschieht am Tag danach."),
        _("Ausgestellte Nachweise bleiben bis zum Ende ihrer Frist gespeichert."),
    )
    return preview_or_save(
        lambda _effect: Words(
            title=_("%(name)s tritt am %(day)s aus", name=person.name, day=long_day(last)),
            lead=_("Das ist eine Vorschau, noch ist nichts gespeichert."),
            button=_("Austritt eintragen"),
            picture="log-out",
            action=url_for("staff.leave", person_id=person_id),
            back=_record(person_id),
            notes=notes,
        ),
        form,
        deed,
        Done(message=_("Der Austritt ist eingetragen."), url=lambda _ids: _record(person_id)),
        person=person,
        shown=deed if is_over else as_on_the_day_after,
    )


@blueprint.get("/people/<int:person_id>/stay")
@requires(Permission.CHANGE_PEOPLE)
def preview_stay(person_id: int) -> ResponseReturnValue:
    """What comes back when somebody does not leave after all; there is nothing to fill in."""
    note_record(person_id)
    return _preview_staying(held_person(person_id))


@blueprint.post("/people/<int:person_id>/stay")
@requires(Permission.CHANGE_PEOPLE)
def stay(person_id: int) -> ResponseReturnValue:
    """The last day is taken back: as if it had never been entered."""
    note_record(person_id)
    return _preview_staying(held_person(person_id))


def _preview_staying(person: Person) -> ResponseReturnValue:
    person_id = person.id
    if person.left_on is None:
        raise NotFound
    return preview_or_save(
        lambda _effect: Words(
            title=_("%(name)s bleibt im Haus", name=person.name),
            lead=_(
                "Der Austritt am %(day)s wird zurückgenommen, als wäre er nie eingetragen "
                "worden. Das ist eine Vorschau, noch ist nichts gespeichert.",
                day=long_day(person.left_on or house().today()),
            ),
            button=_("Austritt zurücknehmen"),
            action=url_for("staff.stay", person_id=person_id),
            back=_record(person_id),
            can_edit=False,
            notes=(_("Was damit geendet hat, geht mit denselben Fristen weiter."),),
        ),
        BaseForm(),
        _deed(person_id, PersonChanges(left_on=None)),
        Done(message=_("Der Austritt ist zurückgenommen."), url=lambda _ids: _record(person_id)),
        person=person,
    )


@blueprint.get("/people/<int:person_id>/return")
@requires(Permission.CHANGE_PEOPLE)
def returning(person_id: int) -> str:
    """When does somebody who left begin again?"""
    note_record(person_id)
    return _return_page(ReturnForm(), _gone(person_id))


@blueprint.post("/people/<int:person_id>/return")
@requires(Permission.CHANGE_PEOPLE)
def come_back(person_id: int) -> ResponseReturnValue:
    """Which duties begin, which evidence still counts, then saving it."""
    note_record(person_id)
    return _in_two_steps(ReturnForm(), _gone(person_id), _return_page, _preview_return)


def _preview_return(form: ReturnForm, person: Person) -> ResponseReturnValue:
    person_id, first = person.id, form.hired_on.day
    notes = [_("Nachweise, die noch gelten, zählen weiter.")]
    if roles_of(person) - COMMON_ROLES:
        notes.append(
            _("Besondere Rechte kommen nicht von selbst zurück. Die gibt die Administration.")
        )
    return preview_or_save(
        lambda _effect: Words(
            title=_("%(name)s kommt am %(day)s wieder", name=person.name, day=long_day(first)),
            lead=_("Das ist eine Vorschau, noch ist nichts gespeichert."),
            button=_("Wieder einstellen"),
            picture="log-in",
            action=url_for("staff.come_back", person_id=person_id),
            back=_record(person_id),
            notes=tuple(notes),
        ),
        form,
        _deed(person_id, PersonChanges(hired_on=first)),
        Done(message=_("Der neue Eintritt ist eingetragen."), url=lambda _ids: _record(person_id)),
        person=person,
    )


def _gone(person_id: int) -> Person:
    person = held_person(person_id)
    if person.left_on is None or person.left_on >= house().today():
        raise NotFound
    return person


def _deed(person_id: int, changes: PersonChanges) -> Deed:
    def deed() -> list[int]:
        session = db_session()
        staff.change(
            session,
            session.get_one(Person, person_id),
            changes,
            actor=actor(),
            today=house().today(),
            now=utc_now(),
            frame=frame(),
        )
        return [person_id]

    return deed


def _in_two_steps(
    form: FaultForm,
    person: Person,
    page: Callable[..., str],
    preview: Callable[..., ResponseReturnValue],
) -> ResponseReturnValue:
    if step() == EDIT:
        return page(form, person)
    if not form.validate():
        return page(form, person), 422
    try:
        return preview(form, person)
    except DomainError as error:
        if error.status != 422:
            raise
        form.refuse(error, spoken(error))
        return page(form, person), 422


def _nothing_new(person_id: int) -> ResponseReturnValue:
    flash(_("Es hat sich nichts geändert."), "note")
    return redirect(_record(person_id))


def _record(person_id: int) -> str:
    return url_for("staff.person", person_id=person_id)


def _leaving_page(form: LeavingForm, person: Person) -> str:
    return _page(
        form,
        person,
        title=_("Austritt von %(name)s", name=person.name),
        lead=_("Am letzten Tag gilt noch alles. Am Tag danach enden Pflichten und Anmeldungen."),
    )


def _return_page(form: ReturnForm, person: Person) -> str:
    return _page(
        form,
        person,
        title=_("%(name)s wieder einstellen", name=person.name),
        lead=_(
            "Ausgetreten am %(day)s. Der neue Eintritt liegt danach.",
            day=long_day(person.left_on or dt.date.max),
        ),
    )


def _page(form: FaultForm, person: Person, *, title: str, lead: str) -> str:
    return render_template(
        "staff/deed_form.html",
        form=form,
        person=person,
        title=title,
        lead=lead,
        action=request.path,
        hints={},
        details={},
        other=None,
    )
