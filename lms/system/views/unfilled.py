"""What the organisation has not said yet, for those who can say it."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from lms.people.rules import ContactKind, TextKind
from lms.system.queries.organisation import read_contacts, read_texts


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing, and where it is filled in."""

    label: str
    url: str


def unfilled(session: Session) -> list[Gap]:
    """What is missing of contacts and texts, in the order of importance."""
    texts, contacts = read_texts(session), read_contacts(session)
    at_texts, at_contacts = url_for("organisation.texts"), url_for("organisation.overview")
    wanted = [
        (TextKind.LEGAL_NOTICE, _("Impressum"), at_texts),
        (TextKind.ENFORCEMENT, _("Durchsetzungsstelle für Barrierefreiheit"), at_texts),
        (ContactKind.HELP, _("Wer beim Lernen hilft"), at_contacts),
        (ContactKind.PRIVACY, _("Wer für Datenschutz zuständig ist"), at_contacts),
        (ContactKind.ACCESSIBILITY, _("Wer Hinweise auf Barrieren bekommt"), at_contacts),
    ]
    said = {*contacts, *(kind for kind, _locale in texts)}
    return [Gap(label, url) for kind, label, url in wanted if kind not in said]
