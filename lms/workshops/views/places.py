"""Signing up and off; booking somebody and taking somebody out."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.audit.looks import note_list
from lms.kernel.clock import utc_now
from lms.kernel.domain import DomainError, NotFound
from lms.kernel.permissions import Permission
from lms.kernel.text import whole_number
from lms.people.rules import SEARCH_LENGTH, words_of
from lms.web.db import db_session, end_transaction, house
from lms.web.guard import requires, signed_in, viewer
from lms.web.ids import MOST_ID
from lms.web.languages import in_language, spoken
from lms.workshops.operations import places
from lms.workshops.queries.detail import Seen, find_people, get_managed, get_seen
from lms.workshops.queries.places import list_states
from lms.workshops.rules.words import PlaceState, Status
from lms.workshops.views.blueprint import blueprint
from lms.workshops.views.detail import refused
from lms.workshops.views.frame import frame

MOST_FOUND = 20


@blueprint.post("/workshops/<int:workshop_id>/sign-up")
@signed_in
def sign_up(workshop_id: int) -> ResponseReturnValue:
    """Take a place oneself, or a seat on the waiting list."""
    who = viewer()
    get_seen(db_session(), workshop_id, who)
    try:
        found = places.sign_up(
            db_session(), workshop_id, who.person_id, frame=frame(), now=utc_now()
        )
    except DomainError as error:
        return refused(workshop_id, error)
    if found.state == PlaceState.BOOKED:
        flash(_("Du bist angemeldet."), "ok")
    else:
        flash(_("Du stehst auf der Warteliste."), "ok")
    return _back(workshop_id)


@blueprint.post("/workshops/<int:workshop_id>/sign-off")
@signed_in
def sign_off(workshop_id: int) -> ResponseReturnValue:
    """Give one's place back."""
    who = viewer()
    get_seen(db_session(), workshop_id, who)
    try:
        places.sign_off(db_session(), workshop_id, who.person_id, frame=frame(), now=utc_now())
    except DomainError as error:
        return refused(workshop_id, error)
    flash(_("Du bist abgemeldet. Dein Platz ist für andere frei."), "ok")
    return _back(workshop_id)


@blueprint.get("/workshops/<int:workshop_id>/book")
@requires(Permission.ORGANISE_WORKSHOPS)
def find(workshop_id: int) -> str:
    """Look for somebody to book."""
    return _find_page(_managed(workshop_id))


@blueprint.post("/workshops/<int:workshop_id>/book")
@requires(Permission.ORGANISE_WORKSHOPS)
def book(workshop_id: int) -> ResponseReturnValue:
    """Book somebody, or put them on the waiting list."""
    _managed(workshop_id)
    try:
        found = places.book_for(
            db_session(),
            workshop_id,
            _person_id(),
            by=viewer().person_id,
            frame=frame(),
            now=utc_now(),
        )
    except NotFound:
        raise
    except DomainError as error:
        end_transaction()
        return _find_page(_managed(workshop_id), problem=spoken(error)), error.status
    if found.state == PlaceState.BOOKED:
        flash(_("Der Platz ist gebucht. Die Person bekommt eine E-\u2060Mail."), "ok")
    else:
        flash(_("Alle Plätze sind belegt: Die Person steht auf der Warteliste."), "ok")
    return _back(workshop_id)


@blueprint.post("/workshops/<int:workshop_id>/remove")
@requires(Permission.ORGANISE_WORKSHOPS)
def remove(workshop_id: int) -> ResponseReturnValue:
    """Take somebody out."""
    _managed(workshop_id)
    try:
        places.sign_off_for(
            db_session(),
            workshop_id,
            _person_id(),
            by=viewer().person_id,
            frame=frame(),
            now=utc_now(),
        )
    except DomainError as error:
        return refused(workshop_id, error)
    flash(_("Die Person ist abgemeldet und bekommt eine E-\u2060Mail."), "ok")
    return _back(workshop_id)


def _managed(workshop_id: int) -> Seen:
    return get_managed(db_session(), workshop_id, viewer())


def _person_id() -> int:
    found = whole_number(request.form.get("person", ""), 1, MOST_ID)
    if found is None:
        raise NotFound
    return found


def _find_page(seen: Seen, *, problem: str = "") -> str:
    if seen.workshop.status != Status.PUBLISHED:
        raise NotFound
    session = db_session()
    search = request.values.get("q", "").strip()[:SEARCH_LENGTH]
    words = words_of(search)
    people = find_people(session, words, today=house().today(), limit=MOST_FOUND) if words else []
    states = list_states(session, seen.workshop.id, [one.id for one in people])
    note_list(len(people))
    return render_template(
        "workshops/book.html",
        seen=seen,
        one=seen.workshop,
        title=in_language(seen.workshop.titles),
        search=search,
        people=people,
        states=states,
        most=MOST_FOUND,
        problem=problem,
    )


def _back(workshop_id: int) -> ResponseReturnValue:
    return redirect(url_for("workshops.workshop", workshop_id=workshop_id))
