"""Tokens and codes that people hold in their hands."""

import re

import pytest

from lms.access import codes


def test_a_token_has_256_bit_and_fits_into_an_address():
    made = {codes.new_token() for _ in range(50)}
    assert len(made) == 50
    assert all(re.fullmatch(r"[\w-]{43}", token) for token in made)


def test_a_code_has_no_letter_that_looks_like_a_digit():
    made = "".join(codes.new_code(12) for _ in range(200))
    assert not set(made) & set("ILOU")
    assert len(made) == 2400


@pytest.mark.parametrize(
    "typed",
    ["ABCD-2345-0189", "abcd2345o1b9".replace("b9", "89"), " ab cd 2345 0i89 ", "ABCD–2345–0l89"],
)
def test_a_code_is_read_as_it_was_meant(typed):
    assert codes.plain_code(typed) == "ABCD23450189"


def test_a_code_is_printed_in_groups_of_four():
    assert codes.grouped("ABCD23450189") == "ABCD-2345-0189"


def test_a_hash_under_a_key_differs_from_one_under_another():
    assert codes.keyed("a" * 32, "x") != codes.keyed("b" * 32, "x")


@pytest.mark.parametrize("text", ["\ud800", "\0", "x" * 10000])
def test_whatever_is_typed_has_a_hash(text):
    assert len(codes.sha256(text)) == len(codes.keyed("k", text)) == 64
