"""The mail about a document from elsewhere: what became of it."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lms.certifications.queries.decisions import decision_values
from lms.delivery.operations import Kind, LinkTo
from lms.kernel.clock import local_date
from lms.outbox.models import OutboxMessage


def proof_kind(zone: ZoneInfo) -> Kind:
    """Checked against the decision as it stands; one that came too late is not sent again."""

    def check(
        session: Session, message: OutboxMessage, *, now: dt.datetime
    ) -> dict[str, Any] | None:
        return decision_values(
            session, message.values["proof"], message.person_id, today=local_date(now, zone)
        )

    def reopen(session: Session, messages: Sequence[OutboxMessage], *, now: dt.datetime) -> None:
        """Nothing was noted about it: the page says the same."""

    return Kind(
        check=check,
        reopen=reopen,
        context=proof_context,
        template=lambda _values: "external_decided",
    )


def proof_context(values: dict[str, Any], link_to: LinkTo) -> dict[str, Any]:
    """The checked values as the templates read them."""
    until = values["valid_until"]
    return {
        "first_name": values["first_name"],
        "course": values["titles"],
        "is_approved": values["outcome"] == "approved",
        "counts": values["counts"],
        "valid_until": dt.date.fromisoformat(until) if until else None,
        "url": link_to("/certificates"),
    }
