"""The weekly check that no round was forgotten by the sweep (certification.md 7.3, Cost)."""

import datetime as dt

from sqlalchemy import update
from sqlalchemy.orm import Session

from lms.certifications.models import Cycle
from lms.people.queries import working_calendar
from lms.reminders.plan import next_action_on
from lms.reminders.queries.rounds import as_rounds, live_rounds

BLOCK = 10_000


def verify_next_actions(
    session: Session, *, today: dt.date, after_id: int = 0, tells_supervisor: bool = False
) -> tuple[int, int | None]:
    """Recompute when the sweep must look at each live round, 10,000 at a time.

    A round that is stored too late (or not at all) is put right; how many that were, which must
    be 0, and the id to go on after, None at the end. Stored too early costs one look, no mail.
    """
    rows = (
        session.execute(live_rounds().where(Cycle.id > after_id).order_by(Cycle.id).limit(BLOCK))
        .unique()
        .all()
    )
    calendar = working_calendar(session, years=range(today.year - 1, today.year + 12))
    wrong = 0
    for one in as_rounds(session, rows, tells_supervisor=tells_supervisor, with_notices=True):
        expected = next_action_on(one.reminded, today, calendar=calendar, notices=one.notices)
        stored = one.cycle.next_action_on
        if expected is not None and (stored is None or stored > expected):
            one.cycle.next_action_on = expected
            wrong += 1
    session.flush()
    is_last = len(rows) < BLOCK
    return wrong, None if is_last else rows[-1][0].id


def look_again(session: Session, *, today: dt.date) -> None:
    """Let the next sweep look at every live round that is planned for later: the calendar changed.

    A look at one that has nothing to send plans it anew and costs no mail.
    """
    session.execute(
        update(Cycle)
        .where(Cycle.state == "live", Cycle.next_action_on > today)
        .values(next_action_on=today)
        .execution_options(synchronize_session=False)
    )
