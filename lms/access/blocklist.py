"""Passwords that guessers try first, from a list in the repository (trust.md 1.3)."""

import gzip
from functools import lru_cache
from pathlib import Path

_LIST = Path(__file__).parent / "common_passwords.txt.gz"


@lru_cache(maxsize=1)
def passwords() -> frozenset[str]:
    """Casefolded, without trailing digits; read once."""
    return frozenset(gzip.decompress(_LIST.read_bytes()).decode("utf-8").split("\n"))
