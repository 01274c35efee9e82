"""Who has a place, who waits, and who is somewhere else at the same time."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from lms.workshops.models import SignUp, Workshop, WorkshopDate
from lms.workshops.rules.words import LIVE, PlaceState, Status


def list_dates(session: Session, workshop_id: int) -> list[WorkshopDate]:
    """All dates of a session in their order, those that do not take place too."""
    return list(
        session.scalars(
            select(WorkshopDate)
            .where(WorkshopDate.workshop_id == workshop_id)
            .order_by(WorkshopDate.starts_at, WorkshopDate.no)
        )
    )


def count_booked(session: Session, workshop_id: int) -> int:
    """How many places are taken."""
    return _count(session, workshop_id, PlaceState.BOOKED)


def count_waiting(session: Session, workshop_id: int) -> int:
    """How many people wait."""
    return _count(session, workshop_id, PlaceState.WAITLISTED)


def _count(session: Session, workshop_id: int, state: PlaceState) -> int:
    found = session.scalar(
        select(func.count())
        .select_from(SignUp)
        .where(SignUp.workshop_id == workshop_id, SignUp.state == state.value)
    )
    return found or 0


def last_position(session: Session, workshop_id: int) -> int:
    """The last position of the waiting list, 0 when nobody waits."""
    found = session.scalar(
        select(func.max(SignUp.position)).where(SignUp.workshop_id == workshop_id)
    )
    return found or 0


def find_live(session: Session, workshop_id: int, person_id: int) -> SignUp | None:
    """Somebody's place or seat on the waiting list."""
    return session.scalar(
        select(SignUp)
        .where(
            SignUp.workshop_id == workshop_id,
            SignUp.person_id == person_id,
            SignUp.state.in_(LIVE),
        )
        # What was read before the lock may be older than what somebody has written since.
        .execution_options(populate_existing=True)
    )


def list_waiting(session: Session, workshop_id: int, *, after: int, limit: int) -> list[SignUp]:
    """The waiting list behind a position, with the people."""
    return list(
        session.scalars(
            select(SignUp)
            .where(
                SignUp.workshop_id == workshop_id,
                SignUp.state == PlaceState.WAITLISTED,
                SignUp.position > after,
            )
            .options(joinedload(SignUp.person))
            .order_by(SignUp.position)
            .limit(limit)
            .execution_options(populate_existing=True)
        )
    )


def list_live(session: Session, workshop_id: int) -> list[SignUp]:
    """Everybody with a place or on the waiting list, with the people."""
    return list(
        session.scalars(
            select(SignUp)
            .where(SignUp.workshop_id == workshop_id, SignUp.state.in_(LIVE))
            .options(joinedload(SignUp.person))
            .order_by(SignUp.id)
        )
    )


def busy_elsewhere(
    session: Session, person_ids: Iterable[int], dates: Sequence[WorkshopDate], workshop_id: int
) -> dict[int, dict[str, Any]]:
    """Whoever holds a place in another session during one of these dates, with its title."""
    wanted = list(person_ids)
    taking_place = [one for one in dates if not one.is_cancelled]
    if not wanted or not taking_place:
        return {}
    rows = session.execute(
        select(SignUp.person_id, Workshop.titles)
        .join(Workshop, Workshop.id == SignUp.workshop_id)
        .join(WorkshopDate, WorkshopDate.workshop_id == Workshop.id)
        .where(
            SignUp.person_id.in_(wanted),
            SignUp.state == PlaceState.BOOKED,
            SignUp.workshop_id != workshop_id,
            Workshop.status == Status.PUBLISHED,
            WorkshopDate.is_cancelled.is_(False),
            or_(
                *(
                    (WorkshopDate.starts_at < one.ends_at) & (WorkshopDate.ends_at > one.starts_at)
                    for one in taking_place
                )
            ),
        )
    )
    return dict(rows.all())


def list_states(session: Session, workshop_id: int, person_ids: Sequence[int]) -> dict[int, str]:
    """Which of these people have a place or wait."""
    rows = session.execute(
        select(SignUp.person_id, SignUp.state).where(
            SignUp.workshop_id == workshop_id,
            SignUp.person_id.in_(person_ids),
            SignUp.state.in_(LIVE),
        )
    )
    return dict(rows.all())
