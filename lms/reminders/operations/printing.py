"""Letters that were printed leave the list."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import operations as audit
from lms.certifications.models import Cycle
from lms.people.models import Person
from lms.reminders.models import Notice
from lms.reminders.queries.letters import is_waiting


def mark_printed(
    session: Session,
    person_ids: Collection[int],
    *,
    until: dt.datetime,
    actor: str,
    today: dt.date,
    now: dt.datetime,
) -> int:
    """Note that these people's letters were printed; how many stages that were.

    What came due after `until`, when the list was shown, stays on it.
    """
    waiting = session.scalars(
        select(Notice)
        .join(Cycle, Cycle.id == Notice.cycle_id)
        .join(Person, Person.id == Cycle.person_id)
        .where(is_waiting(), Person.id.in_(person_ids), Notice.decided_at <= until)
        .with_for_update(of=Notice)
    ).all()
    for notice in waiting:
        notice.printed_on = today
    if waiting:
        audit.record(
            session,
            actor=actor,
            verb="letters_printed",
            object_kind="notices",
            object_id=None,
            details={"people": len(set(person_ids)), "stages": len(waiting)},
            now=now,
        )
    session.flush()
    return len(waiting)
