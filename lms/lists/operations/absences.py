"""The list of absences from the personnel office: from, until; never why."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import operations as audit
from lms.certifications.operations import changing
from lms.kernel.csv_tables import CsvRow, CsvTable
from lms.kernel.domain import N_
from lms.lists import cells
from lms.lists.queries.directory import Directory, Known
from lms.lists.rules import Fault, Occasion, Outcome, RowRefused, RowResult, refused
from lms.people.models import Absence

_BACKWARDS = N_("Das Ende liegt vor dem Anfang. Prüfe beide Tage.")
_TWICE = N_("Zeile %(line)s nennt dieselbe Abwesenheit mit einem anderen Ende.")
_OVERLAP = N_("Das überschneidet sich mit der Abwesenheit vom %(first)s bis %(last)s.")
_OVERLAP_OPEN = N_("Das überschneidet sich mit der Abwesenheit seit %(first)s ohne Ende.")


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """One row; `says_until` False: the file has no such column."""

    line: int
    person: Known
    from_on: dt.date
    until_on: dt.date | None
    says_until: bool


class AbsenceList:
    """The rows of a file with absences."""

    def __init__(self, session: Session, table: CsvTable, occasion: Occasion) -> None:
        self.occasion = occasion
        self.decided: list[RowResult] = []
        self._rows: dict[int, AbsenceRow] = {}
        directory = Directory.read(session)
        seen: dict[tuple[int, dt.date], AbsenceRow] = {}
        for row in table.rows:
            try:
                read = _read(row, directory, says_until="until_on" in table.columns)
                first = seen.setdefault((read.person.person_id, read.from_on), read)
                if first is not read and first.until_on != read.until_on:
                    raise refused(_TWICE, "from_on", str(read.from_on), line=first.line)
            except RowRefused as error:
                self.decided.append(_refusal(row, error.fault))
                continue
            if first is read:
                self._rows[row.line] = read
            else:
                self.decided.append(_result(read, Outcome.UNCHANGED))

    def lines(self) -> list[list[int]]:
        """Person by person, in the order of the days."""
        people: dict[int, list[AbsenceRow]] = defaultdict(list)
        for row in self._rows.values():
            people[row.person.person_id].append(row)
        return [
            [row.line for row in sorted(rows, key=lambda one: one.from_on)]
            for rows in people.values()
        ]

    def people_of(self, lines: Collection[int]) -> set[int]:
        """Whom these rows are about."""
        return {self._rows[line].person.person_id for line in lines}

    def take_over(
        self,
        session: Session,
        lines: Sequence[int],
        batch_id: int,  # noqa: ARG002 - an absence does not name its batch
    ) -> tuple[list[RowResult], set[int]]:
        """Enter and correct; the due dates of those who are away wait for their return."""
        rows = [self._rows[line] for line in lines]
        stored = _stored(session, {row.person.person_id for row in rows})
        results: list[RowResult] = []
        new: list[Absence] = []
        touched: set[int] = set()
        for row in rows:
            of_person = stored[row.person.person_id]
            result, made = _enter(row, of_person)
            results.append(result)
            new += [made] if made is not None else []
            if result.outcome in (Outcome.MADE, Outcome.CHANGED):
                touched.add(row.person.person_id)
        # What became shorter first: the database refuses overlaps at each moment.
        session.flush()
        session.add_all(new)
        session.flush()
        changing.count_absences_of(session, sorted(touched), today=self.occasion.today)
        for person_id in sorted(touched):
            audit.record(
                session,
                actor=self.occasion.importer.actor,
                verb="absent",
                object_kind="person",
                object_id=person_id,
                now=self.occasion.now,
            )
        return results, touched


def _read(row: CsvRow, directory: Directory, *, says_until: bool) -> AbsenceRow:
    cells.as_read(row)
    person = directory.named_by(row)
    from_on, until_on = cells.needed_day(row, "from_on"), cells.day(row, "until_on")
    if until_on is not None and until_on < from_on:
        raise refused(_BACKWARDS, "until_on", row.cells["until_on"])
    return AbsenceRow(row.line, person, from_on, until_on, says_until)


def _stored(session: Session, person_ids: Collection[int]) -> dict[int, list[Absence]]:
    found: dict[int, list[Absence]] = defaultdict(list)
    for one in session.scalars(
        select(Absence).where(Absence.person_id.in_(person_ids)).order_by(Absence.from_on)
    ):
        found[one.person_id].append(one)
    return found


def _enter(row: AbsenceRow, of_person: list[Absence]) -> tuple[RowResult, Absence | None]:
    """What becomes of the row, and the absence to add, if it is a new one."""
    same = next((one for one in of_person if one.from_on == row.from_on), None)
    if same is not None and (not row.says_until or _end(same.until_on) == _end(row.until_on)):
        return _result(row, Outcome.UNCHANGED), None
    other = next((one for one in of_person if one is not same and _overlaps(one, row)), None)
    if other is not None:
        return _result(row, Outcome.REFUSED, faults=(_overlap(row, other),)), None
    if same is not None:
        was = same.until_on
        same.until_on = row.until_on
        return _result(row, Outcome.CHANGED, was=was), None
    made = Absence(person_id=row.person.person_id, from_on=row.from_on, until_on=row.until_on)
    of_person.append(made)
    return _result(row, Outcome.MADE), made


def _end(until_on: dt.date | None) -> dt.date:
    return until_on or dt.date.max


def _overlaps(one: Absence, row: AbsenceRow) -> bool:
    return one.from_on <= _end(row.until_on) and row.from_on <= _end(one.until_on)


def _overlap(row: AbsenceRow, other: Absence) -> Fault:
    if other.until_on is None:
        return Fault(
            message=_OVERLAP_OPEN,
            column="from_on",
            value=row.from_on.isoformat(),
            values={"first": other.from_on.isoformat()},
        )
    return Fault(
        message=_OVERLAP,
        column="from_on",
        value=row.from_on.isoformat(),
        values={"first": other.from_on.isoformat(), "last": other.until_on.isoformat()},
    )


def _result(
    row: AbsenceRow,
    outcome: Outcome,
    *,
    was: dt.date | None = None,
    faults: tuple[Fault, ...] = (),
) -> RowResult:
    old = was.isoformat() if was else ""
    new = row.until_on.isoformat() if row.until_on else ""
    return RowResult(
        line=row.line,
        outcome=outcome,
        who=row.person.name,
        key=row.person.key,
        changes=(("from_on", "", row.from_on.isoformat()), ("until_on", old, new)),
        faults=faults,
    )


def _refusal(row: CsvRow, fault: Fault) -> RowResult:
    return RowResult(
        line=row.line, outcome=Outcome.REFUSED, key=cells.shown_key(row), faults=(fault,)
    )
