"""Deeds on second factors: set up, checked, moved to another device, removed (trust.md 1.7)."""

import datetime as dt

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from lms.access import emails, totp
from lms.access.codes import keyed, new_code, plain_code
from lms.access.emails import Letterhead
from lms.access.models import RecoveryCode, SecondFactor
from lms.access.operations.links import void_links_of
from lms.access.operations.signing_in import end_all_sign_ins, end_other_sign_ins
from lms.access.operations.telling import tell
from lms.access.rules import (
    RECOVERY_CODE_LENGTH,
    RECOVERY_CODES,
    NoFactor,
    OwnFactor,
    WrongCode,
)
from lms.access.sealing import SealBroken, opened, sealed
from lms.audit import operations as audit
from lms.people.models import Person


def set_up(
    session: Session,
    person: Person,
    secret: str,
    digits: str,
    head: Letterhead,
    *,
    secret_key: str,
    keep_sign_in: int,
) -> list[str]:
    """Store the secret once its first digits are right, and return ten new recovery codes.

    WrongCode for other digits. A secret that was there before is replaced; all other sign-ins
    and links end (trust.md 1.8).
    """
    step = totp.step_of(secret, digits, now=head.now)
    if step is None:
        raise WrongCode
    session.execute(delete(SecondFactor).where(SecondFactor.person_id == person.id))
    session.add(
        SecondFactor(
            person_id=person.id,
            secret=sealed(secret_key, secret),
            set_up_at=head.now,
            last_step=step,
        )
    )
    session.flush()
    codes = _new_codes(session, person.id, secret_key=secret_key)
    end_other_sign_ins(session, person.id, keep=keep_sign_in)
    void_links_of(session, person.id)
    _changed(session, person, head, change="set_up", actor=f"person:{person.id}")
    return codes


def is_right(
    session: Session, person_id: int, code: str, *, secret_key: str, now: dt.datetime
) -> bool:
    """Whether these are the digits of now, or a recovery code; either is good once."""
    factor = session.get(SecondFactor, person_id, populate_existing=True)
    if factor is None:
        return False
    try:
        secret = opened(secret_key, factor.secret)
    except SealBroken:
        # The key of the installation changed: recovery codes are hashed under it, too.
        return False
    step = totp.step_of(secret, code, now=now)
    if step is None:
        return _use_recovery_code(session, person_id, code, secret_key=secret_key, now=now)
    used = session.scalar(
        update(SecondFactor)
        .where(SecondFactor.person_id == person_id, SecondFactor.last_step < step)
        .values(last_step=step)
        .returning(SecondFactor.person_id)
    )
    return used is not None


def renew_codes(
    session: Session, person: Person, head: Letterhead, *, secret_key: str
) -> list[str]:
    """Ten new recovery codes; the old ones are gone. NoFactor without a second factor."""
    if session.get(SecondFactor, person.id) is None:
        raise NoFactor
    codes = _new_codes(session, person.id, secret_key=secret_key)
    _changed(session, person, head, change="codes", actor=f"person:{person.id}")
    return codes


def remove(session: Session, person: Person, head: Letterhead, *, keep_sign_in: int) -> None:
    """Somebody does without from now on; NoFactor when there is none."""
    _delete(session, person)
    end_other_sign_ins(session, person.id, keep=keep_sign_in)
    void_links_of(session, person.id)
    _changed(session, person, head, change="removed", actor=f"person:{person.id}")


def reset_for(session: Session, person: Person, head: Letterhead, *, actor: str) -> None:
    """Somebody's device is lost: another administrator removes their factor, they are told.

    OwnFactor for one's own; NoFactor when there is none.
    """
    if actor == f"person:{person.id}":
        raise OwnFactor
    _delete(session, person)
    end_all_sign_ins(session, person.id)
    void_links_of(session, person.id)
    _changed(session, person, head, change="reset", actor=actor)


def _delete(session: Session, person: Person) -> None:
    gone = session.scalar(
        delete(SecondFactor)
        .where(SecondFactor.person_id == person.id)
        .returning(SecondFactor.person_id)
    )
    if gone is None:
        raise NoFactor
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))


def _new_codes(session: Session, person_id: int, *, secret_key: str) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = [new_code(RECOVERY_CODE_LENGTH) for _ in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(person_id=person_id, code_hash=_hash(secret_key, person_id, code))
        for code in codes
    )
    session.flush()
    return codes


def _use_recovery_code(
    session: Session, person_id: int, code: str, *, secret_key: str, now: dt.datetime
) -> bool:
    used = session.scalar(
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id,
            RecoveryCode.code_hash == _hash(secret_key, person_id, plain_code(code)),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
    )
    return used is not None


def _hash(secret_key: str, person_id: int, code: str) -> str:
    return keyed(secret_key, f"recovery:{person_id}:{code}")


def _changed(
    session: Session, person: Person, head: Letterhead, *, change: str, actor: str
) -> None:
    audit.record(
        session,
        actor=actor,
        verb=f"second_factor.{change}",
        object_kind="person",
        object_id=person.id,
        now=head.now,
    )
    session.flush()
    tell(session, person, emails.FACTOR_CHANGED, head, change=change)
