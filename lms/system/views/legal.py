"""/legal and /accessibility: what anybody may read about the house."""

from dataclasses import dataclass

from flask import render_template
from flask_babel import gettext as _
from markupsafe import Markup

from lms.kernel import markdown
from lms.kernel.db import Model
from lms.kernel.permissions import Permission, may
from lms.kernel.personal import Personal
from lms.kernel.personal_words import KINDS, PERIODS, PURPOSES, purpose_and_basis
from lms.people.rules import ContactKind, TextKind
from lms.system.queries.organisation import Spoken, read_contacts, read_texts
from lms.system.rules import VERSION
from lms.system.views.blueprint import public_pages
from lms.web.db import db_session, house
from lms.web.guard import current_viewer, public
from lms.web.languages import locale


@dataclass(frozen=True, slots=True)
class StoredKind:
    """One line of the privacy notice."""

    what: str
    purpose: str
    basis: str
    seen_by: str
    keep: str


@dataclass(frozen=True, slots=True)
class OwnText:
    """What the organisation wrote, and in which language it is shown."""

    html: Markup
    language: str


@public_pages.get("/legal")
@public
def legal() -> str:
    """Legal notice and privacy notice."""
    session, settings = db_session(), house().settings
    texts = read_texts(session)
    return render_template(
        "house/legal.html",
        legal_notice=own_text(texts, TextKind.LEGAL_NOTICE),
        addition=own_text(texts, TextKind.PRIVACY),
        contacts=read_contacts(session),
        Kind=ContactKind,
        stored=stored_kinds(),
        tells_supervisor=settings.supervisor_digest == "names",
        names_viewers=settings.access_log_names,
        may_fill=may_fill(),
    )


@public_pages.get("/accessibility")
@public
def accessibility() -> str:
    """The accessibility statement."""
    session = db_session()
    return render_template(
        "house/accessibility.html",
        enforcement=own_text(read_texts(session), TextKind.ENFORCEMENT),
        contacts=read_contacts(session),
        Kind=ContactKind,
        version=VERSION,
        may_fill=may_fill(),
    )


def may_fill() -> bool:
    """Whether who is looking can write what is missing."""
    who = current_viewer()
    return who is not None and may(who, Permission.CHANGE_ORGANISATION)


def own_text(texts: dict[Spoken, str], kind: TextKind) -> OwnText | None:
    """The text in the present language, else the German one; None when there is none."""
    languages = [one for one in dict.fromkeys((locale(), "de", "en")) if (kind, one) in texts]
    if not languages:
        return None
    # What markdown.render gives back went through nh3 with an explicit list of tags.
    html = Markup(markdown.render(texts[kind, languages[0]]))  # noqa: S704
    return OwnText(html, languages[0])


def stored_kinds() -> list[StoredKind]:
    """Every kind of personal data that a column of any table is marked with."""
    marks = {
        mark
        for table in Model.metadata.tables.values()
        for column in table.columns
        if isinstance(mark := column.info.get("personal"), Personal)
    }
    places = {kind: place for place, kind in enumerate(KINDS)}
    return [
        _line(mark)
        for mark in sorted(marks, key=lambda one: (places.get(one.kind, 99), one.kind, one.keep))
    ]


def _line(mark: Personal) -> StoredKind:
    what, seen_by = KINDS.get(mark.kind, (mark.kind, "–"))
    purpose, basis = purpose_and_basis(mark.purpose)
    if locale() == "de":
        basis = basis.replace("(1)", "Abs. 1").replace("(2)", "Abs. 2").replace("GDPR", "DSGVO")
    return StoredKind(
        what=_(what),
        purpose=_(PURPOSES.get(purpose, purpose)),
        basis=basis,
        seen_by=_(seen_by),
        keep=_(PERIODS.get(mark.keep, mark.keep)),
    )
