"""What makes a password good enough (trust.md 1.2, 1.3); pure."""

import unicodedata

from lms.kernel.domain import N_, DomainError

SHORTEST = 15
_SHORTEST_WITH_FACTOR = 12
LONGEST = 128


class BadPassword(DomainError):
    """A password that this house does not take."""


class PasswordTooShort(BadPassword):
    """Length is what makes a password hard to guess (NIST SP 800-63B-4 3.1.1.2)."""

    message = N_("Das Passwort braucht mindestens %(least)s Zeichen. Drei, vier Wörter reichen.")


class PasswordTooLong(BadPassword):
    """Refused before hashing, never cut."""

    message = N_("Das Passwort darf höchstens %(most)s Zeichen lang sein.")


class PasswordTooCommon(BadPassword):
    """It stands on a list that guessers try first."""

    message = N_("Dieses Passwort ist leicht zu erraten. Nimm Wörter, die nicht zusammengehören.")


def shortest(*, has_factor: bool) -> int:
    """How many characters somebody's password needs."""
    return _SHORTEST_WITH_FACTOR if has_factor else SHORTEST


def normal_password(text: str) -> str:
    """The form that is hashed: NFC, so that two keyboards agree."""
    return unicodedata.normalize("NFC", text)


# A guesser knows the words of the house; so many characters must be left without them.
_OWN_CHARACTERS = 8
_OWN_KINDS = 5
_SHORTEST_WORD = 4
_PRODUCT = "lernstand"


def words_in(*texts: str) -> frozenset[str]:
    """The words in names, addresses and the like that a guesser would try, and the product's."""
    found = {_PRODUCT}
    for text in texts:
        parts = "".join(letter if letter.isalnum() else " " for letter in text.casefold()).split()
        found |= {part for part in parts if len(part) >= _SHORTEST_WORD}
    return frozenset(found)


def require_good_password(
    text: str, *, common: frozenset[str], words: frozenset[str], least: int = SHORTEST
) -> None:
    """Raise PasswordTooShort, PasswordTooLong or PasswordTooCommon (trust.md 1.2, 1.3).

    `common` are known passwords, `words` those of the house (`words_in`), both casefolded.
    """
    normal = normal_password(text)
    if len(normal) < least:
        raise PasswordTooShort(least=least)
    if len(normal) > LONGEST:
        raise PasswordTooLong(most=LONGEST)
    bare = normal.casefold().rstrip("0123456789!.?")
    if normal.casefold() in common or bare in common:
        raise PasswordTooCommon
    for word in sorted(words, key=len, reverse=True):
        bare = bare.replace(word, " ")
    own = "".join(bare.split())
    if len(own) < _OWN_CHARACTERS or len(set(own)) < _OWN_KINDS:
        raise PasswordTooCommon
