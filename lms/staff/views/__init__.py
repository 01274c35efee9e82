"""Pages about people: overview, list, one person's record, and what happens to people."""

from lms.staff.views import (
    absences,
    entering,
    merging,
    people,
    progress,
    record,
    rights,
    staying,
    team,
)
from lms.staff.views.blueprint import blueprint

__all__ = [
    "absences",
    "blueprint",
    "entering",
    "merging",
    "people",
    "progress",
    "record",
    "rights",
    "staying",
    "team",
]
