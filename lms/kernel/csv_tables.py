"""Reading the CSV files that people bring: whatever Excel made of them, row by row. Pure.

A row is known by the line of the file it begins in; the headings stand in line 1. One row that
cannot be read costs that row only.
"""

import codecs
import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lms.kernel.domain import N_, DomainError
from lms.kernel.text import one_line

# A cell that goes on over more lines is a quotation mark that nobody closed.
MOST_LINES_OF_A_ROW = 100
_DELIMITERS = (";", ",", "\t")
_SIGNATURES = (b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0", b"MZ", b"\x7fELF", b"\x89PNG", b"GIF8")
_NOT_IN_A_NAME = re.compile(r"[\W_]+")


class NotCsv(DomainError):
    """A file that is no text: a workbook, a picture, a program."""

    message = N_("Das ist keine CSV-Datei. Speichere sie in Excel als CSV.")


class NoRows(DomainError):
    """An empty file, or one with headings alone."""

    message = N_("In der Datei steht keine Zeile mit Angaben.")


class ColumnTwice(DomainError):
    """Two headings mean the same column."""

    message = N_("Die Spalte „%(column)s“ steht zweimal in der Datei. Lösche eine davon.")


class ColumnsMissing(DomainError):
    """Headings without which no row says enough."""

    message = N_("Es fehlt: %(missing)s. Gefunden in der ersten Zeile: %(found)s.")


@dataclass(frozen=True, slots=True)
class Column:
    """A column under its key: the English heading; `german` is the other one."""

    key: str
    german: str


@dataclass(frozen=True, slots=True)
class CsvRow:
    """The cells of one row by column; a column that the row does not reach is not in it."""

    line: int
    cells: Mapping[str, str]
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class CsvTable:
    """What a file holds: known columns, headings that nobody knows, rows that say something."""

    columns: tuple[str, ...]
    unknown: tuple[str, ...]
    rows: tuple[CsvRow, ...]


CUT_OFF = N_("Die Datei hört mitten in dieser Zeile auf. Exportiere sie noch einmal.")
TOO_MANY_CELLS = N_(
    "Die Zeile hat mehr Zellen als Überschriften. Setze Text mit Trennzeichen in Anführungszeichen."
)
UNCLOSED = N_("Ein Anführungszeichen wird nicht geschlossen. Ergänze oder lösche es.")
HEADINGS_AGAIN = N_("Hier stehen noch einmal die Überschriften. Lösche die Zeile.")


def read_table(
    content: bytes, columns: Iterable[Column], needed: Iterable[tuple[str, ...]]
) -> CsvTable:
    """The rows of a file; of each tuple in `needed` one column at least must be there."""
    text, is_torn = _text(content)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    last_line = len(lines) if is_torn or lines[-1] else 0
    delimiter, at = _beginning(lines)
    if at == len(lines):
        raise NoRows
    headings, taken, _is_whole = _cells(lines, at, delimiter)
    known = tuple(columns)
    placed, unknown = _placed(headings, known)
    _require(placed, known, needed, headings)
    width = _Width(placed, len(headings), [_normal(one) for one in headings])
    rows = []
    at += taken
    while at < len(lines):
        cells, taken, is_whole = _cells(lines, at, delimiter, width.count)
        if any(cell.strip() for cell in cells):
            is_last = at + taken >= last_line > 0
            rows.append(_row(at + 1, cells, width, is_whole=is_whole, is_cut=is_last and is_torn))
            if is_last and len(cells) < width.count and is_whole:
                rows[-1] = CsvRow(at + 1, rows[-1].cells, CUT_OFF)
        at += taken
    if not rows:
        raise NoRows
    return CsvTable(tuple(placed.values()), unknown, tuple(rows))


@dataclass(frozen=True, slots=True)
class _Width:
    placed: Mapping[int, str]
    count: int
    headings: list[str]


def _text(content: bytes) -> tuple[str, bool]:
    """The text of a file, and whether it ends in the middle of a letter."""
    if b"\0" in content or content.startswith(_SIGNATURES):
        raise NotCsv
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode(), False
    except UnicodeDecodeError as error:
        whole = content[: error.start]
        # A lone letter of Windows-1252 at the very end looks torn, too.
        if error.reason == "unexpected end of data" and not whole.isascii():
            return whole.decode(), True
    try:
        return content.decode("cp1252"), False
    except UnicodeDecodeError as error:
        raise NotCsv from error


def _beginning(lines: list[str]) -> tuple[str, int]:
    """The delimiter and the place of the headings: the first line that is not empty."""
    at = 0
    while at < len(lines) and not lines[at].strip(" \t;,"):
        at += 1
    if at < len(lines) and re.fullmatch(r"sep=[;,\t]", lines[at].strip(" "), re.IGNORECASE):
        return lines[at].strip(" ")[4], at + 1
    if at == len(lines):
        return ";", at
    plain = re.sub(r'"[^"]*"', "", lines[at])
    return max(_DELIMITERS, key=plain.count), at


def _cells(lines: list[str], at: int, delimiter: str, most: int = 0) -> tuple[list[str], int, bool]:
    """The cells of the row that begins here, how many lines it has, whether it is whole.

    A row of several lines with more than `most` cells has swallowed others.
    """
    if '"' not in lines[at]:
        return lines[at].split(delimiter), 1, True
    part = lines[at : at + MOST_LINES_OF_A_ROW]
    try:
        cells, taken = _quoted(part, delimiter, is_strict=True)
    except csv.Error:
        return _in_one_line(lines[at], delimiter)
    if taken > len(part) or (taken > 1 and len(cells) > most > 0):
        return lines[at].split(delimiter), 1, False
    return cells, taken, True


def _in_one_line(line: str, delimiter: str) -> tuple[list[str], int, bool]:
    """A row with quotation marks where none belong, as far as it makes sense."""
    try:
        cells, taken = _quoted([line], delimiter, is_strict=False)
    except csv.Error:
        return line.split(delimiter), 1, True
    return (cells, 1, True) if taken == 1 else (line.split(delimiter), 1, False)


def _quoted(part: list[str], delimiter: str, *, is_strict: bool) -> tuple[list[str], int]:
    """The first row of some lines; one line more than there is when it has no end."""
    lines = [*(f"{line}\n" for line in part), '"\n']
    reader = csv.reader(lines, delimiter=delimiter, strict=is_strict)
    return next(reader), reader.line_num


def _normal(heading: str) -> str:
    folded = unicodedata.normalize("NFKC", heading).replace("\u2060", "").casefold()
    return _NOT_IN_A_NAME.sub("", folded)


def _placed(
    headings: list[str], columns: tuple[Column, ...]
) -> tuple[dict[int, str], tuple[str, ...]]:
    """Which column stands where, and what nobody knows."""
    by_name = {_normal(name): one for one in columns for name in (one.key, one.german)}
    placed: dict[int, str] = {}
    unknown = []
    for place, heading in enumerate(headings):
        column = by_name.get(_normal(heading))
        if column is None:
            unknown += [one_line(heading)[:60]] if heading.strip() else []
            continue
        if column.key in placed.values():
            raise ColumnTwice(column=one_line(heading))
        placed[place] = column.key
    return placed, tuple(unknown)


def _require(
    placed: Mapping[int, str],
    columns: tuple[Column, ...],
    needed: Iterable[tuple[str, ...]],
    headings: list[str],
) -> None:
    german = {one.key: f"{one.german} ({one.key})" for one in columns}
    missing = [
        " / ".join(german[key] for key in keys)
        for keys in needed
        if not set(keys) & set(placed.values())
    ]
    if missing:
        found = ", ".join(one_line(one)[:40] for one in headings[:20] if one.strip())
        raise ColumnsMissing(missing=", ".join(missing), found=found or "–")


def _row(line: int, cells: list[str], width: _Width, *, is_whole: bool, is_cut: bool) -> CsvRow:
    named = {
        width.placed[place]: unicodedata.normalize("NFC", cell).strip()
        for place, cell in enumerate(cells[: width.count])
        if place in width.placed
    }
    return CsvRow(line, named, _fault(cells, width, is_whole=is_whole, is_cut=is_cut))


def _fault(cells: list[str], width: _Width, *, is_whole: bool, is_cut: bool) -> str | None:
    if not is_whole:
        return UNCLOSED
    if is_cut:
        return CUT_OFF
    if any(cell.strip() for cell in cells[width.count :]):
        return TOO_MANY_CELLS
    if [_normal(cell) for cell in cells] == width.headings:
        return HEADINGS_AGAIN
    return None
