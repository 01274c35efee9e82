"""Secrets that must be read again, encrypted under a key of their own (trust.md 6.5)."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_SALT = b"lernstand second factor"


class SealBroken(Exception):
    """The text was sealed under another key, or changed since."""


def sealed(secret_key: str, text: str) -> str:
    """The text as it may lie in the database."""
    return _box(secret_key).encrypt(text.encode()).decode("ascii")


def opened(secret_key: str, text: str) -> str:
    """The sealed text; SealBroken when the key is another one."""
    try:
        return _box(secret_key).decrypt(text.encode()).decode()
    except InvalidToken as error:
        raise SealBroken from error


def _box(secret_key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=_SALT, info=b"totp").derive(
        secret_key.encode()
    )
    return Fernet(base64.urlsafe_b64encode(derived))
