"""Steps 2 and 3: the preview and its confirmation, the progress, what was saved, taking it back."""

from dataclasses import dataclass

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.audit.looks import note_list
from lms.kernel.clock import utc_now
from lms.kernel.domain import DomainError, NotFound
from lms.kernel.permissions import Permission
from lms.lists.exports import faults_csv
from lms.lists.forms import ReasonForm
from lms.lists.models import Import
from lms.lists.operations.confirming import confirm, discard, is_expired
from lms.lists.operations.looking import Looked
from lms.lists.operations.taking_back import begin_taking_back, count_revocable
from lms.lists.queries.directory import titles_by_slug
from lms.lists.queries.imports import (
    count_by_outcome,
    get_visible,
    gives_rights,
    list_results,
    page_of_results,
)
from lms.lists.rules import UNDER_WAY, ListKind, Outcome, ReasonMissing, RowResult, State, Tally
from lms.lists.views.blueprint import blueprint
from lms.lists.views.words import ShownRow, column_name, shown, words_of
from lms.web.db import db_session, house
from lms.web.guard import has_confirmed, requires, viewer
from lms.web.languages import spoken
from lms.web.paging import Page, page_number

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter as a link."""

    url: str
    label: str
    count: int
    current: bool
    icon: str = ""
    key: str = ""


@blueprint.get("/people/import/<int:import_id>")
@requires(Permission.IMPORT_PEOPLE)
def show(import_id: int) -> str:
    """Where a list stands: being worked on, ready to be confirmed, or saved."""
    made = get_visible(db_session(), import_id, viewer())
    if made.state in UNDER_WAY:
        return render_template("lists/under_way.html", made=made)
    if made.state is State.READY:
        outcome, number = _outcome(), page_number()
        counts = count_by_outcome(db_session(), made.id)
        total = counts.get(outcome, 0) if outcome else sum(counts.values())
        results = page_of_results(db_session(), made.id, outcome, number=number, size=PAGE_SIZE)
        page = Page(_shown(made.kind, results), number, total, PAGE_SIZE)
        if number > page.count:
            raise NotFound
        return _preview(made, page, Tally(**made.tally), outcome=outcome, digest=made.digest or "")
    return _done(made, ReasonForm())


@blueprint.post("/people/import/<int:import_id>")
@requires(Permission.IMPORT_PEOPLE)
def save(import_id: int) -> ResponseReturnValue:
    """Save exactly what the preview said; rights are given by whoever showed who they are."""
    session, who = db_session(), viewer()
    made = get_visible(session, import_id, who)
    here = url_for("lists.show", import_id=import_id)
    if made.state is State.READY and made.made_by != who.person_id:
        raise NotFound
    if made.state is State.READY and gives_rights(session, made.id) and not has_confirmed(who):
        return redirect(url_for("access.confirm", next=here))
    try:
        other = confirm(
            session,
            import_id,
            digest=request.form.get("digest", ""),
            today=house().today(),
            now=utc_now(),
        )
    except DomainError as error:
        flash(spoken(error), "exp")
        return redirect(url_for(f"lists.{made.kind.value}"))
    if other is not None:
        # The status rolls back what was just done.
        return _other_preview(made, other), 409
    return redirect(here)


@blueprint.post("/people/import/<int:import_id>/discard")
@requires(Permission.IMPORT_PEOPLE)
def forget(import_id: int) -> ResponseReturnValue:
    """Leave everything as it is."""
    made = get_visible(db_session(), import_id, viewer())
    kind = made.kind
    if discard(db_session(), import_id):
        flash(_("Verworfen. Es ist nichts gespeichert."), "note")
        return redirect(url_for(f"lists.{kind.value}"))
    return redirect(url_for("lists.show", import_id=import_id))


@blueprint.get("/people/import/<int:import_id>/faults.csv")
@requires(Permission.IMPORT_PEOPLE)
def faults(import_id: int) -> Response:
    """Every row that was refused, with what to do."""
    made = get_visible(db_session(), import_id, viewer())
    results = list_results(db_session(), made.id, outcome=Outcome.REFUSED)
    note_list(len(results))
    content = faults_csv(
        (_("Zeile"), _("Person"), _("Spalte"), _("Wert"), _("Was zu tun ist")),
        results,
        words=words_of,
        column_name=lambda column: column_name(made.kind, column) if column else "",
    )
    return Response(
        content,
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="fehler-{made.id}.csv"'},
    )


@blueprint.post("/people/import/<int:import_id>/take-back")
@requires(Permission.IMPORT_RECORDS)
def take_back(import_id: int) -> ResponseReturnValue:
    """Revoke the evidence that a list made, with a reason."""
    made = get_visible(db_session(), import_id, viewer())
    form = ReasonForm()
    try:
        begin_taking_back(
            db_session(),
            made.id,
            reason=form.reason.data or "",
            by=viewer().person_id,
            today=house().today(),
            now=utc_now(),
        )
    except ReasonMissing as error:
        form.reason.errors = [spoken(error)]
        return _done(made, form), 422
    except DomainError as error:
        flash(spoken(error), "exp")
    return redirect(url_for("lists.show", import_id=import_id))


def _outcome() -> Outcome | None:
    text = request.args.get("outcome", "")
    if not text:
        return None
    try:
        return Outcome(text)
    except ValueError as error:
        raise NotFound from error


def _shown(kind: ListKind, results: list[RowResult]) -> list[ShownRow]:
    titles = titles_by_slug(db_session()) if kind is ListKind.EVIDENCE else {}
    return [shown(kind, one, titles) for one in results]


def _other_preview(made: Import, other: Looked) -> str:
    """The preview of what would be saved now, on one page: the list is short."""
    changes = sorted(other.results, key=lambda one: (one.outcome is Outcome.UNCHANGED, one.line))
    page = Page(_shown(made.kind, changes), 1, len(changes), len(changes))
    return _preview(made, page, other.tally, outcome=None, digest=other.digest, has_changed=True)


def _preview(
    made: Import,
    page: Page[ShownRow],
    tally: Tally,
    *,
    outcome: Outcome | None,
    digest: str,
    has_changed: bool = False,
) -> str:
    note_list(len(page.rows))
    return render_template(
        "lists/preview.html",
        made=made,
        page=page,
        tally=tally,
        digest=digest,
        has_changed=has_changed or made.has_changed,
        is_expired=is_expired(made, now=utc_now()),
        chips=[] if has_changed else _chips(made, tally, outcome),
    )


def _chips(made: Import, tally: Tally, present: Outcome | None) -> list[Chip]:
    words = (
        (None, _("Alle"), tally.taken + tally.refused, "", ""),
        (Outcome.MADE, _("Neu"), tally.made, "plus", "ok"),
        (Outcome.CHANGED, _("Geändert"), tally.changed, "pencil", "run"),
        (Outcome.LEFT, _("Austritt"), tally.left, "log-out", "soon"),
        (Outcome.UNCHANGED, _("Unverändert"), tally.unchanged, "check", "none"),
        (Outcome.REFUSED, _("Fehler"), tally.refused, "triangle-alert", "exp"),
    )
    return [
        Chip(
            url_for("lists.show", import_id=made.id, outcome=outcome.value if outcome else None),
            label,
            count,
            outcome is present,
            icon,
            key,
        )
        for outcome, label, count, icon, key in words
        if count or outcome is None
    ]


def _done(made: Import, form: ReasonForm) -> str:
    return render_template(
        "lists/done.html",
        made=made,
        tally=Tally(**made.tally),
        form=form,
        revocable=count_revocable(db_session(), made),
    )
