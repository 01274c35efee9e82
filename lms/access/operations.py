"""Deeds of signing in and out."""

import datetime as dt

from sqlalchemy import update
from sqlalchemy.orm import Session

from lms.access.models import SignIn


def note_seen(session: Session, sign_in_id: int, *, now: dt.datetime) -> None:
    """Remember that this browser was active; at most once a minute."""
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(last_seen_at=now))
