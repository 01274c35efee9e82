"""Looking at a list and saving it, a part of about 200 rows in each transaction."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session, undefer

from lms.audit.models import AuditEntry
from lms.certifications.models import Batch, Cycle, Evidence
from lms.certifications.operations import requiring
from lms.certifications.queries.needs import rounds_in_need
from lms.kernel.csv_tables import CsvTable, read_table
from lms.kernel.db import Sessions, reading, rehearsal, transaction
from lms.lists.models import Import, ImportRow
from lms.lists.operations.absences import AbsenceList
from lms.lists.operations.evidence import EvidenceList
from lms.lists.operations.work import ListWork, parts_of
from lms.lists.rules import (
    COLUMNS,
    NEEDED,
    Importer,
    ListKind,
    Occasion,
    RowResult,
    State,
    Tally,
    digest_of,
    tally_of,
)
from lms.people.models import Organisation
from lms.reminders.queries.mails_ahead import count_mails_ahead

WORKS: dict[ListKind, Callable[[Session, CsvTable, Occasion], ListWork]] = {
    ListKind.EVIDENCE: EvidenceList,
    ListKind.ABSENCES: AbsenceList,
}


@dataclass(slots=True)
class Looked:
    """What would become of a list: its rows in the order of the file, and what would wait."""

    unknown: tuple[str, ...]
    results: list[RowResult] = field(default_factory=list)
    held: int = 0
    mails: int = 0
    touched: set[int] = field(default_factory=set)

    @property
    def tally(self) -> Tally:
        """In numbers."""
        return tally_of(self.results, held=self.held, mails=self.mails)

    @property
    def digest(self) -> str:
        """What was seen."""
        return digest_of(self.results, self.held)


def read_list(kind: ListKind, content: bytes) -> CsvTable:
    """The rows of a file; NotCsv, NoRows, ColumnTwice or ColumnsMissing for none of ours."""
    return read_table(content, COLUMNS[kind], NEEDED[kind])


def look(
    sessions: Sessions,
    kind: ListKind,
    table: CsvTable,
    occasion: Occasion,
    *,
    tell: Callable[[int], None] = lambda _rows_done: None,
) -> Looked:
    """What saving would do: done part by part, and each part taken back."""
    found = Looked(table.unknown)
    with reading(sessions) as session:
        work = WORKS[kind](session, table, occasion)
    found.results += work.decided
    for part in parts_of(work.lines()):
        with rehearsal(sessions) as session:
            _rehearse(session, work, part, occasion, found)
        tell(len(found.results))
    with reading(sessions) as session:
        _close(session, found, occasion)
    return found


def look_within(session: Session, kind: ListKind, table: CsvTable, occasion: Occasion) -> Looked:
    """As `look` for a short list, inside a transaction that goes on: a savepoint taken back."""
    found = Looked(table.unknown)
    work = WORKS[kind](session, table, occasion)
    found.results += work.decided
    savepoint = session.begin_nested()
    try:
        for part in parts_of(work.lines()):
            _rehearse(session, work, part, occasion, found)
    finally:
        savepoint.rollback()
        session.expire_all()
    _close(session, found, occasion)
    return found


def _rehearse(
    session: Session, work: ListWork, part: Sequence[int], occasion: Occasion, found: Looked
) -> None:
    batch = requiring.open_batch(session, "people", made_by=None, now=occasion.now)
    done = _do(session, work, part, occasion, batch.id)
    found.results += done.results
    found.held += done.held
    found.touched |= done.touched
    found.mails += count_mails_ahead(session, sorted(done.touched), occasion.today)


def _close(session: Session, found: Looked, occasion: Occasion) -> None:
    """Nothing is kept any more: what these people would have got anyway does not count."""
    found.mails -= count_mails_ahead(session, sorted(found.touched), occasion.today)
    found.results.sort(key=lambda one: one.line)


@dataclass(frozen=True, slots=True)
class _Done:
    results: list[RowResult]
    touched: set[int]
    held: int


def _do(
    session: Session, work: ListWork, part: Sequence[int], occasion: Occasion, batch_id: int
) -> _Done:
    """Take over a part; rounds that it leaves due and that were not so before wait."""
    known = sorted(work.people_of(part))
    before = rounds_in_need(session, today=occasion.today, person_ids=known)
    results, touched = work.do(session, part, batch_id)
    session.flush()
    after = rounds_in_need(session, today=occasion.today, person_ids=sorted(touched))
    requiring.mark_held(session, batch_id, after - before)
    return _Done(results, touched, len(after - before))


def bring(
    session: Session,
    kind: ListKind,
    *,
    file_name: str,
    content: bytes,
    table: CsvTable,
    occasion: Occasion,
) -> Import:
    """Keep a file for its check; whatever was brought before by the same person stays."""
    made = Import(
        kind=kind,
        state=State.CHECKING,
        file_name=file_name,
        content=content,
        row_count=len(table.rows),
        rows_done=0,
        made_by=occasion.importer.person_id,
        gives_rights=occasion.importer.gives_rights,
        made_at=occasion.now,
        has_changed=False,
        tally=asdict(Tally()),
        unknown_columns=list(table.unknown),
    )
    session.add(made)
    session.flush()
    return made


def newest_entry(session: Session) -> int:
    """By what a later look sees that nothing was done in the house since."""
    return session.scalar(select(func.max(AuditEntry.id))) or 0


def keep_preview(session: Session, made: Import, looked: Looked, occasion: Occasion) -> None:
    """Keep what a look found: the preview that somebody confirms."""
    session.execute(delete(ImportRow).where(ImportRow.import_id == made.id))
    _keep_rows(session, made.id, looked.results)
    made.state = State.READY
    made.rows_done = made.row_count
    made.tally = asdict(looked.tally)
    made.digest = looked.digest
    made.checked_at = occasion.now
    made.checked_entry = newest_entry(session)
    session.flush()


def _keep_rows(session: Session, import_id: int, results: Sequence[RowResult]) -> None:
    if results:
        session.execute(
            insert(ImportRow),
            [
                {
                    "import_id": import_id,
                    "line": one.line,
                    "outcome": one.outcome,
                    "result": one.as_document(),
                }
                for one in results
            ],
        )


def begin_saving(session: Session, made: Import) -> None:
    """From here on the rows say what was done, not what would be."""
    session.execute(delete(ImportRow).where(ImportRow.import_id == made.id))
    made.state = State.SAVING
    made.rows_done = 0
    made.tally = asdict(Tally())
    session.flush()


def save_within(session: Session, made: Import, table: CsvTable, occasion: Occasion) -> Looked:
    """Save a short list inside the transaction at hand; the caller compares the digests."""
    begin_saving(session, made)
    work = WORKS[made.kind](session, table, occasion)
    found = Looked(table.unknown, _save_part(session, made, work, [], occasion=occasion, decided=work.decided))
    for part in parts_of(work.lines()):
        found.results += _save_part(session, made, work, part, occasion=occasion)
    _finish(session, made, occasion)
    found.held = Tally(**made.tally).held
    return found


def save(sessions: Sessions, import_id: int, occasion: Occasion) -> int:
    """Save what is left of a list, each part in a transaction of its own; how many rows.

    Whoever is cut off leaves what is committed; the next call goes on with the rest.
    """
    with reading(sessions) as session:
        made = session.get_one(Import, import_id, options=[undefer(Import.content)])
        table = read_list(made.kind, made.content or b"")
        work = WORKS[made.kind](session, table, occasion)
    groups = work.lines()
    count, is_under_way = 0, True
    while is_under_way:
        with transaction(sessions) as session:
            rows, is_under_way = _save_next(session, import_id, work, groups, occasion)
        count += rows
    return count


def _save_next(
    session: Session, import_id: int, work: ListWork, groups: list[list[int]], occasion: Occasion
) -> tuple[int, bool]:
    """The next part of what nobody has saved yet; False when that was all."""
    made = session.get_one(Import, import_id, with_for_update=True)
    if made.state is not State.SAVING:
        return 0, False
    hold_lists(session)
    done = set(session.scalars(select(ImportRow.line).where(ImportRow.import_id == import_id)))
    left = [group for group in groups if not done.issuperset(group)]
    parts = parts_of(left)
    part = parts[0] if parts else []
    decided = [one for one in work.decided if one.line not in done]
    _save_part(session, made, work, part, occasion=occasion, decided=decided)
    if len(parts) > 1:
        return len(part), True
    _finish(session, made, occasion)
    return len(part), False


def hold_lists(session: Session) -> None:
    """Nobody else saves a list until this transaction ends: two at once follow each other."""
    session.execute(select(Organisation.id).with_for_update())


def _save_part(
    session: Session,
    made: Import,
    work: ListWork,
    part: Sequence[int],
    *,
    occasion: Occasion,
    decided: Sequence[RowResult] = (),
) -> list[RowResult]:
    results, held = list(decided), 0
    if part:
        if made.batch_id is None:
            batch = requiring.open_batch(
                session, made.kind.value, made_by=made.made_by, now=occasion.now
            )
            made.batch_id = batch.id
        done = _do(session, work, part, occasion, made.batch_id)
        results += done.results
        held = done.held
    _keep_rows(session, made.id, results)
    made.tally = asdict(Tally(**made.tally) + tally_of(results, held=held))
    made.rows_done += len(results)
    session.flush()
    return results


def _finish(session: Session, made: Import, occasion: Occasion) -> None:
    made.state = State.DONE
    made.finished_at = occasion.now
    made.content = None
    batch_id = made.batch_id
    if batch_id is not None and not _is_needed(session, batch_id):
        made.batch_id = None
        session.flush()
        session.execute(delete(Batch).where(Batch.id == batch_id))
    session.flush()


def _is_needed(session: Session, batch_id: int) -> bool:
    """Whether rounds wait for the batch, or evidence names it."""
    for column in (Cycle.batch_id, Evidence.batch_id):
        if session.scalar(select(column).where(column == batch_id).limit(1)) is not None:
            return True
    return False


def occasion_of(made: Import, *, today: dt.date, now: dt.datetime) -> Occasion:
    """Whoever works on it does it for the person who brought it."""
    importer = Importer(person_id=made.made_by, gives_rights=made.gives_rights)
    return Occasion(today=today, now=now, importer=importer)
