"""What the templates of a digest read: one line per course, told by the days of today; pure."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Tone(StrEnum):
    """How a line is told; it follows from the days, never from the stage (certification.md 3.1)."""

    AHEAD = "ahead"
    TODAY = "today"
    GRACE = "grace"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask."""

    name: str
    role: dict[str, str]


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One course. `days` counts from today to the due date, below zero once it has passed."""

    course: dict[str, str]
    url: str
    due_on: dt.date
    days: int
    tone: Tone
    valid_until: dt.date | None
    grace_until: dt.date
    minutes: int
    done: int
    total: int
    keeps_rhythm: bool

    @property
    def is_refresher(self) -> bool:
        """Whether there is a certificate that runs out, or a first round."""
        return self.valid_until is not None

    @property
    def days_late(self) -> int:
        """Days since the due date."""
        return -self.days


def digest_context(values: dict[str, Any], link_to: Callable[[str], str]) -> dict[str, Any]:
    """The checked values of a digest as its templates read them.

    KeyError or ValueError for values that are not complete: such a mail has no text.
    """
    today = dt.date.fromisoformat(values["today"])
    lines = [_line(item, today, link_to) for item in values["items"]]
    contact = values["contact"]
    return {
        "first_name": values["first_name"],
        "today": today,
        "lines": lines,
        "more": values["more"],
        "contact": Contact(contact["name"], contact["role"]) if contact else None,
        "url": lines[0].url if len(lines) == 1 else link_to("/"),
    }


def _line(item: dict[str, Any], today: dt.date, link_to: Callable[[str], str]) -> DigestLine:
    due_on = dt.date.fromisoformat(item["due_on"])
    grace_until = dt.date.fromisoformat(item["grace_until"])
    valid_until = item["valid_until"]
    return DigestLine(
        course=item["course"],
        url=link_to(f"/courses/{item['slug']}"),
        due_on=due_on,
        days=(due_on - today).days,
        tone=tone_on(today, due_on=due_on, grace_until=grace_until),
        valid_until=dt.date.fromisoformat(valid_until) if valid_until else None,
        grace_until=grace_until,
        minutes=item["minutes"],
        done=item["done"],
        total=item["total"],
        keeps_rhythm=item["keeps_rhythm"],
    )


def tone_on(today: dt.date, *, due_on: dt.date, grace_until: dt.date) -> Tone:
    """How a course that is due on a day is told about today."""
    if today < due_on:
        return Tone.AHEAD
    if today == due_on:
        return Tone.TODAY
    return Tone.GRACE if today <= grace_until else Tone.OVERDUE
