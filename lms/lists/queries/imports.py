"""Imports and what became of their rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from lms.kernel.domain import NotFound
from lms.kernel.viewer import Role, Viewer
from lms.lists.models import Import, ImportRow
from lms.lists.rules import UNDER_WAY, ListKind, Outcome, RowResult, State, result_from
from lms.people.models import Person

_SAVED = (State.SAVING, State.DONE, State.TAKING_BACK, State.TAKEN_BACK)
# What asks for something first, what changes nothing last.
_RANKS = {Outcome.REFUSED: 0, Outcome.UNCHANGED: 2}


@dataclass(frozen=True, slots=True)
class LastImport:
    """A list that was saved, and by whom; None: on the command line."""

    made: Import
    by: str | None


def get_visible(session: Session, import_id: int, viewer: Viewer) -> Import:
    """A list that this person may see; NotFound otherwise.

    A preview is for whoever brought it; what was saved for all who may bring such a list.
    """
    kinds = list(ListKind) if viewer.is_a(Role.OFFICER) else [ListKind.PEOPLE]
    found = session.scalar(
        select(Import).where(
            Import.id == import_id,
            Import.kind.in_(kinds),
            or_(Import.made_by == viewer.person_id, Import.state.in_(_SAVED)),
        )
    )
    if found is None:
        raise NotFound
    return found


def last_saved(session: Session, kind: ListKind) -> LastImport | None:
    """The newest list of a kind that was saved."""
    row = session.execute(
        select(Import, Person)
        .outerjoin(Person, Person.id == Import.made_by)
        .where(Import.kind == kind, Import.state.in_((State.DONE, State.TAKEN_BACK)))
        .order_by(Import.id.desc())
        .limit(1)
    ).first()
    return LastImport(row[0], row[1].name if row[1] else None) if row else None


def count_by_outcome(session: Session, import_id: int) -> dict[Outcome, int]:
    """How many rows of each kind."""
    rows = session.execute(
        select(ImportRow.outcome, func.count())
        .where(ImportRow.import_id == import_id)
        .group_by(ImportRow.outcome)
    )
    return dict(rows.all())


def page_of_results(
    session: Session, import_id: int, outcome: Outcome | None, *, number: int, size: int
) -> list[RowResult]:
    """One page of rows: faults first, then changes, then what stays as it is."""
    rank = case(_RANKS, value=ImportRow.outcome, else_=1)
    statement = (
        select(ImportRow)
        .where(ImportRow.import_id == import_id)
        .order_by(rank, ImportRow.line)
        .limit(size)
        .offset((number - 1) * size)
    )
    if outcome is not None:
        statement = statement.where(ImportRow.outcome == outcome)
    return _results(session.scalars(statement).all())


def list_results(
    session: Session, import_id: int, *, outcome: Outcome | None = None
) -> list[RowResult]:
    """What becomes of the rows, in the order of the file."""
    statement = select(ImportRow).where(ImportRow.import_id == import_id).order_by(ImportRow.line)
    if outcome is not None:
        statement = statement.where(ImportRow.outcome == outcome)
    return _results(session.scalars(statement).all())


def _results(rows: Sequence[ImportRow]) -> list[RowResult]:
    return [result_from(row.line, row.outcome, row.result) for row in rows]


def gives_rights(session: Session, import_id: int) -> bool:
    """Whether a staff list would give or take rights: that weighs heavily (trust.md 1.18)."""
    rows = session.scalars(
        select(ImportRow).where(
            ImportRow.import_id == import_id,
            ImportRow.outcome.in_((Outcome.MADE, Outcome.CHANGED, Outcome.LEFT)),
        )
    )
    return any(change[0] == "roles" for row in rows for change in row.result["changes"])


def list_under_way(session: Session) -> list[int]:
    """Imports that the job has still to work on, the oldest first."""
    statement = select(Import.id).where(Import.state.in_(UNDER_WAY)).order_by(Import.id)
    return list(session.scalars(statement))
