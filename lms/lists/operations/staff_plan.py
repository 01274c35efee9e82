"""Planning the staff list: whom each row is about, who leads whom, in which order to save."""

from collections.abc import Collection, Iterable, Sequence

from lms.kernel.csv_tables import CsvRow
from lms.kernel.domain import N_
from lms.lists import cells
from lms.lists.queries.directory import Directory
from lms.lists.rules import Fault, Outcome, RowRefused, RowResult, refused
from lms.lists.staff_rows import Node, StaffRow, depth_of, read_row, row_that_closes_a_circle
from lms.staff.faults import OwnSupervisor, SupervisorCircle

_TWICE = N_("Zeile %(line)s nennt dieselbe Person mit anderen Angaben.")
_UNKNOWN_SUPERVISOR = N_(
    "Diese vorgesetzte Person kennen wir nicht. Die Zeile wird ohne sie übernommen."
)


class StaffPlan:
    """The rows of a file with people, with whom they are about, in the order of saving."""

    def __init__(self, directory: Directory, rows: Iterable[CsvRow]) -> None:
        self.decided: list[RowResult] = []
        self._rows: dict[int, StaffRow] = {}
        self.directory = directory
        self.refused_lines: set[int] = set()
        self._read(rows)
        self._above, self._wanted = self._supervisors()
        known: dict[Node, int] = {}
        self._order = sorted(
            self._rows, key=lambda line: (depth_of(self._node(line), self._above, known), line)
        )
        self._ranks = {line: rank for rank, line in enumerate(self._order)}

    def lines(self) -> list[list[int]]:
        """Those who lead come before those whom they lead."""
        return [[line] for line in self._order]

    def people_of(self, lines: Collection[int]) -> set[int]:
        """Whom these rows are about, as far as they are known."""
        ids = (self._rows[line].person_id for line in lines)
        return {one for one in ids if one is not None}

    def row(self, line: int) -> StaffRow:
        """The row of a line."""
        return self._rows[line]

    def wanted(self, line: int) -> Node | None:
        """Who shall lead the person of a row; None: nobody, or as it is."""
        return self._wanted.get(line)

    def earlier(self, lines: Sequence[int]) -> Iterable[tuple[int, int | None]]:
        """Who leads whom by rows before these: in a rehearsal they were taken back."""
        first = min((self._ranks[line] for line in lines), default=0)
        for line in self._order[:first]:
            node, above = self._node(line), self._above.get(self._node(line))
            if node[0] == "person" and (above is None or above[0] == "person"):
                yield node[1], above[1] if above else None

    def _node(self, line: int) -> Node:
        return self._rows[line].node

    def _read(self, rows: Iterable[CsvRow]) -> None:
        seen: dict[object, StaffRow] = {}
        for row in rows:
            try:
                read = read_row(row)
                found = self.directory.match(read.email, read.number)
                read.person_id = found.person_id if found else None
                first = self._first(read, seen)
            except RowRefused as error:
                self.decided.append(_refusal(row, error.fault))
                continue
            if first is None:
                self._rows[row.line] = read
            else:
                self.decided.append(_unchanged(read))

    def _first(self, row: StaffRow, seen: dict[object, StaffRow]) -> StaffRow | None:
        """The row that said the same before; refused when it said something else."""
        keys = [("email", row.email), ("number", row.number), row.node]
        mine = [key for key in keys if key[1] is not None]
        first = next((seen[key] for key in mine if key in seen), None)
        if first is not None and first.said != row.said:
            raise refused(
                _TWICE, "email" if row.email else "personnel_number", row.key, line=first.line
            )
        for key in mine:
            seen.setdefault(key, row)
        return first

    def _supervisors(self) -> tuple[dict[Node, Node | None], dict[int, Node | None]]:
        """Who leads whom once all is saved; rows that would close a circle are refused."""
        stored: dict[Node, Node | None] = {
            ("person", one.person_id): ("person", one.supervisor_id) if one.supervisor_id else None
            for one in self.directory.everybody()
        }
        while True:
            wanted = self._wanted_supervisors()
            above = dict(stored)
            lines = {}
            for line, row in self._rows.items():
                above.setdefault(row.node, None)
                if line in wanted:
                    above[row.node] = wanted[line]
                    lines[row.node] = line
            line = row_that_closes_a_circle(above, lines)
            if not line:
                return above, wanted
            self._refuse_circle(line, is_own=wanted[line] == self._node(line))

    def _wanted_supervisors(self) -> dict[int, Node | None]:
        """What each row says of its supervisor, whoever is unknown left out with a note."""
        by_key = self._nodes_by_key()
        found: dict[int, Node | None] = {}
        for line, row in self._rows.items():
            row.notes.clear()
            if row.supervisor is None:
                found[line] = None
            elif row.supervisor:
                node = by_key.get(row.supervisor) or self._known(row.supervisor)
                if node is None:
                    row.notes.append(unknown_supervisor(row))
                else:
                    found[line] = node
        return found

    def _nodes_by_key(self) -> dict[str, Node]:
        rows = self._rows.values()
        by_email = {row.email: row.node for row in rows if row.email}
        return by_email | {f"#{row.number}": row.node for row in rows if row.number}

    def _known(self, key: str) -> Node | None:
        by_number, number = self.directory.by_number, key.removeprefix("#")
        found = by_number.get(number) if key.startswith("#") else self.directory.by_email.get(key)
        return ("person", found.person_id) if found else None

    def _refuse_circle(self, line: int, *, is_own: bool) -> None:
        row = self._rows.pop(line)
        error = OwnSupervisor if is_own else SupervisorCircle
        fault = Fault(
            message=error.message,
            column="supervisor_email",
            value=row.cells.get("supervisor_email", "")[:80],
        )
        self.decided.append(
            RowResult(
                line=line, outcome=Outcome.REFUSED, who=row.name, key=row.key, faults=(fault,)
            )
        )


def unknown_supervisor(row: StaffRow) -> Fault:
    """The note for a supervisor whom nobody knows."""
    return Fault(
        message=_UNKNOWN_SUPERVISOR, column="supervisor_email", value=(row.supervisor or "")[:80]
    )


def _unchanged(row: StaffRow) -> RowResult:
    return RowResult(line=row.line, outcome=Outcome.UNCHANGED, who=row.name, key=row.key)


def _refusal(row: CsvRow, fault: Fault) -> RowResult:
    return RowResult(
        line=row.line,
        outcome=Outcome.REFUSED,
        who=cells.shown_name(row),
        key=cells.shown_key(row),
        faults=(fault,),
    )
