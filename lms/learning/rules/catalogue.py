"""The catalogue: which courses are somebody's own, in which order, and behind which chip."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from lms.certifications.rules.status import Status

SHORT_MINUTES = 15


class Shelf(StrEnum):
    """The chips above the cards; the value stands in the address."""

    MINE = "mine"
    ALL = "all"
    DUTY = "duty"
    SHORT = "short"


class Urgency(IntEnum):
    """The order of the cards: run out, soon, begun, not begun, valid, at rest, voluntary."""

    EXPIRED = 0
    SOON = 1
    BEGUN = 2
    OPEN = 3
    VALID = 4
    RESTING = 5
    VOLUNTARY = 6


_OF_STATUS = {
    Status.OVERDUE: Urgency.EXPIRED,
    Status.GRACE: Urgency.EXPIRED,
    Status.DUE: Urgency.SOON,
    Status.OPEN: Urgency.OPEN,
    Status.EXEMPT: Urgency.RESTING,
    Status.PAUSED: Urgency.RESTING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseFacts:
    """What one person's card of a course goes by; minutes are those still to spend."""

    course_id: int
    title: str
    has_duty: bool
    is_begun: bool
    status: Status | None
    due_on: dt.date | None
    minutes: int

    @property
    def is_own(self) -> bool:
        """A duty, something begun, or something held."""
        return self.has_duty or self.is_begun or self.status is not None

    @property
    def urgency(self) -> Urgency:
        """Where the card stands; what is begun goes before what is not."""
        urgency = _OF_STATUS.get(self.status) if self.status and self.has_duty else None
        if urgency in (Urgency.EXPIRED, Urgency.SOON):
            return urgency
        if self.is_begun:
            return Urgency.BEGUN
        if urgency is None:
            return Urgency.VALID if self.status is Status.VALID else Urgency.VOLUNTARY
        return urgency

    @property
    def needs_somebody(self) -> bool:
        """Run out or about to."""
        return self.urgency in (Urgency.EXPIRED, Urgency.SOON)

    @property
    def is_unfinished(self) -> bool:
        """A duty never met so far whose deadline is still ahead, begun or not."""
        return self.has_duty and self.status is Status.OPEN


def in_order(facts: Iterable[CourseFacts]) -> list[CourseFacts]:
    """By urgency, then the nearest date, then the title."""
    return sorted(
        facts, key=lambda one: (one.urgency, one.due_on or dt.date.max, one.title.casefold())
    )


def on_shelf(facts: Iterable[CourseFacts], shelf: Shelf) -> list[CourseFacts]:
    """The courses behind a chip."""
    return [one for one in facts if _belongs(one, shelf)]


def _belongs(one: CourseFacts, shelf: Shelf) -> bool:
    match shelf:
        case Shelf.MINE:
            return one.is_own
        case Shelf.DUTY:
            return one.has_duty
        case Shelf.SHORT:
            return one.minutes < SHORT_MINUTES
        case _:
            return True


def shelf_of(wanted: str | None, facts: Sequence[CourseFacts]) -> Shelf:
    """The chip that an address names; without one, one's own courses if there are any."""
    if wanted in list(Shelf):
        return Shelf(wanted)
    return Shelf.MINE if any(one.is_own for one in facts) else Shelf.ALL
