"""One row that all delivery workers share: how fast mail leaves, and whether the server rests."""

import datetime as dt

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms.kernel.db import insert_unless_there
from lms.outbox.models import MailThrottle
from lms.outbox.rules import Bucket, refilled, rest_until, wait_for_token

_ONLY = 1


def find_rest(session: Session, *, now: dt.datetime) -> dt.datetime | None:
    """Until when the mail server is left alone, or None."""
    return rest_until(session.scalar(select(MailThrottle.open_until)), now=now)


def time_to_token(session: Session, *, per_minute: int, now: dt.datetime) -> dt.timedelta:
    """How long to wait for a token, zero when one is there; `per_minute` 0: there is no limit.

    Locks the row, so that of several workers one decides at a time.
    """
    if not per_minute:
        return dt.timedelta()
    row = _locked(session, now)
    bucket = refilled(Bucket(row.tokens, row.refilled_at), per_minute=per_minute, now=now)
    return wait_for_token(bucket, per_minute=per_minute)


def take_token(session: Session, *, per_minute: int, now: dt.datetime) -> None:
    """Take the token that `time_to_token` found."""
    row = _locked(session, now)
    bucket = refilled(Bucket(row.tokens, row.refilled_at), per_minute=per_minute, now=now)
    row.tokens, row.refilled_at = bucket.tokens - 1, bucket.refilled_at
    session.flush()


def note_trouble(session: Session, *, rest_for: dt.timedelta, now: dt.datetime) -> None:
    """Leave the mail server alone for a while: it cannot be reached, or wants to be left alone."""
    row = _locked(session, now)
    row.open_until = max(row.open_until or now, now + rest_for)
    row.failures_in_a_row = 0
    session.flush()


def note_busy(session: Session, *, now: dt.datetime) -> int:
    """Count a "service not available" (421); how many in a row there are now."""
    row = _locked(session, now)
    row.failures_in_a_row += 1
    session.flush()
    return row.failures_in_a_row


def note_success(session: Session) -> None:
    """A mail was accepted: the count of failures begins anew."""
    session.execute(
        update(MailThrottle).where(MailThrottle.failures_in_a_row > 0).values(failures_in_a_row=0)
    )


def close_breaker(session: Session) -> None:
    """Somebody wants it tried now."""
    session.execute(update(MailThrottle).values(open_until=None, failures_in_a_row=0))


def _locked(session: Session, now: dt.datetime) -> MailThrottle:
    wanted = select(MailThrottle).with_for_update().execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None:
        first = {"id": _ONLY, "tokens": 1.0, "refilled_at": now, "failures_in_a_row": 0}
        insert_unless_there(session, MailThrottle, first)
        found = session.scalars(wanted).one()
    return found
