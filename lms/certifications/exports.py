"""The certificate as PDF/UA-1 and as a picture, from one typst source.

What stands on the sheet goes in as JSON and is never pasted into the source. The same sheet gives
the same bytes. Setting it in type is a short program of its own (press.py), which keeps typst out
of the worker's memory.
"""

import base64
import datetime as dt
import functools
import json
import logging
import subprocess
import sys
import threading
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path

from lms.kernel.domain import N_, DomainError
from lms.kernel.text import slug

_LOG = logging.getLogger("lms.certificates")
_PRESS = Path(__file__).parent / "press.py"
_NOT_DISPLAYABLE = 3
_LONGEST_SECONDS = 20
_KEPT = 8
_STANDARD = "ua-1"
# Beside ASCII and Latin-1, the letters that lms/static/print/BricolageGrotesque-Bold.ttf has.
_OUR_LETTERS = frozenset(
    "ĀāĂăĄąĆćĊċČčĎďĐđĒēĖėĘęĚěĞğĠġĢģĦħĨĩĪīĮįİıĲĳĶķĹĺĻļĽľŁłŃńŅņŇňŊŋŌōŐőŒœŔŕŖŗŘřŚśŞşŠšŤťŨũŪūŬŭŮů"
    "ŰűŲųŴŵŶŷŸŹźŻżŽžƠơƯưǍǎȘșȚțẀẁẂẃẄẅẞỲỳỴỵỶỷỸỹ‘’“”„–—…"
)
_JOINERS = "\u200c\u200d"
# Each takes some 50 MB for a tenth of a second.
_PRESSES = threading.BoundedSemaphore(2)


class PressBusy(DomainError):
    """The certificate could not be set in type in time."""

    message = N_("Der Nachweis lässt sich gerade nicht erstellen. Versuch es gleich noch einmal.")
    status = 503


class NotDisplayable(Exception):
    """No font here has one of the letters."""


@dataclass(frozen=True, slots=True)
class CompetenceLine:
    """A competence with the level that the course shows: `2.1`, its label, `Stufe 3 von 8`."""

    code: str
    label: str
    level: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One of the three facts: `gültig ab`, `14.03.2026`."""

    term: str
    value: str


@dataclass(frozen=True, slots=True)
class BoardTick:
    """A mark on the gauge board; `share` of its height from the foot, the dates are `strong`."""

    share: float
    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The fixed words of the sheet in its language."""

    kicker: str
    sentence: str
    competences: str
    completed: str
    check: str
    code: str
    picture: str


@dataclass(frozen=True, slots=True)
class SheetMark:
    """The organisation's mark as PNG, with its size in pixels."""

    png: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All that stands on a certificate, in words; `check_url` is what the QR code holds."""

    language: str
    title: str
    organisation: str
    issued_on: dt.date
    name: str
    course: str
    words: Words
    competences: tuple[CompetenceLine, ...]
    facts: tuple[Fact, ...]
    board_blocks: int
    board_ticks: tuple[BoardTick, ...]
    signature: tuple[str, ...]
    check_url: str
    mark: SheetMark | None = None


def certificate_pdf(sheet: Sheet) -> bytes:
    """The sheet as a tagged PDF (PDF/UA-1).

    A name in letters that no font here has (Chinese, emoji) prints as boxes: then the tags are
    there, but not the promise of the standard.
    """
    try:
        return _printed(_as_json(sheet), "pdf", _STANDARD)
    except NotDisplayable:
        return _printed(_as_json(sheet), "pdf")


def certificate_svg(sheet: Sheet) -> bytes:
    """The same sheet as a picture for the page; no script, no style, nothing from elsewhere."""
    return _printed(_as_json(sheet), "svg")


def certificate_file_name(word: str, course_slug: str, name: str) -> str:
    """`nachweis-zoom-basics-jana-weber.pdf`: plain ASCII, which every system can store."""
    return "-".join(part for part in (slug(word), course_slug, slug(name)) if part) + ".pdf"


def printable(text: str) -> str:
    """Text without what has no shape: controls, unassigned characters, turns of direction."""
    composed = unicodedata.normalize("NFC", text)
    kept = (
        letter if letter in _JOINERS or not unicodedata.category(letter).startswith("C") else " "
        for letter in composed
    )
    return " ".join("".join(kept).split())


def has_our_letters(text: str) -> bool:
    """Whether our own fonts have every letter; else the whole name is set in another one."""
    return all(letter <= "ÿ" or letter in _OUR_LETTERS for letter in text)


@functools.lru_cache(maxsize=_KEPT)
def _printed(sheet: str, kind: str, *standards: str) -> bytes:
    """What the press makes of a sheet; the last few are kept, since a page asks for several."""
    with _PRESSES:
        try:
            run = subprocess.run(  # noqa: S603 - our own program; the sheet is no argument
                [sys.executable, "-I", str(_PRESS), kind, *standards],
                input=sheet.encode(),
                capture_output=True,
                env={},
                timeout=_LONGEST_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise PressBusy from error
    if run.returncode == _NOT_DISPLAYABLE:
        raise NotDisplayable
    if run.returncode:
        _LOG.error("press: exit %s", run.returncode)
        raise PressBusy
    return run.stdout


def _as_json(sheet: Sheet) -> str:
    name = printable(sheet.name)
    return json.dumps(
        {
            "language": sheet.language,
            "title": printable(sheet.title),
            "organisation": printable(sheet.organisation),
            "mark": _mark(sheet.mark),
            "issued": {
                "year": sheet.issued_on.year,
                "month": sheet.issued_on.month,
                "day": sheet.issued_on.day,
            },
            "name": name,
            "is_latin": has_our_letters(name),
            "course": printable(sheet.course),
            "words": asdict(sheet.words),
            "competences": [asdict(one) for one in sheet.competences],
            "facts": [asdict(one) for one in sheet.facts],
            "board": {
                "blocks": sheet.board_blocks,
                "ticks": [asdict(one) for one in sheet.board_ticks],
            },
            "signature": [printable(line) for line in sheet.signature],
            "check": {
                "url": sheet.check_url,
                "shown": sheet.check_url.partition("://")[2].rpartition("/")[0],
                "description": sheet.words.picture,
            },
        }
    )


def _mark(mark: SheetMark | None) -> dict[str, object] | None:
    if mark is None:
        return None
    png = base64.b64encode(mark.png).decode("ascii")
    return {"png": png, "width": mark.width, "height": mark.height}
