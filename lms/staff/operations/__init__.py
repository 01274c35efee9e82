"""What happens to people and touches several packages, as a list of calls."""

from lms.staff.changes import KEEP, NewPerson, PersonChanges
from lms.staff.operations.absences import correct_absence, drop_absence, go_away, hold_absence
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
    "correct_absence",
    "drop_absence",
    "end_duties_of_leavers",
    "go_away",
    "hold_absence",
    "join",
    "leave",
    "settle",
]
