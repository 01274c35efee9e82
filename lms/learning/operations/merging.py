"""Two entries turn out to be one person: what one of them learned goes over to the other."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lms.learning.models import Enrolment


def move_enrolments(
    session: Session,
    kept_id: int,
    gone_id: int,
    copies: Mapping[int, int],
    *,
    now: dt.datetime,
) -> int:
    """All enrolments with lessons, answers and reports; how many.

    Of two that are open in one course the one that got further stays open. `copies` gives the
    evidence that stands for an older one.
    """
    opened = {one.course_id: one for one in session.scalars(_of(kept_id).where(_IS_OPEN))}
    moving = session.scalars(_of(gone_id)).all()
    for one in moving:
        other = opened.get(one.course_id)
        if one.completed_at is None and one.abandoned_at is None and other is not None:
            behind = one if one.done_count <= other.done_count else other
            behind.abandoned_at = now
            session.flush()
        one.person_id = kept_id
        if one.evidence_id is not None:
            one.evidence_id = copies.get(one.evidence_id, one.evidence_id)
        session.flush()
    return len(moving)


def _of(person_id: int) -> Select[Enrolment]:
    return select(Enrolment).where(Enrolment.person_id == person_id).order_by(Enrolment.id)


_IS_OPEN = Enrolment.completed_at.is_(None) & Enrolment.abandoned_at.is_(None)
