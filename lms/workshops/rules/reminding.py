"""When people are reminded of a date: the working day before it; pure."""

import datetime as dt
from zoneinfo import ZoneInfo

from lms.people.calendar import DAY, WorkingCalendar

DAY_BEFORE = "-1"
# Longer than any row of days on which the house is closed.
LOOK_AHEAD = dt.timedelta(days=14)
_FROM, _UNTIL = dt.time(8), dt.time(17)


def may_remind(now: dt.datetime, zone: ZoneInfo, calendar: WorkingCalendar) -> bool:
    """Whether reminders go out now: on working days from 8 to 17 by the clock on the wall."""
    local = now.astimezone(zone)
    return calendar.is_working_day(local.date()) and _FROM <= local.time() < _UNTIL


def reminded_at(starts_at: dt.datetime, zone: ZoneInfo, calendar: WorkingCalendar) -> dt.datetime:
    """The instant of a date's reminder; whoever signs up after it has just heard all of it."""
    day = calendar.on_or_before(starts_at.astimezone(zone).date() - DAY)
    return dt.datetime.combine(day, _FROM, zone).astimezone(dt.UTC)
