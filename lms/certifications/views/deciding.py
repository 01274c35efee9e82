"""Documents from elsewhere that wait: approved by somebody else with the date on them, or not."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.audit.looks import note_list, note_record
from lms.certifications.emails import PostFrame
from lms.certifications.forms import ApproveForm, DeclineForm
from lms.certifications.operations.external import approve, decline
from lms.certifications.queries.external import (
    BroughtRow,
    count_waiting,
    get_to_decide,
    has_left,
    interval_for,
    list_waiting,
)
from lms.certifications.rules.evidence import CompletedInTheFuture, CompletedTooLongAgo
from lms.certifications.rules.external import AlreadyDecided, HasLeft, ProofState, ReasonMissing
from lms.certifications.views.blueprint import blueprint
from lms.certifications.views.external import forget
from lms.kernel.clock import utc_now
from lms.kernel.domain import NotFound
from lms.kernel.permissions import Permission
from lms.web.db import db_session, house
from lms.web.guard import requires, viewer
from lms.web.languages import day, spoken
from lms.web.paging import PAGE_SIZE, Page, page_number


def _frame() -> PostFrame:
    settings = house().settings
    return PostFrame(settings.mail_domain, settings.default_locale)


@blueprint.get("/certificates/pending")
@requires(Permission.DECIDE_ON_PROOFS)
def pending() -> str:
    """What waits for one's decision, the oldest first."""
    session, number = db_session(), page_number()
    rows = list_waiting(session, viewer(), limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    page = Page(rows, number, count_waiting(session, viewer()))
    if number > page.count:
        raise NotFound
    note_list(len(rows), page="external_list")
    return render_template("certifications/pending.html", page=page)


@blueprint.get("/certificates/pending/<int:proof_id>")
@requires(Permission.DECIDE_ON_PROOFS)
def pending_proof(proof_id: int) -> str:
    """One document with the two ways to decide."""
    row = get_to_decide(db_session(), proof_id, viewer())
    return _page(row, ApproveForm(), DeclineForm())


def _page(row: BroughtRow, approving: ApproveForm, declining: DeclineForm) -> str:
    session, today = db_session(), house().today()
    note_record(row.person.id, page="external")
    months = interval_for(session, row.person.id, row.proof.course_id)
    return render_template(
        "certifications/pending_proof.html",
        row=row,
        approving=approving,
        declining=declining,
        months=months,
        is_waiting=row.proof.state == ProofState.PENDING.value,
        has_left=has_left(row.person, today),
        today=today,
    )


@blueprint.post("/certificates/pending/<int:proof_id>/approve")
@requires(Permission.DECIDE_ON_PROOFS)
def approve_proof(proof_id: int) -> ResponseReturnValue:
    """Let it count from the day that was read on it."""
    row = get_to_decide(db_session(), proof_id, viewer())
    form = ApproveForm()
    if not form.validate() or form.completed_on.data is None:
        return _page(row, form, DeclineForm()), 422
    try:
        done = approve(
            db_session(),
            proof_id,
            viewer(),
            completed_on=form.completed_on.data,
            frame=_frame(),
            today=house().today(),
            now=utc_now(),
        )
    except AlreadyDecided as error:
        return _decided(error)
    except (CompletedInTheFuture, CompletedTooLongAgo, HasLeft) as error:
        form.completed_on.errors = [spoken(error)]
        return _page(row, form, DeclineForm()), error.status
    name = row.person.name
    if done.evidence is None:
        words = _(
            "Anerkannt. %(name)s konnte noch nicht erneuern: Es zählt als freiwillige"
            " Wiederholung und ändert kein Datum.",
            name=name,
        )
    elif done.evidence.valid_until is None:
        words = _("Anerkannt. %(name)s hat den Nachweis ohne Ablauf.", name=name)
    else:
        until = day(done.evidence.valid_until)
        words = _("Anerkannt. Der Nachweis von %(name)s gilt bis %(day)s.", name=name, day=until)
    flash(words, "ok")
    return redirect(url_for("certifications.pending"))


@blueprint.post("/certificates/pending/<int:proof_id>/decline")
@requires(Permission.DECIDE_ON_PROOFS)
def decline_proof(proof_id: int) -> ResponseReturnValue:
    """Refuse it with a reason that the person reads; its file is deleted."""
    row = get_to_decide(db_session(), proof_id, viewer())
    form = DeclineForm()
    if not form.validate():
        return _page(row, ApproveForm(), form), 422
    try:
        gone = decline(
            db_session(),
            proof_id,
            viewer(),
            reason=form.reason.data or "",
            frame=_frame(),
            today=house().today(),
            now=utc_now(),
        )
    except AlreadyDecided as error:
        return _decided(error)
    except ReasonMissing as error:
        form.reason.errors = [spoken(error)]
        return _page(row, ApproveForm(), form), error.status
    forget(gone)
    flash(_("Abgelehnt. %(name)s liest deinen Grund.", name=row.person.name), "ok")
    return redirect(url_for("certifications.pending"))


def _decided(error: AlreadyDecided) -> ResponseReturnValue:
    flash(spoken(error), "note")
    return redirect(url_for("certifications.pending"))
