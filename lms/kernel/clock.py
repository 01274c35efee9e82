"""The only place that reads the clock; everything else gets `now` or `today` handed in."""

import datetime as dt
from zoneinfo import ZoneInfo


def utc_now() -> dt.datetime:
    """The present instant, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def local_date(instant: dt.datetime, zone: ZoneInfo) -> dt.date:
    """The calendar day that an aware instant falls on in the organisation's zone."""
    return instant.astimezone(zone).date()


def parse_instant(text: str, zone: ZoneInfo) -> dt.datetime:
    """An ISO 8601 instant in UTC; without an offset it is wall time in the zone.

    ValueError for anything else.
    """
    found = dt.datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(dt.UTC)
