"""What the organisation says of itself: name, contacts, texts.

Whoever saves hands back the fingerprint of what they saw. If somebody saved something else
meanwhile it no longer fits: nothing is overwritten unseen.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import operations as audit
from lms.kernel.domain import N_, Conflict
from lms.people.models import Contact, Organisation, OrganisationText
from lms.people.rules import ContactKind, TextKind
from lms.system.queries.organisation import (
    Identity,
    Reached,
    Spoken,
    read_identity,
    read_texts,
)

OBJECT_KIND = "organisation"


class ChangedMeanwhile(Conflict):
    """Somebody else saved the same thing after it was read."""

    message = N_("Jemand hat das inzwischen geändert.")


@dataclass(frozen=True, slots=True)
class By:
    """Who does it, and when."""

    actor: str
    now: dt.datetime


def fingerprint(*seen: object) -> str:
    """The same for the same values; what a form shows goes into its hidden field."""
    text = json.dumps(seen, default=str, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def lock(session: Session) -> Organisation:
    """The row of the organisation; two people who change the house do so one after the other."""
    session.flush()
    # What was read before the lock was given may be old by now.
    statement = select(Organisation).where(Organisation.id == 1).with_for_update()
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def describe(session: Session, wanted: Identity, *, seen: str, by: By) -> bool:
    """Set name and contacts; False when that is what is there, ChangedMeanwhile for a stale form.

    An empty contact is removed.
    """
    organisation = lock(session)
    present = read_identity(session)
    if present == wanted:
        return False
    if fingerprint(present) != seen:
        raise ChangedMeanwhile
    organisation.name = wanted.name
    for kind in ContactKind:
        _set_contact(session, kind, wanted.contacts.get(kind, Reached()))
    changed = [kind.value for kind in ContactKind if _differs(present, wanted, kind)]
    parts = {"name": present.name != wanted.name, "contacts": changed}
    note(session, "organisation_described", by=by, details=parts)
    session.flush()
    return True


def _differs(present: Identity, wanted: Identity, kind: ContactKind) -> bool:
    return present.contacts.get(kind, Reached()) != wanted.contacts.get(kind, Reached())


def _set_contact(session: Session, kind: ContactKind, wanted: Reached) -> None:
    found = session.get(Contact, kind)
    if wanted.is_empty:
        if found is not None:
            session.delete(found)
        return
    if found is None:
        found = Contact(kind=kind)
        session.add(found)
    found.name, found.email, found.phone = wanted.name, wanted.email, wanted.phone


def say(session: Session, wanted: Mapping[Spoken, str], *, seen: str, by: By) -> bool:
    """Set the texts of the public pages; False and ChangedMeanwhile as above.

    An empty text is removed.
    """
    lock(session)
    present = read_texts(session)
    full = {spoken: text for spoken, text in wanted.items() if text}
    if present == full:
        return False
    if texts_fingerprint(present) != seen:
        raise ChangedMeanwhile
    changed = sorted(
        spoken for spoken in {*present, *full} if present.get(spoken) != full.get(spoken)
    )
    for kind, locale in changed:
        _set_text(session, kind, locale, full.get((kind, locale), ""))
    note(session, "organisation_texts_changed", by=by, details={"texts": changed})
    session.flush()
    return True


def texts_fingerprint(texts: Mapping[Spoken, str]) -> str:
    """Of all texts."""
    return fingerprint(sorted(texts.items()))


def _set_text(session: Session, kind: TextKind, locale: str, text: str) -> None:
    found = session.get(OrganisationText, (kind, locale))
    if not text:
        if found is not None:
            session.delete(found)
        return
    if found is None:
        found = OrganisationText(kind=kind, locale=locale)
        session.add(found)
    found.text = text


def note(
    session: Session,
    verb: str,
    *,
    by: By,
    object_id: int = 1,
    details: Mapping[str, object] | None = None,
) -> None:
    """One line of the log; ids and kinds only."""
    audit.record(
        session,
        actor=by.actor,
        verb=verb,
        object_kind=OBJECT_KIND,
        object_id=object_id,
        details=dict(details or {}),
        now=by.now,
    )
