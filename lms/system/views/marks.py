"""The organisation's mark: brought, taken away, shown to anybody."""

from flask import Response, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from lms.certifications.queries.external import is_file_needed
from lms.kernel import files
from lms.kernel.domain import DomainError
from lms.kernel.permissions import Permission
from lms.kernel.pictures import drawn_small
from lms.system.forms import IdentityForm, MarkForm, identity_values
from lms.system.operations.marks import (
    HEIGHT,
    MOST_BYTES,
    MOST_MEBIBYTES,
    WIDTH,
    Mark,
    NoPicture,
    remove_mark,
    require_picture,
    require_size,
    set_mark,
)
from lms.system.queries.organisation import get_organisation, read_identity
from lms.system.views.blueprint import organisation as blueprint
from lms.system.views.blueprint import public_pages
from lms.system.views.identity import by, identity_page
from lms.web.db import db_session, end_transaction, house, once_saved
from lms.web.guard import public, requires
from lms.web.languages import spoken
from lms.web.uploads import takes_files


@blueprint.post("/organisation/mark")
@requires(Permission.CHANGE_ORGANISATION)
@takes_files(MOST_MEBIBYTES)
def save_mark() -> ResponseReturnValue:
    """Take a picture as the mark."""
    form = MarkForm()
    try:
        png, mark = _drawn(form)
        before = set_mark(db_session(), mark, by=by())
    except DomainError as error:
        form.file.errors = [spoken(error)]
        values = identity_values(read_identity(db_session()))
        identity = IdentityForm(formdata=None, data=values)
        return identity_page(identity, error.status, mark_form=form)
    files.save(house().settings.files, png)
    _forget(before)
    flash(_("Das Zeichen steht jetzt auf jeder Seite und auf neuen Nachweis-PDFs."), "ok")
    return redirect(url_for("organisation.overview"))


@blueprint.post("/organisation/mark/remove")
@requires(Permission.CHANGE_ORGANISATION)
def take_mark_away() -> ResponseReturnValue:
    """Show no mark any more."""
    before = remove_mark(db_session(), by=by())
    if before:
        _forget(before)
        flash(_("Das Zeichen ist entfernt."), "ok")
    return redirect(url_for("organisation.overview"))


@public_pages.get("/mark/<sha256>.png")
@public
def mark(sha256: str) -> Response:
    """The present mark; any other file of the store is not there."""
    if get_organisation(db_session()).mark_sha256 != sha256:
        abort(404)
    try:
        with files.open_file(house().settings.files, sha256) as stream:
            answer = Response(stream.read(), content_type="image/png")
    except FileNotFoundError:
        abort(404)
    answer.headers["Content-Disposition"] = 'inline; filename="mark.png"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


def _forget(sha256: str | None) -> None:
    """Delete a mark that nobody shows any more, once that is saved."""
    if sha256 is not None and not is_file_needed(db_session(), sha256):
        folder = house().settings.files
        once_saved(lambda: files.delete(folder, sha256))


def _drawn(form: MarkForm) -> tuple[bytes, Mark]:
    sent = form.file.data
    if not isinstance(sent, FileStorage) or not sent.filename:
        raise NoPicture
    with sent.stream as stream:
        content = stream.read(MOST_BYTES + 1)
    media_type = require_picture(sent.filename, content)
    # Drawing takes a second or two; nobody else waits for the database meanwhile.
    end_transaction()
    png = drawn_small(content, media_type, width=WIDTH, height=HEIGHT)
    width, height = require_size(png)
    return png, Mark(files.name_of(png), width, height)
