"""The one table of who may do what (trust.md section 2). Everything not written here is denied."""

from enum import StrEnum

from lms.kernel.domain import N_, DomainError
from lms.kernel.viewer import Role, Viewer


class Permission(StrEnum):
    """One line of the table."""

    LEARN = "learn"
    AUTHOR_COURSES = "author_courses"
    ORGANISE_WORKSHOPS = "organise_workshops"
    SEE_STATUS = "see_status"
    SEE_PEOPLE = "see_people"
    CHANGE_PEOPLE = "change_people"
    CHANGE_ABSENCES = "change_absences"
    LET_IN = "let_in"
    MERGE_PEOPLE = "merge_people"
    GIVE_RIGHTS = "give_rights"
    IMPORT_PEOPLE = "import_people"
    IMPORT_RECORDS = "import_records"
    CHANGE_REQUIREMENTS = "change_requirements"
    SEE_REMINDERS = "see_reminders"
    SEE_OUTBOX = "see_outbox"
    CONFIRM_PRACTICE = "confirm_practice"
    CHANGE_ORGANISATION = "change_organisation"
    DECIDE_ON_PROOFS = "decide_on_proofs"
    RUN_SYSTEM = "run_system"
    READ_MAILBOX = "read_mailbox"
    READ_ACCESS_LOG = "read_access_log"


_OFFICER = frozenset({Role.OFFICER})
_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})

TABLE: dict[Permission, frozenset[Role]] = {
    Permission.LEARN: frozenset(Role),
    Permission.AUTHOR_COURSES: frozenset({Role.AUTHOR, Role.OFFICER}),
    Permission.ORGANISE_WORKSHOPS: frozenset({Role.AUTHOR, Role.OFFICER}),
    Permission.SEE_STATUS: _OFFICER,
    Permission.SEE_PEOPLE: frozenset({Role.OFFICER, Role.ADMINISTRATOR}),
    Permission.CHANGE_PEOPLE: frozenset({Role.OFFICER, Role.ADMINISTRATOR}),
    Permission.CHANGE_ABSENCES: _OFFICER,
    Permission.LET_IN: frozenset({Role.OFFICER, Role.ADMINISTRATOR}),
    Permission.MERGE_PEOPLE: _OFFICER,
    Permission.GIVE_RIGHTS: _ADMINISTRATOR,
    Permission.IMPORT_PEOPLE: frozenset({Role.OFFICER, Role.ADMINISTRATOR}),
    Permission.IMPORT_RECORDS: _OFFICER,
    Permission.CHANGE_REQUIREMENTS: _OFFICER,
    Permission.SEE_REMINDERS: _OFFICER,
    Permission.SEE_OUTBOX: _OFFICER,
    Permission.CONFIRM_PRACTICE: _OFFICER,
    Permission.CHANGE_ORGANISATION: frozenset({Role.OFFICER, Role.ADMINISTRATOR}),
    # The administrator decides on the officers' own alone (certifications.rules.external).
    Permission.DECIDE_ON_PROOFS: frozenset({Role.OFFICER, Role.ADMINISTRATOR}),
    Permission.RUN_SYSTEM: _ADMINISTRATOR,
    Permission.READ_MAILBOX: _ADMINISTRATOR,
    Permission.READ_ACCESS_LOG: frozenset({Role.DPO}),
}


class NotAllowed(DomainError):
    """The person is known but has not been given the right."""

    message = N_("Diese Seite ist für andere Aufgaben im Haus.")
    status = 403


def may(viewer: Viewer, permission: Permission) -> bool:
    """True when one of the viewer's roles carries the permission."""
    return not viewer.roles.isdisjoint(TABLE[permission])
