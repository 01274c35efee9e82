"""Rows of the staff list: what each says, and in which order supervisors come first. Pure."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lms.kernel.csv_tables import CsvRow
from lms.lists import cells
from lms.lists.rules import Fault

NAME_LENGTH, UNIT_LENGTH, JOB_LENGTH = 100, 200, 120
_DATES = ("hired_on", "left_on")
# Somebody who is known, by id, or the row that makes somebody.
Node = tuple[str, int]


@dataclass(slots=True, kw_only=True)
class StaffRow:
    """What one row says: `given` holds only what the file has a column for.

    `supervisor` is the key of a cell: None empty, "" no such column.
    """

    line: int
    email: str | None
    number: str | None
    given: Mapping[str, Any]
    supervisor: str | None
    cells: Mapping[str, str]
    person_id: int | None = None
    notes: list[Fault] = field(default_factory=list)

    @property
    def node(self) -> Node:
        """Who the row is about."""
        return ("line", self.line) if self.person_id is None else ("person", self.person_id)

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.given['first_name']} {self.given['last_name']}"

    @property
    def key(self) -> str:
        """How commands name the person."""
        return self.email or f"#{self.number}"

    @property
    def said(self) -> tuple[object, ...]:
        """Everything the row says."""
        return (self.email, self.number, self.supervisor, sorted(self.given.items(), key=str))


def read_row(row: CsvRow) -> StaffRow:
    """The row as typed values; RowRefused for the first cell that cannot be."""
    cells.as_read(row)
    email, number = cells.keys(row)
    given: dict[str, Any] = {
        "first_name": cells.needed_text(row, "first_name", most=NAME_LENGTH),
        "last_name": cells.needed_text(row, "last_name", most=NAME_LENGTH),
        "unit": cells.needed_text(row, "unit", most=UNIT_LENGTH),
    }
    readers: dict[str, Callable[[CsvRow, str], Any]] = {
        "job": _job,
        "roles": cells.roles,
        "hired_on": cells.day,
        "left_on": cells.day,
        "locale": cells.language,
    }
    for column, read in readers.items():
        if column in row.cells:
            given[column] = read(row, column)
    if "email" in row.cells and not row.cells["email"].lstrip().startswith("#"):
        given["email"] = email
    if "personnel_number" in row.cells or number is not None:
        given["personnel_number"] = number
    supervisor: str | None = ""
    if "supervisor_email" in row.cells:
        supervisor = cells.address(row, "supervisor_email")
    return StaffRow(
        line=row.line,
        email=email,
        number=number,
        given=given,
        supervisor=supervisor,
        cells=row.cells,
    )


def _job(row: CsvRow, column: str) -> str | None:
    return cells.text(row, column, most=JOB_LENGTH)


def row_that_closes_a_circle(above: Mapping[Node, Node | None], lines: Mapping[Node, int]) -> int:
    """The line of the last row in a circle of supervisors; 0 when nobody leads themselves.

    `above` says who leads whom once all rows are taken over, `lines` which of it a row says.
    """
    settled: set[Node] = set()
    for start in above:
        path: dict[Node, None] = {}
        node: Node | None = start
        while node is not None and node not in settled and node not in path:
            path[node] = None
            node = above.get(node)
        if node is not None and node in path:
            circle = list(path)[list(path).index(node) :]
            said = [lines[one] for one in circle if one in lines]
            if said:
                return max(said)
        settled |= path.keys()
    return 0


def depth_of(node: Node, above: Mapping[Node, Node | None], known: dict[Node, int]) -> int:
    """How many people stand above; `known` keeps what was counted. There must be no circle."""
    path: list[Node] = []
    one: Node | None = node
    while one is not None and one not in known:
        path.append(one)
        one = above.get(one)
    depth = -1 if one is None else known[one]
    for below in reversed(path):
        depth += 1
        known[below] = depth
    return known[node]


def as_text(value: object) -> str:
    """A value as the preview shows it: dates as ISO 8601, sets as a comma list."""
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return ", ".join(sorted(str(one) for one in value))
    return str(value)
