"""Keeping a list and what becomes of its rows."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from lms.kernel.csv_tables import CsvTable
from lms.lists.models import Import, ImportRow
from lms.lists.rules import ListKind, Occasion, RowResult, State, Tally
from lms.people.models import Organisation


def hold_lists(session: Session) -> None:
    """Nobody else looks at a list or saves one until this transaction ends.

    Two that name the same people in another order would wait for each other for ever. Whoever
    locks an import as well asks for this first.
    """
    session.execute(select(Organisation.id).with_for_update())


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
        made_at=occasion.now,
        has_changed=False,
        tally=asdict(Tally()),
        unknown_columns=list(table.unknown),
    )
    session.add(made)
    session.flush()
    return made


def keep_rows(session: Session, import_id: int, results: Sequence[RowResult]) -> None:
    """Write down what becomes of rows."""
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
