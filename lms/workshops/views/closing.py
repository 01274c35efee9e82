"""/workshops/<id>/close, and what is corrected afterwards."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.kernel.clock import utc_now
from lms.kernel.domain import DomainError, NotFound
from lms.kernel.permissions import Permission
from lms.web.db import db_session, end_transaction
from lms.web.guard import requires, viewer
from lms.web.languages import in_language, spoken
from lms.workshops.forms import TakeBackForm
from lms.workshops.operations import closing
from lms.workshops.queries.detail import Seen, get_managed, get_participant
from lms.workshops.queries.tally import tally
from lms.workshops.rules.attendance import Figures
from lms.workshops.rules.words import Status
from lms.workshops.views.attendance import counted_words
from lms.workshops.views.blueprint import blueprint
from lms.workshops.views.detail import deeds_of, refused
from lms.workshops.views.frame import frame


@blueprint.get("/workshops/<int:workshop_id>/close")
@requires(Permission.ORGANISE_WORKSHOPS)
def ask_to_close(workshop_id: int) -> str:
    """The numbers before closing."""
    return _close_page(_managed(workshop_id))


@blueprint.post("/workshops/<int:workshop_id>/close")
@requires(Permission.ORGANISE_WORKSHOPS)
def close(workshop_id: int) -> ResponseReturnValue:
    """Close what is over: evidence is written."""
    _managed(workshop_id)
    try:
        figures = closing.close(
            db_session(),
            workshop_id,
            digest=request.form.get("digest", ""),
            by=viewer().person_id,
            frame=frame(),
            now=utc_now(),
        )
    except DomainError as error:
        return _not_closed(workshop_id, error)
    flash(_("Der Termin ist abgeschlossen: %(figures)s.", figures=figure_words(figures)), "ok")
    return redirect(url_for("workshops.workshop", workshop_id=workshop_id))


@blueprint.get("/workshops/<int:workshop_id>/corrections/<int:person_id>")
@requires(Permission.ORGANISE_WORKSHOPS)
def correction(workshop_id: int, person_id: int) -> str:
    """What was written for somebody after closing, and how it is put right."""
    return _correction_page(_closed(workshop_id), person_id, TakeBackForm())


@blueprint.post("/workshops/<int:workshop_id>/corrections/<int:person_id>")
@requires(Permission.ORGANISE_WORKSHOPS)
def correct(workshop_id: int, person_id: int) -> ResponseReturnValue:
    """Take evidence back with a reason, or add somebody who was there."""
    seen, form = _closed(workshop_id), TakeBackForm()
    is_added = request.form.get("step") == "add"
    if not is_added and not form.validate():
        return _correction_page(seen, person_id, form), 422
    given = {"by": viewer().person_id, "frame": frame(), "now": utc_now()}
    session = db_session()
    try:
        if is_added:
            closing.add_later(session, workshop_id, person_id, **given)  # type: ignore[arg-type]
        else:
            reason = form.reason.data
            closing.take_back(session, workshop_id, person_id, reason=reason, **given)  # type: ignore[arg-type]
    except DomainError as error:
        return refused(workshop_id, error)
    flash(_("Die Anwesenheit ist berichtigt."), "ok")
    return redirect(url_for("workshops.workshop", workshop_id=workshop_id))


def _managed(workshop_id: int) -> Seen:
    return get_managed(db_session(), workshop_id, viewer())


def _closed(workshop_id: int) -> Seen:
    seen = _managed(workshop_id)
    if seen.workshop.status != Status.DONE:
        raise NotFound
    return seen


def _not_closed(workshop_id: int, error: DomainError) -> ResponseReturnValue:
    """The numbers as they are now; where there are none to show, the page of the session."""
    end_transaction()
    seen = _managed(workshop_id)
    if not deeds_of(seen, utc_now()).close:
        return refused(workshop_id, error)
    return _close_page(seen, problem=spoken(error)), error.status


def _close_page(seen: Seen, *, problem: str = "") -> str:
    if not deeds_of(seen, utc_now()).close:
        raise NotFound
    found = tally(db_session(), seen.workshop, seen.dates)
    return render_template(
        "workshops/close.html",
        seen=seen,
        one=seen.workshop,
        title=in_language(seen.workshop.titles),
        course=in_language(seen.course_titles) if seen.course_titles else "",
        figures=found.figures,
        words=figure_words(found.figures),
        problem=problem,
    )


def figure_words(figures: Figures) -> str:
    """6 da, 1 entschuldigt, 1 gefehlt, 2 nicht eingetragen; 6 Nachweise."""
    people = counted_words(
        figures.present, figures.partial, figures.excused, figures.absent, figures.open
    )
    evidence = ngettext("%(num)s Nachweis", "%(num)s Nachweise", figures.evidence)
    return f"{people}; {evidence}"


def _correction_page(seen: Seen, person_id: int, form: TakeBackForm) -> str:
    return render_template(
        "workshops/correction.html",
        seen=seen,
        one=seen.workshop,
        title=in_language(seen.workshop.titles),
        form=form,
        who=get_participant(db_session(), seen.workshop, person_id),
    )
