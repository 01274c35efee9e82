"""Who was there, who has earned evidence, what closing comes to; pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from lms.workshops.rules.refusals import MinutesOutOfRange
from lms.workshops.rules.words import Presence


@dataclass(frozen=True, slots=True)
class Mark:
    """What was entered for one person and date; `minutes` where it was not the whole time."""

    state: Presence
    minutes: int | None = None


def length_minutes(starts_at: dt.datetime, ends_at: dt.datetime) -> int:
    """How long a date lasts."""
    return int((ends_at - starts_at).total_seconds() // 60)


def mark_of(state: Presence, minutes: int | None, *, most: int) -> Mark:
    """What is kept of an entry: present for less than the whole time is partial."""
    if minutes is None or state not in (Presence.PRESENT, Presence.PARTIAL):
        return Mark(state)
    if not 0 <= minutes <= most:
        raise MinutesOutOfRange(most=most)
    return Mark(Presence.PRESENT) if minutes == most else Mark(Presence.PARTIAL, minutes)


def earns_evidence(
    marks: Sequence[Mark | None], lengths: Sequence[int], *, min_minutes: int | None
) -> bool:
    """Whether somebody has shown the course: there at every date, or for enough minutes in all.

    `marks` and `lengths` are those of the dates that took place, in the same order.
    """
    if min_minutes is None:
        return bool(marks) and all(m is not None and m.state == Presence.PRESENT for m in marks)
    there = sum(_minutes(mark, length) for mark, length in zip(marks, lengths, strict=True))
    return there >= min_minutes and any(_is_there(mark) for mark in marks)


def _is_there(mark: Mark | None) -> bool:
    return mark is not None and mark.state in (Presence.PRESENT, Presence.PARTIAL)


def _minutes(mark: Mark | None, length: int) -> int:
    if mark is None or not _is_there(mark):
        return 0
    return length if mark.state == Presence.PRESENT else mark.minutes or 0


def summed_up(marks: Sequence[Mark | None]) -> Presence | None:
    """One word for somebody over all dates; None while something is not entered."""
    if not marks or any(mark is None for mark in marks):
        return None
    states = {mark.state for mark in marks if mark is not None}
    for worst in (Presence.ABSENT, Presence.EXCUSED, Presence.PARTIAL):
        if worst in states:
            return worst
    return Presence.PRESENT


@dataclass(frozen=True, slots=True)
class Figures:
    """What closing would come to: people by what was entered, and how many get evidence."""

    present: int = 0
    partial: int = 0
    excused: int = 0
    absent: int = 0
    open: int = 0
    evidence: int = 0

    @property
    def digest(self) -> str:
        """The same figures, the same text: closing does what was shown, or says that it moved."""
        found = (self.present, self.partial, self.excused, self.absent, self.open, self.evidence)
        return "-".join(str(one) for one in found)


def figures_of(words: Sequence[Presence | None], *, evidence: int) -> Figures:
    """The figures of so many people."""
    return Figures(
        present=words.count(Presence.PRESENT),
        partial=words.count(Presence.PARTIAL),
        excused=words.count(Presence.EXCUSED),
        absent=words.count(Presence.ABSENT),
        open=words.count(None),
        evidence=evidence,
    )
