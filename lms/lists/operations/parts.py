"""A list with its rows, and taking a part of it over with what then has to wait."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lms.certifications.operations import requiring
from lms.certifications.queries.needs import rounds_in_need
from lms.kernel.csv_tables import CsvTable, read_table
from lms.lists.operations.absences import AbsenceList
from lms.lists.operations.evidence import EvidenceList
from lms.lists.operations.people import StaffList
from lms.lists.operations.work import ListWork
from lms.lists.rules import COLUMNS, NEEDED, ListKind, Occasion, RowResult

WORKS: dict[ListKind, Callable[[Session, CsvTable, Occasion], ListWork]] = {
    ListKind.PEOPLE: StaffList,
    ListKind.EVIDENCE: EvidenceList,
    ListKind.ABSENCES: AbsenceList,
}


def read_list(kind: ListKind, content: bytes) -> CsvTable:
    """The rows of a file; NotCsv, NoRows, ColumnTwice or ColumnsMissing for none of ours."""
    return read_table(content, COLUMNS[kind], NEEDED[kind])


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a part: whose records it touched, how many rounds wait."""

    results: list[RowResult]
    touched: set[int]
    held: int


def take_part(
    session: Session, work: ListWork, part: Sequence[int], occasion: Occasion, batch_id: int
) -> Done:
    """Take over a part; rounds that it leaves due and that were not so before wait."""
    known = sorted(work.people_of(part))
    before = rounds_in_need(session, today=occasion.today, person_ids=known)
    results, touched = work.take_over(session, part, batch_id)
    session.flush()
    after = rounds_in_need(session, today=occasion.today, person_ids=sorted(touched))
    requiring.mark_held(session, batch_id, after - before)
    return Done(results, touched, len(after - before))
