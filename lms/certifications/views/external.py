"""A document from elsewhere: brought, looked at, taken back by whose it is."""

import hashlib
import io

from flask import Response, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from lms.audit.looks import note_record
from lms.certifications.forms import BringForm
from lms.certifications.operations.external import Brought, bring, withdraw
from lms.certifications.queries.external import get_visible
from lms.certifications.rules.evidence import CompletedInTheFuture, CompletedTooLongAgo
from lms.certifications.rules.external import (
    MOST_BYTES,
    MOST_MEBIBYTES,
    AlreadyDecided,
    AlreadyWaiting,
    file_name,
    media_type_of,
)
from lms.certifications.views.blueprint import blueprint
from lms.courses.queries import list_published
from lms.kernel import files
from lms.kernel.clock import utc_now
from lms.kernel.documents import in_language
from lms.kernel.domain import DomainError
from lms.kernel.pictures import drawn_anew
from lms.web.db import db_session, end_transaction, house, once_saved
from lms.web.guard import signed_in, viewer
from lms.web.languages import locale, spoken
from lms.web.uploads import takes_files


def _form(session: Session) -> tuple[BringForm, dict[str, int]]:
    """The form with its courses by title, and their ids by slug."""
    form = BringForm()
    courses = {one.slug: one for one in list_published(session)}
    titles = sorted(
        (
            (slug, in_language(one.document.title, one.document.language_for(locale())))
            for slug, one in courses.items()
        ),
        key=lambda pair: pair[1].casefold(),
    )
    form.course.choices = [("", _("Kurs auswählen")), *titles]
    return form, {slug: one.course_id for slug, one in courses.items()}


@blueprint.get("/certificates/external/new")
@signed_in
def external_form() -> str:
    """The form; `?course=` chooses one beforehand."""
    form, course_ids = _form(db_session())
    asked = request.args.get("course", "")
    if asked in course_ids:
        form.course.data = asked
    return _page(form)


def _page(form: BringForm) -> str:
    return render_template("certifications/bring.html", form=form, most=MOST_MEBIBYTES)


@blueprint.post("/certificates/external/new")
@signed_in
@takes_files(MOST_MEBIBYTES)
def bring_external() -> ResponseReturnValue:
    """Put a document before those who decide."""
    form, course_ids = _form(db_session())
    is_valid = form.validate()
    if form.course.data not in course_ids:
        form.course.errors = [_("Wähle den Kurs aus, für den der Nachweis zählt.")]
        is_valid = False
    found = _read(form)
    if not is_valid or found is None or form.completed_on.data is None:
        return _page(form), 422
    name, media_type, content = found
    what = Brought(
        person_id=viewer().person_id,
        course_id=course_ids[form.course.data],
        completed_on=form.completed_on.data,
        issuer=form.issuer.data or "",
        note=form.note.data or "",
        file_name=name,
        file_sha256=hashlib.sha256(content).hexdigest(),
        media_type=media_type,
        size_bytes=len(content),
    )
    try:
        bring(db_session(), what, today=house().today(), now=utc_now())
    except (CompletedInTheFuture, CompletedTooLongAgo) as error:
        form.completed_on.errors = [spoken(error)]
        return _page(form), error.status
    except AlreadyWaiting as error:
        form.course.errors = [spoken(error)]
        return _page(form), error.status
    except DomainError as error:
        form.file.errors = [spoken(error)]
        return _page(form), error.status
    files.save(house().settings.files, content)
    flash(_("Dein Nachweis ist in Prüfung. Bis dahin ändert sich kein Datum."), "ok")
    return redirect(url_for("certifications.mine"))


def _read(form: BringForm) -> tuple[str, str, bytes] | None:
    """Name, media type and bytes of what was sent; None leaves the reason at the field."""
    sent = form.file.data
    if not isinstance(sent, FileStorage) or not sent.filename:
        form.file.errors = [_("Wähle die Datei aus: ein PDF oder ein Foto.")]
        return None
    name = file_name(sent.filename)
    content = sent.stream.read(MOST_BYTES + 1)
    try:
        media_type = media_type_of(name, content)
        if media_type.startswith("image/"):
            # Drawing takes a second or two; nobody else waits for the database meanwhile.
            end_transaction()
            content = drawn_anew(content, media_type)
    except DomainError as error:
        form.file.errors = [spoken(error)]
        return None
    return name, media_type, content


@blueprint.get("/certificates/external/<int:proof_id>/file")
@signed_in
def external_file(proof_id: int) -> Response:
    """The file, for whose it is and for those who decide or decided; nobody else."""
    proof = get_visible(db_session(), proof_id, viewer())
    try:
        with files.open_file(house().settings.files, proof.file_sha256) as stream:
            content = stream.read()
    except FileNotFoundError:
        abort(404)
    if proof.person_id != viewer().person_id:
        note_record(proof.person_id, page="external")
    answer = send_file(
        io.BytesIO(content),
        mimetype=proof.media_type,
        as_attachment=True,
        download_name=proof.file_name,
        etag=False,
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/certificates/external/<int:proof_id>/withdraw")
@signed_in
def withdraw_external(proof_id: int) -> ResponseReturnValue:
    """Take one's own document back while it waits; its file is deleted."""
    try:
        gone = withdraw(db_session(), proof_id, viewer().person_id, now=utc_now())
    except AlreadyDecided as error:
        flash(spoken(error), "note")
        return redirect(url_for("certifications.mine"))
    forget(gone)
    flash(_("Zurückgezogen. Die Datei ist gelöscht."), "ok")
    return redirect(url_for("certifications.mine"))


def forget(sha256: str | None) -> None:
    """Delete the bytes that nobody needs any more, once that is saved."""
    if sha256 is not None:
        folder = house().settings.files
        once_saved(lambda: files.delete(folder, sha256))
