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


# 15 minutes instead of 10: some mail servers let an unknown sender wait (trust.md 1.5).
GOOD_FOR = {
    Purpose.SIGN_IN: dt.timedelta(minutes=15),
    Purpose.RESET: dt.timedelta(minutes=15),
    Purpose.CONFIRM_ADDRESS: dt.timedelta(minutes=15),
    Purpose.INVITATION: dt.timedelta(hours=72),
    Purpose.LETTER: dt.timedelta(days=30),
}
# With these a password is set; whoever has none gets in that way for the first time.
SETS_PASSWORD = frozenset({Purpose.RESET, Purpose.INVITATION, Purpose.LETTER})
LINKS_PER_ADDRESS = 3
LINKS_WINDOW = dt.timedelta(hours=1)


class LinkState(StrEnum):
    """Whether a link or code lets somebody in, and if not, why."""

    GOOD = "good"
    USED = "used"
    LATE = "late"
    REPLACED = "replaced"
    ADDRESS_CHANGED = "address_changed"
    UNKNOWN = "unknown"


class LinkNotGood(DomainError):
    """The page of the link says why and offers a new one."""

    message = N_("Dieser Link gilt nicht mehr.")
    status = 410

    def __init__(self, state: LinkState) -> None:
        super().__init__()
        self.state = state


class TooManyLinks(DomainError):
    """Three mails an hour are enough; a fourth would only fill a mailbox."""

    message = N_(
        "An diese Adresse gingen gerade schon mehrere Links. "
        "Der neueste gilt. Einen weiteren gibt es in einer Stunde."
    )
    status = 429
    retry_after_seconds = int(LINKS_WINDOW.total_seconds())


def link_state(
    *,
    is_used: bool,
    is_void: bool,
    is_same_address: bool,
    expires_at: dt.datetime,
    now: dt.datetime,
) -> LinkState:
    """What a link that is known is good for now; what the person did comes before what time did."""
    if is_used:
        return LinkState.USED
    if not is_same_address:
        return LinkState.ADDRESS_CHANGED
    if is_void:
        return LinkState.REPLACED
    return LinkState.GOOD if now < expires_at else LinkState.LATE


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


# Whoever may do much for others shows a second factor as well (trust.md 1.7).
FACTOR_ROLES = frozenset({Role.OFFICER, Role.ADMINISTRATOR, Role.DPO})
RECOVERY_CODES = 10
RECOVERY_CODE_LENGTH = 16
LETTER_CODE_LENGTH = 12
CHALLENGE_FOR = dt.timedelta(minutes=10)
TRIES_PER_CHALLENGE = 5
# The first administrator may look round before the telephone is at hand.
FIRST_DAY = dt.timedelta(hours=24)


class WrongCode(DomainError):
    """One sentence for digits that are wrong, too old, or used already."""

    message = N_("Der Code stimmt nicht. Nimm den, der jetzt in der App steht.")


class WrongLetterCode(DomainError):
    """The page has one sentence for an unknown number, a wrong, a used and a late code."""

    message = N_("Nummer oder Code stimmen nicht.")


class AddressTaken(DomainError):
    """Between asking and confirming somebody else was given the address."""

    message = N_("Diese Adresse gehört schon zu jemand anderem.")
    status = 409


class HasAddress(DomainError):
    """Whoever gets mail is invited by mail: nobody else holds the code in between."""

    message = N_("Diese Person hat eine E-\u2060Mail-Adresse. Lade sie damit ein.")
    status = 409


class TooManyCodes(DomainError):
    """Five tries at one challenge; the way in begins again with the password."""

    message = N_("Das waren zu viele falsche Codes. Melde dich noch einmal an.")
    status = 429


class NoFactor(DomainError):
    """There is nothing to remove or to renew."""

    message = N_("Hier ist kein zweiter Faktor eingerichtet.")
    status = 409


class OwnFactor(DomainError):
    """A lost factor is reset by somebody else, or anybody with the password could do it."""

    message = N_("Den eigenen zweiten Faktor setzt jemand anderes zurück.")
    status = 403


def must_set_up_factor(
    roles: frozenset[Role],
    *,
    has_factor: bool,
    is_required: bool,
    set_up_at: dt.datetime | None,
    now: dt.datetime,
) -> bool:
    """Whether somebody is led to set up a second factor before anything else."""
    if has_factor or not is_required or roles.isdisjoint(FACTOR_ROLES):
        return False
    return set_up_at is None or now - set_up_at >= FIRST_DAY


FAILURES_PER_PERSON = 10
FAILURES_PER_ADDRESS = 50
WINDOW = dt.timedelta(minutes=15)


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
