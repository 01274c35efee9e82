"""How much mail is ahead of some people: what a preview says will follow."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy.orm import Session

from lms.certifications.models import Cycle
from lms.people.queries import working_calendar
from lms.reminders.queries.rounds import as_rounds, live_rounds
from lms.reminders.simulation import SimulatedCycle, simulate

MAIL_DAYS = 30


def count_mails_ahead(session: Session, person_ids: Collection[int], today: dt.date) -> int:
    """Digests that these people get in the next 30 days, without what waits for release."""
    rows = session.execute(live_rounds().where(Cycle.person_id.in_(person_ids))).unique().all()
    cycles = [
        SimulatedCycle(
            person=str(one.person.id),
            course=str(one.cycle.course_id),
            cycle=one.reminded,
            notices=one.notices,
        )
        for one in as_rounds(session, rows, tells_supervisor=False, with_notices=True)
        if one.reminded.has_address and not one.reminded.is_held
    ]
    calendar = working_calendar(session, years=range(today.year, today.year + 2))
    return len(simulate(cycles, calendar=calendar, from_on=today, days=MAIL_DAYS))
