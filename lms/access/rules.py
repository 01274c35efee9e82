"""How long a sign-in lasts and how often one may guess (trust.md 1.9, 1.12); pure."""

import datetime as dt
import ipaddress
import unicodedata
from enum import StrEnum

from lms.kernel.domain import N_, DomainError
from lms.kernel.viewer import Role

_EMPLOYEE_ONLY = frozenset({Role.EMPLOYEE})
SEEN_EVERY = dt.timedelta(minutes=1)


class Strength(StrEnum):
    """How much a sign-in proves. MAIL alone opens only employee rights (trust.md 1.6); PENDING
    opens nothing yet: the second factor is still asked for.
    """

    FULL = "full"
    MAIL = "mail"
    PENDING = "pending"


class Purpose(StrEnum):
    """What a link or a code on paper is for."""

    SIGN_IN = "sign_in"
    RESET = "reset"
    INVITATION = "invitation"
    CONFIRM_ADDRESS = "confirm_address"
    LETTER = "letter"


def roles_in_force(given: frozenset[Role], strength: Strength) -> frozenset[Role]:
    """E-mail is no second factor: by itself it opens what every employee may (trust.md 1.6)."""
    return given if strength is Strength.FULL else _EMPLOYEE_ONLY


def idle_limit(roles: frozenset[Role], *, kept: bool) -> dt.timedelta:
    """Employees 8 hours (14 days when kept), everybody with another role 60 minutes."""
    if roles != _EMPLOYEE_ONLY:
        return dt.timedelta(minutes=60)
    return dt.timedelta(days=14) if kept else dt.timedelta(hours=8)


def absolute_limit(roles: frozenset[Role], *, kept: bool) -> dt.timedelta:
    """Employees 24 hours (14 days when kept), everybody with another role 12 hours."""
    if roles != _EMPLOYEE_ONLY:
        return dt.timedelta(hours=12)
    return dt.timedelta(days=14) if kept else dt.timedelta(hours=24)


def is_live(
    roles: frozenset[Role],
    *,
    created_at: dt.datetime,
    seen_at: dt.datetime,
    kept: bool,
    now: dt.datetime,
) -> bool:
    """True while a sign-in neither idled out nor reached its end."""
    return now - seen_at < idle_limit(roles, kept=kept) and now - created_at < absolute_limit(
        roles, kept=kept
    )


FAILURES_PER_PERSON = 10
FAILURES_PER_ADDRESS = 50
WINDOW = dt.timedelta(minutes=15)
SHORTEST = 15
LONGEST = 128


class PasswordTooShort(DomainError):
    """Length is what makes a password hard to guess (NIST SP 800-63B-4 3.1.1.2)."""

    message = N_("Das Passwort braucht mindestens %(least)s Zeichen. Drei, vier Wörter reichen.")


class PasswordTooLong(DomainError):
    """Refused before hashing, never cut."""

    message = N_("Das Passwort darf höchstens %(most)s Zeichen lang sein.")


class PasswordTooCommon(DomainError):
    """It stands on a list that guessers try first."""

    message = N_("Dieses Passwort ist leicht zu erraten. Nimm Wörter, die nicht zusammengehören.")


class TooManyAttempts(DomainError):
    """Wait before guessing again; never a lasting lock."""

    message = N_("Zu viele Versuche. Warte %(minutes)s Minuten und versuch es dann noch einmal.")
    status = 429
    retry_after_seconds = int(WINDOW.total_seconds())


CHECKS_PER_ADDRESS = 30
CHECK_WINDOW = dt.timedelta(minutes=1)


class TooManyChecks(DomainError):
    """Somebody tries codes of certificates one after another (trust.md 1.9).

    The check shows it like an unknown code, so there is nothing to say.
    """

    status = 429


class HashingBusy(DomainError):
    """Four passwords are being checked at once already."""

    message = N_("Gerade melden sich viele an. Versuch es gleich noch einmal.")
    status = 503
    retry_after_seconds = 5


def normal_password(text: str) -> str:
    """The form that is hashed: NFC, so that two keyboards agree."""
    return unicodedata.normalize("NFC", text)


def require_good_password(text: str, *, common: frozenset[str], words: frozenset[str]) -> None:
    """Raise PasswordTooShort, PasswordTooLong or PasswordTooCommon (trust.md 1.2, 1.3).

    `common` are known passwords, `words` those of the house (names, addresses), casefolded.
    """
    normal = normal_password(text)
    if len(normal) < SHORTEST:
        raise PasswordTooShort(least=SHORTEST)
    if len(normal) > LONGEST:
        raise PasswordTooLong(most=LONGEST)
    bare = normal.casefold().rstrip("0123456789!.?")
    if normal.casefold() in common or bare in common | words or len(set(bare)) < 5:
        raise PasswordTooCommon


def normal_identifier(text: str) -> str:
    """An e-mail address or `#number` as it is compared: trimmed, NFKC, casefolded."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def address_block(address: str) -> str:
    """The part of a client address that counts as one guesser: IPv6 by /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)


_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """Firefox, Windows: what a browser says of itself, nothing finer is kept."""
    found = [
        next((name for mark, name in marks if mark in user_agent), "?")
        for marks in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(found)
