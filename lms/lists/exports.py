"""Rows that were refused, and an empty list to fill in, as CSV for a spreadsheet."""

from collections.abc import Callable, Iterable

from lms.lists.rules import COLUMNS, Fault, ListKind, RowResult
from lms.web.tables import as_csv

# A German Excel opens it by double click.
_BOM = "\ufeff"

_EXAMPLES: dict[ListKind, tuple[str, ...]] = {
    ListKind.PEOPLE: (
        "j.weber@example.org",
        "1017",
        "Jana",
        "Weber",
        "Wohngruppe Donau",
        "pädagogische Fachkraft",
        "employee",
        "b.huber@example.org",
        "01.03.2024",
        "",
        "de",
    ),
    ListKind.EVIDENCE: (
        "j.weber@example.org",
        "",
        "zoom-basics",
        "15.09.2025",
        "workshop",
        "Liste vom 15.09.2025",
    ),
    ListKind.ABSENCES: ("j.weber@example.org", "", "01.02.2026", "31.08.2026"),
}


def example_of(kind: ListKind, column: str) -> str:
    """What may stand in a column."""
    keys = [one.key for one in COLUMNS[kind]]
    return _EXAMPLES[kind][keys.index(column)]


def template_csv(kind: ListKind) -> bytes:
    """The headings and one example, which nobody is known by."""
    head = [one.german for one in COLUMNS[kind]]
    return (_BOM + as_csv(head, [_EXAMPLES[kind]])).encode()


def faults_csv(
    head: tuple[str, str, str, str, str],
    results: Iterable[RowResult],
    *,
    words: Callable[[Fault], str],
    column_name: Callable[[str], str],
) -> bytes:
    """Row, person, column, value and what to do, one line for each fault."""
    rows: list[list[str | int]] = [
        [one.line, one.who or one.key, column_name(fault.column), fault.value, words(fault)]
        for one in results
        for fault in one.faults
    ]
    return (_BOM + as_csv(head, rows)).encode()
