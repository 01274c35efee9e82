"""/team: how the people stand who report to somebody, and who stands in for them.

It is there only where the setting lets supervisors know (trust.md 2.1).
"""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.audit.looks import note_list
from lms.kernel.clock import utc_now
from lms.kernel.domain import NotFound
from lms.people.calendar import Span
from lms.people.deputies import (
    AlreadyArranged,
    BeginsInThePast,
    EndsBeforeItBegins,
    NobodyKnown,
    NotOneself,
    NotThere,
    TooLong,
)
from lms.reminders.queries.letters import letters_waiting
from lms.reminders.queries.team import next_overview
from lms.staff.forms import DeputyForm
from lms.staff.operations.deputising import end_deputy, name_deputy
from lms.staff.queries.overview import list_columns
from lms.staff.queries.team import count_team, leads_of, list_deputies, page_of_team
from lms.staff.rules import Need
from lms.staff.views.blueprint import blueprint
from lms.staff.views.cells import Wording
from lms.web.db import db_session, house
from lms.web.guard import require, signed_in, viewer
from lms.web.languages import in_language, spoken
from lms.web.paging import Page, page_number

ROWS = 100


def require_team() -> None:
    """404 where supervisors are told nothing, 403 for whoever is none and stands in for none."""
    if house().settings.supervisor_digest != "names":
        raise NotFound
    require(viewer().has_team)


@blueprint.get("/team")
@signed_in
def team() -> str:
    """The people who report to the viewer, themselves or while standing in for somebody."""
    require_team()
    return _page(DeputyForm(formdata=None))


def _page(form: DeputyForm) -> str:
    session, today, who = db_session(), house().today(), viewer().person_id
    leads, number = leads_of(session, who, today=today), page_number()
    rows = page_of_team(session, leads, today=today, number=number, size=ROWS)
    page = Page(rows, number, count_team(session, leads, today=today), ROWS)
    if number > page.count:
        raise NotFound
    note_list(len(rows))
    shown = {course_id for row in rows for course_id in row.cells}
    columns = [column for column in list_columns(session) if column.course_id in shown]
    needs = [{cell.need for cell in row.cells.values()} for row in rows]
    return render_template(
        "staff/team.html",
        page=page,
        columns=columns,
        titles={column.course_id: in_language(column.titles) for column in columns},
        words_of=Wording().of,
        overdue=sum(Need.OVERDUE in one for one in needs),
        due=sum(Need.DUE in one for one in needs),
        leads=leads,
        overview=next_overview(session, leads.supervisor_ids, today=today),
        letters=len(letters_waiting(session, today=today, supervisor_ids=leads.supervisor_ids)),
        deputies=list_deputies(session, who, today=today),
        form=form,
        today=today,
    )


@blueprint.post("/team/deputies")
@signed_in
def name_own_deputy() -> ResponseReturnValue:
    """Name who stands in for the viewer on which days."""
    require_team()
    form = DeputyForm()
    if not form.validate() or form.from_on.data is None or form.until_on.data is None:
        return _page(form), 422
    try:
        name_deputy(
            db_session(),
            viewer().person_id,
            form.who.data or "",
            Span(form.from_on.data, form.until_on.data),
            today=house().today(),
            now=utc_now(),
        )
    except (NobodyKnown, NotOneself, NotThere) as error:
        form.who.errors = [spoken(error)]
        return _page(form), error.status
    except (AlreadyArranged, BeginsInThePast) as error:
        form.from_on.errors = [spoken(error)]
        return _page(form), error.status
    except (EndsBeforeItBegins, TooLong) as error:
        form.until_on.errors = [spoken(error)]
        return _page(form), error.status
    flash(_("Die Vertretung ist eingetragen."), "ok")
    return redirect(url_for("staff.team"))


@blueprint.post("/team/deputies/<int:deputy_id>/end")
@signed_in
def end_own_deputy(deputy_id: int) -> ResponseReturnValue:
    """End it at once."""
    require_team()
    end_deputy(db_session(), deputy_id, viewer().person_id, today=house().today(), now=utc_now())
    flash(_("Die Vertretung ist beendet."), "ok")
    return redirect(url_for("staff.team"))
