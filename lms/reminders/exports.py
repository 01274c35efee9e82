"""Reminders on paper: one PDF with a page for each person.

What stands on them goes in as JSON and is never pasted into the source; setting it in type is a
short program of its own (letter_press.py), which keeps typst out of the worker's memory.
"""

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from lms.kernel.domain import N_, DomainError

_LOG = logging.getLogger("lms.letters")
_PRESS = Path(__file__).parent / "letter_press.py"
_LONGEST_SECONDS = 60
_PRESSES = threading.BoundedSemaphore(1)


class LettersNotPrinted(DomainError):
    """They could not be set in type in time."""

    message = N_("Die Briefe lassen sich gerade nicht erstellen. Versuch es gleich noch einmal.")
    status = 503


@dataclass(frozen=True, slots=True)
class LetterCourse:
    """A course and what is said about it."""

    course: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """All that stands on one page, in words."""

    language: str
    title: str
    organisation: str
    date: str
    name: str
    unit: str
    greeting: str
    lead: str
    lines: tuple[LetterCourse, ...]
    more: str
    how: str
    steps: tuple[str, ...]
    contact: str


def letters_pdf(letters: Sequence[Letter]) -> bytes:
    """One page for each; LettersNotPrinted when the press does not answer."""
    with _PRESSES:
        try:
            run = subprocess.run(  # noqa: S603 - our own program; the letters are no argument
                [sys.executable, "-I", str(_PRESS)],
                input=json.dumps([asdict(one) for one in letters]).encode(),
                capture_output=True,
                env={},
                timeout=_LONGEST_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise LettersNotPrinted from error
    if run.returncode:
        _LOG.error("letter press: exit %s", run.returncode)
        raise LettersNotPrinted
    return run.stdout
