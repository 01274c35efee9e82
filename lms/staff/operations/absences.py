"""When somebody is away: only the days, never why."""

import datetime as dt

from sqlalchemy.orm import Session

from lms.certifications.operations import changing
from lms.people.models import Absence
from lms.staff.operations.noting import note


def go_away(
    session: Session,
    person_id: int,
    *,
    from_on: dt.date,
    until_on: dt.date | None,
    today: dt.date,
    now: dt.datetime,
    actor: str = "system:staff",
) -> Absence:
    """Somebody is away for a while: due dates wait for their return (T7)."""
    absence = Absence(person_id=person_id, from_on=from_on, until_on=until_on)
    session.add(absence)
    session.flush()
    changing.count_absences(session, person_id, today=today)
    note(session, person_id, "absent", actor=actor, now=now)
    session.flush()
    return absence
