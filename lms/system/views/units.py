"""/organisation/units: add, rename, put together, delete."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.kernel.domain import DomainError
from lms.kernel.permissions import Permission
from lms.kernel.text import whole_number
from lms.people.models import Unit
from lms.system.forms import MergeForm, UnitForm
from lms.system.operations import units as operations
from lms.system.operations.organisation import ChangedMeanwhile
from lms.system.queries.units import get_unit, list_units
from lms.system.views.blueprint import organisation as blueprint
from lms.system.views.identity import by
from lms.web.db import db_session, house
from lms.web.guard import requires
from lms.web.ids import MOST_ID
from lms.web.languages import spoken


@blueprint.get("/organisation/units")
@requires(Permission.CHANGE_ORGANISATION)
def units() -> ResponseReturnValue:
    """All units with how many people are in them, and a form for a new one."""
    return _units_page(UnitForm(formdata=None), 200)


@blueprint.post("/organisation/units")
@requires(Permission.CHANGE_ORGANISATION)
def add_unit() -> ResponseReturnValue:
    """A new unit."""
    form = UnitForm()
    if not form.validate():
        return _units_page(form, 422)
    try:
        unit = operations.add_unit(db_session(), form.name.data or "", by=by())
    except DomainError as error:
        form.name.errors = [spoken(error)]
        return _units_page(form, error.status)
    flash(_("Der Bereich „%(name)s“ ist angelegt.", name=unit.name), "ok")
    return redirect(url_for("organisation.units"))


@blueprint.get("/organisation/units/<int:unit_id>")
@requires(Permission.CHANGE_ORGANISATION)
def unit(unit_id: int) -> ResponseReturnValue:
    """One unit: rename it, put it into another one, delete it."""
    found = get_unit(db_session(), unit_id)
    return _unit_page(found, UnitForm(formdata=None, name=found.name), 200)


@blueprint.post("/organisation/units/<int:unit_id>")
@requires(Permission.CHANGE_ORGANISATION)
def rename_unit(unit_id: int) -> ResponseReturnValue:
    """Another name; whoever saves later than somebody else is told."""
    session, form = db_session(), UnitForm()
    found = get_unit(session, unit_id)
    if not form.validate():
        return _unit_page(found, form, 422, seen=form.seen.data)
    try:
        operations.rename_unit(
            session, unit_id, form.name.data or "", seen=form.seen.data or "", by=by()
        )
    except ChangedMeanwhile:
        return _unit_page(found, form, 409)
    except DomainError as error:
        form.name.errors = [spoken(error)]
        return _unit_page(found, form, error.status, seen=form.seen.data)
    flash(_("Der Bereich heißt jetzt „%(name)s“.", name=found.name), "ok")
    return redirect(url_for("organisation.units"))


@blueprint.post("/organisation/units/<int:unit_id>/delete")
@requires(Permission.CHANGE_ORGANISATION)
def delete_unit(unit_id: int) -> ResponseReturnValue:
    """Delete one that nothing points to; the first click without a script asks once more."""
    session = db_session()
    found = get_unit(session, unit_id)
    if request.form.get("confirmed") != "yes":
        return render_template("organisation/delete_unit.html", unit=found)
    try:
        name = operations.delete_unit(session, unit_id, today=house().today(), by=by())
    except DomainError as error:
        form = UnitForm(formdata=None, name=found.name)
        form.form_errors.append(spoken(error))
        return _unit_page(found, form, error.status)
    flash(_("Der Bereich „%(name)s“ ist gelöscht.", name=name), "ok")
    return redirect(url_for("organisation.units"))


@blueprint.post("/organisation/units/<int:unit_id>/merge")
@requires(Permission.CHANGE_ORGANISATION)
def merge_unit(unit_id: int) -> ResponseReturnValue:
    """Show what putting together would do, or do exactly that."""
    session, form, today = db_session(), MergeForm(), house().today()
    found = get_unit(session, unit_id)
    target_id = whole_number(request.form.get("target", ""), 1, MOST_ID) or 0
    form.target.choices = _others(found)
    if not form.validate():
        return _unit_page(found, UnitForm(formdata=None, name=found.name), 422, merge=form)
    if request.form.get("step") != "save":
        plan = operations.preview_merge(session, unit_id, target_id, today=today, by=by())
        return render_template("organisation/merge_units.html", plan=plan, unit_id=unit_id)
    done = operations.merge_units(session, unit_id, target_id, today=today, by=by())
    if request.form.get("digest") != done.digest:
        # The status rolls back what was just done.
        page = render_template(
            "organisation/merge_units.html", plan=done, unit_id=unit_id, has_changed=True
        )
        return page, 409
    flash(
        _("„%(source)s“ gehört jetzt zu „%(target)s“.", source=done.source, target=done.target),
        "ok",
    )
    return redirect(url_for("organisation.units"))


def _others(unit: Unit) -> list[tuple[str, str]]:
    rows = list_units(db_session(), today=house().today())
    return [(str(row.id), row.name) for row in rows if row.id != unit.id]


def _units_page(form: UnitForm, status: int) -> tuple[str, int]:
    rows = list_units(db_session(), today=house().today())
    return render_template("organisation/units.html", form=form, units=rows), status


def _unit_page(
    unit: Unit,
    form: UnitForm,
    status: int,
    *,
    seen: str | None = None,
    merge: MergeForm | None = None,
) -> tuple[str, int]:
    rows = list_units(db_session(), today=house().today())
    row = next(one for one in rows if one.id == unit.id)
    form.seen.data = seen or row.name
    merge = merge or MergeForm(formdata=None)
    merge.target.choices = [(str(one.id), one.name) for one in rows if one.id != unit.id]
    page = render_template(
        "organisation/unit.html",
        row=row,
        form=form,
        merge=merge,
        changed=[(_("Name des Bereichs"), row.name)] if status == 409 else None,
    )
    return page, status
