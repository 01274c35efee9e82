"""From when until when somebody is in the house, and what new days mean; pure."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from lms.staff.changes import KEEP, Kept
from lms.staff.faults import LeavesBeforeJoining, StillThere


class Turn(StrEnum):
    """What new days of joining and leaving mean for somebody's presence."""

    NONE = "none"
    LEAVES = "leaves"
    NEVER_LEFT = "never_left"
    RETURNS = "returns"


@dataclass(frozen=True, slots=True)
class Stay:
    """From when until when somebody is in the house; None: always was, no end known."""

    hired_on: dt.date | None
    left_on: dt.date | None

    def has_begun(self, today: dt.date) -> bool:
        """True from the first day on."""
        return self.hired_on is None or self.hired_on <= today

    def is_over(self, today: dt.date) -> bool:
        """True from the day after the last one on."""
        return self.left_on is not None and self.left_on < today


def stay_after(
    old: Stay,
    *,
    hired_on: dt.date | Kept | None,
    left_on: dt.date | Kept | None,
    today: dt.date,
) -> tuple[Stay, Turn]:
    """The stay under the wished days, and what that means (contract.md, file of people).

    A later first day of somebody who has left is a return and clears the old last day, also when
    the wish repeats it. A last day that is emptied, or moved to a day still to come, of somebody
    who had left means that they never did.
    """
    first = old.hired_on if hired_on is KEEP else hired_on
    last = old.left_on if left_on is KEEP else left_on
    if old.left_on is not None and first is not None and first > old.left_on:
        if old.is_over(today):
            return require_in_order(
                Stay(first, None if last == old.left_on else last)
            ), Turn.RETURNS
        if old.has_begun(today):
            raise StillThere
    new = require_in_order(Stay(first, last))
    if last == old.left_on:
        return new, Turn.NONE
    if last is None or (old.is_over(today) and not new.is_over(today)):
        return new, Turn.NEVER_LEFT
    return new, Turn.LEAVES


def require_in_order(stay: Stay) -> Stay:
    """The stay itself; LeavesBeforeJoining when its last day lies before the first."""
    if stay.hired_on is not None and stay.left_on is not None and stay.left_on < stay.hired_on:
        raise LeavesBeforeJoining
    return stay
