"""Deeds of signing in and out, of passwords and of the one-time set-up address."""

import datetime as dt
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from lms.access import rules
from lms.access.models import Password, SetUpAddress, SignIn, SignInAttempt
from lms.audit import operations as audit
from lms.kernel.domain import NotFound
from lms.people.models import Person

SET_UP_HOURS = 72


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def note_seen(session: Session, sign_in_id: int, *, now: dt.datetime) -> None:
    """Remember that this browser was active; at most once a minute."""
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(last_seen_at=now))


def _keyed(secret_key: str, text: str) -> str:
    return hmac.digest(secret_key.encode(), text.encode(), "sha256").hex()


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who tries to sign in and from where, as keyed hashes."""

    person: str
    address: str

    @classmethod
    def of(cls, secret_key: str, identifier: str, client_address: str) -> "Attempt":
        """Hashes under the installation's key: the table names nobody (trust.md 1.9)."""

        return cls(
            _keyed(secret_key, "person:" + rules.normal_identifier(identifier)),
            _keyed(secret_key, "address:" + rules.address_block(client_address)),
        )


def count_attempt(session: Session, attempt: Attempt, *, now: dt.datetime) -> None:
    """Count a try before the password is looked at; TooManyAttempts when the limit is reached."""
    since = now - rules.WINDOW
    limits = (
        (attempt.person, rules.FAILURES_PER_PERSON),
        (attempt.address, rules.FAILURES_PER_ADDRESS),
    )
    for subject, limit in limits:
        failures = session.scalar(
            select(func.count())
            .select_from(SignInAttempt)
            .where(SignInAttempt.subject == subject, SignInAttempt.at > since)
        )
        if (failures or 0) >= limit:
            raise rules.TooManyAttempts(minutes=int(rules.WINDOW.total_seconds() // 60))
    session.add_all(SignInAttempt(subject=subject, at=now) for subject, _limit in limits)


def count_check(
    session: Session, secret_key: str, client_address: str, *, now: dt.datetime
) -> None:
    """Count a public check of a certificate; TooManyChecks above 30 a minute and address."""
    subject = _keyed(secret_key, "check:" + rules.address_block(client_address))
    checks = session.scalar(
        select(func.count())
        .select_from(SignInAttempt)
        .where(SignInAttempt.subject == subject, SignInAttempt.at > now - rules.CHECK_WINDOW)
    )
    if (checks or 0) >= rules.CHECKS_PER_ADDRESS:
        raise rules.TooManyChecks
    session.add(SignInAttempt(subject=subject, at=now))


def forget_attempts(session: Session, attempt: Attempt, *, now: dt.datetime) -> None:
    """It was the right person: their failures no longer count, nor does this try of the address."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.subject == attempt.person))
    session.execute(
        delete(SignInAttempt).where(
            SignInAttempt.subject == attempt.address, SignInAttempt.at == now
        )
    )


def sign_in(
    session: Session, person: Person, *, user_agent: str, keep: bool, now: dt.datetime
) -> str:
    """Begin a sign-in and return its random token (256 bit), of which only the hash is kept."""
    token = secrets.token_urlsafe(32)
    session.add(
        SignIn(
            token_sha256=_sha256(token),
            person_id=person.id,
            created_at=now,
            last_seen_at=now,
            is_kept=keep,
            browser=rules.browser_name(user_agent),
        )
    )
    session.flush()
    return token


def end_sign_in(session: Session, sign_in_id: int) -> None:
    """Sign this browser out."""
    session.execute(delete(SignIn).where(SignIn.id == sign_in_id))


def set_password(
    session: Session, person_id: int, argon2: str, *, keep_sign_in: int | None, now: dt.datetime
) -> None:
    """Store a new password; all other sign-ins of the person end (trust.md 1.8)."""
    found = session.get(Password, person_id)
    if found is None:
        session.add(Password(person_id=person_id, argon2=argon2, changed_at=now))
    else:
        found.argon2, found.changed_at = argon2, now
    session.execute(
        delete(SignIn).where(SignIn.person_id == person_id, SignIn.id != (keep_sign_in or 0))
    )
    audit.record(
        session,
        actor=f"person:{person_id}",
        verb="set_password",
        object_kind="person",
        object_id=person_id,
        now=now,
    )
    session.flush()


def rehash(session: Session, person_id: int, argon2: str) -> None:
    """Keep the same password under today's parameters."""
    session.execute(update(Password).where(Password.person_id == person_id).values(argon2=argon2))


def open_set_up(session: Session, *, now: dt.datetime) -> str:
    """A new one-time token for the first administrator; an older unused one is void."""
    token = secrets.token_urlsafe(32)
    session.execute(delete(SetUpAddress).where(SetUpAddress.used_at.is_(None)))
    session.add(
        SetUpAddress(
            token_sha256=_sha256(token),
            created_at=now,
            expires_at=now + dt.timedelta(hours=SET_UP_HOURS),
        )
    )
    session.flush()
    return token


def find_set_up(session: Session, token: str, *, now: dt.datetime) -> SetUpAddress:
    """The unused address behind a token; NotFound when it is unknown, used or too old."""
    found = session.scalar(select(SetUpAddress).where(SetUpAddress.token_sha256 == _sha256(token)))
    if found is None or found.used_at is not None or found.expires_at <= now:
        raise NotFound
    return found


def use_set_up(session: Session, token: str, *, now: dt.datetime) -> None:
    """Consume the address; of two who use it at once one gets NotFound."""
    used = session.execute(
        update(SetUpAddress)
        .where(
            SetUpAddress.token_sha256 == _sha256(token),
            SetUpAddress.used_at.is_(None),
            SetUpAddress.expires_at > now,
        )
        .values(used_at=now)
        .returning(SetUpAddress.id)
    ).scalar_one_or_none()
    if used is None:
        raise NotFound


def forget_old_rows(session: Session, *, now: dt.datetime) -> int:
    """Drop attempts after 24 hours and sign-ins that nobody used for 30 days."""
    attempts = session.scalars(
        delete(SignInAttempt)
        .where(SignInAttempt.at < now - dt.timedelta(hours=24))
        .returning(SignInAttempt.id)
    ).all()
    sign_ins = session.scalars(
        delete(SignIn).where(SignIn.last_seen_at < now - dt.timedelta(days=30)).returning(SignIn.id)
    ).all()
    return len(attempts) + len(sign_ins)


def end_all_sign_ins(session: Session, person_id: int) -> None:
    """Sign a person out everywhere, as when they leave (trust.md 1.13)."""
    session.execute(delete(SignIn).where(SignIn.person_id == person_id))
