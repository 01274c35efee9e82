"""Cells of a row become typed values, or are refused with the column and what to do."""

import datetime as dt

import pytest

from lms.kernel.csv_tables import CsvRow
from lms.kernel.viewer import Role
from lms.lists import cells
from lms.lists.rules import RowRefused


def row(fault="", **given):
    """One row of a file."""
    return CsvRow(line=2, cells=given, fault=fault)


def refusal(read, *args, **more):
    """Column and value of what was refused."""
    with pytest.raises(RowRefused) as caught:
        read(*args, **more)
    return caught.value.fault.column, caught.value.fault.value


@pytest.mark.parametrize(
    ("typed", "stored"), [("  Ada\n Maria ", "Ada Maria"), ("", None), (" \t", None)]
)
def test_text_is_one_line_or_nothing(typed, stored):
    assert cells.text(row(job=typed), "job", most=20) == stored
    assert cells.text(row(), "job", most=20) is None


def test_text_that_cannot_be_kept_or_is_too_long_is_refused():
    assert refusal(cells.text, row(job="a\x00b"), "job", most=20) == ("job", "a b")
    assert refusal(cells.text, row(job="x" * 100), "job", most=99) == ("job", "x" * 79 + "…")


def test_something_must_be_there():
    assert cells.needed_text(row(unit=" Küche "), "unit", most=20) == "Küche"
    assert refusal(cells.needed_text, row(unit=" "), "unit", most=20) == ("unit", "")
    assert cells.needed_day(row(from_on="24.11.2026"), "from_on") == dt.date(2026, 11, 24)
    assert refusal(cells.needed_day, row(from_on=""), "from_on") == ("from_on", "")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("2026-11-24", dt.date(2026, 11, 24)),
        ("24.11.2026", dt.date(2026, 11, 24)),
        ("1. 2. 2026", dt.date(2026, 2, 1)),
        ("29.02.2024", dt.date(2024, 2, 29)),
        ("", None),
        ("31.12.9999", None),
    ],
)
def test_days_are_written_in_two_ways(typed, found):
    assert cells.day(row(left_on=typed), "left_on") == found


@pytest.mark.parametrize(
    "typed", ["11/24/2026", "24.11.26", "46350", "31.02.2026", "1899-12-31", "3000-01-01", "heute"]
)
def test_what_is_no_day_is_refused(typed):
    assert refusal(cells.day, row(left_on=typed), "left_on") == ("left_on", typed)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("  A.Neu@Example.ORG ", "a.neu@example.org"), ("# 12 ", "#12"), ("", None)],
)
def test_an_address_or_a_number_with_its_mark(typed, stored):
    assert cells.address(row(email=typed), "email") == stored


@pytest.mark.parametrize("typed", ["ada", "a@b", "a b@example.org"])
def test_what_is_no_address_is_refused(typed):
    assert refusal(cells.address, row(email=typed), "email") == ("email", typed)


def test_a_number_is_not_empty_and_not_endless():
    assert refusal(cells.address, row(email="# "), "email")[0] == "email"
    assert refusal(cells.address, row(email="#" + "1" * 41), "email")[0] == "email"


@pytest.mark.parametrize(
    ("email", "number", "named"),
    [
        ("a@example.org", "12", ("a@example.org", "12")),
        ("a@example.org", "", ("a@example.org", None)),
        ("", "#12", (None, "12")),
        ("", "#", (None, None)),
        ("#12", "", (None, "12")),
        ("#12", "12", (None, "12")),
        ("", "", (None, None)),
    ],
)
def test_by_what_a_row_names_somebody(email, number, named):
    assert cells.keys(row(email=email, personnel_number=number)) == named


def test_two_numbers_in_one_row_are_refused():
    two = row(email="#12", personnel_number="13")
    assert refusal(cells.keys, two) == ("personnel_number", "13")


def test_rights_are_a_comma_list_and_everybody_is_an_employee():
    assert cells.roles(row(roles=" Author, officer,,"), "roles") == {
        Role.EMPLOYEE,
        Role.AUTHOR,
        Role.OFFICER,
    }
    assert cells.roles(row(roles=""), "roles") == {Role.EMPLOYEE}
    assert refusal(cells.roles, row(roles="author, king"), "roles") == ("roles", "king")


@pytest.mark.parametrize(("typed", "stored"), [("Deutsch", "de"), ("EN", "en"), ("", None)])
def test_languages(typed, stored):
    assert cells.language(row(locale=typed), "locale") == stored


def test_another_language_is_refused():
    assert refusal(cells.language, row(locale="fr"), "locale") == ("locale", "fr")


def test_one_of_some_words():
    words = {"": "external", "kurs": "course"}
    assert cells.choice(row(source="Kurs"), "source", words, ["course"]) == "course"
    assert cells.choice(row(), "source", words, ["course"]) == "external"
    assert refusal(cells.choice, row(source="x"), "source", words, ["course"]) == ("source", "x")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"email": "A@b"}, "A@b"),
        ({"email": "", "personnel_number": "#7"}, "#7"),
        ({"personnel_number": "7"}, "#7"),
        ({}, ""),
    ],
)
def test_how_a_report_names_a_row(given, shown):
    assert cells.shown_key(row(**given)) == shown


def test_the_name_as_it_stands_there():
    assert cells.shown_name(row(first_name="Ada", last_name=" Neu")) == "Ada Neu"
    assert cells.shown_name(row()) == ""


def test_a_row_that_could_not_be_read_is_refused_for_that():
    cells.as_read(row())
    assert cells.fault_of(row()) is None
    assert refusal(cells.as_read, row(fault="zu wenig Zellen")) == ("", "")
