"""Pages of a list: never more than 100 rows, 25 unless said otherwise."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import request

from lms.kernel.domain import NotFound
from lms.kernel.text import whole_number

_Row = TypeVar("_Row")
PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Page(Generic[_Row]):
    """The rows of one page; `number` counts from 1, `total` all rows."""

    rows: list[_Row]
    number: int
    total: int
    size: int = PAGE_SIZE

    @property
    def first(self) -> int:
        """Number of the first row shown, 0 when there is none."""
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Number of the last row shown."""
        return min(self.number * self.size, self.total)

    @property
    def count(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))


def page_number() -> int:
    """`?page=` of the request; what is no page at all is a 404."""
    number = whole_number(request.args.get("page", "1"), 1, 1_000_000)
    if number is None:
        raise NotFound
    return number
