"""When the present day began in the organisation's zone."""

import datetime as dt

from lms.web.db import house


def day_began_at(now: dt.datetime) -> dt.datetime:
    """The instant of its midnight."""
    zone = house().settings.time_zone
    return dt.datetime.combine(now.astimezone(zone).date(), dt.time(), zone)
