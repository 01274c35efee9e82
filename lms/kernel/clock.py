"""The only place that reads the clock; everything else gets `now` or `today` handed in."""

import datetime as dt
from zoneinfo import ZoneInfo


def utc_now() -> dt.datetime:
    """The present instant, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def local_date(instant: dt.datetime, zone: ZoneInfo) -> dt.date:
    """The calendar day that an aware instant falls on in the organisation's zone."""
    return instant.astimezone(zone).date()
