"""/privacy/log: who looked at whose record, for the data-protection officer."""

import datetime as dt

from flask import render_template, request
from sqlalchemy.orm import Session

from lms.audit.looks import note_list
from lms.kernel.domain import NotFound
from lms.kernel.permissions import Permission
from lms.people.models import Person
from lms.people.queries import find_person
from lms.privacy.queries.looks import LookFilters, page_of_looks
from lms.privacy.views.blueprint import blueprint
from lms.privacy.views.wording import look_lines
from lms.web.db import db_session, house
from lms.web.guard import requires
from lms.web.paging import Page, page_number

_PAGE_SIZE = 50
_LONGEST = 254


@blueprint.get("/privacy/log")
@requires(Permission.READ_ACCESS_LOG)
def log() -> str:
    """The access log, the newest first; by person and by days."""
    session, number = db_session(), page_number()
    wanted = request.args.get("person", "").strip()[:_LONGEST]
    person = _person(session, wanted)
    since, until = _day("from"), _day("until")
    filters = LookFilters(
        person_id=person.id if person else None, since=_begin(since), until=_end(until)
    )
    is_nobody = bool(wanted) and person is None
    found, total = (
        ([], 0) if is_nobody else page_of_looks(session, filters, number=number, size=_PAGE_SIZE)
    )
    page = Page(look_lines(found, shows_viewer=True), number, total, _PAGE_SIZE)
    if number > page.count:
        raise NotFound
    note_list(len(found), page="access_log")
    return render_template(
        "privacy/log.html",
        page=page,
        wanted=wanted,
        person=person,
        is_nobody=is_nobody,
        since=since,
        until=until,
    )


def _person(session: Session, wanted: str) -> Person | None:
    return find_person(session, wanted) if wanted else None


def _day(name: str) -> dt.date | None:
    """A day of the form; what is none is as if nothing stood there."""
    try:
        return dt.date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def _begin(day: dt.date | None) -> dt.datetime | None:
    zone = house().settings.time_zone
    return dt.datetime.combine(day, dt.time(), zone) if day else None


def _end(day: dt.date | None) -> dt.datetime | None:
    return _begin(day + dt.timedelta(days=1)) if day and day < dt.date.max else None
