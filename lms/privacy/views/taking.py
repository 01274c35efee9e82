"""Taking one's data along: a ZIP, at once."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app, make_response
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.certifications.exports import Sheet, certificate_pdf
from lms.certifications.models import ExternalProof
from lms.courses.models import Course
from lms.kernel import files
from lms.kernel.clock import utc_now
from lms.people.models import Person, Unit
from lms.people.queries import find_organisation
from lms.privacy.exports import access_log_csv, json_of_rows, json_schema, zipped
from lms.privacy.operations import note_own_export, require_one_left
from lms.privacy.queries.looks import Look, looks_at
from lms.privacy.queries.stored import (
    StoredTable,
    count_by_kind,
    rows_by_table,
    subject_of,
)
from lms.privacy.rules import NOT_RECORDED, ExportedOften
from lms.privacy.views.blueprint import blueprint
from lms.privacy.views.overview import own_page
from lms.privacy.views.wording import KindLine, day_began_at, kind_lines, look_lines
from lms.web.db import db_session, end_transaction, house
from lms.web.guard import signed_in, viewer
from lms.web.languages import spoken

# `app` hands down what makes the sheets of certificates, which stand on another feature's pages.
SHEETS = "lms_certificate_sheets"
SheetsOf = Callable[[Session, int], list[tuple[str, Sheet]]]
_MOST_LOOKS = 100_000


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that is stored about somebody, read; what takes time is still to be done."""

    name: str
    organisation: str
    made_at: dt.datetime
    kinds: list[KindLine]
    tables: list[StoredTable]
    looks: list[Look]
    sheets: list[tuple[str, Sheet]]
    proofs: list[tuple[str, str]]
    courses: dict[int, str]
    units: dict[int, str]


@blueprint.post("/privacy/export")
@signed_in
def take_along() -> ResponseReturnValue:
    """Everything about me as a ZIP; three a day.

    The certificates are set in type while no transaction is open, for that takes a moment each.
    """
    session, now, person_id = db_session(), utc_now(), viewer().person_id
    began_at = day_began_at(now)
    try:
        require_one_left(session, person_id, day_began_at=began_at)
        gathered = gather(session, session.get_one(Person, person_id), now=now)
        end_transaction()
        content = packed(gathered)
        note_own_export(session, person_id, day_began_at=began_at, now=now)
    except ExportedOften as refusal:
        return own_page(spoken(refusal)), refusal.status
    response = make_response(content)
    response.content_type = "application/zip"
    name = _("Meine-Daten") + f"-{house().today():%Y-%m-%d}.zip"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def gather(session: Session, person: Person, *, now: dt.datetime) -> Gathered:
    """Read everything about one person."""
    organisation, settings = find_organisation(session), house().settings
    who = subject_of(person)
    sheets_of: SheetsOf = current_app.extensions[SHEETS]
    return Gathered(
        name=person.name,
        organisation=organisation.name if organisation else settings.organisation,
        made_at=now,
        kinds=kind_lines(count_by_kind(session, who)),
        tables=rows_by_table(session, who, shows_viewers=settings.access_log_names),
        looks=looks_at(session, person.id, number=1, size=_MOST_LOOKS),
        sheets=sheets_of(session, person.id),
        proofs=[
            (f"{one.id}-{one.file_name}", one.file_sha256)
            for one in session.scalars(
                select(ExternalProof).where(ExternalProof.person_id == person.id)
            )
        ],
        courses={row.id: row.slug for row in session.execute(select(Course.id, Course.slug))},
        units={row.id: row.name for row in session.execute(select(Unit.id, Unit.name))},
    )


def packed(gathered: Gathered) -> bytes:
    """The ZIP: a page to read, data for programs, the access log, certificates."""
    shows_viewer = house().settings.access_log_names
    looks = look_lines(gathered.looks, shows_viewer=shows_viewer)
    folder = _("Nachweise")
    certificates = {
        f"{folder}/{name}": certificate_pdf(sheet) for name, sheet in gathered.sheets
    } | _uploaded(gathered.proofs)
    # Not by render_template: the file has no frame, and asks the database nothing.
    page = current_app.jinja_env.get_template("privacy/export.html").render(
        gathered=gathered,
        looks=looks,
        files=sorted(certificates),
        promises=[_(promise.text) for promise in NOT_RECORDED],
        readable=_readable(gathered),
    )
    head = [_("Wann"), _("In welcher Aufgabe"), _("Was"), _("Wer")]
    return zipped(
        {
            "index.html": page.encode(),
            "data.json": json_of_rows(
                gathered.tables, organisation=gathered.organisation, made_at=gathered.made_at
            ),
            "data.schema.json": json_schema(gathered.tables),
            "access-log.csv": access_log_csv(
                ((one.at, one.role, one.what, one.viewer) for one in looks), head=head
            ),
            **certificates,
        }
    )


def _uploaded(proofs: list[tuple[str, str]]) -> dict[str, bytes]:
    """The files that the person has brought, as long as they are kept."""
    root, folder, found = house().settings.files, _("Bescheinigungen"), {}
    for name, sha256 in proofs:
        if files.exists(root, sha256):
            with files.open_file(root, sha256) as stream:
                plain = name.replace("/", "_").replace("\\", "_")
                found[f"{folder}/{plain}"] = stream.read()
    return found


def _readable(gathered: Gathered) -> Callable[[str, object], str]:
    """A cell of the page: courses and units by name, nothing as nothing."""
    named = {"course_id": gathered.courses, "unit_id": gathered.units}

    def cell(column: str, value: object) -> str:
        if value is None:
            return ""
        names = named.get(column, {})
        return names.get(value, str(value)) if isinstance(value, int) else str(value)

    return cell
