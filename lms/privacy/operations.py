"""Taking one's own data along: counted, and written down."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import operations as audit
from lms.people.models import Person
from lms.privacy.queries.stored import EXPORTED, count_exports_since
from lms.privacy.rules import EXPORTS_A_DAY, ExportedOften


def require_one_left(session: Session, person_id: int, *, day_began_at: dt.datetime) -> None:
    """Raise ExportedOften when somebody has taken their data along three times today."""
    if count_exports_since(session, person_id, day_began_at) >= EXPORTS_A_DAY:
        raise ExportedOften


def note_own_export(
    session: Session, person_id: int, *, day_began_at: dt.datetime, now: dt.datetime
) -> None:
    """One of three a day; raises ExportedOften. Two at the same time count one after the other."""
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    require_one_left(session, person_id, day_began_at=day_began_at)
    note_export(session, person_id, actor=f"person:{person_id}", now=now)


def note_export(session: Session, person_id: int, *, actor: str, now: dt.datetime) -> None:
    """Write down that somebody's data left the house."""
    audit.record(
        session,
        actor=actor,
        verb=EXPORTED,
        object_kind="person",
        object_id=person_id,
        now=now,
    )
    session.flush()
