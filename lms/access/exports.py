"""Access letters as one PDF, a page each; set in type by a program of its own (letter_press.py)."""

import json
import logging
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from lms.kernel.domain import N_, DomainError

_LOG = logging.getLogger("lms.access")
_PRESS = Path(__file__).parent / "letter_press.py"
_SECONDS = 20
_SECONDS_A_LETTER = 0.1


class PressBusy(DomainError):
    """The letters could not be set in type."""

    message = N_("Die Briefe lassen sich gerade nicht erstellen. Versuch es gleich noch einmal.")
    status = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterWords:
    """The fixed words beside number, code and address, and what the picture is."""

    number: str
    code: str
    address: str
    picture: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All that stands on one letter, in words; `url` is what the QR code holds."""

    language: str
    organisation: str
    name: str
    unit: str
    title: str
    lead: str
    number: str
    code: str
    url: str
    shown: str
    steps: tuple[str, ...]
    until: str
    help: str
    words: LetterWords


def letters_pdf(sheets: Sequence[Sheet]) -> bytes:
    """A page for each; PressBusy when they cannot be set."""
    try:
        run = subprocess.run(  # noqa: S603 - our own program; the letters are no argument
            [sys.executable, "-I", str(_PRESS)],
            input=json.dumps([asdict(sheet) for sheet in sheets]).encode(),
            capture_output=True,
            env={},
            timeout=_SECONDS + _SECONDS_A_LETTER * len(sheets),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PressBusy from error
    if run.returncode:
        # Not what it says: a message of typst may quote the letter.
        _LOG.error("letter press: exit %s", run.returncode)
        raise PressBusy
    return run.stdout
