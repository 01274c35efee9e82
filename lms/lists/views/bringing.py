"""Step 1 of each list: choosing a file, an empty list to fill in."""

from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from lms.kernel.clock import utc_now
from lms.kernel.domain import DomainError
from lms.kernel.permissions import Permission
from lms.kernel.text import one_line
from lms.lists.exports import example_of, template_csv
from lms.lists.forms import ListForm
from lms.lists.operations.confirming import bring_for_preview
from lms.lists.queries.imports import last_saved
from lms.lists.rules import COLUMNS, NEEDED, Importer, ListKind, Occasion
from lms.lists.views.blueprint import blueprint
from lms.web.db import db_session, end_transaction, house
from lms.web.guard import requires, viewer
from lms.web.languages import spoken
from lms.web.uploads import MEBIBYTE, takes_files

MOST_MEBIBYTES = 5
NAME_LENGTH = 200


@blueprint.get("/people/import")
@requires(Permission.IMPORT_PEOPLE)
def people() -> str:
    """Choose a staff list."""
    return _page(ListKind.PEOPLE, ListForm())


@blueprint.post("/people/import")
@requires(Permission.IMPORT_PEOPLE)
@takes_files(MOST_MEBIBYTES)
def bring_people() -> ResponseReturnValue:
    """Look at a staff list."""
    return _bring(ListKind.PEOPLE)


@blueprint.get("/people/import/template.csv")
@requires(Permission.IMPORT_PEOPLE)
def people_template() -> Response:
    """An empty staff list."""
    return _template(ListKind.PEOPLE, "personalliste.csv")


@blueprint.get("/people/import/evidence")
@requires(Permission.IMPORT_RECORDS)
def evidence() -> str:
    """Choose a list of evidence."""
    return _page(ListKind.EVIDENCE, ListForm())


@blueprint.post("/people/import/evidence")
@requires(Permission.IMPORT_RECORDS)
@takes_files(MOST_MEBIBYTES)
def bring_evidence() -> ResponseReturnValue:
    """Look at a list of evidence."""
    return _bring(ListKind.EVIDENCE)


@blueprint.get("/people/import/evidence/template.csv")
@requires(Permission.IMPORT_RECORDS)
def evidence_template() -> Response:
    """An empty list of evidence."""
    return _template(ListKind.EVIDENCE, "nachweise.csv")


@blueprint.get("/people/import/absences")
@requires(Permission.IMPORT_RECORDS)
def absences() -> str:
    """Choose a list of absences."""
    return _page(ListKind.ABSENCES, ListForm())


@blueprint.post("/people/import/absences")
@requires(Permission.IMPORT_RECORDS)
@takes_files(MOST_MEBIBYTES)
def bring_absences() -> ResponseReturnValue:
    """Look at a list of absences."""
    return _bring(ListKind.ABSENCES)


@blueprint.get("/people/import/absences/template.csv")
@requires(Permission.IMPORT_RECORDS)
def absences_template() -> Response:
    """An empty list of absences."""
    return _template(ListKind.ABSENCES, "abwesenheiten.csv")


def _bring(kind: ListKind) -> ResponseReturnValue:
    form, who = ListForm(), viewer()
    sent = form.file.data
    if not form.validate() or not isinstance(sent, FileStorage) or not sent.filename:
        form.file.errors = [_("Wähle eine CSV-Datei aus.")]
        return _page(kind, form), 422
    content = sent.stream.read(MOST_MEBIBYTES * MEBIBYTE + 1)
    if len(content) > MOST_MEBIBYTES * MEBIBYTE:
        form.file.errors = [_("Die Datei hat mehr als %(most)s MB.", most=MOST_MEBIBYTES)]
        return _page(kind, form), 413
    occasion = Occasion(today=house().today(), now=utc_now(), importer=Importer(who.person_id))
    # Reading takes a moment; nobody else waits for the database meanwhile.
    end_transaction()
    try:
        made = bring_for_preview(
            db_session(), kind, file_name(sent.filename), content, occasion=occasion
        )
    except DomainError as error:
        form.file.errors = [spoken(error)]
        return _page(kind, form), 422
    return redirect(url_for("lists.show", import_id=made.id))


def file_name(name: str) -> str:
    """The name of a file without folders, in one line."""
    return one_line(name.replace("\\", "/").rpartition("/")[2])[:NAME_LENGTH] or "liste.csv"


def _page(kind: ListKind, form: ListForm) -> str:
    needed = {key: len(keys) for keys in NEEDED[kind] for key in keys}
    return render_template(
        "lists/bring.html",
        kind=kind,
        form=form,
        columns=[
            (column, needed.get(column.key, 0), example_of(kind, column.key))
            for column in COLUMNS[kind]
        ],
        last=last_saved(db_session(), kind),
        most=MOST_MEBIBYTES,
    )


def _template(kind: ListKind, name: str) -> Response:
    return Response(
        template_csv(kind),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
