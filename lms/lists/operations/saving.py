"""Saving a list, a part of about 200 rows in each transaction; whoever is cut off goes on."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, undefer

from lms.certifications.models import Batch, Cycle, Evidence
from lms.certifications.operations import requiring
from lms.kernel.csv_tables import CsvTable
from lms.kernel.db import Sessions, reading, transaction
from lms.lists.models import Import, ImportRow
from lms.lists.operations.looking import Looked
from lms.lists.operations.parts import WORKS, read_list, take_part
from lms.lists.operations.rows import hold_lists, keep_rows
from lms.lists.operations.work import ListWork, parts_of
from lms.lists.rules import Importer, Occasion, RowResult, State, Tally, tally_of


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
    found = Looked(
        table.unknown, _save_part(session, made, work, [], occasion=occasion, decided=work.decided)
    )
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
    hold_lists(session)
    made = session.get_one(Import, import_id, with_for_update=True)
    if made.state is not State.SAVING:
        return 0, False
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
        done = take_part(session, work, part, occasion, made.batch_id)
        results += done.results
        held = done.held
    keep_rows(session, made.id, results)
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
    return Occasion(today=today, now=now, importer=Importer(made.made_by))
