"""/privacy: what is stored about me, who looked at it, and taking it along."""

from flask import render_template
from flask_babel import gettext as _

from lms.kernel.domain import NotFound
from lms.people.models import Contact, Person
from lms.people.rules import ContactKind
from lms.privacy.queries.looks import count_looks_at, looks_at
from lms.privacy.queries.stored import count_by_kind, subject_of
from lms.privacy.rules import EXPORTS_A_DAY, NOT_RECORDED
from lms.privacy.views.blueprint import blueprint
from lms.privacy.views.wording import kind_lines, look_lines
from lms.web.db import db_session, house
from lms.web.guard import signed_in, viewer
from lms.web.paging import PAGE_SIZE, Page, page_number

_LOOKS_SHOWN = 3


@blueprint.get("/privacy")
@signed_in
def overview() -> str:
    """My data on one page."""
    return own_page()


def own_page(refusal: str | None = None) -> str:
    """The page; `refusal` says why a file was not made."""
    session, settings = db_session(), house().settings
    who = session.get_one(Person, viewer().person_id)
    looks = looks_at(session, who.id, number=1, size=_LOOKS_SHOWN)
    contact = session.get(Contact, ContactKind.PRIVACY)
    return render_template(
        "privacy/overview.html",
        kinds=kind_lines(count_by_kind(session, subject_of(who))),
        looks=look_lines(looks, shows_viewer=settings.access_log_names),
        looks_total=count_looks_at(session, who.id),
        shows_names=settings.access_log_names,
        tells_supervisor=settings.supervisor_digest == "names",
        promises=[_(promise.text) for promise in NOT_RECORDED],
        contact=contact if contact and contact.name else None,
        exports_a_day=EXPORTS_A_DAY,
        refusal=refusal,
    )


@blueprint.get("/privacy/looks")
@signed_in
def looks() -> str:
    """Everybody who looked at my record, the newest first."""
    session, number, settings = db_session(), page_number(), house().settings
    person_id = viewer().person_id
    found = looks_at(session, person_id, number=number, size=PAGE_SIZE)
    page = Page(
        look_lines(found, shows_viewer=settings.access_log_names),
        number,
        count_looks_at(session, person_id),
    )
    if number > page.count:
        raise NotFound
    return render_template("privacy/looks.html", page=page, shows_names=settings.access_log_names)
