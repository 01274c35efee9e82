"""Small promises about text: what a spreadsheet must not execute, what a header must not carry."""

import re
import secrets
import unicodedata

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # noqa: RUF001 - full-width forms are meant
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Controls but tab and line ends, and halves of a pair: databases or UTF-8 cannot keep them.
_UNKEPT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
)


def neutralised(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP ASVS 5.0 1.2.10)."""
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(_FORMULA) else cell


def slug(text: str, *, limit: int = 60) -> str:
    """Lower-case ASCII words joined by hyphens, umlauts written out."""
    plain = unicodedata.normalize("NFKD", text.translate(_UMLAUTS))
    words = re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode().lower())
    return "-".join(words)[:limit].strip("-")


def whole_number(text: str, low: int, high: int) -> int | None:
    """The number that the ASCII digits of `text` write, or None when it is none from low to high.

    Python refuses to read thousands of digits, so how many there are is looked at first.
    """
    if not text.isascii() or not text.isdigit() or len(text) > len(str(high)):
        return None
    number = int(text)
    return number if low <= number <= high else None


def unkept(text: str) -> str | None:
    """The first character of `text` that cannot be stored as text everywhere, or None."""
    found = _UNKEPT.search(text)
    return found[0] if found else None


def one_line(text: str) -> str:
    """Text that is safe in a mail header: control characters become blanks (trust.md 3.12)."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split())


def mail_address(address: str) -> str | None:
    """The address, its domain in IDNA; None if it is none, or one that needs SMTPUTF8."""
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or not local.isascii() or re.search(r"[\s<>]", address):
        return None
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return None


def new_code() -> str:
    """80 random bits as 16 characters of Crockford's base 32 in groups of four (trust.md 3.13)."""
    letters = "".join(secrets.choice(_CROCKFORD) for _ in range(16))
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def normal_code(text: str) -> str:
    """A code as typed from paper: case, blanks and the confusable O, I, L are forgiven."""
    letters = re.sub(r"[^0-9A-Z]", "", text.upper()[:64]).translate(str.maketrans("OIL", "011"))
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
