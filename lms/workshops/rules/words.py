"""The words of sessions, and what deeds need of the settings; pure."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

MOST_DATES = 20


class Setting(StrEnum):
    """Where people meet."""

    ON_SITE = "on_site"
    ONLINE = "online"
    HYBRID = "hybrid"


class Method(StrEnum):
    """How they work together."""

    TRAINING = "training"
    WORLD_CAFE = "world_cafe"


class Status(StrEnum):
    """Where a session stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"
    DONE = "done"


class PlaceState(StrEnum):
    """What somebody's sign-up has come to."""

    BOOKED = "booked"
    WAITLISTED = "waitlisted"
    CANCELLED_BY_USER = "cancelled_by_user"
    CANCELLED_BY_ORG = "cancelled_by_org"


LIVE = (PlaceState.BOOKED, PlaceState.WAITLISTED)


class Source(StrEnum):
    """Who asked for the place."""

    SELF = "self"
    ON_BEHALF = "on_behalf"


class Presence(StrEnum):
    """What was entered for somebody; nothing entered is no value of it."""

    PRESENT = "present"
    PARTIAL = "partial"
    EXCUSED = "excused"
    ABSENT = "absent"


class Event(StrEnum):
    """What a mail about a session tells."""

    BOOKED = "booked"
    WAITING = "waiting"
    PROMOTED = "promoted"
    BOOKED_FOR = "booked_for"
    WAITING_FOR = "waiting_for"
    RELEASED = "released"
    CHANGED = "changed"
    CALLED_OFF = "called_off"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class Frame:
    """What deeds need of the settings: the organisation's zone, and how mail is written."""

    zone: ZoneInfo
    mail_domain: str
    default_locale: str

    def day_of(self, instant: dt.datetime) -> dt.date:
        """The organisation's calendar day of an instant."""
        return instant.astimezone(self.zone).date()
