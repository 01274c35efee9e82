"""Imports and what became of their rows."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.lists.models import Import, ImportRow
from lms.lists.rules import UNDER_WAY, Outcome, RowResult, result_from


def list_results(
    session: Session, import_id: int, *, outcome: Outcome | None = None
) -> list[RowResult]:
    """What becomes of the rows, in the order of the file."""
    statement = select(ImportRow).where(ImportRow.import_id == import_id).order_by(ImportRow.line)
    if outcome is not None:
        statement = statement.where(ImportRow.outcome == outcome)
    return [result_from(row.line, row.outcome, row.result) for row in session.scalars(statement)]


def list_under_way(session: Session) -> list[int]:
    """Imports that the job has still to work on, the oldest first."""
    statement = select(Import.id).where(Import.state.in_(UNDER_WAY)).order_by(Import.id)
    return list(session.scalars(statement))
