"""How often one may try: counted before anything is looked at, under keyed hashes (trust.md 1.9).

On PostgreSQL two tries at the same instant may both be counted as the last one; the next is not.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lms.access import rules
from lms.access.codes import keyed
from lms.access.models import SignInAttempt


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who tries to sign in and from where, as keyed hashes."""

    person: str
    address: str

    @classmethod
    def of(cls, secret_key: str, identifier: str, client_address: str) -> "Attempt":
        """Hashes under the installation's key: the table names nobody (trust.md 1.9)."""

        return cls(
            keyed(secret_key, "person:" + rules.normal_identifier(identifier)),
            keyed(secret_key, "address:" + rules.address_block(client_address)),
        )


def count_attempt(session: Session, attempt: Attempt, *, now: dt.datetime) -> None:
    """Count a try before the password is looked at; TooManyAttempts when the limit is reached."""
    limits = (
        (attempt.person, rules.FAILURES_PER_PERSON),
        (attempt.address, rules.FAILURES_PER_ADDRESS),
    )
    for subject, limit in limits:
        if tries(session, subject, since=now - rules.WINDOW) >= limit:
            raise rules.TooManyAttempts(minutes=int(rules.WINDOW.total_seconds() // 60))
    session.add_all(SignInAttempt(subject=subject, at=now) for subject, _limit in limits)


def count_check(
    session: Session, secret_key: str, client_address: str, *, now: dt.datetime
) -> None:
    """Count a public check of a certificate; TooManyChecks above 30 a minute and address."""
    subject = keyed(secret_key, "check:" + rules.address_block(client_address))
    if tries(session, subject, since=now - rules.CHECK_WINDOW) >= rules.CHECKS_PER_ADDRESS:
        raise rules.TooManyChecks
    session.add(SignInAttempt(subject=subject, at=now))


def count_link(
    session: Session, secret_key: str, address: str, client_address: str, *, now: dt.datetime
) -> None:
    """Count that a link is asked for; known and unknown addresses count alike.

    TooManyLinks above 3 an hour and address, TooManyAttempts for a browser that asks for many.
    """
    browser = keyed(secret_key, "link-from:" + rules.address_block(client_address))
    if tries(session, browser, since=now - rules.WINDOW) >= rules.FAILURES_PER_ADDRESS:
        raise rules.TooManyAttempts(minutes=int(rules.WINDOW.total_seconds() // 60))
    subject = keyed(secret_key, "link-to:" + rules.normal_identifier(address))
    if tries(session, subject, since=now - rules.LINKS_WINDOW) >= rules.LINKS_PER_ADDRESS:
        raise rules.TooManyLinks
    session.add_all(SignInAttempt(subject=one, at=now) for one in (browser, subject))


def count_code(session: Session, secret_key: str, sign_in_id: int, *, now: dt.datetime) -> None:
    """Count a try at one challenge of the second factor; TooManyCodes above 5 (trust.md 1.9)."""
    subject = keyed(secret_key, f"challenge:{sign_in_id}")
    if tries(session, subject, since=now - rules.CHALLENGE_FOR) >= rules.TRIES_PER_CHALLENGE:
        raise rules.TooManyCodes
    session.add(SignInAttempt(subject=subject, at=now))


def note_nobody(session: Session, *, now: dt.datetime) -> None:
    """Nobody has the address: write as much as if somebody had, so that time tells nothing."""
    session.add(SignInAttempt(subject="nobody", at=now))
    session.flush()


def forget_attempts(session: Session, attempt: Attempt, *, now: dt.datetime) -> None:
    """It was the right person: their failures no longer count, nor does this try of the address."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.subject == attempt.person))
    session.execute(
        delete(SignInAttempt).where(
            SignInAttempt.subject == attempt.address, SignInAttempt.at == now
        )
    )


def tries(session: Session, subject: str, *, since: dt.datetime) -> int:
    """How often somebody or something was counted since then."""
    found = session.scalar(
        select(func.count())
        .select_from(SignInAttempt)
        .where(SignInAttempt.subject == subject, SignInAttempt.at > since)
    )
    return found or 0
