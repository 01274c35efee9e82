"""/people: who is there, who comes, who has left; master data without status."""

from flask import render_template, request, url_for
from flask_babel import gettext as _

from lms.audit.looks import note_list
from lms.kernel.domain import NotFound
from lms.kernel.permissions import Permission
from lms.people.models import Unit
from lms.people.rules import SEARCH_LENGTH, words_of
from lms.staff.queries.people import (
    PeopleFilters,
    Presence,
    count_by_presence,
    list_units,
    page_of_master_data,
)
from lms.staff.views.blueprint import blueprint
from lms.staff.views.progress import Chip
from lms.web.db import db_session, house
from lms.web.guard import requires
from lms.web.paging import PAGE_SIZE, Page, page_number


@blueprint.get("/people")
@requires(Permission.SEE_PEOPLE)
def people() -> str:
    """Everybody by last name, 25 a page."""
    session, today, number = db_session(), house().today(), page_number()
    units = list_units(session)
    search = request.args.get("q", "").strip()[:SEARCH_LENGTH]
    unit, presence = _unit(units), _presence()
    filters = PeopleFilters(
        words=words_of(search), unit_id=unit.id if unit else None, presence=presence
    )
    counts = count_by_presence(session, filters, today=today)
    rows = page_of_master_data(session, filters, today=today, number=number, size=PAGE_SIZE)
    page = Page(rows, number, counts.get(presence, 0))
    if number > page.count:
        raise NotFound
    note_list(len(rows))
    return render_template(
        "staff/people.html",
        page=page,
        units=units,
        unit=unit,
        search=search,
        presence=presence,
        chips=_chips(counts, presence, search, unit),
        total=sum(counts.values()),
        today=today,
        search_length=SEARCH_LENGTH,
    )


def _unit(units: list[Unit]) -> Unit | None:
    text = request.args.get("unit", "")
    found = {str(unit.id): unit for unit in units}.get(text)
    if text and found is None:
        raise NotFound
    return found


def _presence() -> Presence:
    try:
        return Presence(request.args.get("presence", Presence.THERE.value))
    except ValueError as error:
        raise NotFound from error


def _chips(
    counts: dict[Presence, int], present: Presence, search: str, unit: Unit | None
) -> list[Chip]:
    words = {
        Presence.THERE: _("Im Haus"),
        Presence.COMING: _("Kommt noch"),
        Presence.LEFT: _("Ausgetreten"),
    }
    return [
        Chip(
            url_for(
                "staff.people",
                q=search or None,
                unit=unit.id if unit else None,
                presence=None if presence is Presence.THERE else presence.value,
            ),
            label,
            counts.get(presence, 0),
            presence is present,
        )
        for presence, label in words.items()
    ]
