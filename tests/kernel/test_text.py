"""Cells, slugs, header lines and codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.kernel import text

FORMULAS = ["=1+1", "+49", "-5", "@cmd", "\tx", "\r=1", "  =1", "\u00a0=1", "\uff1d1"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_what_a_spreadsheet_would_execute_gets_an_apostrophe(cell):
    assert text.neutralised(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["Weber", "a=b", "", "2026-11-24", "'schon"])
def test_other_cells_stay(cell):
    assert text.neutralised(cell) == cell


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Größe über alles", "groesse-ueber-alles"),
        ("  É--cole & Co. ", "e-cole-co"),
        ("a" * 80, "a" * 60),
        ("!!!", ""),
    ],
)
def test_slugs(words, expected):
    assert text.slug(words) == expected


@given(st.text())
def test_a_header_line_has_no_control_characters(words):
    line = text.one_line(words)
    assert not any(ord(letter) < 32 or ord(letter) == 127 for letter in line)


def test_codes_have_80_bits_and_never_repeat():
    codes = {text.new_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(len(code) == 19 and code.count("-") == 3 for code in codes)


@given(st.sampled_from(["7KQM-4TXD-92HV-3MRT", "0011-AAAA-0000-1111"]), st.booleans())
def test_codes_from_paper_are_forgiven(code, blanks):
    typed = code.lower().replace("0", "o").replace("1", "l")
    typed = typed.replace("-", " ") if blanks else typed
    assert text.normal_code(typed) == code


def test_an_endless_code_is_cut():
    assert len(text.normal_code("A" * 10_000)) <= 80


@pytest.mark.parametrize("character", ["\0", "\x1b", "\x7f", "\ud800"])
def test_what_not_every_database_keeps_is_found(character):
    assert text.unkept(f"Jana\t{character}\r\nWeber") == character
    assert text.unkept("Jana\t\r\nWeber, 😀") is None


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("1", 1),
        ("25", 25),
        ("0", None),
        ("26", None),
        ("-1", None),
        ("", None),
        ("²", None),
        ("٣", None),
        ("9" * 5000, None),
    ],
)
def test_only_ascii_digits_within_the_limits_are_a_number(words, number):
    assert text.whole_number(words, 1, 25) == number
