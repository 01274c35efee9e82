"""Cells of a row as typed values, or what is wrong with them. Pure."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping

from lms.kernel.csv_tables import CsvRow
from lms.kernel.domain import N_, DomainError
from lms.kernel.text import one_line, unkept
from lms.kernel.viewer import Role
from lms.lists.rules import Fault, RowRefused, refused
from lms.people.rules import normal_email

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_GERMAN = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", re.ASCII)
_FIRST_YEAR, _LAST_YEAR, _NO_END_YEAR = 1900, 2999, 9999
_LANGUAGES = {"de": "de", "deutsch": "de", "en": "en", "english": "en", "englisch": "en"}

_IS_EMPTY = N_("Die Zelle ist leer. Ergänze sie oder lösche die Zeile.")
_TOO_LONG = N_("Das sind mehr als %(most)s Zeichen. Kürze den Text.")
_UNREADABLE = N_("Hier steht ein Zeichen, das sich nicht speichern lässt. Tippe den Text neu.")
_NO_DATE = N_("Das ist kein Datum. Schreib es so: 28.02.2024 oder 2024-02-28.")
_NO_SUCH_DAY = N_("Diesen Tag gibt es nicht. Trag ein echtes Datum ein, etwa 28.02.2024.")
_FAR_AWAY = N_("Nur Jahre von %(first)s bis %(last)s sind möglich.")
_NO_ADDRESS = N_("Das ist keine E-Mail-Adresse. Schreib sie so: j.weber@example.org.")
_NO_ROLE = N_("Diese Rolle gibt es nicht. Möglich sind: %(allowed)s.")
_NO_LANGUAGE = N_("Möglich sind de und en.")
_TWO_NUMBERS = N_("In dieser Zeile stehen zwei verschiedene Personalnummern. Lösche eine.")

MOST_OF_AN_ADDRESS = 254
MOST_OF_A_NUMBER = 40


def text(row: CsvRow, column: str, *, most: int) -> str | None:
    """The text of a cell in one line, None when it is empty or not there."""
    value = row.cells.get(column, "")
    if unkept(value):
        raise refused(_UNREADABLE, column, one_line(value))
    plain = one_line(value)
    if len(plain) > most:
        raise refused(_TOO_LONG, column, plain, most=most)
    return plain or None


def needed_text(row: CsvRow, column: str, *, most: int) -> str:
    """As `text`, but something must be there."""
    found = text(row, column, most=most)
    if found is None:
        raise refused(_IS_EMPTY, column)
    return found


def day(row: CsvRow, column: str) -> dt.date | None:
    """The date of a cell; None when it is empty, or says "no end" as personnel systems do."""
    value = text(row, column, most=100)
    if value is None:
        return None
    parts = _parts(value)
    if parts is None:
        raise refused(_NO_DATE, column, value)
    try:
        found = dt.date(*parts)
    except ValueError as error:
        raise refused(_NO_SUCH_DAY, column, value) from error
    if found.year == _NO_END_YEAR:
        return None
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise refused(_FAR_AWAY, column, value, first=_FIRST_YEAR, last=_LAST_YEAR)
    return found


def needed_day(row: CsvRow, column: str) -> dt.date:
    """As `day`, but there must be one."""
    found = day(row, column)
    if found is None:
        raise refused(_IS_EMPTY, column, row.cells.get(column, ""))
    return found


def _parts(value: str) -> tuple[int, int, int] | None:
    iso = _ISO.fullmatch(value)
    if iso:
        return int(iso[1]), int(iso[2]), int(iso[3])
    german = _GERMAN.fullmatch(value)
    if german:
        return int(german[3]), int(german[2]), int(german[1])
    return None


def address(row: CsvRow, column: str) -> str | None:
    """The address of a cell as it is stored, `#` and a number as it is; None when empty."""
    value = text(row, column, most=MOST_OF_AN_ADDRESS)
    if value is None:
        return None
    if value.startswith("#"):
        return f"#{_number(value[1:], column)}"
    try:
        return normal_email(value)
    except DomainError as error:
        raise refused(_NO_ADDRESS, column, value) from error


def _number(value: str, column: str) -> str:
    plain = value.strip()
    if not plain:
        raise refused(_IS_EMPTY, column, value)
    if len(plain) > MOST_OF_A_NUMBER:
        raise refused(_TOO_LONG, column, plain, most=MOST_OF_A_NUMBER)
    return plain


def keys(row: CsvRow) -> tuple[str | None, str | None]:
    """Address and personnel number that a row names somebody by; `#number` is a number."""
    email = address(row, "email")
    number = text(row, "personnel_number", most=MOST_OF_A_NUMBER)
    number = number.removeprefix("#").strip() or None if number else None
    if email is not None and email.startswith("#"):
        if number not in (None, email[1:]):
            raise refused(_TWO_NUMBERS, "personnel_number", number or "")
        return None, email[1:]
    return email, number


def roles(row: CsvRow, column: str) -> frozenset[Role]:
    """The rights that a comma list names; everybody is an employee, whatever it says."""
    value = text(row, column, most=200) or ""
    found = {Role.EMPLOYEE}
    for word in re.split(r"[,;|]", value):
        plain = word.strip().casefold()
        if not plain:
            continue
        if plain not in {role.value for role in Role}:
            raise refused(_NO_ROLE, column, word.strip(), allowed=", ".join(Role))
        found.add(Role(plain))
    return frozenset(found)


def language(row: CsvRow, column: str) -> str | None:
    """`de` or `en`; None when the cell is empty."""
    value = text(row, column, most=100)
    if value is None:
        return None
    found = _LANGUAGES.get(value.casefold())
    if found is None:
        raise refused(_NO_LANGUAGE, column, value)
    return found


def choice(row: CsvRow, column: str, words: Mapping[str, str], allowed: Iterable[str]) -> str:
    """One of some words; the empty cell is one, too."""
    value = text(row, column, most=100) or ""
    found = words.get(value.casefold())
    if found is None:
        message = N_("Möglich sind: %(allowed)s.")
        raise refused(message, column, value, allowed=", ".join(allowed))
    return found


def shown_key(row: CsvRow) -> str:
    """What a row names somebody by, as it stands there, for reports."""
    for column in ("email", "personnel_number"):
        value = one_line(row.cells.get(column, ""))[:80]
        if value:
            return value if column == "email" else f"#{value.removeprefix('#')}"
    return ""


def shown_name(row: CsvRow) -> str:
    """First and last name as they stand there."""
    parts = (row.cells.get("first_name", ""), row.cells.get("last_name", ""))
    return one_line(" ".join(parts))[:120]


def fault_of(row: CsvRow) -> Fault | None:
    """What kept the row from being read, if anything did."""
    return Fault(message=row.fault) if row.fault else None


def as_read(row: CsvRow) -> None:
    """Raise RowRefused for a row that could not be read."""
    fault = fault_of(row)
    if fault is not None:
        raise RowRefused(fault)
