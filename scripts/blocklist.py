#!/usr/bin/env python3
"""Make lms/access/common_passwords.txt.gz again: `scripts/blocklist.py FREQUENCY_LISTS.py`.

The argument is `frequency_lists.py` of the PyPI package zxcvbn (MIT), whose passwords come from
public breaches, most frequent first. Kept is what is long enough to be tried against our rule of
15 characters: long ones as they are, and the most frequent short ones doubled, tripled and in
pairs, as people make them longer.
"""

import gzip
import importlib.util
import itertools
import sys
from pathlib import Path

SHORTEST = 12
TARGET = Path(__file__).parent.parent / "lms" / "access" / "common_passwords.txt.gz"


def long_ones(frequent: list[str]) -> set[str]:
    """Casefolded, trailing digits off, of fitting length."""
    bare = [word.casefold().rstrip("0123456789!.?") for word in frequent]
    top = [word.casefold() for word in frequent[:90]]
    pairs = {first + second for first, second in itertools.product(top, repeat=2)}
    repeated = {word * times for word in bare[:4000] for times in (2, 3) if word}
    keys = ("qwertzuiopü", "qwertyuiop", "asdfghjklöä", "yxcvbnm", "zxcvbnm", "1234567890")
    walks = {first + second for first, second in itertools.product(keys, repeat=2)}
    every = {*bare, *pairs, *repeated, *walks}
    return {word for word in every if SHORTEST <= len(word) <= 64}


def main() -> int:
    """Read the lists, write the file."""
    spec = importlib.util.spec_from_file_location("lists", sys.argv[1])
    if spec is None or spec.loader is None:
        return 2
    lists = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(lists)
    words = sorted(long_ones(lists.FREQUENCY_LISTS["passwords"]))
    TARGET.write_bytes(gzip.compress("\n".join(words).encode(), mtime=0))
    print(len(words), "passwords")
    return 0


if __name__ == "__main__":
    sys.exit(main())
