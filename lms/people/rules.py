"""Rules about people and units; pure."""

import datetime as dt
import re
import unicodedata
from enum import StrEnum

from lms.kernel.domain import N_, DomainError
from lms.kernel.text import one_line

SEARCH_LENGTH = 100
SEARCH_WORDS = 5
UNIT_NAME_LENGTH = 200
_ADDRESS = re.compile(r"[^@\s,;<>\"\x00-\x1f]{1,64}@[^@\s,;<>\"\x00-\x1f]{1,190}")


class ContactKind(StrEnum):
    """What somebody can be asked about."""

    HELP = "help"
    PRIVACY = "privacy"
    ACCESSIBILITY = "accessibility"


class TextKind(StrEnum):
    """Which page of the house a text of the organisation stands on."""

    LEGAL_NOTICE = "legal_notice"
    PRIVACY = "privacy"
    ENFORCEMENT = "enforcement"


class BadAddress(DomainError):
    """Something that no mail can be sent to."""

    message = N_("„%(value)s“ ist keine E-Mail-Adresse.")


class BadUnitName(DomainError):
    """A name that the statistics could not show (trust.md 4.2)."""

    message = N_("Ein Bereich darf nicht „*“ heißen und kein „ + “ im Namen haben.")


class UnitNameTooLong(BadUnitName):
    """More than the lists have room for."""

    message = N_("Der Name eines Bereichs hat höchstens 200 Zeichen.")


def normal_email(text: str) -> str:
    """The address as it is stored and compared: NFKC, trimmed, lower case; BadAddress if none."""
    address = unicodedata.normalize("NFKC", text).strip().lower()
    # Not printable: marks that turn the reading direction or take no room make two look like one.
    if not address.isprintable() or not _ADDRESS.fullmatch(address):
        raise BadAddress(value=text[:80])
    if "." not in address.rpartition("@")[2].strip("."):
        raise BadAddress(value=text[:80])
    return address


def require_unit_name(name: str) -> None:
    """Raise BadUnitName for a name that stands for something else in the statistics."""
    plain = name.strip()
    if plain in ("", "*") or " + " in plain or not plain.isprintable():
        raise BadUnitName
    if len(plain) > UNIT_NAME_LENGTH:
        raise UnitNameTooLong


def words_of(text: str) -> tuple[str, ...]:
    """The words of a search, at most five; each must be part of the first or the last name."""
    return tuple(one_line(text[:SEARCH_LENGTH]).split()[:SEARCH_WORDS])


def spellings(word: str) -> tuple[str, ...]:
    """A word as it may stand in a name: SQLite compares letters beyond ASCII as they are."""
    return (word, word.lower(), word.upper(), word.capitalize())


_GERMAN_DAY = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.?", re.ASCII)
_PLAIN_DAY = re.compile(r"(\d{2})-(\d{2})", re.ASCII)
# Leap years have it: 29 February can be a closing day.
_LEAP_YEAR = 2028


def month_and_day(text: str) -> tuple[int, int] | None:
    """Month and day of `24.12.` or `12-24`; None when there is no such day."""
    plain = text.strip()
    if found := _GERMAN_DAY.fullmatch(plain):
        month, day = int(found[2]), int(found[1])
    elif found := _PLAIN_DAY.fullmatch(plain):
        month, day = int(found[1]), int(found[2])
    else:
        return None
    try:
        dt.date(_LEAP_YEAR, month, day)
    except ValueError:
        return None
    return month, day
