"""What all lists have in common: rows refused by the file alone, the others in parts."""

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from sqlalchemy.orm import Session

from lms.lists.rules import ROWS_A_TRANSACTION, RowResult


class ListWork(Protocol):
    """A list that was read: `decided` rows need no database any more, `parts` belong together."""

    decided: list[RowResult]

    def lines(self) -> list[list[int]]:
        """Lines in the order of saving; those of one person stay together."""

    def people_of(self, lines: Collection[int]) -> set[int]:
        """Whom these rows are about, as far as they are known already."""

    def take_over(
        self, session: Session, lines: Sequence[int], batch_id: int
    ) -> tuple[list[RowResult], set[int]]:
        """Take these rows over; what became of them, and whose records it touched."""


def parts_of(groups: Iterable[list[int]]) -> list[list[int]]:
    """Groups put together to transactions of about 200 rows."""
    found: list[list[int]] = []
    for group in groups:
        if found and len(found[-1]) + len(group) <= ROWS_A_TRANSACTION:
            found[-1] += group
        else:
            found.append(list(group))
    return found
