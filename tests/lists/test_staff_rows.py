"""What a row of the staff list says, and who stands above whom once all are taken over."""

import datetime as dt

import pytest

from lms.kernel.csv_tables import CsvRow
from lms.kernel.viewer import Role
from lms.lists.staff_rows import as_text, depth_of, read_row, row_that_closes_a_circle

NAMES = {"first_name": "Ada", "last_name": "Neu", "unit": "Küche"}


def read(**given):
    """A row of a file with these columns."""
    return read_row(CsvRow(line=3, cells=NAMES | given, fault=""))


def test_a_column_that_is_missing_says_nothing():
    found = read(email="a@example.org")
    assert found.given == NAMES | {"email": "a@example.org"}
    assert (found.supervisor, found.key, found.name) == ("", "a@example.org", "Ada Neu")
    assert found.node == ("line", 3)


def test_an_empty_cell_says_that_there_is_none():
    found = read(
        email="",
        personnel_number="7",
        job="",
        roles="author",
        hired_on="2026-01-01",
        left_on="",
        locale="",
        supervisor_email="",
    )
    assert found.given == NAMES | {
        "email": None,
        "personnel_number": "7",
        "job": None,
        "roles": frozenset({Role.EMPLOYEE, Role.AUTHOR}),
        "hired_on": dt.date(2026, 1, 1),
        "left_on": None,
        "locale": None,
    }
    assert (found.supervisor, found.key) == (None, "#7")


def test_a_number_in_the_column_of_addresses_keeps_the_address_that_is_stored():
    found = read(email="#7", supervisor_email="#8")
    assert found.given == NAMES | {"personnel_number": "7"}
    assert found.supervisor == "#8"


def test_the_same_said_twice_is_the_same():
    assert read(email="a@example.org").said == read(email="A@example.org").said
    assert read(email="a@example.org", job="Koch").said != read(email="a@example.org").said


def test_somebody_who_is_known_is_more_than_a_line():
    known = read(email="a@example.org")
    known.person_id = 9
    assert known.node == ("person", 9)


@pytest.mark.parametrize(
    ("above", "lines", "line"),
    [
        ({}, {}, 0),
        ({"a": "b", "b": None}, {"a": 2}, 0),
        ({"a": "b", "b": "a"}, {"a": 2, "b": 3}, 3),
        ({"x": "a", "a": "b", "b": "c", "c": "a"}, {"x": 9, "a": 2}, 2),
        ({"a": "b", "b": "a"}, {}, 0),
        ({"a": "c", "b": "c", "c": None}, {"a": 2}, 0),
    ],
)
def test_the_last_row_of_a_circle_is_the_one_refused(above, lines, line):
    assert row_that_closes_a_circle(above, lines) == line


def test_how_many_people_stand_above():
    above, known = {"a": "b", "b": "c", "c": None, "d": "b"}, {}
    assert [depth_of(one, above, known) for one in "adcb"] == [2, 2, 0, 1]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (dt.date(2026, 11, 24), "2026-11-24"),
        (frozenset({Role.OFFICER, Role.EMPLOYEE}), "employee, officer"),
        (7, "7"),
    ],
)
def test_values_as_the_preview_shows_them(value, shown):
    assert as_text(value) == shown
