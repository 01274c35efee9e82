"""A session as somebody planned it in a form, and what about a change is news; pure."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from lms.workshops.rules.places import Meeting, first_start
from lms.workshops.rules.refusals import NoDates, PlaceIsMissing, StartsInThePast
from lms.workshops.rules.words import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class DatePlan:
    """One date; `id` None for a new one, `place` only where it differs from the session's."""

    id: int | None
    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str | None = None
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that is entered about a session; texts by language."""

    titles: dict[str, str]
    descriptions: dict[str, str]
    course_id: int | None
    setting: str
    method: str
    place: str | None
    online_url: str | None
    trainer_id: int
    capacity: int | None
    signup_opens_on: dt.date | None
    signup_closes_on: dt.date | None
    cancel_until: dt.date | None
    min_minutes: int | None
    dates: tuple[DatePlan, ...]


class Located(Protocol):
    """Where people go; a session or the plan of one."""

    @property
    def setting(self) -> str:
        """On site, online or both."""
        ...

    @property
    def place(self) -> str | None:
        """Where in the house."""
        ...

    @property
    def online_url(self) -> str | None:
        """The link to the meeting."""
        ...


def where(one: Located) -> tuple[str, str | None, str | None]:
    """All that says where; a change of it is news."""
    return one.setting, one.place, one.online_url


def is_news(old: "StoredDate", new: DatePlan) -> bool:
    """Whether people must hear of a change of a date."""
    before = (old.starts_at, old.ends_at, old.place, old.is_cancelled)
    return before != (new.starts_at, new.ends_at, new.place, new.is_cancelled)


class StoredDate(Meeting, Protocol):
    """A date as it is stored."""

    place: str | None


def require_complete(
    one: Located, places: Iterable[str | None], starts: Sequence[Meeting]
) -> dt.datetime:
    """When a session begins that can be offered; raises for one without a day or a place.

    `places` are those of its dates.
    """
    starts_at = first_start(starts)
    if starts_at is None:
        raise NoDates
    own = [place or one.place for place in places]
    if one.setting != Setting.ONLINE and not all(own):
        raise PlaceIsMissing
    return starts_at


def require_ahead(starts_at: dt.datetime, *, now: dt.datetime) -> None:
    """Raise for a session that has begun."""
    if starts_at <= now:
        raise StartsInThePast
