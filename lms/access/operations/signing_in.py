"""Deeds on sign-ins: they begin, are confirmed once more, and end."""

import datetime as dt

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from lms.access import rules
from lms.access.codes import new_token, sha256
from lms.access.models import AccessLink, SignIn, SignInAttempt
from lms.access.rules import Strength
from lms.kernel.domain import NotFound
from lms.people.models import Person

_ATTEMPTS_KEPT = dt.timedelta(hours=24)
_LINKS_KEPT = dt.timedelta(days=7)
_SIGN_INS_KEPT = dt.timedelta(days=30)


def note_seen(session: Session, sign_in_id: int, *, now: dt.datetime) -> None:
    """Remember that this browser was active; at most once a minute."""
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(last_seen_at=now))


def sign_in(
    session: Session,
    person: Person,
    *,
    user_agent: str,
    keep: bool,
    strength: Strength = Strength.FULL,
    now: dt.datetime,
) -> str:
    """Begin a sign-in and return its random token (256 bit), of which only the hash is kept.

    One in full has just been confirmed (trust.md 1.18).
    """
    token = new_token()
    session.add(
        SignIn(
            token_sha256=sha256(token),
            person_id=person.id,
            created_at=now,
            last_seen_at=now,
            confirmed_at=now if strength is Strength.FULL else None,
            strength=strength,
            is_kept=keep,
            browser=rules.browser_name(user_agent),
        )
    )
    session.flush()
    return token


def confirm(session: Session, sign_in_id: int, *, now: dt.datetime) -> str:
    """The person has shown once more who they are: the sign-in is whole and has a new token."""
    token = new_token()
    session.execute(
        update(SignIn)
        .where(SignIn.id == sign_in_id)
        .values(
            token_sha256=sha256(token), confirmed_at=now, last_seen_at=now, strength=Strength.FULL
        )
    )
    return token


def end_sign_in(session: Session, sign_in_id: int) -> None:
    """Sign this browser out."""
    session.execute(delete(SignIn).where(SignIn.id == sign_in_id))


def forget_old_rows(session: Session, *, now: dt.datetime) -> int:
    """Drop attempts after 24 hours, links after 7 days, sign-ins that nobody used for 30 days."""
    attempts = session.scalars(
        delete(SignInAttempt)
        .where(SignInAttempt.at < now - _ATTEMPTS_KEPT)
        .returning(SignInAttempt.id)
    ).all()
    sign_ins = session.scalars(
        delete(SignIn).where(SignIn.last_seen_at < now - _SIGN_INS_KEPT).returning(SignIn.id)
    ).all()
    session.execute(
        delete(SignIn).where(
            SignIn.strength == Strength.PENDING, SignIn.created_at < now - rules.CHALLENGE_FOR
        )
    )
    links = session.scalars(
        delete(AccessLink).where(AccessLink.expires_at < now - _LINKS_KEPT).returning(AccessLink.id)
    ).all()
    return len(attempts) + len(sign_ins) + len(links)


def end_own_sign_in(session: Session, person_id: int, sign_in_id: int) -> None:
    """Sign one of a person's other devices out; NotFound for somebody else's."""
    ended = session.scalar(
        delete(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.person_id == person_id)
        .returning(SignIn.id)
    )
    if ended is None:
        raise NotFound


def end_all_sign_ins(session: Session, person_id: int) -> None:
    """Sign a person out everywhere, as when they leave (trust.md 1.13)."""
    session.execute(delete(SignIn).where(SignIn.person_id == person_id))


def end_other_sign_ins(session: Session, person_id: int, *, keep: int | None) -> int:
    """Sign a person out on all devices but this one; how many those were."""
    ended = session.scalars(
        delete(SignIn)
        .where(SignIn.person_id == person_id, SignIn.id != (keep or 0))
        .returning(SignIn.id)
    ).all()
    return len(ended)
