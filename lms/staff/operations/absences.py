"""When somebody is away: only the days, never why."""

import datetime as dt

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lms.certifications.operations import changing
from lms.kernel.domain import NotFound
from lms.people.models import Absence, Person
from lms.staff.changes import require_plausible
from lms.staff.faults import AbsenceOverlaps, EndsBeforeItBegins
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
    """Somebody is away for a while: due dates wait for their return (T7).

    AbsenceOverlaps when they are away on one of these days already; days next to each other are
    fine and count as one absence.
    """
    _require_free(session, person_id, from_on, until_on, but=None)
    absence = Absence(person_id=person_id, from_on=from_on, until_on=until_on)
    session.add(absence)
    session.flush()
    changing.count_absences(session, person_id, today=today)
    note(session, person_id, "absent", actor=actor, now=now)
    session.flush()
    return absence


def correct_absence(
    session: Session,
    absence: Absence,
    *,
    from_on: dt.date,
    until_on: dt.date | None,
    actor: str,
    today: dt.date,
    now: dt.datetime,
) -> bool:
    """Other days for an absence, also when it ends earlier or its end is known now.

    Due dates are reckoned anew as known today; what was sent stays in the log. False when the
    days are the same.
    """
    if (absence.from_on, absence.until_on) == (from_on, until_on):
        return False
    _require_free(session, absence.person_id, from_on, until_on, but=absence.id)
    absence.from_on, absence.until_on = from_on, until_on
    session.flush()
    changing.count_absences(session, absence.person_id, today=today)
    note(session, absence.person_id, "absence_corrected", actor=actor, now=now)
    session.flush()
    return True


def drop_absence(
    session: Session, absence: Absence, *, actor: str, today: dt.date, now: dt.datetime
) -> None:
    """It was entered by mistake: as if it had never been."""
    session.delete(absence)
    session.flush()
    changing.count_absences(session, absence.person_id, today=today)
    note(session, absence.person_id, "absence_dropped", actor=actor, now=now)
    session.flush()


def hold_absence(session: Session, person_id: int, absence_id: int) -> Absence:
    """An absence of this person, held until the end of the transaction; NotFound for any other."""
    found = session.scalar(
        select(Absence)
        .where(Absence.id == absence_id, Absence.person_id == person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def _require_free(
    session: Session,
    person_id: int,
    from_on: dt.date,
    until_on: dt.date | None,
    *,
    but: int | None,
) -> None:
    require_plausible(from_on, "from_on")
    if until_on is not None and until_on < from_on:
        raise EndsBeforeItBegins
    # Of two who enter an absence at the same time one waits and sees the other's.
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
    meets = (Absence.person_id == person_id) & or_(
        Absence.until_on.is_(None), Absence.until_on >= from_on
    )
    if until_on is not None:
        meets &= Absence.from_on <= until_on
    statement = select(Absence.from_on, Absence.until_on).where(meets).limit(1)
    found = session.execute(
        statement if but is None else statement.where(Absence.id != but)
    ).first()
    if found is not None:
        raise AbsenceOverlaps(from_on=found.from_on, until_on=found.until_on)
