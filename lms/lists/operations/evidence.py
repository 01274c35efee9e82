"""The list of evidence: what people have shown so far, as it stands on paper."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.certifications.models import Activity, Evidence
from lms.certifications.operations.completing import Shown
from lms.certifications.operations.replaying import Replayed, replay
from lms.kernel.csv_tables import CsvRow, CsvTable
from lms.kernel.domain import N_
from lms.lists import cells
from lms.lists.queries.directory import Directory, Known, course_ids
from lms.lists.rules import Fault, Occasion, Outcome, RowRefused, RowResult, refused

MOST_OF_A_REFERENCE = 200
EXTERNAL = "external"
_SOURCES = {
    "": EXTERNAL,
    "course": "course",
    "kurs": "course",
    "workshop": "workshop",
    "termin": "workshop",
    "external": EXTERNAL,
    "extern": EXTERNAL,
}
_SOURCE_OF_KIND = {"course": "course", "micro": "course", "attendance": "workshop"}

_NO_COURSE = N_("Diesen Kurs gibt es nicht. Möglich sind: %(allowed)s.")
_AHEAD = N_("Das Datum liegt in der Zukunft. Trag den Tag ein, an dem es abgeschlossen war.")
_TWICE = N_("Zeile %(line)s nennt denselben Nachweis mit anderen Angaben.")
_OTHER = N_("Diesen Nachweis gibt es mit einer anderen Angabe. Nachweise ändern sich nie.")


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One row; `source` and `reference` None: the file does not say."""

    line: int
    person: Known
    course_id: int
    slug: str
    completed_on: dt.date
    source: str | None
    reference: str | None
    says_reference: bool

    @property
    def key(self) -> tuple[int, int, dt.date]:
        """By what the row is known."""
        return self.person.person_id, self.course_id, self.completed_on

    @property
    def said(self) -> tuple[str | None, str | None]:
        """What must not differ."""
        return self.source, self.reference


class EvidenceList:
    """The rows of a file with evidence."""

    def __init__(self, session: Session, table: CsvTable, occasion: Occasion) -> None:
        self.occasion = occasion
        self.decided: list[RowResult] = []
        self._rows: dict[int, EvidenceRow] = {}
        self._directory = Directory.read(session)
        self._courses = course_ids(session)
        seen: dict[tuple[int, int, dt.date], EvidenceRow] = {}
        for row in table.rows:
            try:
                read = self._read(row, table.columns)
                first = seen.setdefault(read.key, read)
                if first is not read and first.said != read.said:
                    raise refused(_TWICE, "completed_on", str(read.completed_on), line=first.line)
            except RowRefused as error:
                self.decided.append(_refusal(row, error.fault))
                continue
            if first is read:
                self._rows[row.line] = read
            else:
                self.decided.append(_result(read, Outcome.UNCHANGED))

    def lines(self) -> list[list[int]]:
        """Person by person, in the order of the days."""
        people: dict[int, list[EvidenceRow]] = defaultdict(list)
        for row in self._rows.values():
            people[row.person.person_id].append(row)
        return [
            [row.line for row in sorted(rows, key=lambda one: (one.completed_on, one.line))]
            for rows in people.values()
        ]

    def people_of(self, lines: Collection[int]) -> set[int]:
        """Whom these rows are about."""
        return {self._rows[line].person.person_id for line in lines}

    def take_over(
        self, session: Session, lines: Sequence[int], batch_id: int
    ) -> tuple[list[RowResult], set[int]]:
        """Record what is not known yet, judged as on its day."""
        rows = [self._rows[line] for line in lines]
        stored = _Stored(session, {row.person.person_id for row in rows})
        results: list[RowResult] = []
        new: dict[str, EvidenceRow] = {}
        shown: list[Shown] = []
        for row in rows:
            known = stored.judged(row)
            if known is not None:
                results.append(known)
                continue
            one = self._shown(row, stored.free_key(row), batch_id)
            new[_place(one)] = row
            shown.append(one)
        for replayed in replay(session, shown, now=self.occasion.now):
            made = new.get(_place(replayed.shown))
            if made is not None:
                results.append(_made(made, replayed))
        return results, {one.person_id for one in shown}

    def _read(self, row: CsvRow, columns: tuple[str, ...]) -> EvidenceRow:
        cells.as_read(row)
        person = self._directory.named_by(row)
        slug = cells.needed_text(row, "course", most=100)
        if slug not in self._courses:
            allowed = ", ".join(sorted(self._courses)) or "–"
            raise refused(_NO_COURSE, "course", slug, allowed=allowed)
        completed_on = cells.needed_day(row, "completed_on")
        if completed_on > self.occasion.today:
            raise refused(_AHEAD, "completed_on", row.cells["completed_on"])
        source = cells.choice(row, "source", _SOURCES, ("course", "workshop", EXTERNAL))
        return EvidenceRow(
            line=row.line,
            person=person,
            course_id=self._courses[slug],
            slug=slug,
            completed_on=completed_on,
            source=source if "source" in columns else None,
            reference=cells.text(row, "reference", most=MOST_OF_A_REFERENCE),
            says_reference="reference" in columns,
        )

    def _shown(self, row: EvidenceRow, source_key: str, batch_id: int) -> Shown:
        return Shown(
            person_id=row.person.person_id,
            course_id=row.course_id,
            completed_on=row.completed_on,
            source_key=source_key,
            kind="import",
            recorded_by=self.occasion.importer.person_id,
            reference=row.reference,
            batch_id=batch_id,
        )


