"""Addresses, names of units, words of a search."""

import pytest

from lms.people import rules


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Jana.Weber@Example.ORG ", "jana.weber@example.org"),
        ("j\uff20example.org", "j@example.org"),
        ("a+b@sub.example.org", "a+b@sub.example.org"),
    ],
)
def test_an_address_is_stored_in_one_form(typed, stored):
    assert rules.normal_email(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "jana",
        "@example.org",
        "jana@",
        "a@b",
        "a b@example.org",
        "a@b@example.org",
        "a@.org.",
        "a@example.org\u202e",
        "a\u200b@example.org",
        "a\x7f@example.org",
    ],
)
def test_what_no_mail_can_be_sent_to_is_refused(typed):
    with pytest.raises(rules.BadAddress):
        rules.normal_email(typed)


@pytest.mark.parametrize("name", ["", " ", "*", "A + B", "A\nB"])
def test_a_unit_may_not_be_called_so(name):
    with pytest.raises(rules.BadUnitName):
        rules.require_unit_name(name)


@pytest.mark.parametrize("name", ["Leitung", "A+B", "Wohngruppe *", "O'Neil; DROP"])
def test_a_unit_may_be_called_so(name):
    rules.require_unit_name(name)


def test_a_search_has_five_words_at_most():
    assert rules.words_of(" a  b c d e f ") == ("a", "b", "c", "d", "e")


def test_an_endless_search_is_cut():
    assert len("".join(rules.words_of("x" * 10_000))) == rules.SEARCH_LENGTH


def test_a_word_is_tried_in_each_spelling():
    assert set(rules.spellings("ömer")) == {"ömer", "Ömer", "ÖMER"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("24.12.", (12, 24)),
        (" 1. 5 ", (5, 1)),
        ("29.2.", (2, 29)),
        ("12-24", (12, 24)),
        ("31.2.", None),
        ("24.13.", None),
        ("0.1.", None),
        ("24.12.2026", None),
        ("Heiligabend", None),
        ("", None),
        ("1" * 10_000, None),
    ],
)
def test_a_day_of_each_year(text, expected):
    assert rules.month_and_day(text) == expected


def test_the_name_of_a_unit_has_at_most_200_characters():
    rules.require_unit_name("x" * 200)
    with pytest.raises(rules.UnitNameTooLong):
        rules.require_unit_name("x" * 201)
