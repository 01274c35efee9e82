"""Pages about people: overview, list, one person's record, and what happens to people."""

from lms.staff.views import (
    absences,
    entering,
    inviting,
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
    "inviting",
    "merging",
    "people",
    "progress",
    "record",
    "rights",
    "staying",
    "team",
]