def _place(shown: Shown) -> str:
    return f"{shown.person_id}:{shown.course_id}:{shown.source_key}"


def _base_key(row: EvidenceRow) -> str:
    return f"import:{row.source or EXTERNAL}:{row.completed_on.isoformat()}"


def source_of(kind: str, source_key: str) -> str:
    """Where stored evidence was earned; of an import its key says it."""
    if kind == "import" and source_key.startswith("import:"):
        return source_key.split(":")[1]
    return _SOURCE_OF_KIND.get(kind, EXTERNAL)


class _Stored:
    """What is stored of some people: known rows, and the keys that are taken."""

    def __init__(self, session: Session, person_ids: Collection[int]) -> None:
        self._known: dict[tuple[int, int, dt.date], tuple[str | None, str | None]] = {}
        self._taken: set[tuple[int, int, str]] = set()
        for one in session.scalars(select(Evidence).where(Evidence.person_id.in_(person_ids))):
            self._taken.add((one.person_id, one.course_id, one.source_key))
            if one.revoked_on is None and one.kind != "alternative":
                key = (one.person_id, one.course_id, one.completed_on)
                self._known[key] = (source_of(one.kind, one.source_key), one.reference)
        for repeat in session.scalars(select(Activity).where(Activity.person_id.in_(person_ids))):
            key = (repeat.person_id, repeat.course_id, repeat.done_on)
            # A repeat keeps its source only where it has no reference of its own.
            reference = repeat.reference or ""
            is_key = reference.startswith("import:")
            source = source_of("import", reference) if is_key else None
            self._known.setdefault(key, (source, None if is_key else repeat.reference))

    def judged(self, row: EvidenceRow) -> RowResult | None:
        """Unchanged or refused, if the row is known; None for a new one."""
        if row.key not in self._known:
            return None
        source, reference = self._known[row.key]
        if row.source is not None and source is not None and row.source != source:
            return _result(
                row,
                Outcome.REFUSED,
                Fault(message=_OTHER, column="source", value=row.source),
            )
        if row.says_reference and row.reference != reference:
            return _result(
                row,
                Outcome.REFUSED,
                Fault(message=_OTHER, column="reference", value=(row.reference or "")[:80]),
            )
        return _result(row, Outcome.UNCHANGED)

    def free_key(self, row: EvidenceRow) -> str:
        """The key of a new row; after a revocation the same day gets another one."""
        base = key = _base_key(row)
        number = 2
        while (row.person.person_id, row.course_id, key) in self._taken:
            key = f"{base}:{number}"
            number += 1
        return key


def _result(row: EvidenceRow, outcome: Outcome, *faults: Fault) -> RowResult:
    return RowResult(
        line=row.line,
        outcome=outcome,
        who=row.person.name,
        key=row.person.key,
        changes=_facts(row),
        faults=faults,
    )


def _facts(row: EvidenceRow) -> tuple[tuple[str, str, str], ...]:
    return (("course", "", row.slug), ("completed_on", "", row.completed_on.isoformat()))


def _made(row: EvidenceRow, replayed: Replayed) -> RowResult:
    evidence = replayed.evidence
    until: tuple[tuple[str, str, str], ...] = ()
    if evidence is not None and evidence.valid_until is not None:
        until = (("valid_until", "", evidence.valid_until.isoformat()),)
    return RowResult(
        line=row.line,
        outcome=Outcome.MADE,
        who=row.person.name,
        key=row.person.key,
        changes=_facts(row) + until,
        remark="" if evidence is not None else "repeat",
    )


def _refusal(row: CsvRow, fault: Fault) -> RowResult:
    return RowResult(
        line=row.line, outcome=Outcome.REFUSED, key=cells.shown_key(row), faults=(fault,)
    )
