"""Six digits that change every 30 seconds, as an app on the telephone shows them (RFC 6238)."""

import base64
import datetime as dt
import hashlib
import hmac
import unicodedata

import pyotp

STEP_SECONDS = 30
# Clocks differ: the digits before and after count as well (trust.md 1.7).
_STEPS_AROUND = (0, -1, 1)


def new_secret(secret_key: str, sign_in_token: str) -> str:
    """160 bits in base 32, as apps expect them; the same for as long as this token is good.

    So a page that is loaded again, as telephones do on coming back from another app, shows the
    secret that was scanned, and nothing need be stored before its first digits are typed.
    """
    key = hashlib.sha256(b"new second factor" + secret_key.encode()).digest()
    made = hmac.digest(key, sign_in_token.encode(), "sha1")
    return base64.b32encode(made).decode("ascii")


def step_of(secret: str, digits: str, *, now: dt.datetime) -> int | None:
    """The period that these digits belong to, the present one or a neighbour; None for others."""
    plain = "".join(unicodedata.normalize("NFKC", digits).split())
    if len(plain) != 6 or not (plain.isascii() and plain.isdigit()):
        return None
    present, clock = int(now.timestamp()) // STEP_SECONDS, pyotp.TOTP(secret)
    for offset in _STEPS_AROUND:
        step = present + offset
        if pyotp.utils.strings_equal(plain, clock.generate_otp(step)):
            return step
    return None


def address(secret: str, *, person: str, organisation: str) -> str:
    """What the QR code says to the app."""
    return pyotp.TOTP(secret).provisioning_uri(name=person, issuer_name=organisation)
