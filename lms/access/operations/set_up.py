"""Deeds on the one-time address at which the first administrator sets a password."""

import datetime as dt

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lms.access.codes import new_token, sha256
from lms.access.models import SetUpAddress
from lms.kernel.domain import N_, NotFound

SET_UP_HOURS = 72


class SetUpOver(NotFound):
    """Used, too old, replaced by a newer one, or never given out: all look alike."""

    message = N_(
        "Diese Adresse zum Einrichten gilt nicht mehr: Sie ist benutzt, älter als drei Tage oder"
        " durch eine neuere ersetzt. Wer sie benutzt hat, meldet sich an."
    )


def open_set_up(session: Session, *, now: dt.datetime) -> str:
    """A new one-time token for the first administrator; an older unused one is void."""
    token = new_token()
    session.execute(delete(SetUpAddress).where(SetUpAddress.used_at.is_(None)))
    session.add(
        SetUpAddress(
            token_sha256=sha256(token),
            created_at=now,
            expires_at=now + dt.timedelta(hours=SET_UP_HOURS),
        )
    )
    session.flush()
    return token


def find_set_up(session: Session, token: str, *, now: dt.datetime) -> SetUpAddress:
    """The unused address behind a token; SetUpOver when it is unknown, used or too old."""
    found = session.scalar(select(SetUpAddress).where(SetUpAddress.token_sha256 == sha256(token)))
    if found is None or found.used_at is not None or found.expires_at <= now:
        raise SetUpOver
    return found


def note_whom_it_made(session: Session, token: str, person_id: int) -> None:
    """Remember who came by this address."""
    session.execute(
        update(SetUpAddress)
        .where(SetUpAddress.token_sha256 == sha256(token))
        .values(person_id=person_id)
    )


def use_set_up(session: Session, token: str, *, now: dt.datetime) -> None:
    """Consume the address; of two who use it at once one gets SetUpOver."""
    used = session.execute(
        update(SetUpAddress)
        .where(
            SetUpAddress.token_sha256 == sha256(token),
            SetUpAddress.used_at.is_(None),
            SetUpAddress.expires_at > now,
        )
        .values(used_at=now)
        .returning(SetUpAddress.id)
    ).scalar_one_or_none()
    if used is None:
        raise SetUpOver
