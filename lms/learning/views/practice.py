"""Practice tasks in the player: written bit by bit, reported when done."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.courses.document import Practice
from lms.kernel.clock import utc_now
from lms.kernel.documents import in_language
from lms.kernel.domain import DomainError, NotFound
from lms.learning.forms import ReportForm
from lms.learning.models import PracticeReport
from lms.learning.operations.practice import report_practice, save_draft
from lms.learning.queries.practice import find_report
from lms.learning.rules.practice import (
    REPORT_LIMIT,
    ReportAlreadySent,
    ReportEmpty,
    ReportState,
    ReportTooLong,
    can_change,
)
from lms.learning.views.blueprint import blueprint
from lms.learning.views.visit import Visit, act, frame_of, lead_on
from lms.learning.views.wording import said
from lms.web.db import db_session, house
from lms.web.guard import signed_in
from lms.web.languages import clock, spoken


def practice_page(visit: Visit, practice: Practice, form: ReportForm | None = None) -> str:
    """The task with its report as it stands."""
    report = find_report(db_session(), visit.enrolment.id, practice.key)
    state = ReportState(report.state) if report else None
    text = in_language(practice.text, visit.language)
    is_open = can_change(state) and not visit.is_review
    return render_template(
        "learning/practice.html",
        frame=replace(frame_of(visit), saved="") if is_open else frame_of(visit),
        saved=_saved_line(report),
        visit=visit,
        practice=practice,
        html=visit.version.rendered.html(text),
        evidence=said(practice.evidence, visit.language),
        report=report,
        form=form or ReportForm(text=report.text if report else ""),
        is_open=is_open,
        is_returned=state is ReportState.RETURNED,
        is_waiting=state is ReportState.REPORTED,
        limit=REPORT_LIMIT,
    )


def _saved_line(report: PracticeReport | None) -> str:
    if report is None:
        return str(_("Dein Text wird beim Schreiben gespeichert"))
    return str(_("Entwurf gespeichert um %(time)s", time=clock(report.saved_at)))


@blueprint.post("/courses/<slug>/learn/<lesson>/draft")
@signed_in
def autosave(slug: str, lesson: str) -> ResponseReturnValue:
    """Keep the text while it is written; the reply is one short line beside the button."""

    def deed(visit: Visit) -> ResponseReturnValue:
        try:
            report = _save(visit)
        except (ReportAlreadySent, ReportTooLong) as error:
            return spoken(error)
        return _saved_line(report)

    return act(slug, lesson, deed, in_short=True)


@blueprint.post("/courses/<slug>/learn/<lesson>/later")
@signed_in
def later(slug: str, lesson: str) -> ResponseReturnValue:
    """Keep the text and go back to the course."""

    def deed(visit: Visit) -> ResponseReturnValue:
        try:
            _save(visit)
        except ReportAlreadySent as error:
            flash(spoken(error), "note")
            return redirect(visit.url_of(visit.step))
        except ReportTooLong as error:
            return _refused(visit, error)
        flash(_("Dein Text ist gespeichert. Du kannst jederzeit weitermachen."), "ok")
        return redirect(visit.course_url)

    return act(slug, lesson, deed)


@blueprint.post("/courses/<slug>/learn/<lesson>/report")
@signed_in
def report(slug: str, lesson: str) -> ResponseReturnValue:
    """Report the task as done."""

    def deed(visit: Visit) -> ResponseReturnValue:
        key, text = _practice(visit).key, ReportForm().text.data or ""
        try:
            outcome = report_practice(
                db_session(), visit.enrolment, key, text, zone=_zone(), now=utc_now()
            )
        except (ReportEmpty, ReportTooLong) as error:
            return _refused(visit, error)
        if _practice(visit).confirmed_by == "officer":
            flash(_("Dein Bericht ist abgeschickt und wartet auf Bestätigung."), "ok")
        return lead_on(visit, outcome)

    return act(slug, lesson, deed)


def _save(visit: Visit) -> PracticeReport:
    text = ReportForm().text.data or ""
    key = _practice(visit).key
    return save_draft(db_session(), visit.enrolment, key, text, zone=_zone(), now=utc_now())


def _refused(visit: Visit, error: DomainError) -> ResponseReturnValue:
    form = ReportForm()
    form.text.errors = [spoken(error)]
    return practice_page(visit, _practice(visit), form), error.status


def _practice(visit: Visit) -> Practice:
    if not isinstance(visit.step.lesson, Practice):
        raise NotFound
    return visit.step.lesson


def _zone() -> ZoneInfo:
    return house().settings.time_zone
