"""When a place may be taken or given back, and who moves up; pure."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from lms.workshops.rules.refusals import (
    NotOpenForSignUp,
    SignUpClosed,
    SignUpNotOpenYet,
    TooLateToSignOff,
    WorkshopCancelled,
    WorkshopHasStarted,
)
from lms.workshops.rules.words import PlaceState, Status

# Later nobody moves up without being asked: they could not plan for it any more.
PROMOTE_UNTIL = dt.timedelta(hours=24)


class Meeting(Protocol):
    """A date as the rules see it."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    is_cancelled: bool


def first_start(dates: Iterable[Meeting]) -> dt.datetime | None:
    """When the session begins; None when nothing takes place."""
    return min((one.starts_at for one in dates if not one.is_cancelled), default=None)


def last_end(dates: Iterable[Meeting]) -> dt.datetime | None:
    """When the session is over; None when nothing takes place."""
    return max((one.ends_at for one in dates if not one.is_cancelled), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What decides whether somebody may sign up or off; days are inclusive."""

    status: str
    starts_at: dt.datetime | None
    opens_on: dt.date | None
    closes_on: dt.date | None
    cancel_until: dt.date | None
    contact: str


def require_takes_place(terms: Terms) -> dt.datetime:
    """The first start of a published session, else an error that says why there is none."""
    if terms.status == Status.CANCELLED:
        raise WorkshopCancelled
    if terms.status != Status.PUBLISHED or terms.starts_at is None:
        raise NotOpenForSignUp
    return terms.starts_at


def require_open(terms: Terms, *, today: dt.date, now: dt.datetime) -> None:
    """Raise unless somebody may sign up themselves now."""
    if now >= require_takes_place(terms):
        raise WorkshopHasStarted
    if terms.opens_on is not None and today < terms.opens_on:
        raise SignUpNotOpenYet(day=terms.opens_on)
    if terms.closes_on is not None and today > terms.closes_on:
        raise SignUpClosed(day=terms.closes_on, contact=terms.contact)


def require_may_leave(terms: Terms, state: str, *, today: dt.date, now: dt.datetime) -> None:
    """Raise unless somebody may sign off themselves now; who waits may leave to the end."""
    if now >= require_takes_place(terms):
        raise WorkshopHasStarted
    is_late = terms.cancel_until is not None and today > terms.cancel_until
    if is_late and state == PlaceState.BOOKED:
        raise TooLateToSignOff(day=terms.cancel_until, contact=terms.contact)


def moves_up(starts_at: dt.datetime, *, now: dt.datetime) -> bool:
    """Whether a free place still goes to the waiting list by itself."""
    return now <= starts_at - PROMOTE_UNTIL


def free_places(capacity: int | None, booked_count: int) -> int | None:
    """How many places are left, None for no limit; lowering the limit leaves none, never less."""
    return None if capacity is None else max(0, capacity - booked_count)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody on the waiting list, and whether they hold a place elsewhere at the same time."""

    sign_up_id: int
    is_busy: bool


def who_moves_up(waiting: Sequence[Waiting], free: int) -> tuple[list[int], list[int]]:
    """Who gets a place, strictly in order, and who ahead of them is passed over since busy."""
    promoted: list[int] = []
    passed_over: list[int] = []
    for one in waiting:
        if len(promoted) == free:
            break
        (passed_over if one.is_busy else promoted).append(one.sign_up_id)
    return promoted, passed_over
