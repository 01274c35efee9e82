"""Pictures that people bring are drawn anew before they are kept (trust.md 3.7)."""

import subprocess
import sys
import threading
from pathlib import Path

from lms.kernel.domain import N_, DomainError

_PRESS = Path(__file__).parent / "picture_press.py"
_TOO_LARGE = 3
_LONGEST_SECONDS = 30
# Each takes up to some 200 MB for a second or two.
_PRESSES = threading.BoundedSemaphore(1)


class BrokenPicture(DomainError):
    """The first bytes are those of a picture, the rest is not."""

    message = N_("Das Bild lässt sich nicht lesen. Speichere es noch einmal und versuch es erneut.")


class PictureTooLarge(DomainError):
    """More pixels than are ever needed to read a document."""

    message = N_("Das Bild hat zu viele Bildpunkte. Erlaubt sind 25 Millionen.")


def drawn_anew(content: bytes, media_type: str) -> bytes:
    """The picture without anything but its pixels; BrokenPicture, PictureTooLarge."""
    return _pressed(content, media_type)


def drawn_small(content: bytes, media_type: str, *, width: int, height: int) -> bytes:
    """As `drawn_anew`, made to fit into so many pixels, as PNG."""
    return _pressed(content, media_type, str(width), str(height))


def _pressed(content: bytes, media_type: str, *sizes: str) -> bytes:
    with _PRESSES:
        try:
            run = subprocess.run(  # noqa: S603 - our own program; the picture is no argument
                [sys.executable, "-I", str(_PRESS), media_type.removeprefix("image/"), *sizes],
                input=content,
                capture_output=True,
                env={},
                timeout=_LONGEST_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise BrokenPicture from error
    if run.returncode == _TOO_LARGE:
        raise PictureTooLarge
    if run.returncode:
        raise BrokenPicture
    return run.stdout
