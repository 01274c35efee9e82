"""Looking at a list: everything is done, said, and taken back."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lms.audit.models import AuditEntry
from lms.certifications.operations import requiring
from lms.kernel.csv_tables import CsvTable
from lms.kernel.db import Sessions, reading, rehearsal
from lms.lists.models import Import, ImportRow
from lms.lists.operations.parts import WORKS, take_part
from lms.lists.operations.rows import hold_lists, keep_rows
from lms.lists.operations.work import ListWork, parts_of
from lms.lists.rules import (
    ListKind,
    Occasion,
    RowResult,
    State,
    Tally,
    digest_of,
    tally_of,
)
from lms.reminders.queries.mails_ahead import count_mails_ahead


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
    hold_lists(session)
    batch = requiring.open_batch(session, "people", made_by=None, now=occasion.now)
    done = take_part(session, work, part, occasion, batch.id)
    found.results += done.results
    found.held += done.held
    found.touched |= done.touched
    found.mails += count_mails_ahead(session, sorted(done.touched), occasion.today)


def _close(session: Session, found: Looked, occasion: Occasion) -> None:
    """Nothing is kept any more: what these people would have got anyway does not count."""
    found.mails -= count_mails_ahead(session, sorted(found.touched), occasion.today)
    found.results.sort(key=lambda one: one.line)


def newest_entry(session: Session, *, but_for: int = 0) -> int:
    """By what a later look sees that nothing was done in the house since.

    `but_for`: the import whose own confirmation does not count.
    """
    own = (AuditEntry.object_kind == "import") & (AuditEntry.object_id == but_for)
    statement = select(AuditEntry.id).where(~own).order_by(AuditEntry.id.desc()).limit(1)
    return session.scalar(statement) or 0


def keep_preview(session: Session, made: Import, looked: Looked, occasion: Occasion) -> None:
    """Keep what a look found: the preview that somebody confirms."""
    session.execute(delete(ImportRow).where(ImportRow.import_id == made.id))
    keep_rows(session, made.id, looked.results)
    made.state = State.READY
    made.rows_done = made.row_count
    made.tally = asdict(looked.tally)
    made.digest = looked.digest
    made.checked_on = occasion.today
    made.checked_entry = newest_entry(session)
    session.flush()
