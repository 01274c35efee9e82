"""What happens to people and touches several packages, as a list of calls."""

from lms.staff.changes import KEEP, NewPerson, PersonChanges
from lms.staff.operations.absences import go_away
from lms.staff.operations.changing import add, change
from lms.staff.operations.leaving import end_duties_of_leavers, join, leave
from lms.staff.operations.settling import Later, settle

__all__ = [
    "KEEP",
    "Later",
    "NewPerson",
    "PersonChanges",
    "add",
    "change",
    "end_duties_of_leavers",
    "go_away",
    "join",
    "leave",
    "settle",
]
