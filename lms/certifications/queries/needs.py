"""Which live rounds ask for something today."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.certifications.queries.duties import standing_select
from lms.certifications.queries.pauses import paused_people
from lms.certifications.rules.status import Status
from lms.people.models import Person
from lms.people.queries import employed_on

_IN_NEED = (Status.DUE, Status.GRACE, Status.OVERDUE)


def rounds_in_need(
    session: Session, *, today: dt.date, person_ids: Collection[int] | None = None
) -> set[int]:
    """Ids of the rounds of people who are there that are due, in grace or overdue.

    Of these people, None: of everybody.
    """
    standing = standing_select(today, paused_people(today), person_ids).subquery("standing_today")
    found = session.scalars(
        select(standing.c.cycle_id)
        .join(Person, Person.id == standing.c.person_id)
        .where(
            employed_on(today),
            standing.c.cycle_id.is_not(None),
            standing.c.status.in_([status.value for status in _IN_NEED]),
        )
    )
    return set(found)
