"""Secrets that somebody holds in their hands: tokens of cookies and links, codes on paper.

The database keeps hashes. A token has 256 bit, so SHA-256 is enough for it; a code that people
type is shorter and is hashed under the installation's key.
"""

import hashlib
import hmac
import secrets

# Crockford's base 32: nobody reads an O for a zero or an I for a one.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


def new_token() -> str:
    """256 random bits that fit into an address."""
    return secrets.token_urlsafe(32)


def sha256(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def new_code(length: int) -> str:
    """So many random letters and digits, five bits each."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def grouped(code: str) -> str:
    """A code as it is printed: in groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def plain_code(text: str) -> str:
    """A typed code as it was made: large letters, without blanks and strokes."""
    letters = "".join(letter for letter in text.upper() if letter.isalnum())
    return letters.translate(_READ_AS)


def keyed(secret_key: str, text: str) -> str:
    """A hash under the installation's key: who has the table alone cannot try codes on it."""
    message = text.encode("utf-8", "replace")
    return hmac.digest(secret_key.encode(), message, "sha256").hex()
