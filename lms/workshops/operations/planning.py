"""Making a session, offering it, changing it, calling it off; people with a place are told."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lms.audit import operations as audit
from lms.workshops.models import SignUp, Workshop, WorkshopDate
from lms.workshops.operations.locking import Held, hold
from lms.workshops.operations.waiting_list import promote_from_waiting_list
from lms.workshops.operations.writing import note_event, tell
from lms.workshops.queries.places import list_dates, list_live
from lms.workshops.rules.planning import (
    DatePlan,
    Plan,
    is_news,
    require_ahead,
    require_complete,
    where,
)
from lms.workshops.rules.refusals import DatesWereMoved, NoLongerChanged, NotADraft
from lms.workshops.rules.words import Event, Frame, PlaceState, Status


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change came to: how many were told, and who moved up since there is more room."""

    told: int
    promoted: list[SignUp]


def create(session: Session, plan: Plan, *, by: int, now: dt.datetime) -> Workshop:
    """A draft, seen by those who may manage it."""
    workshop = Workshop(created_by=by, created_at=now, status=Status.DRAFT.value, revision=0)
    _write(workshop, plan)
    session.add(workshop)
    session.flush()
    for no, date in enumerate(plan.dates, start=1):
        session.add(_new_date(workshop.id, no, date))
    _audit(session, workshop.id, "workshop_created", by=by, now=now)
    return workshop


def publish(session: Session, workshop_id: int, *, by: int, now: dt.datetime) -> Workshop:
    """Offer a draft: it has a day ahead and a place."""
    held = hold(session, workshop_id)
    workshop = held.workshop
    if workshop.status != Status.DRAFT:
        raise NotADraft
    require_ahead(_require_complete(held), now=now)
    workshop.status = Status.PUBLISHED.value
    _audit(session, workshop_id, "workshop_published", by=by, now=now)
    return workshop


def change(
    session: Session, workshop_id: int, plan: Plan, *, by: int, frame: Frame, now: dt.datetime
) -> Changed:
    """Change a session; with another time or place everybody with a place or a seat is told.

    Fewer places take nobody's place away; more of them go to the waiting list.
    """
    held = hold(session, workshop_id)
    workshop = held.workshop
    if workshop.status not in (Status.DRAFT, Status.PUBLISHED):
        raise NoLongerChanged
    is_draft = workshop.status == Status.DRAFT
    has_moved = where(workshop) != where(plan)
    _write(workshop, plan)
    session.flush()
    has_news = _write_dates(session, held, plan.dates, has_moved=has_moved, now=now)
    _audit(session, workshop_id, "workshop_changed", by=by, now=now)
    if is_draft:
        return Changed(0, [])
    fresh = Held(workshop, list_dates(session, workshop_id))
    _require_complete(fresh)
    told = _tell_everybody(session, fresh, frame, now=now) if has_news else 0
    return Changed(told, promote_from_waiting_list(session, fresh, frame, now=now))


def call_off(
    session: Session,
    workshop_id: int,
    *,
    note: str | None,
    by: int,
    frame: Frame,
    now: dt.datetime,
) -> int:
    """The organisation cancels a session: everybody on its lists is told; how many that were."""
    held = hold(session, workshop_id)
    workshop = held.workshop
    if workshop.status not in (Status.DRAFT, Status.PUBLISHED):
        raise NoLongerChanged
    workshop.status, workshop.cancel_note = Status.CANCELLED.value, note
    live = list_live(session, workshop_id)
    for one in live:
        one.state, one.position, one.note = PlaceState.CANCELLED_BY_ORG.value, None, None
        one.changed_at = now
        note_event(session, one, actor=f"person:{by}", now=now)
        tell(session, Event.CALLED_OFF, one, one.person, frame, key="1", now=now)
    _audit(session, workshop_id, "workshop_called_off", by=by, now=now)
    return len(live)


def _write(workshop: Workshop, plan: Plan) -> None:
    workshop.titles, workshop.descriptions = dict(plan.titles), dict(plan.descriptions)
    workshop.course_id, workshop.trainer_id = plan.course_id, plan.trainer_id
    workshop.setting, workshop.method = plan.setting, plan.method
    workshop.place, workshop.online_url = plan.place, plan.online_url
    workshop.capacity, workshop.min_minutes = plan.capacity, plan.min_minutes
    workshop.signup_opens_on = plan.signup_opens_on
    workshop.signup_closes_on = plan.signup_closes_on
    workshop.cancel_until = plan.cancel_until


def _new_date(workshop_id: int, no: int, plan: DatePlan) -> WorkshopDate:
    return WorkshopDate(
        workshop_id=workshop_id,
        no=no,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        place=plan.place,
        is_cancelled=plan.is_cancelled,
        sequence=0,
    )


def _write_dates(
    session: Session,
    held: Held,
    plans: tuple[DatePlan, ...],
    *,
    has_moved: bool,
    now: dt.datetime,
) -> bool:
    """Write the dates as planned; whether that is news for people with a place."""
    stored = {one.id: one for one in held.dates}
    kept = {plan.id: plan for plan in plans if plan.id is not None}
    if not kept.keys() <= stored.keys():
        raise DatesWereMoved
    news = [_write_date(one, kept[one.id]) for one in held.dates if one.id in kept]
    news += [_drop(session, held, one) for one in held.dates if one.id not in kept]
    new = [plan for plan in plans if plan.id is None]
    last = max((one.no for one in held.dates), default=0)
    for no, plan in enumerate(new, start=last + 1):
        session.add(_new_date(held.workshop.id, no, plan))
    if has_moved:
        for one in held.dates:
            one.sequence += one.starts_at > now
    session.flush()
    return has_moved or any(news) or bool(new)


def _write_date(stored: WorkshopDate, plan: DatePlan) -> bool:
    if not is_news(stored, plan):
        return False
    stored.starts_at, stored.ends_at = plan.starts_at, plan.ends_at
    stored.place, stored.is_cancelled = plan.place, plan.is_cancelled
    stored.sequence += 1
    return True


def _drop(session: Session, held: Held, stored: WorkshopDate) -> bool:
    """A date that people may know of is called off, one of a draft is forgotten."""
    if held.workshop.status == Status.DRAFT:
        session.delete(stored)
        return False
    if stored.is_cancelled:
        return False
    stored.is_cancelled = True
    stored.sequence += 1
    return True


def _require_complete(held: Held) -> dt.datetime:
    places = [one.place for one in held.taking_place]
    return require_complete(held.workshop, places, held.dates)


def _tell_everybody(session: Session, held: Held, frame: Frame, *, now: dt.datetime) -> int:
    ends_at = held.ends_at
    if ends_at is None or ends_at <= now:
        return 0
    held.workshop.revision += 1
    key = str(held.workshop.revision)
    live = list_live(session, held.workshop.id)
    for one in live:
        tell(session, Event.CHANGED, one, one.person, frame, key=key, now=now)
    return len(live)


def _audit(session: Session, workshop_id: int, verb: str, *, by: int, now: dt.datetime) -> None:
    audit.record(
        session,
        actor=f"person:{by}",
        verb=verb,
        object_kind="workshop",
        object_id=workshop_id,
        now=now,
    )
    session.flush()
