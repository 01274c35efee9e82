"""Months and yearly days, as the German Civil Code counts them. Pure."""

import calendar
import datetime as dt

_MONTHS_A_YEAR = 12
_DAYS_A_MONTH = 365.25 / 12


def add_months(anchor: dt.date, months: int) -> dt.date:
    """The day `months` after `anchor`; where the month is too short, its last day.

    § 187 (1) and § 188 (2), (3) BGB. Always count from the anchor: going on from a clamped result
    drifts (31 January, 28 February, 28 March).
    """
    years, month = divmod(anchor.month - 1 + months, _MONTHS_A_YEAR)
    return _clamped(anchor.year + years, month + 1, anchor.day)


def months_between(first: dt.date, last: dt.date) -> int:
    """Months from one day to another as people say them: to the nearest, at least one."""
    return max(1, round((last - first).days / _DAYS_A_MONTH))


def yearly_day_on_or_after(day: dt.date, *, month: int, day_of_month: int) -> dt.date:
    """The first occurrence of a day of the year; 29 February is the 28th in ordinary years."""
    this_year = _clamped(day.year, month, day_of_month)
    return this_year if this_year >= day else _clamped(day.year + 1, month, day_of_month)


def _clamped(year: int, month: int, day: int) -> dt.date:
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))
