"""Where the story takes place: the installation, the requirements, the size, the last day."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from lms.kernel.db import Sessions
from lms.reminders.operations.sweeping import SweepFrame
from lms.system.demo.people import HEAD, KITCHEN, OFFICE, SPECIALIST


@dataclass(frozen=True, slots=True)
class Rule:
    """A requirement of the story: course, first deadline in days, goal in per cent, for whom.

    `after_days` counts from the beginning; below zero from today.
    """

    slug: str
    after_days: int
    initial_due_days: int
    goal_percent: int
    jobs: frozenset[str] = frozenset()


RULES = (
    Rule("zoom-basics", 0, 60, 90),
    Rule("data-protection", 0, 30, 95),
    Rule("digital-counselling", 30, 60, 80, frozenset({SPECIALIST, HEAD})),
    Rule("wiki-editing", 120, 90, 75, frozenset({SPECIALIST, HEAD})),
    Rule("wiki-editing", -18, 60, 75, frozenset({OFFICE, KITCHEN})),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where the story takes place: the installation, its size and its last day."""

    sessions: Sessions
    frame: SweepFrame
    files_root: Path
    content: Path
    organisation: str
    holidays: str
    today: dt.date
    people_count: int = 54
    years: float = 1.5
    seed: int = 1

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's zone."""
        return self.frame.zone
