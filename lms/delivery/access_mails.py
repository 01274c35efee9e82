"""Mails about getting in: links whose token is made as they leave, hints at what changed."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lms.access import emails
from lms.access.operations.links import make_link
from lms.access.rules import Purpose
from lms.delivery.operations import Kind, Kinds
from lms.kernel.clock import local_date
from lms.outbox.models import OutboxMessage
from lms.people.models import Person

_HINTS = (emails.PASSWORD_CHANGED, emails.FACTOR_CHANGED, emails.ADDRESS_CHANGED)
_TO_AN_ADDRESS = (emails.KINDS[Purpose.CONFIRM_ADDRESS], emails.ADDRESS_CHANGED)


def access_kinds(zone: ZoneInfo) -> Kinds:
    """One kind for each purpose of a link and for each hint."""

    def check_link(
        session: Session, message: OutboxMessage, *, now: dt.datetime
    ) -> dict[str, Any] | None:
        token = make_link(session, message, today=local_date(now, zone), now=now)
        if token is None:
            return None
        person = session.get_one(Person, message.person_id)
        return {"first_name": person.first_name, "token": token, **message.values}

    def check_hint(
        session: Session,
        message: OutboxMessage,
        *,
        now: dt.datetime,  # noqa: ARG001 - every check is told
    ) -> dict[str, Any] | None:
        person = session.get_one(Person, message.person_id)
        if person.anonymised_at is not None:
            return None
        at = message.created_at.astimezone(zone)
        return {"first_name": person.first_name, "at": at, **message.values}

    links = {kind: _kind(kind, check_link, _link_context) for kind in emails.PURPOSES}
    hints = {kind: _kind(kind, check_hint, lambda values, _link: values) for kind in _HINTS}
    return links | hints


def _kind(name: str, check: Any, context: Callable[[dict[str, Any], Any], dict[str, Any]]) -> Kind:  # noqa: ANN401 - a Check
    return Kind(
        check=check,
        reopen=_nothing_to_reopen,
        context=context,
        template=lambda _values: name,
        follows_person=name not in _TO_AN_ADDRESS,
    )


def _link_context(values: dict[str, Any], _link_to: object) -> dict[str, Any]:
    """The path of the link; where to go on afterwards is no secret and stands behind it."""
    goes_on = values.get("next")
    path = f"/link/{values['token']}" + (f"?next={quote(goes_on, safe='/')}" if goes_on else "")
    return {"first_name": values["first_name"], "path": path}


def _nothing_to_reopen(
    session: Session, messages: Sequence[OutboxMessage], *, now: dt.datetime
) -> None:
    """Whoever asked for it asks again."""
