"""Which passwords are good."""

import pytest

from lms.access import password_rules as rules

NOTHING: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("a" * 14, rules.PasswordTooShort),
        ("ä" * 129, rules.PasswordTooLong),
        ("passwordpassword", rules.PasswordTooCommon),
        ("PasswordPassword2026!", rules.PasswordTooCommon),
        ("jugendhilfe donau-iller", rules.PasswordTooCommon),
        ("aaaaaaaaaaaaaaaaaaaa", rules.PasswordTooCommon),
    ],
)
def test_weak_passwords_are_refused(password, refusal):
    with pytest.raises(refusal):
        rules.require_good_password(
            password,
            common=frozenset({"passwordpassword"}),
            words=frozenset({"jugendhilfe donau-iller"}),
        )


def test_four_words_are_a_good_password():
    rules.require_good_password("Regen Tasse blau Kran", common=NOTHING, words=NOTHING)


def test_with_a_second_factor_twelve_characters_are_enough():
    rules.require_good_password("Regen-Tasse7", common=NOTHING, words=NOTHING, least=12)


@pytest.mark.parametrize(
    ("password", "is_refused"),
    [
        ("Jugendhilfe Donau-Iller 2026", True),
        ("JugendhilfeDonauIller-xyz!", True),
        ("lernstand-lernstand-9", True),
        ("jana.weber@donau-iller.example", True),
        ("Jugendhilfe aaaaaaaaaaaaa", True),
        ("Jugendhilfe Kran blau Tasse", False),
        ("an der Iller steht ein Kran", False),
    ],
)
def test_words_of_the_house_do_not_make_a_password(password, is_refused):
    words = rules.words_in(
        "Jugendhilfe Donau-Iller", "jana.weber@donau-iller.example", "Am Bach", ""
    )
    assert words == {
        *("lernstand", "jugendhilfe", "donau", "iller", "jana", "weber", "example", "bach")
    }
    try:
        rules.require_good_password(password, common=NOTHING, words=words)
    except rules.PasswordTooCommon:
        assert is_refused
    else:
        assert not is_refused


def test_two_keyboards_write_the_same_password():
    assert rules.normal_password("Ka\u0308se") == rules.normal_password("Käse")
