"""The organisation's calendar: closing days, closures, the region whose holidays count.

Every change moves reminders. The preview is the deed itself, done inside a savepoint and taken
back, with the plan of the year ahead read before and after.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.certifications.models import Cycle
from lms.kernel.domain import N_, DomainError
from lms.people.calendar import DAY
from lms.people.models import ClosingDay, Closure
from lms.people.operations import remember_holidays
from lms.people.queries import working_calendar
from lms.people.regions import REGIONS
from lms.reminders.operations.verifying import look_again
from lms.reminders.queries.preview import reminders_ahead
from lms.reminders.rules import Audience
from lms.reminders.simulation import PreviewMessage
from lms.system.operations.organisation import By, ChangedMeanwhile, fingerprint, lock, note
from lms.system.queries.calendar import HouseCalendar, read_calendar

AHEAD_DAYS = 365
# Playing a year forward holds the database for a second or two; a larger house is told the days.
MOST_ROUNDS = 2_000
MOST_DAYS = 60
LONGEST_DAYS = 62
FURTHEST_DAYS = 3 * 366


class ClosedAlready(DomainError):
    """The same closing day or closure is there."""

    message = N_("Das steht schon im Kalender.")


class TooManyDays(DomainError):
    """A house that is closed most of the time reminds nobody."""

    message = N_("Mehr als %(most)s Einträge passen nicht in den Kalender.")


class BadClosure(DomainError):
    """A closure that ends before it begins, is over, too long or too far away."""


class EndsBeforeItBegins(BadClosure):
    """The last day lies before the first."""

    message = N_("Der letzte Tag liegt vor dem ersten.")


class IsOver(BadClosure):
    """Nothing is left of it."""

    message = N_("Diese Tage sind schon vorbei.")


class TooLong(BadClosure):
    """Reminders must not rest for months."""

    message = N_("Eine Schließzeit dauert höchstens %(most)s Tage.")


class TooFar(BadClosure):
    """Nobody plans so far ahead."""

    message = N_("Das liegt mehr als drei Jahre in der Zukunft.")


class UnknownRegion(DomainError):
    """No holidays are known for it."""

    message = N_("Diese Region gibt es nicht.")


@dataclass(frozen=True, slots=True)
class AddDay:
    """Close the house on this day of each year."""

    month: int
    day: int
    name: str


@dataclass(frozen=True, slots=True)
class RemoveDay:
    """Open it again."""

    month: int
    day: int


@dataclass(frozen=True, slots=True)
class AddClosure:
    """Close the house on these days, once."""

    from_on: dt.date
    until_on: dt.date
    name: str


@dataclass(frozen=True, slots=True)
class RemoveClosure:
    """Open it again."""

    closure_id: int


@dataclass(frozen=True, slots=True)
class ChangeRegion:
    """Follow the public holidays of another region."""

    region: str


Change = AddDay | RemoveDay | AddClosure | RemoveClosure | ChangeRegion


@dataclass(frozen=True, slots=True)
class Plan:
    """The day on which a change is made, and whether supervisors get digests."""

    today: dt.date
    tells_supervisor: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """So many mails go out on another day."""

    from_on: dt.date
    to_on: dt.date
    mails: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does in the year ahead: weekdays closed and opened, mails that move.

    `is_counted`: False in a house with too many rounds to play them all forward.
    """

    closed: tuple[dt.date, ...]
    opened: tuple[dt.date, ...]
    moved: tuple[Moved, ...]
    is_counted: bool = True

    @property
    def mails(self) -> int:
        """How many mails go out on another day."""
        return sum(one.mails for one in self.moved)


def calendar_fingerprint(calendar: HouseCalendar) -> str:
    """Of everything in it."""
    return fingerprint(calendar)


def preview_change(session: Session, change: Change, plan: Plan, *, by: By) -> Effect:
    """What a change would do, with nothing kept."""
    is_counted = _count_rounds(session) <= MOST_ROUNDS
    before = _ahead(session, plan) if is_counted else {}
    open_before = _working_days(session, plan.today)
    savepoint = session.begin_nested()
    try:
        _make(session, change, plan.today, by)
        after = _ahead(session, plan) if is_counted else {}
        open_after = _working_days(session, plan.today)
    finally:
        savepoint.rollback()
        session.expire_all()
    return Effect(
        closed=tuple(sorted(open_before - open_after)),
        opened=tuple(sorted(open_after - open_before)),
        moved=_moves(before, after),
        is_counted=is_counted,
    )


