"""The table of trust.md section 2, as far as there are pages for it."""

import pytest

from lms.kernel.permissions import TABLE, Permission, may
from lms.kernel.viewer import Role, Viewer

WHO_MAY = {
    Permission.LEARN: set(Role),
    Permission.AUTHOR_COURSES: {Role.AUTHOR, Role.OFFICER},
    Permission.ORGANISE_WORKSHOPS: {Role.AUTHOR, Role.OFFICER},
    Permission.SEE_STATUS: {Role.OFFICER},
    Permission.SEE_PEOPLE: {Role.OFFICER, Role.ADMINISTRATOR},
    Permission.CHANGE_PEOPLE: {Role.OFFICER, Role.ADMINISTRATOR},
    Permission.CHANGE_ABSENCES: {Role.OFFICER},
    Permission.LET_IN: {Role.OFFICER, Role.ADMINISTRATOR},
    Permission.MERGE_PEOPLE: {Role.OFFICER},
    Permission.GIVE_RIGHTS: {Role.ADMINISTRATOR},
    Permission.IMPORT_PEOPLE: {Role.OFFICER, Role.ADMINISTRATOR},
    Permission.IMPORT_RECORDS: {Role.OFFICER},
    Permission.CHANGE_REQUIREMENTS: {Role.OFFICER},
    Permission.SEE_REMINDERS: {Role.OFFICER},
    Permission.SEE_OUTBOX: {Role.OFFICER},
    Permission.CONFIRM_PRACTICE: {Role.OFFICER},
    Permission.CHANGE_ORGANISATION: {Role.OFFICER, Role.ADMINISTRATOR},
    Permission.DECIDE_ON_PROOFS: {Role.OFFICER, Role.ADMINISTRATOR},
    Permission.RUN_SYSTEM: {Role.ADMINISTRATOR},
    Permission.READ_MAILBOX: {Role.ADMINISTRATOR},
    Permission.READ_ACCESS_LOG: {Role.DPO},
}


def viewer(*roles):
    return Viewer(1, "Ada Muster", "Ada", None, frozenset({Role.EMPLOYEE, *roles}))


@pytest.mark.parametrize("permission", list(Permission))
def test_who_may_what(permission):
    allowed = {role for role in Role if may(viewer(role), permission)}
    expected = WHO_MAY[permission]
    assert allowed == (set(Role) if Role.EMPLOYEE in expected else expected)


def test_roles_add_up():
    assert may(viewer(Role.AUTHOR, Role.ADMINISTRATOR), Permission.AUTHOR_COURSES)
    assert may(viewer(Role.AUTHOR, Role.ADMINISTRATOR), Permission.RUN_SYSTEM)


def test_the_table_has_a_line_for_each_permission():
    assert set(TABLE) == set(Permission)
