"""The certificate as PDF/UA-1 and as a picture, from one typst source.

What stands on the sheet goes in as JSON and is never pasted into the source. The same sheet gives
the same bytes.
"""

import datetime as dt
import functools
import io
import json
import threading
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import segno
import typst

from lms.kernel.text import slug

_SOURCE = Path(__file__).parent / "certificate.typ"
_FONTS = Path(__file__).parent.parent / "static" / "print"
_STANDARD = "ua-1"
_INK = "#12282F"
# Beside ASCII and Latin-1, the letters that lms/static/print/BricolageGrotesque-Bold.ttf has.
_OUR_LETTERS = frozenset(
    "ĀāĂăĄąĆćĊċČčĎďĐđĒēĖėĘęĚěĞğĠġĢģĦħĨĩĪīĮįİıĲĳĶķĹĺĻļĽľŁłŃńŅņŇňŊŋŌōŐőŒœŔŕŖŗŘřŚśŞşŠšŤťŨũŪūŬŭŮů"
    "ŰűŲųŴŵŶŷŸŹźŻżŽžƠơƯưǍǎȘșȚțẀẁẂẃẄẅẞỲỳỴỵỶỷỸỹ‘’“”„–—…"
)
_JOINERS = "\u200c\u200d"
# The compiler keeps one world of its own: two threads may not be in it at the same time.
_ONE_AT_A_TIME = threading.Lock()


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


def certificate_pdf(sheet: Sheet) -> bytes:
    """The sheet as a tagged PDF (PDF/UA-1).

    A name in letters that no font here has (Chinese, emoji) prints as boxes: then the tags are
    there, but not the promise of the standard.
    """
    inputs = _inputs(sheet)
    try:
        return _compiled(inputs, "pdf", [_STANDARD])
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        return _compiled(inputs, "pdf", [])


def certificate_svg(sheet: Sheet) -> bytes:
    """The same sheet as a picture for the page; no script, no style, nothing from elsewhere."""
    return _compiled(_inputs(sheet), "svg", [])


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


@functools.cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(
        str(_SOURCE), root=str(_SOURCE.parent), font_paths=[str(_FONTS)], ignore_system_fonts=True
    )


def _compiled(inputs: dict[str, str], kind: str, standards: list[str]) -> bytes:
    with _ONE_AT_A_TIME:
        made = _compiler().compile(format=kind, sys_inputs=inputs, pdf_standards=standards)
    if not isinstance(made, bytes):  # more than one page would be a list
        raise TypeError(type(made))
    return made


def _inputs(sheet: Sheet) -> dict[str, str]:
    name = printable(sheet.name)
    return {
        "sheet": json.dumps(
            {
                "language": sheet.language,
                "title": printable(sheet.title),
                "organisation": printable(sheet.organisation),
                "issued": {
                    "year": sheet.issued_on.year,
                    "month": sheet.issued_on.month,
                    "day": sheet.issued_on.day,
                },
                "name": name,
                "is_latin": has_our_letters(name),
                "course": printable(sheet.course),
                "words": {field: getattr(sheet.words, field) for field in Words.__slots__},
                "competences": [
                    {"code": one.code, "label": one.label, "level": one.level}
                    for one in sheet.competences
                ],
                "facts": [{"term": one.term, "value": one.value} for one in sheet.facts],
                "board": {
                    "blocks": sheet.board_blocks,
                    "ticks": [
                        {"share": one.share, "text": one.text, "strong": one.strong}
                        for one in sheet.board_ticks
                    ],
                },
                "signature": [printable(line) for line in sheet.signature],
                "check": {
                    "url": sheet.check_url,
                    "shown": sheet.check_url.partition("://")[2].rpartition("/")[0],
                    "picture": _qr_code(sheet.check_url),
                    "description": sheet.words.picture,
                },
            }
        )
    }


def _qr_code(address: str) -> str:
    """The address as a QR code of error level M; the sheet leaves it its quiet zone."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False, boost_error=False).save(
        out, kind="svg", border=0, dark=_INK, xmldecl=False, nl=False, omitsize=True
    )
    return out.getvalue().decode("ascii")
