"""Six digits from an app, sealed secrets (RFC 6238)."""

import datetime as dt

import pyotp
import pytest

from lms.access import totp
from lms.access.sealing import SealBroken, opened, sealed

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
KEY = "only-for-tests-0123456789abcdef0123456789abcdef"
SECRET = totp.new_secret(KEY, "token of a sign-in")


def digits(seconds):
    """What the app shows so many seconds from now."""
    return pyotp.TOTP(SECRET).at(NOW + dt.timedelta(seconds=seconds))


def test_the_vector_of_the_standard():
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    at = dt.datetime.fromtimestamp(1111111109, dt.UTC)
    assert totp.step_of(secret, "081804", now=at) == 37037036


@pytest.mark.parametrize("seconds", [-30, 0, 29, 30, 59])
def test_neighbouring_digits_count(seconds):
    step = totp.step_of(SECRET, digits(seconds), now=NOW)
    assert step == (int(NOW.timestamp()) + seconds) // 30


@pytest.mark.parametrize("seconds", [-31, 60, 3600])
def test_older_and_later_digits_do_not(seconds):
    assert totp.step_of(SECRET, digits(seconds), now=NOW) is None


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "ABCD-EFGH-JKMN-PQRS"])
def test_what_is_no_code(typed):
    assert totp.step_of(SECRET, typed, now=NOW) is None


def test_blanks_and_wide_digits_are_read():
    shown = digits(0)
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in shown)
    assert totp.step_of(SECRET, f" {shown[:3]} {shown[3:]}", now=NOW) is not None
    assert totp.step_of(SECRET, wide, now=NOW) is not None


def test_a_page_loaded_again_shows_the_same_secret_another_sign_in_another():
    assert totp.new_secret(KEY, "token of a sign-in") == SECRET
    assert totp.new_secret(KEY, "another") != SECRET
    assert totp.new_secret(KEY + "x", "token of a sign-in") != SECRET
    assert len(SECRET) == 32


def test_the_address_names_house_and_person():
    found = totp.address("A" * 32, person="jana@example.org", organisation="Lernstand Haus & Hof")
    assert found == (
        "otpauth://totp/Lernstand%20Haus%20%26%20Hof:jana%40example.org"
        f"?secret={'A' * 32}&issuer=Lernstand%20Haus%20%26%20Hof"
    )


def test_a_sealed_secret_is_opened_by_its_key_alone():
    text = sealed(KEY, "ABC")
    assert "ABC" not in text
    assert opened(KEY, text) == "ABC"
    with pytest.raises(SealBroken):
        opened(KEY + "x", text)
    with pytest.raises(SealBroken):
        opened(KEY, text[:-4])
