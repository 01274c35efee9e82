"""What the templates of a digest read: one line per course, told by the days of today; pure."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

_RHYTHM_KEPT_BY = "expiry"


class Tone(StrEnum):
    """How a line is told; it follows from the days, never from the stage (certification.md 3.1)."""

    AHEAD = "ahead"
    TODAY = "today"
    GRACE = "grace"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One course of one person; `about` is their name, for the digest of a supervisor.

    `valid_until` is None when there was no certificate before, or one that holds for ever.
    """

    course: dict[str, str]
    about: str
    url: str
    due_on: dt.date
    days_late: int
    tone: Tone
    valid_until: dt.date | None
    grace_until: dt.date
    minutes: int
    keeps_rhythm: bool

    @property
    def runs_out(self) -> bool:
        """Whether the due date is the end of a certificate."""
        return self.valid_until is not None and self.valid_until == self.due_on


def digest_context(values: dict[str, Any], link_to: Callable[[str], str]) -> dict[str, Any]:
    """The checked values of a digest as its templates read them.

    KeyError or ValueError for values that are not complete: such a mail has no text.
    """
    lines = [_line(item, link_to) for item in values["lines"]]
    first = lines[0]
    return {
        "first_name": values["first_name"],
        "today": first.due_on + dt.timedelta(days=first.days_late),
        "lines": lines,
        "more": values["more"],
        "url": first.url if len(lines) == 1 and not values["more"] else link_to("/"),
    }


def _line(item: dict[str, Any], link_to: Callable[[str], str]) -> DigestLine:
    due_on = dt.date.fromisoformat(item["due_on"])
    grace_until = dt.date.fromisoformat(item["grace_until"])
    valid_until = item["valid_until"]
    return DigestLine(
        course=item["titles"],
        about=item["about"],
        url=link_to(item["path"]),
        due_on=due_on,
        days_late=item["days"],
        tone=tone_of(item["days"], grace_days=(grace_until - due_on).days),
        valid_until=dt.date.fromisoformat(valid_until) if valid_until else None,
        grace_until=grace_until,
        minutes=item["minutes"],
        keeps_rhythm=item["renewal_base"] == _RHYTHM_KEPT_BY and item["why"] == "plain",
    )


def tone_of(days_late: int, *, grace_days: int) -> Tone:
    """How a course is told about that was due so many days ago (below zero: is yet to be due)."""
    if days_late < 0:
        return Tone.AHEAD
    if days_late == 0:
        return Tone.TODAY
    return Tone.GRACE if days_late <= grace_days else Tone.OVERDUE
