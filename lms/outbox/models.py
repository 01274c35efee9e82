"""Mail on its way, the throttle that delivery workers share, and the local mailbox."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Model
from lms.kernel.personal import NOT_PERSONAL, personal

_FACT = personal("message", "proof of reminder, Art. 6 (1) f GDPR", "24 months")
_TEXT = personal("message text", "proof of reminder, Art. 6 (1) f GDPR", "90 days")


class OutboxMessage(Model):
    """pending → claimed → sending → sent, failed or uncertain; cancelled, expired.

    A row is an intent: kind, locale and plain values. The text is rendered at delivery and kept.
    """

    __tablename__ = "outbox_messages"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    idem_key: Mapped[str] = mapped_column(String(200), unique=True, info=_FACT)
    message_id: Mapped[str] = mapped_column(String(200), unique=True, info=NOT_PERSONAL)
    kind: Mapped[str] = mapped_column(String(40), info=_FACT)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True, info=_FACT)
    audience: Mapped[str] = mapped_column(String(12), info=_FACT)
    to_address: Mapped[str | None] = mapped_column(String(254), info=_FACT)
    locale: Mapped[str] = mapped_column(String(5), info=NOT_PERSONAL)
    values: Mapped[dict[str, Any]] = mapped_column(info=_FACT)
    local_date: Mapped[dt.date] = mapped_column(info=NOT_PERSONAL)
    created_at: Mapped[dt.datetime] = mapped_column(info=_FACT)
    not_before: Mapped[dt.datetime] = mapped_column(info=NOT_PERSONAL)
    expires_at: Mapped[dt.datetime] = mapped_column(info=NOT_PERSONAL)
    attempts: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    state: Mapped[str] = mapped_column(String(10), default="pending", info=_FACT)
    claimed_by: Mapped[str | None] = mapped_column(String(80), info=NOT_PERSONAL)
    claim_until: Mapped[dt.datetime | None] = mapped_column(info=NOT_PERSONAL)
    subject: Mapped[str | None] = mapped_column(String(200), info=_TEXT)
    text_body: Mapped[str | None] = mapped_column(Text(), info=_TEXT, deferred=True)
    html_body: Mapped[str | None] = mapped_column(Text(), info=_TEXT, deferred=True)
    body_sha256: Mapped[str | None] = mapped_column(String(64), info=NOT_PERSONAL)
    smtp_reply: Mapped[str | None] = mapped_column(String(300), info=NOT_PERSONAL)
    reason: Mapped[str | None] = mapped_column(String(40), info=NOT_PERSONAL)
    sent_at: Mapped[dt.datetime | None] = mapped_column(info=_FACT)
    closed_at: Mapped[dt.datetime | None] = mapped_column(info=_FACT)

    __table_args__ = (
        CheckConstraint(
            "audience IN ('learner', 'supervisor', 'management', 'immediate')", "audience"
        ),
        CheckConstraint(
            "state IN ('pending', 'claimed', 'sending', 'sent', 'cancelled', 'expired', 'failed',"
            " 'uncertain')",
            "state",
        ),
        CheckConstraint(
            "(state IN ('claimed', 'sending') AND claim_until IS NOT NULL)"
            " OR (state NOT IN ('claimed', 'sending') AND claim_until IS NULL)",
            "a_claim_runs_out",
        ),
        CheckConstraint(
            "(state = 'sent' AND sent_at IS NOT NULL) OR (state <> 'sent' AND sent_at IS NULL)",
            "sent_has_an_instant",
        ),
        CheckConstraint("expires_at > not_before", "expires_after_it_may_go"),
        Index(
            "uq_outbox_messages_one_digest",
            "person_id",
            "audience",
            "local_date",
            unique=True,
            sqlite_where=audience != "immediate",
            postgresql_where=audience != "immediate",
        ),
        Index(
            "ix_outbox_messages_ready",
            # State again: else SQLite prefers the index of all states and sorts what it finds.
            "state",
            "not_before",
            "id",
            sqlite_where=state == "pending",
            postgresql_where=state == "pending",
        ),
        Index(
            "ix_outbox_messages_claim",
            "claim_until",
            sqlite_where=state.in_(("claimed", "sending")),
            postgresql_where=state.in_(("claimed", "sending")),
        ),
        Index("ix_outbox_messages_state", "state", "created_at"),
        Index("ix_outbox_messages_local_date", "local_date"),
    )


class MailThrottle(Model):
    """One row: the token bucket and the breaker that all delivery workers share."""

    __tablename__ = "mail_throttle"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    tokens: Mapped[float] = mapped_column(info=NOT_PERSONAL)
    refilled_at: Mapped[dt.datetime] = mapped_column(info=NOT_PERSONAL)
    failures_in_a_row: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    open_until: Mapped[dt.datetime | None] = mapped_column(info=NOT_PERSONAL)

    __table_args__ = (CheckConstraint("id = 1", "only_one"),)


class MailboxMessage(Model):
    """A mail that landed in the local mailbox since no mail server is set."""

    __tablename__ = "mailbox_messages"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    message_id: Mapped[str] = mapped_column(String(200), unique=True, info=NOT_PERSONAL)
    to_address: Mapped[str] = mapped_column(String(254), info=_TEXT, index=True)
    subject: Mapped[str] = mapped_column(String(200), info=_TEXT)
    raw: Mapped[str] = mapped_column(Text(), info=_TEXT, deferred=True)
    received_at: Mapped[dt.datetime] = mapped_column(index=True, info=_FACT)
