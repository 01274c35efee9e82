"""/organisation and /organisation/texts: what the organisation says of itself."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.kernel.clock import utc_now
from lms.kernel.permissions import Permission
from lms.system.forms import IdentityForm, MarkForm, TextsForm, identity_values, text_values
from lms.system.operations.marks import MOST_MEBIBYTES
from lms.system.operations.organisation import (
    By,
    ChangedMeanwhile,
    describe,
    fingerprint,
    say,
    texts_fingerprint,
)
from lms.system.queries.organisation import get_organisation, read_identity, read_texts
from lms.system.views.blueprint import organisation as blueprint
from lms.system.views.unfilled import unfilled
from lms.web.db import db_session
from lms.web.guard import requires, viewer


def by() -> By:
    """Who is at it, now."""
    return By(f"person:{viewer().person_id}", utc_now())


@blueprint.get("/organisation")
@requires(Permission.CHANGE_ORGANISATION)
def overview() -> ResponseReturnValue:
    """Name, contacts, mark, and what is not filled in yet."""
    identity = read_identity(db_session())
    form = IdentityForm(formdata=None, data=identity_values(identity))
    return identity_page(form, 200)


@blueprint.post("/organisation")
@requires(Permission.CHANGE_ORGANISATION)
def save_identity() -> ResponseReturnValue:
    """Save name and contacts, unless somebody else did meanwhile."""
    form = IdentityForm()
    if not form.validate():
        return identity_page(form, 422, seen=form.seen.data)
    try:
        changed = describe(db_session(), form.identity(), seen=form.seen.data or "", by=by())
    except ChangedMeanwhile:
        return identity_page(form, 409)
    _say_saved(changed=changed)
    return redirect(url_for("organisation.overview"))


@blueprint.get("/organisation/texts")
@requires(Permission.CHANGE_ORGANISATION)
def texts() -> ResponseReturnValue:
    """Texts of the public pages."""
    found = read_texts(db_session())
    return _texts_page(TextsForm(formdata=None, data=text_values(found)), 200)


@blueprint.post("/organisation/texts")
@requires(Permission.CHANGE_ORGANISATION)
def save_texts() -> ResponseReturnValue:
    """Save all texts, unless somebody else did meanwhile."""
    form = TextsForm()
    if not form.validate():
        return _texts_page(form, 422, seen=form.seen.data)
    try:
        changed = say(db_session(), form.texts(), seen=form.seen.data or "", by=by())
    except ChangedMeanwhile:
        return _texts_page(form, 409)
    _say_saved(changed=changed)
    return redirect(url_for("organisation.texts"))


def _say_saved(*, changed: bool) -> None:
    flash(_("Gespeichert. Die Seiten zeigen es sofort.") if changed else _("Nichts geändert."))


def identity_page(
    form: IdentityForm, status: int, *, seen: str | None = None, mark_form: MarkForm | None = None
) -> tuple[str, int]:
    """The form; a stale one is told what is stored now, and may be saved over it then."""
    session = db_session()
    present = read_identity(session)
    form.seen.data = seen or fingerprint(present)
    values = identity_values(present)
    page = render_template(
        "organisation/overview.html",
        form=form,
        stored=get_organisation(session),
        changed=_changed(form, values) if status == 409 else None,
        unfilled=unfilled(session),
        mark_form=mark_form or MarkForm(formdata=None),
        most_mebibytes=MOST_MEBIBYTES,
    )
    return page, status


def _texts_page(form: TextsForm, status: int, *, seen: str | None = None) -> tuple[str, int]:
    present = read_texts(db_session())
    form.seen.data = seen or texts_fingerprint(present)
    values = text_values(present)
    page = render_template(
        "organisation/texts.html",
        form=form,
        changed=_changed(form, values) if status == 409 else None,
    )
    return page, status


def _changed(form: IdentityForm | TextsForm, values: dict[str, str]) -> list[tuple[str, str]]:
    """Label and stored value of each field that holds something else than what is stored."""
    return [
        (field.label.text, values.get(field.name, ""))
        for field in form
        if field.name not in ("seen", "csrf_token")
        and (field.data or "").replace("\r\n", "\n") != values.get(field.name, "")
    ]
