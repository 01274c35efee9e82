"""What is typed of a person, as it is stored; and who leads whom."""

import datetime as dt

import pytest

from lms.kernel.viewer import Role
from lms.people.rules import BadAddress, BadUnitName
from lms.staff.changes import (
    KEEP,
    NewPerson,
    PersonChanges,
    cleaned,
    require_key,
    require_may_change_roles,
    require_no_circle,
)
from lms.staff.faults import (
    BadDay,
    BadLocale,
    BadNumber,
    BadText,
    Missing,
    NoKey,
    OwnRights,
    OwnSupervisor,
    RightsNeedAdministrator,
    SupervisorCircle,
    TooLong,
    UnknownSupervisor,
    field_of,
)

ADA = {"first_name": "Ada", "last_name": "Neu", "unit": "Küche"}


@pytest.mark.parametrize(
    ("field", "typed", "stored"),
    [
        ("first_name", " A\u0308da\n Maria ", "Äda Maria"),
        ("unit", "Wohngruppe  Donau ", "Wohngruppe Donau"),
        ("email", "  ADA@Example.ORG ", "ada@example.org"),
        ("email", "  ", None),
        ("personnel_number", "#12", "12"),
        ("personnel_number", "", None),
        ("job", "\t", None),
        ("locale", "", None),
        ("locale", "en", "en"),
        ("roles", frozenset({Role.EMPLOYEE, Role.AUTHOR}), frozenset({Role.AUTHOR})),
        ("left_on", dt.date(9999, 12, 31), None),
        ("left_on", None, None),
        ("hired_on", dt.date(1900, 1, 1), dt.date(1900, 1, 1)),
        ("supervisor_id", None, None),
        ("supervisor_id", 2**31 - 1, 2**31 - 1),
    ],
)
def test_what_is_stored(field, typed, stored):
    assert cleaned(NewPerson(**(ADA | {field: typed})))[field] == stored


def test_what_is_kept_is_not_there():
    assert cleaned(PersonChanges(job="Koch", email=KEEP)) == {"job": "Koch"}


@pytest.mark.parametrize(
    ("field", "typed", "fault"),
    [
        ("hired_on", dt.date(1899, 12, 31), BadDay),
        ("hired_on", dt.date(9999, 12, 31), BadDay),
        ("left_on", dt.date(2200, 1, 1), BadDay),
        ("locale", "fr", BadLocale),
        ("supervisor_id", 0, UnknownSupervisor),
        ("supervisor_id", 2**31, UnknownSupervisor),
        ("email", "a@b", BadAddress),
        ("unit", "A + B", BadUnitName),
        ("unit", " ", Missing),
        ("first_name", "", Missing),
        ("last_name", "a\x00", BadText),
        ("job", "x" * 121, TooLong),
        ("personnel_number", "a@example.org", BadNumber),
        ("email", "a" * 64 + "@" + "b" * 187 + ".de", TooLong),
    ],
)
def test_what_cannot_be_stored_names_its_field(field, typed, fault):
    with pytest.raises(fault) as caught:
        cleaned(NewPerson(**(ADA | {field: typed})))
    assert field_of(caught.value) == field


def test_somebody_needs_an_address_or_a_number():
    require_key("a@example.org", None)
    require_key(None, "7")
    with pytest.raises(NoKey):
        require_key(None, None)


def test_a_circle_that_is_there_already_ends_the_search():
    above = {1: 2, 2: 3, 3: 2}
    require_no_circle(9, 1, above.get)
    require_no_circle(None, 1, above.get)
    with pytest.raises(SupervisorCircle):
        require_no_circle(3, 1, above.get)
    with pytest.raises(OwnSupervisor):
        require_no_circle(1, 1, above.get)


def test_who_may_change_which_rights():
    author, chief = {Role.AUTHOR}, {Role.ADMINISTRATOR}
    require_may_change_roles(chief, chief, is_own=True, is_administrator=False)
    require_may_change_roles(chief, chief | author, is_own=False, is_administrator=False)
    require_may_change_roles(author, chief, is_own=False, is_administrator=True)
    with pytest.raises(RightsNeedAdministrator):
        require_may_change_roles(author, chief, is_own=False, is_administrator=False)
    with pytest.raises(OwnRights):
        require_may_change_roles(author, chief, is_own=True, is_administrator=True)
