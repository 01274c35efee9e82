"""The one table of mail kinds: who checks them again, who takes them back, how they are filled.

Templates lie in templates/emails/<name>/{subject.txt,body.txt,body.html}; `template` gives the
name for the checked values.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lms.delivery.access_mails import access_kinds
from lms.delivery.digests import digest_context
from lms.delivery.operations import Kind, Kinds
from lms.delivery.proofs import proof_kind
from lms.delivery.workshop_mails import workshop_kind
from lms.kernel.clock import local_date
from lms.outbox.models import OutboxMessage
from lms.reminders.operations import letters as reminders


def kinds_of(zone: ZoneInfo) -> Kinds:
    """The table; days are those of the organisation's zone."""

    def check_digest(
        session: Session, message: OutboxMessage, *, now: dt.datetime
    ) -> dict[str, Any] | None:
        return reminders.recheck(session, message, zone=zone, now=now)

    def reopen_digests(
        session: Session, messages: Sequence[OutboxMessage], *, now: dt.datetime
    ) -> None:
        for message in messages:
            reminders.reopen(session, message, today=local_date(now, zone))

    return {
        **access_kinds(zone),
        "digest": Kind(
            check=check_digest,
            reopen=reopen_digests,
            context=digest_context,
            template=lambda values: "digest" if values["audience"] == "learner" else "team_digest",
        ),
        "external_decided": proof_kind(zone),
        "workshop": workshop_kind(zone),
    }
