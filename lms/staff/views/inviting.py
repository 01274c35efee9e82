"""/people/access and /people/<id>/access: who has no way in yet, invitations, letters."""

from collections.abc import Sequence

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.access.emails import Letterhead
from lms.access.exports import letters_pdf
from lms.access.operations import second_factor
from lms.audit.looks import note_list, note_record
from lms.kernel.clock import utc_now
from lms.kernel.domain import NotFound
from lms.kernel.permissions import Permission
from lms.kernel.text import slug, whole_number
from lms.kernel.viewer import Role
from lms.people.models import Person, Unit
from lms.people.queries import find_organisation
from lms.staff.operations import inviting
from lms.staff.queries.inviting import (
    count_invited,
    list_for_letters,
    list_to_invite,
    way_in,
)
from lms.staff.queries.people import get_master_data, list_units
from lms.staff.views.blueprint import blueprint
from lms.staff.views.letter_words import sheets
from lms.staff.views.steps import actor
from lms.web.db import db_session, house
from lms.web.guard import requires, stepped_up, viewer
from lms.web.ids import MOST_ID

_NAMES_SHOWN = 100


@blueprint.get("/people/access")
@requires(Permission.LET_IN)
def access() -> str:
    """Who has no password yet: whom to invite, for whom to print a letter."""
    session, today, now = db_session(), house().today(), utc_now()
    units = list_units(session)
    unit = _unit(units, request.args.get("unit", ""))
    unit_id = unit.id if unit else None
    invitations = list_to_invite(session, today=today, now=now, unit_id=unit_id)
    for_letters = list_for_letters(
        session, today=today, unit_id=unit_id, is_for_all=viewer().is_a(Role.ADMINISTRATOR)
    )
    note_list(len(invitations[:_NAMES_SHOWN]) + len(for_letters[:_NAMES_SHOWN]))
    return render_template(
        "staff/access.html",
        units=units,
        unit=unit,
        invitations=invitations,
        letters=for_letters,
        most=_NAMES_SHOWN,
        invited_count=count_invited(session, today=today, now=now),
    )


@blueprint.post("/people/access/invite")
@requires(Permission.LET_IN)
def invite_all() -> ResponseReturnValue:
    """Invite everybody with an address and without a password."""
    session, head = db_session(), _head()
    unit = _unit(list_units(session), request.form.get("unit", ""))
    people = list_to_invite(
        session, today=head.today, now=head.now, unit_id=unit.id if unit else None
    )
    count = inviting.invite_all(session, people, head, actor=actor())
    flash(ngettext("%(num)s Einladung geht raus.", "%(num)s Einladungen gehen raus.", count), "ok")
    return redirect(url_for("staff.access", unit=unit.id if unit else None))


@blueprint.post("/people/access/letters")
@requires(Permission.LET_IN)
def print_letters() -> ResponseReturnValue:
    """A PDF with a letter for everybody without an address and without a password."""
    session = db_session()
    unit = _unit(list_units(session), request.form.get("unit", ""))
    people = list_for_letters(
        session,
        today=house().today(),
        unit_id=unit.id if unit else None,
        is_for_all=viewer().is_a(Role.ADMINISTRATOR),
    )
    if not people:
        raise NotFound
    note_list(len(people))
    return _letters(people, _("zugangsbriefe"))


@blueprint.get("/people/<int:person_id>/access")
@requires(Permission.LET_IN)
def person_access(person_id: int) -> str:
    """How one person gets in, and what can be done about it."""
    person = get_master_data(db_session(), person_id)
    note_record(person_id)
    return render_template(
        "staff/person_access.html",
        person=person,
        way=way_in(db_session(), person_id, now=utc_now()),
        today=house().today(),
    )


@blueprint.post("/people/<int:person_id>/access/invite")
@requires(Permission.LET_IN)
def invite(person_id: int) -> ResponseReturnValue:
    """Send one person an invitation."""
    person = get_master_data(db_session(), person_id)
    inviting.invite(db_session(), person, _head(), actor=actor())
    flash(_("Die Einladung an %(name)s geht raus.", name=person.name), "ok")
    return redirect(url_for("staff.person_access", person_id=person_id))


@blueprint.post("/people/<int:person_id>/access/letter")
@requires(Permission.LET_IN)
def print_letter(person_id: int) -> ResponseReturnValue:
    """A PDF with one person's letter."""
    person = get_master_data(db_session(), person_id)
    note_record(person_id)
    word = _("zugangsbrief")
    return _letters([person], f"{word}-{slug(person.name)}")


@blueprint.post("/people/<int:person_id>/access/second-factor")
@requires(Permission.GIVE_RIGHTS)
@stepped_up
def reset_second_factor(person_id: int) -> ResponseReturnValue:
    """Remove somebody's lost second factor; they are told."""
    person = get_master_data(db_session(), person_id)
    second_factor.reset_for(db_session(), person, _head(), actor=actor())
    flash(_("Der zweite Faktor von %(name)s ist entfernt.", name=person.name), "ok")
    return redirect(url_for("staff.person_access", person_id=person_id))


def _head() -> Letterhead:
    return Letterhead.of(house().settings, now=utc_now())


def _unit(units: list[Unit], text: str) -> Unit | None:
    if not text:
        return None
    number = whole_number(text, 1, MOST_ID)
    found = next((unit for unit in units if unit.id == number), None)
    if found is None:
        raise NotFound
    return found


def _letters(people: Sequence[Person], name: str) -> Response:
    session, settings = db_session(), house().settings
    written = inviting.write_letters(
        session, people, _head(), secret_key=settings.secret_key, actor=actor()
    )
    stored = find_organisation(session)
    pdf = letters_pdf(
        sheets(
            written,
            organisation=stored.name if stored else settings.organisation,
            base_url=settings.base_url,
            default_locale=settings.default_locale,
            zone=settings.time_zone,
        )
    )
    response = make_response(pdf)
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response