def _count_rounds(session: Session) -> int:
    live = select(func.count()).select_from(Cycle).where(Cycle.state == "live")
    return session.scalar(live) or 0


def change_calendar(session: Session, change: Change, plan: Plan, *, seen: str, by: By) -> None:
    """Change the calendar if it still is what was seen; the next sweep looks at every round."""
    lock(session)
    if calendar_fingerprint(read_calendar(session)) != seen:
        raise ChangedMeanwhile
    _make(session, change, plan.today, by)
    look_again(session, today=plan.today)


def _make(session: Session, change: Change, today: dt.date, by: By) -> None:
    match change:
        case AddDay():
            _add_day(session, change)
        case RemoveDay():
            _remove(session, session.get(ClosingDay, (change.month, change.day)))
        case AddClosure():
            _add_closure(session, change, today)
        case RemoveClosure():
            _remove(session, session.get(Closure, change.closure_id))
        case ChangeRegion():
            _change_region(session, change.region, today)
    session.flush()
    note(session, "calendar_changed", by=by, details={"change": type(change).__name__})


def _add_day(session: Session, change: AddDay) -> None:
    calendar = read_calendar(session)
    if (change.month, change.day) in {(one.month, one.day) for one in calendar.days}:
        raise ClosedAlready
    if len(calendar.days) >= MOST_DAYS:
        raise TooManyDays(most=MOST_DAYS)
    session.add(ClosingDay(month=change.month, day=change.day, name=change.name or None))


def _add_closure(session: Session, change: AddClosure, today: dt.date) -> None:
    require_closure(change.from_on, change.until_on, today=today)
    calendar = read_calendar(session)
    if (change.from_on, change.until_on) in {
        (one.from_on, one.until_on) for one in calendar.closures
    }:
        raise ClosedAlready
    if len(calendar.closures) >= MOST_DAYS:
        raise TooManyDays(most=MOST_DAYS)
    session.add(Closure(from_on=change.from_on, until_on=change.until_on, name=change.name or None))


def require_closure(from_on: dt.date, until_on: dt.date, *, today: dt.date) -> None:
    """Raise what is wrong with these days."""
    if until_on < from_on:
        raise EndsBeforeItBegins
    if until_on < today:
        raise IsOver
    if (until_on - from_on).days >= LONGEST_DAYS:
        raise TooLong(most=LONGEST_DAYS)
    if (until_on - today).days > FURTHEST_DAYS:
        raise TooFar


def _remove(session: Session, found: ClosingDay | Closure | None) -> None:
    if found is None:
        raise ChangedMeanwhile
    session.delete(found)


def _change_region(session: Session, region: str, today: dt.date) -> None:
    if region not in REGIONS:
        raise UnknownRegion
    lock(session).holidays = region
    remember_holidays(session, region=region, years=range(today.year - 1, today.year + 3))


def _working_days(session: Session, today: dt.date) -> set[dt.date]:
    calendar = working_calendar(session, years=range(today.year, today.year + 2))
    days = (today + DAY * number for number in range(AHEAD_DAYS))
    return {day for day in days if calendar.is_working_day(day)}


_Line = tuple[str, Audience, str, int, dt.date, str | None]


def _ahead(session: Session, plan: Plan) -> dict[_Line, dt.date]:
    """Each line of each mail of the year ahead, and the day on which it goes out."""
    messages = reminders_ahead(
        session,
        from_on=plan.today,
        today=plan.today,
        days=AHEAD_DAYS,
        tells_supervisor=plan.tells_supervisor,
    )
    return {line: message.send_on for message in messages for line in _lines(message)}


def _lines(message: PreviewMessage) -> Iterable[_Line]:
    to = message.person, message.audience
    for item in message.items:
        yield *to, item.course, item.stage, item.due_on, item.about


def _moves(before: dict[_Line, dt.date], after: dict[_Line, dt.date]) -> tuple[Moved, ...]:
    """Mails by the day they would have gone out on and the one they go out on instead."""
    mails = {
        (line[0], line[1], send_on, after[line])
        for line, send_on in before.items()
        if line in after and after[line] != send_on
    }
    counted = Counter((from_on, to_on) for _person, _audience, from_on, to_on in mails)
    return tuple(Moved(*days, count) for days, count in sorted(counted.items()))
