"""/people/<id>/merge: the other entry by search, both side by side, and making one of them."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.audit.looks import note_list, note_record
from lms.kernel.clock import utc_now
from lms.kernel.domain import DomainError, NotFound
from lms.kernel.permissions import Permission
from lms.kernel.text import whole_number
from lms.people.models import Person
from lms.people.rules import SEARCH_LENGTH, words_of
from lms.staff.faults import OwnRecord, SamePerson
from lms.staff.forms import MergeForm
from lms.staff.operations.merging import merge
from lms.staff.operations.previewing import Effect
from lms.staff.queries.merging import find_entries, get_entry, holdings_of
from lms.staff.queries.people import fingerprint
from lms.staff.views.blueprint import blueprint
from lms.staff.views.steps import (
    SAVE,
    Done,
    Words,
    actor,
    frame,
    held_person,
    preview_or_save,
    step,
)
from lms.web.db import db_session, house
from lms.web.guard import requires, viewer
from lms.web.ids import MOST_ID
from lms.web.languages import spoken

MOST_FOUND = 20


@blueprint.get("/people/<int:person_id>/merge")
@requires(Permission.MERGE_PEOPLE)
def choose_other(person_id: int) -> str:
    """Which entry is the same person? At first those with the same last name are looked for."""
    person = held_person(person_id)
    search = request.args.get("q", person.last_name).strip()[:SEARCH_LENGTH]
    words = words_of(search)
    own_id = viewer().person_id
    found = [
        one
        for one in (
            find_entries(db_session(), words, but=person.id, limit=MOST_FOUND) if words else ()
        )
        if one.id != own_id
    ]
    note_record(person_id)
    note_list(len(found))
    return render_template(
        "staff/choose_other.html",
        person=person,
        search=search,
        found=found,
        today=house().today(),
        search_length=SEARCH_LENGTH,
    )


@blueprint.post("/people/<int:person_id>/merge")
@requires(Permission.MERGE_PEOPLE)
def merge_people(person_id: int) -> ResponseReturnValue:
    """Both entries side by side and what goes over, then doing it once that is confirmed."""
    person, form = held_person(person_id), MergeForm()
    other = _other(form.other.data or "")
    note_record(person_id)
    if other is None:
        flash(_("Wähle zuerst den anderen Eintrag."), "note")
        return redirect(url_for("staff.choose_other", person_id=person_id))
    note_record(other.id)
    try:
        return _in_two_steps(form, person, other)
    except DomainError as error:
        if error.status != 422:
            raise
        flash(spoken(error), "note")
        return redirect(url_for("staff.choose_other", person_id=person_id))


def _other(text: str) -> Person | None:
    number = whole_number(text, 1, MOST_ID)
    if number is None:
        return None
    found = get_entry(db_session(), number)
    if found is None:
        raise NotFound
    if found.id == viewer().person_id:
        raise OwnRecord
    return found


def _in_two_steps(form: MergeForm, person: Person, other: Person) -> ResponseReturnValue:
    if other.id == person.id:
        raise SamePerson
    session, today = db_session(), house().today()
    kept_id, gone_id = person.id, other.id
    names = person.name, other.name
    sides = tuple(_side(one) for one in (person, other))
    stand = fingerprint(other) + repr(sides[1]["holdings"]) + repr(sides[0]["holdings"])

    def deed() -> list[int]:
        merge(
            session,
            kept_id,
            gone_id,
            actor=actor(),
            today=today,
            now=utc_now(),
            frame=frame(),
        )
        return [kept_id]

    def words(_effect: Effect) -> Words:
        return Words(
            title=_("„%(gone)s“ geht in „%(kept)s“ auf", gone=names[1], kept=names[0]),
            lead=_(
                "Das lässt sich nicht zurücknehmen. Noch ist nichts gespeichert: Vergleiche beide "
                "Einträge."
            ),
            button=_("Einträge zusammenführen"),
            picture="copy",
            action=url_for("staff.merge_people", person_id=kept_id),
            back=url_for("staff.person", person_id=kept_id),
            can_edit=False,
            sides=sides,
            swap=(url_for("staff.merge_people", person_id=gone_id), str(kept_id)),
            confirm=_("Ich habe geprüft: Beide Einträge sind dieselbe Person."),
            notes=(
                _(
                    "Name, Bereich, Eintritt und Rechte bleiben wie links. Nur was dort fehlt, "
                    "kommt von rechts. Ausgedruckte Nachweise bleiben prüfbar."
                ),
                _("Mit dem rechten Eintrag kann sich danach niemand mehr anmelden."),
            ),
        )

    return preview_or_save(
        words,
        form,
        deed,
        Done(
            message=_("Beide Einträge von %(name)s sind jetzt einer.", name=names[0]),
            url=lambda _ids: url_for("staff.person", person_id=kept_id),
        ),
        person=person,
        stand=stand,
        is_confirmed=step() != SAVE or bool(form.confirmed.data),
    )


def _side(person: Person) -> dict[str, object]:
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "number": person.personnel_number,
        "unit": person.unit.name,
        "job": person.job,
        "hired_on": person.hired_on,
        "left_on": person.left_on,
        "roles": [given.role.value for given in person.roles],
        "holdings": holdings_of(db_session(), person.id),
    }
