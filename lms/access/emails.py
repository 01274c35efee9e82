"""Mails about getting in: links that lead in, and hints at what has changed.

A draft of a link names purpose and person alone: its token is made when the mail is sent.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Self

from lms.access.rules import Purpose
from lms.kernel.clock import local_date
from lms.outbox.rules import EmailDraft
from lms.people.models import Person
from lms.settings import Settings

PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a mail
FACTOR_CHANGED = "factor_changed"
ADDRESS_CHANGED = "address_changed"

KINDS = {
    Purpose.SIGN_IN: "sign_in_link",
    Purpose.RESET: "password_reset",
    Purpose.INVITATION: "invitation",
    Purpose.CONFIRM_ADDRESS: "address_link",
}
PURPOSES = {kind: purpose for purpose, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every mail that leaves at once needs besides its words."""

    mail_domain: str
    default_locale: str
    today: dt.date
    now: dt.datetime

    @classmethod
    def of(cls, settings: Settings, *, now: dt.datetime) -> Self:
        """That of an installation at an instant."""
        return cls(
            settings.mail_domain, settings.default_locale, local_date(now, settings.time_zone), now
        )


def link(
    person: Person,
    purpose: Purpose,
    head: Letterhead,
    *,
    address: str | None = None,
    next_path: str | None = None,
) -> EmailDraft:
    """A link to the person's address, or to one that they say is theirs."""
    values: dict[str, Any] = {"next": next_path} if next_path else {}
    return EmailDraft(
        kind=KINDS[purpose],
        person_id=person.id,
        to_address=address or person.email,
        locale=person.locale or head.default_locale,
        values=values,
    )


def hint(
    person: Person, kind: str, head: Letterhead, *, address: str | None = None, **values: str
) -> EmailDraft:
    """What has changed, to the person's address or to the one they had."""
    return EmailDraft(
        kind=kind,
        person_id=person.id,
        to_address=address or person.email,
        locale=person.locale or head.default_locale,
        values=values,
    )
