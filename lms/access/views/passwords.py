"""Whether a password is good enough for this house; what all pages with a new one ask."""

from lms.access import blocklist, rules
from lms.web.db import house


def require_good_password(text: str, email: str | None) -> None:
    """Raise PasswordTooShort, PasswordTooLong or PasswordTooCommon (trust.md 1.2, 1.3)."""
    rules.require_good_password(text, common=blocklist.passwords(), words=_house_words(email))


def _house_words(email: str | None) -> frozenset[str]:
    names = {"lernstand", house().settings.organisation.casefold(), (email or "").casefold()}
    return frozenset(names | {name.replace(" ", "") for name in names})
