"""Password hashes: argon2id with the parameters of trust.md 1.1 (RFC 9106 section 4)."""

import threading
from collections.abc import Generator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lms.access.password_rules import LONGEST, normal_password
from lms.access.rules import HashingBusy

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_AT_ONCE = threading.BoundedSemaphore(4)
_WAIT_SECONDS = 5
# Unknown people cost a hash, too, so that an answer's time tells nobody who exists.
_NOBODY = _HASHER.hash("nobody")


@contextmanager
def _turn() -> Generator[None]:
    if not _AT_ONCE.acquire(timeout=_WAIT_SECONDS):
        raise HashingBusy
    try:
        yield
    finally:
        _AT_ONCE.release()


def hashed(password: str) -> str:
    """The argon2id hash of a password; no transaction may be open meanwhile."""
    with _turn():
        return _HASHER.hash(normal_password(password))


def matches(argon2: str | None, password: str) -> bool:
    """True when the password is the one behind the hash; None stands for nobody."""
    if len(password) > LONGEST:
        return False
    with _turn():
        try:
            return _HASHER.verify(argon2 or _NOBODY, normal_password(password)) and bool(argon2)
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(argon2: str) -> bool:
    """True when the parameters have risen since the hash was made."""
    return _HASHER.check_needs_rehash(argon2)
