"""What would go out: the sweep's own plan played forward, nothing written (3.8)."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.certifications.models import Cycle
from lms.courses.models import Course
from lms.people.models import Person
from lms.people.queries import working_calendar
from lms.reminders.queries.rounds import (
    Hearing,
    Supervisors,
    as_rounds,
    live_rounds,
    rounds_between,
)
from lms.reminders.simulation import PreviewMessage, SimulatedCycle, simulate


def reminders_ahead(
    session: Session,
    *,
    from_on: dt.date,
    today: dt.date,
    days: int,
    tells_supervisor: bool = False,
    person_id: int | None = None,
) -> list[PreviewMessage]:
    """The messages of `days` days from `from_on` on.

    From today on it knows what was sent and queued; one that begins in the past ignores that for
    all its days and plays every round that was live then.
    """
    is_past = from_on < today
    statement = rounds_between(from_on) if is_past else live_rounds()
    if person_id is not None and not tells_supervisor:
        statement = statement.where(Cycle.person_id == person_id)
    rows = session.execute(statement).unique().all()
    rounds = as_rounds(session, rows, tells_supervisor=tells_supervisor, with_notices=not is_past)
    slugs = dict(session.execute(select(Course.id, Course.slug)).all())
    supervisors = Supervisors(session, today) if tells_supervisor else None
    cycles = []
    for one in rounds:
        above = supervisors.hearing(one.person) if supervisors else Hearing(None)
        cycles.append(
            SimulatedCycle(
                person=one.person.key,
                course=slugs[one.cycle.course_id],
                cycle=one.reminded,
                supervisor=above.person.key if above.person else None,
                deputies=tuple((span, who.key) for span, who in above.deputies),
                notices=one.notices,
            )
        )
    last = from_on + dt.timedelta(days=days)
    calendar = working_calendar(session, years=range(from_on.year - 1, last.year + 2))
    found = simulate(cycles, calendar=calendar, from_on=from_on, days=days)
    if person_id is None:
        return found
    wanted = session.get(Person, person_id)
    return [message for message in found if wanted is not None and message.person == wanted.key]
