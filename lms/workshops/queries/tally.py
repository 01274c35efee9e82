"""What was entered for everybody with a place, and what closing would come to."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.workshops.models import Attendance, SignUp, Workshop, WorkshopDate
from lms.workshops.rules.attendance import (
    Figures,
    Mark,
    earns_evidence,
    figures_of,
    length_minutes,
    summed_up,
)
from lms.workshops.rules.words import PlaceState, Presence


@dataclass(frozen=True, slots=True)
class Tally:
    """Who has earned evidence, and the figures that are shown before closing."""

    earning: list[int]
    figures: Figures


def tally(session: Session, workshop: Workshop, dates: Sequence[WorkshopDate]) -> Tally:
    """Count what was entered for everybody with a place; two queries."""
    taking_place = [one for one in dates if not one.is_cancelled]
    marks = _marks(session, taking_place)
    lengths = [length_minutes(one.starts_at, one.ends_at) for one in taking_place]
    people = session.scalars(
        select(SignUp.person_id)
        .where(SignUp.workshop_id == workshop.id, SignUp.state == PlaceState.BOOKED)
        .order_by(SignUp.person_id)
    ).all()
    rows = {who: [marks.get((one.id, who)) for one in taking_place] for who in people}
    earning = [
        who
        for who, row in rows.items()
        if earns_evidence(row, lengths, min_minutes=workshop.min_minutes)
    ]
    words = [summed_up(row) for row in rows.values()]
    evidence = len(earning) if workshop.course_id is not None else 0
    return Tally(earning, figures_of(words, evidence=evidence))


def _marks(session: Session, dates: Sequence[WorkshopDate]) -> dict[tuple[int, int], Mark]:
    rows = session.execute(
        select(
            Attendance.workshop_date_id, Attendance.person_id, Attendance.state, Attendance.minutes
        ).where(Attendance.workshop_date_id.in_([one.id for one in dates]))
    )
    return {(date_id, who): Mark(Presence(state), minutes) for date_id, who, state, minutes in rows}
