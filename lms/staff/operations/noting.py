"""What was done to a person, for the log: ids and names of fields, never what they held."""

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from lms.audit import operations as audit


def note(
    session: Session,
    person_id: int,
    verb: str,
    *,
    now: dt.datetime,
    actor: str = "system:staff",
    **details: Any,  # noqa: ANN401 - JSON
) -> None:
    """Add one entry about a person."""
    audit.record(
        session,
        actor=actor,
        verb=verb,
        object_kind="person",
        object_id=person_id,
        details=details,
        now=now,
    )
