"""Days: spans with an open end, employment, and the working days of the house. Pure."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

DAY = dt.timedelta(days=1)
_SATURDAY = 5
# Personnel systems write 31.12.9999 where they mean "no end known".
_NO_END_YEAR = 9999


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Days from `from_on` to `until_on`, both included; None is an open end."""

    from_on: dt.date
    until_on: dt.date | None = None

    @property
    def is_open(self) -> bool:
        """Whether no last day is known."""
        return self.until_on is None or self.until_on.year >= _NO_END_YEAR

    @property
    def day_after(self) -> dt.date | None:
        """The first day that is outside again; None for an open end."""
        if self.until_on is None or self.is_open:
            return None
        return self.until_on + DAY

    @property
    def length_days(self) -> int | None:
        """Number of days, the first and the last included; None for an open end."""
        if self.until_on is None or self.is_open:
            return None
        return (self.until_on - self.from_on).days + 1

    def covers(self, day: dt.date) -> bool:
        """Whether the day lies within."""
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same days in order, with overlapping and adjacent spans as one."""
    result: list[Span] = []
    for span in sorted(spans, key=lambda one: one.from_on):
        last = result[-1] if result else None
        if last is None or (last.day_after is not None and span.from_on > last.day_after):
            result.append(span)
        else:
            result[-1] = Span(last.from_on, _later_end(last, span))
    return tuple(result)


def _later_end(first: Span, second: Span) -> dt.date | None:
    if first.until_on is None or second.until_on is None:
        return None
    return max(first.until_on, second.until_on)


def days_within(span: Span, first_year: int, last_year: int) -> set[dt.date]:
    """The days of a span that lie in these years; an open end ends with them."""
    first, last = dt.date(first_year, 1, 1), dt.date(last_year, 12, 31)
    begin, end = max(span.from_on, first), min(span.until_on or last, last)
    return {begin + DAY * number for number in range((end - begin).days + 1)}


def is_employed_on(day: dt.date, *, hired_on: dt.date | None, left_on: dt.date | None) -> bool:
    """Whether somebody is there: from `hired_on` (None: always was) to `left_on`, included."""
    return (hired_on is None or hired_on <= day) and (left_on is None or day <= left_on)


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Working days are Monday to Friday without public holidays and the house's closing days.

    `closed_on` holds both; days beyond the years it was made for count as ordinary ones.
    """

    closed_on: frozenset[dt.date] = frozenset()

    def is_working_day(self, day: dt.date) -> bool:
        """Whether people work and mail goes out on this day."""
        return day.weekday() < _SATURDAY and day not in self.closed_on

    def on_or_after(self, day: dt.date) -> dt.date:
        """This day, if it is no working day the next one."""
        while not self.is_working_day(day):
            day += DAY
        return day

    def on_or_before(self, day: dt.date) -> dt.date:
        """This day, if it is no working day the one before."""
        while not self.is_working_day(day):
            day -= DAY
        return day
