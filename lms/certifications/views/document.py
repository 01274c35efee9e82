"""One certificate: its page, its picture, its PDF, and whether the public check shows the name."""

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from lms.certifications.exports import (
    Sheet,
    SheetMark,
    certificate_file_name,
    certificate_pdf,
    certificate_svg,
)
from lms.certifications.forms import NameForm
from lms.certifications.operations.sharing import note_look, show_name
from lms.certifications.queries.certificates import (
    CertificateRow,
    find_any,
    find_officer,
    find_own,
    list_certificates,
)
from lms.certifications.views.blueprint import blueprint
from lms.certifications.views.sheet import sheet_of
from lms.certifications.views.wording import certificate_line, plain, said, way_of
from lms.courses.queries import get_version
from lms.kernel import files
from lms.kernel.clock import local_date, utc_now
from lms.kernel.domain import NotFound
from lms.kernel.permissions import Permission, may
from lms.kernel.viewer import HouseMark
from lms.people.queries import find_organisation, mark_of
from lms.web.db import after_the_request, db_session, end_transaction, house
from lms.web.guard import signed_in, viewer

# The largest number that an id can have on both databases; above it nothing is asked.
_ADDRESS = "/certificates/<int(max=2147483647):certificate_id>"


@blueprint.get(_ADDRESS)
@signed_in
def document(certificate_id: int) -> ResponseReturnValue:
    """The document as a picture with its facts beside it."""
    return _page(_load(certificate_id))


@blueprint.post(_ADDRESS + "/name")
@signed_in
def choose_name(certificate_id: int) -> ResponseReturnValue:
    """Show or hide one's own name at the public check."""
    form = NameForm()
    shows = bool(form.show.data)
    show_name(
        db_session(),
        certificate_id,
        person_id=viewer().person_id,
        shows_name=shows,
        now=utc_now(),
    )
    flash(
        _("Die öffentliche Prüfung zeigt jetzt deinen Namen.")
        if shows
        else _("Die öffentliche Prüfung zeigt deinen Namen nicht."),
        "ok",
    )
    return redirect(url_for("certifications.document", certificate_id=certificate_id))


@blueprint.get(_ADDRESS + ".pdf")
@signed_in
def pdf(certificate_id: int) -> ResponseReturnValue:
    """The document to keep, to print and to hand on."""
    row = _load(certificate_id)
    sheet = _sheet(db_session(), row)
    end_transaction()
    response = make_response(certificate_pdf(sheet))
    response.content_type = "application/pdf"
    response.headers.set(
        "Content-Disposition",
        "attachment",
        filename=certificate_file_name(_("Nachweis"), row.slug, row.holder),
    )
    return response


@blueprint.get(_ADDRESS + ".svg")
@signed_in
def picture(certificate_id: int) -> ResponseReturnValue:
    """The same sheet as a picture."""
    sheet = _sheet(db_session(), _load(certificate_id))
    end_transaction()
    response: Response = make_response(certificate_svg(sheet))
    response.content_type = "image/svg+xml"
    return response


def _load(certificate_id: int) -> CertificateRow:
    """One's own certificate, or for the officer anybody's, which is written to the access log."""
    who, session = viewer(), db_session()
    own = find_own(session, certificate_id, who.person_id)
    if own is not None:
        return own
    other = find_any(session, certificate_id) if may(who, Permission.SEE_STATUS) else None
    if other is None or other.is_anonymous:
        raise NotFound
    subject_id = other.person_id
    after_the_request(lambda write: note_look(write, who, subject_id=subject_id, now=utc_now()))
    return other


def own_sheets(session: Session, person_id: int) -> list[tuple[str, Sheet]]:
    """Everything that is to be printed of one person's certificates, by the names of files."""
    return [
        (
            f"{row.certificate_id}-" + certificate_file_name(_("Nachweis"), row.slug, row.holder),
            _sheet(session, row),
        )
        for row in list_certificates(session, person_id)
    ]


def _sheet(session: Session, row: CertificateRow) -> Sheet:
    organisation = find_organisation(session)
    return sheet_of(
        row,
        get_version(session, row.version_id).document,
        organisation=organisation.name if organisation else house().settings.organisation,
        officer=find_officer(session, today=house().today()),
        mark=_mark(mark_of(organisation)) if organisation else None,
    )


def _mark(mark: HouseMark | None) -> SheetMark | None:
    if mark is None:
        return None
    try:
        with files.open_file(house().settings.files, mark.sha256) as stream:
            return SheetMark(stream.read(), mark.width, mark.height)
    except FileNotFoundError:
        # A certificate without the picture is better than none.
        return None


def _page(row: CertificateRow) -> str:
    is_own = row.person_id == viewer().person_id
    form = NameForm(formdata=None)
    form.show.data = row.shows_name
    return render_template(
        "certifications/document.html",
        row=row,
        form=form,
        is_own=is_own,
        title=said(row.titles),
        plain_title=plain(row.titles),
        line=certificate_line(row, house().today(), is_own=is_own),
        way=way_of(row),
        issued_on=local_date(row.issued_at, house().settings.time_zone),
    )
