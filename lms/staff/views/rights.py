"""/people/<id>/rights: what else somebody may do; given and taken by administrators only."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.audit.looks import note_record
from lms.kernel.clock import utc_now
from lms.kernel.domain import DomainError
from lms.kernel.permissions import Permission
from lms.kernel.viewer import Role
from lms.people.models import Person
from lms.staff import operations as staff
from lms.staff.changes import PersonChanges
from lms.staff.forms import RightsForm
from lms.staff.views.blueprint import blueprint
from lms.staff.views.entry_words import roles_of
from lms.staff.views.steps import (
    EDIT,
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
from lms.web.guard import requires, stepped_up
from lms.web.languages import spoken


@blueprint.get("/people/<int:person_id>/rights")
@requires(Permission.GIVE_RIGHTS)
@stepped_up
def rights(person_id: int) -> str:
    """What somebody may do now."""
    note_record(person_id)
    person = held_person(person_id)
    return _page(RightsForm(data={"rights": sorted(roles_of(person))}), person)


@blueprint.post("/people/<int:person_id>/rights")
@requires(Permission.GIVE_RIGHTS)
@stepped_up
def give_rights(person_id: int) -> ResponseReturnValue:
    """What follows from other rights, then saving them."""
    note_record(person_id)
    form, person = RightsForm(), held_person(person_id)
    if step() == EDIT:
        return _page(form, person)
    if not form.validate():
        return _page(form, person), 422
    if form.roles() == roles_of(person):
        flash(_("Es hat sich nichts geändert."), "note")
        return redirect(url_for("staff.person", person_id=person_id))
    try:
        return _preview(form, person)
    except DomainError as error:
        if error.status != 422:
            raise
        form.refuse(error, spoken(error))
        return _page(form, person), 422


def _preview(form: RightsForm, person: Person) -> ResponseReturnValue:
    session, person_id = db_session(), person.id
    before, after = roles_of(person), form.roles()
    words = {value: label for value, label, *_rest in form.rights.iter_choices()}

    def deed() -> list[int]:
        staff.change(
            session,
            session.get_one(Person, person_id),
            PersonChanges(roles=after),
            actor=actor(),
            today=house().today(),
            now=utc_now(),
            frame=frame(),
        )
        return [person_id]

    def named(roles: frozenset[Role]) -> str:
        return ", ".join(str(words[role.value]) for role in sorted(roles))

    return preview_or_save(
        lambda _effect: Words(
            title=_("Rechte von %(name)s ändern", name=person.name),
            lead=_("Das ist eine Vorschau, noch ist nichts gespeichert."),
            button=_("Rechte speichern"),
            picture="shield-check",
            action=request.path,
            back=url_for("staff.person", person_id=person_id),
            rows=(Row(_("Rechte"), named(before), named(after) or _("nur die eigenen Kurse")),),
            notes=(_("Wer gerade angemeldet ist, meldet sich mit den neuen Rechten neu an."),),
        ),
        form,
        deed,
        Done(
            message=_("Die Rechte von %(name)s sind geändert.", name=person.name),
            url=lambda _ids: url_for("staff.person", person_id=person_id),
        ),
        person=person,
    )


def _page(form: RightsForm, person: Person) -> str:
    return render_template(
        "staff/deed_form.html",
        form=form,
        person=person,
        title=_("Rechte von %(name)s", name=person.name),
        lead=_("Die eigenen Kurse und Nachweise hat jede Person. Das hier kommt dazu."),
        action=request.path,
        hints={},
        details={
            Role.AUTHOR.value: _("schreibt Kurse"),
            Role.OFFICER.value: _("sieht den Stand aller, trägt Pflichten und Nachweise ein"),
            Role.MANAGEMENT.value: _("sieht Zahlen für Gruppen, nie für Personen"),
            Role.ADMINISTRATOR.value: _("gibt Rechte, betreibt das System, sieht keinen Stand"),
            Role.DPO.value: _("sieht das Protokoll und gibt Löschungen frei"),
        },
        other=None,
    )
