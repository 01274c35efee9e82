"""A list on its way into the database: the file, what becomes of each row, how far it is."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Model, text_enum
from lms.kernel.personal import NOT_PERSONAL, personal
from lms.lists.rules import ListKind, Outcome, State, Tally

_LIST = personal("list that was brought", "taking it over, Art. 6 (1) b GDPR", "30 days")
_WHO = personal("who brought a list", "accountability, Art. 5 (2) GDPR", "3 years")


class Import(Model):
    """One list that somebody brought; a preview expires, what was saved stays as numbers."""

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    kind: Mapped[ListKind] = mapped_column(text_enum(ListKind), info=NOT_PERSONAL)
    state: Mapped[State] = mapped_column(text_enum(State), info=NOT_PERSONAL)
    file_name: Mapped[str] = mapped_column(String(200), info=_LIST)
    content: Mapped[bytes | None] = mapped_column(LargeBinary(), deferred=True, info=_LIST)
    row_count: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    rows_done: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True, info=_WHO)
    made_at: Mapped[dt.datetime] = mapped_column(info=NOT_PERSONAL)
    checked_on: Mapped[dt.date | None] = mapped_column(info=NOT_PERSONAL)
    checked_entry: Mapped[int | None] = mapped_column(info=NOT_PERSONAL)
    finished_at: Mapped[dt.datetime | None] = mapped_column(info=NOT_PERSONAL)
    digest: Mapped[str | None] = mapped_column(String(32), info=NOT_PERSONAL)
    has_changed: Mapped[bool] = mapped_column(default=False, info=NOT_PERSONAL)
    tally: Mapped[dict[str, Any]] = mapped_column(info=NOT_PERSONAL)
    unknown_columns: Mapped[list[str]] = mapped_column(info=_LIST)
    batch_id: Mapped[int | None] = mapped_column(
        ForeignKey("batches.id"), index=True, info=NOT_PERSONAL
    )
    taken_back_by: Mapped[int | None] = mapped_column(
        ForeignKey("people.id"), index=True, info=_WHO
    )
    taken_back_reason: Mapped[str | None] = mapped_column(String(400), info=_WHO)

    __table_args__ = (
        CheckConstraint("rows_done <= row_count", "no_more_done_than_there_is"),
        Index("ix_imports_state", "state", "id"),
        Index("ix_imports_kind", "kind", "id"),
    )

    @property
    def numbers(self) -> Tally:
        """What came of it."""
        return Tally(**self.tally)


class ImportRow(Model):
    """What becomes of one row: in a preview what would, after saving what did."""

    __tablename__ = "import_rows"

    import_id: Mapped[int] = mapped_column(
        ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True, info=NOT_PERSONAL
    )
    line: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    outcome: Mapped[Outcome] = mapped_column(text_enum(Outcome), info=_LIST)
    result: Mapped[dict[str, Any]] = mapped_column(info=_LIST)

    __table_args__ = (Index("ix_import_rows_outcome", "import_id", "outcome", "line"),)
