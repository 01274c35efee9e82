"""Mails about sessions: a place, the waiting list, a change, calling off, the day before."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lms.delivery.operations import Kind, LinkTo
from lms.outbox.models import OutboxMessage
from lms.workshops.operations import letters
from lms.workshops.rules.words import Setting


@dataclass(frozen=True, slots=True)
class Meeting:
    """A date as a mail says it."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str
    is_cancelled: bool


def workshop_kind(zone: ZoneInfo) -> Kind:
    """Checked against the session and the sign-up as they are when the mail leaves."""

    def check(
        session: Session, message: OutboxMessage, *, now: dt.datetime
    ) -> dict[str, Any] | None:
        return letters.recheck(session, message, zone=zone, now=now)

    def reopen(session: Session, messages: Sequence[OutboxMessage], *, now: dt.datetime) -> None:
        """What could not leave for a day came too late; the page says the same."""

    return Kind(
        check=check,
        reopen=reopen,
        context=workshop_context,
        template=lambda _values: "workshop",
    )


def workshop_context(values: dict[str, Any], link_to: LinkTo) -> dict[str, Any]:
    """The checked values as the templates read them."""
    until = values["cancel_until"]
    return {
        "event": values["event"],
        "first_name": values["first_name"],
        "title": values["titles"],
        "meetings": [_meeting(one) for one in values["dates"]],
        "is_online": values["setting"] != Setting.ON_SITE,
        "is_booked": values["is_booked"],
        "trainer": values["trainer"],
        "place_in_line": values["place_in_line"],
        "cancel_until": dt.date.fromisoformat(until) if until else None,
        "note": values["note"],
        "url": link_to(values["path"]),
    }


def _meeting(one: dict[str, Any]) -> Meeting:
    return Meeting(
        starts_at=dt.datetime.fromisoformat(one["starts_at"]),
        ends_at=dt.datetime.fromisoformat(one["ends_at"]),
        place=one["place"],
        is_cancelled=one["is_cancelled"],
    )
