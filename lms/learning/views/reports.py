"""The officer's side of practice tasks: what was reported, and the word on it."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.audit.looks import note_list, note_record
from lms.kernel.clock import utc_now
from lms.kernel.documents import in_language
from lms.kernel.permissions import Permission
from lms.learning.forms import CommentForm
from lms.learning.operations.practice import confirm_practice, return_practice
from lms.learning.queries.practice import HandedIn, count_waiting, get_handed_in, reports_waiting
from lms.learning.rules.practice import CommentMissing, ReportNotWaiting, ReportState, ReportTooLong
from lms.learning.views.blueprint import blueprint
from lms.web.db import db_session, house
from lms.web.guard import requires, viewer
from lms.web.languages import locale, spoken
from lms.web.paging import PAGE_SIZE, Page, page_number


@blueprint.get("/practice")
@requires(Permission.CONFIRM_PRACTICE)
def reports() -> ResponseReturnValue:
    """Reports that wait, the oldest first."""
    session, number = db_session(), page_number()
    rows = reports_waiting(session, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    page = Page(rows, number, count_waiting(session))
    note_list(len(rows), page="practice_list")
    return render_template("learning/reports.html", page=page)


@blueprint.get("/practice/<int:report_id>")
@requires(Permission.CONFIRM_PRACTICE)
def report_page(report_id: int) -> ResponseReturnValue:
    """One report with its text."""
    return _report_page(get_handed_in(db_session(), report_id), CommentForm())


@blueprint.post("/practice/<int:report_id>/confirm")
@requires(Permission.CONFIRM_PRACTICE)
def confirm(report_id: int) -> ResponseReturnValue:
    """Confirm a report; a second click finds it decided."""
    handed_in = get_handed_in(db_session(), report_id)
    try:
        decision = confirm_practice(
            db_session(),
            report_id,
            officer_id=viewer().person_id,
            zone=house().settings.time_zone,
            now=utc_now(),
        )
    except ReportNotWaiting as error:
        flash(spoken(error), "note")
        return redirect(url_for("learning.reports"))
    name = handed_in.person.name
    if decision.outcome is None:
        flash(
            _(
                "Bestätigt. %(name)s hat den Kurs inzwischen neu begonnen;"
                " ein Nachweis entsteht daraus nicht.",
                name=name,
            ),
            "note",
        )
    elif decision.outcome.is_completed:
        flash(_("Bestätigt. %(name)s hat den Kurs damit abgeschlossen.", name=name), "ok")
    else:
        flash(_("Bestätigt. %(name)s kann im Kurs weitermachen.", name=name), "ok")
    return redirect(url_for("learning.reports"))


@blueprint.post("/practice/<int:report_id>/return")
@requires(Permission.CONFIRM_PRACTICE)
def give_back(report_id: int) -> ResponseReturnValue:
    """Give a report back with a word on what is missing."""
    handed_in = get_handed_in(db_session(), report_id)
    form = CommentForm()
    try:
        return_practice(
            db_session(),
            report_id,
            officer_id=viewer().person_id,
            comment=form.comment.data or "",
            now=utc_now(),
        )
    except ReportNotWaiting as error:
        flash(spoken(error), "note")
        return redirect(url_for("learning.reports"))
    except (CommentMissing, ReportTooLong) as error:
        form.comment.errors = [spoken(error)]
        return _report_page(handed_in, form), error.status
    flash(_("Zurückgegeben. %(name)s sieht deinen Hinweis.", name=handed_in.person.name), "ok")
    return redirect(url_for("learning.reports"))


def _report_page(handed_in: HandedIn, form: CommentForm) -> str:
    note_record(handed_in.person.id, page="practice")
    document = handed_in.version.document
    language = document.language_for(locale())
    return render_template(
        "learning/report.html",
        handed_in=handed_in,
        form=form,
        title=in_language(handed_in.lesson.title, language),
        course_title=in_language(document.title, language),
        task=handed_in.version.rendered.html(in_language(handed_in.lesson.text, language)),
        evidence=in_language(handed_in.lesson.evidence, language),
        is_waiting=handed_in.report.state == ReportState.REPORTED,
        is_own=handed_in.person.id == viewer().person_id,
    )
