"""Contrast of the colour tokens (WCAG 2.2, 1.4.3 and 1.4.11), in light and dark.

The pairs are those that the style sheet uses; the formula is the one of the standard.
"""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "lms" / "static"
TOKENS = (STATIC / "tokens.css").read_text(encoding="utf-8")

LIGHT = ":root {\n    color-scheme: light;"
DARK_BY_SYSTEM = ':root:not([data-theme="light"]) {'
DARK_BY_CHOICE = ':root[data-theme="dark"] {'

TEXT_PAIRS = [
    ("ink", "bg"), ("ink", "surface"), ("ink", "sunken"), ("ink", "sun-bg"),
    ("ink", "exp-bg"), ("ink", "ok-bg"), ("ink", "primary-bg"), ("bg", "ink"),
    ("ink2", "bg"), ("ink2", "surface"), ("ink2", "sunken"), ("ink2", "sun-bg"),
    ("primary", "bg"), ("primary", "surface"), ("primary", "sunken"),
    ("primary", "sun-bg"), ("primary", "primary-bg"), ("primary-h", "bg"),
    ("on-primary", "primary"), ("on-primary", "primary-h"), ("on-sun", "sun"),
    ("exp", "bg"), ("exp", "surface"), ("ok", "surface"), ("run", "surface"), ("none", "surface"),
    ("ok", "bg"), ("run", "bg"), ("none", "bg"), ("soon", "bg"), ("soon", "surface"),
    ("ok", "ok-bg"), ("soon", "soon-bg"), ("exp", "exp-bg"), ("run", "run-bg"), ("none", "none-bg"),
    ("primary", "soon-bg"), ("primary", "exp-bg"), ("primary", "ok-bg"),
]  # fmt: skip
# Without c-soon: too pale alone; the words beside the bar say how much is left.
GRAPHIC_PAIRS = [
    ("control", "surface"), ("control", "bg"), ("sun-line", "sun-bg"),
    ("primary", "sunken"), ("water", "sunken"), ("c-ok", "sunken"), ("c-exp", "sunken"),
    ("ok", "ok-bg"), ("exp", "exp-bg"),
]  # fmt: skip
# Light and dark, as the design page lists them.
EXPECTED = {
    ("ink", "bg"): (13.9, 15.6), ("ink", "surface"): (15.3, 13.8), ("ink2", "bg"): (6.4, 9.2),
    ("ink2", "sunken"): (5.9, 6.8), ("primary", "bg"): (7.4, 10.1), ("on-sun", "sun"): (8.0, 8.4),
    ("control", "surface"): (4.2, 5.1), ("sun-line", "sun-bg"): (3.5, 5.2),
    ("ok", "ok-bg"): (6.2, 8.0), ("soon", "soon-bg"): (6.7, 8.7), ("exp", "exp-bg"): (6.1, 7.3),
    ("run", "run-bg"): (7.0, 7.6), ("none", "none-bg"): (6.2, 6.9),
}  # fmt: skip


def colours(opening: str) -> dict[str, str]:
    """The colour tokens of the block that begins with `opening`."""
    start = TOKENS.index(opening)
    block = TOKENS[start : TOKENS.index("}", start)]
    return dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6});", block))


def luminance(colour: str) -> float:
    """Relative luminance of `#RRGGBB` (WCAG 2.2)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_black_and_white() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("opening", [LIGHT, DARK_BY_SYSTEM], ids=["light", "dark"])
@pytest.mark.parametrize("pair", TEXT_PAIRS, ids="/".join)
def test_text_is_readable(opening: str, pair: tuple[str, str]) -> None:
    tokens = colours(opening)
    assert contrast(tokens[pair[0]], tokens[pair[1]]) >= 4.5


@pytest.mark.parametrize("opening", [LIGHT, DARK_BY_SYSTEM], ids=["light", "dark"])
@pytest.mark.parametrize("pair", GRAPHIC_PAIRS, ids="/".join)
def test_controls_and_gauges_can_be_seen(opening: str, pair: tuple[str, str]) -> None:
    tokens = colours(opening)
    assert contrast(tokens[pair[0]], tokens[pair[1]]) >= 3


@pytest.mark.parametrize("pair", EXPECTED, ids="/".join)
def test_contrast_is_that_of_the_design(pair: tuple[str, str]) -> None:
    found = tuple(
        round(contrast(tokens[pair[0]], tokens[pair[1]]), 1)
        for tokens in (colours(LIGHT), colours(DARK_BY_SYSTEM))
    )
    assert found == EXPECTED[pair]


def test_both_dark_blocks_say_the_same() -> None:
    assert colours(DARK_BY_SYSTEM) == colours(DARK_BY_CHOICE)


def test_dark_replaces_every_colour() -> None:
    assert colours(DARK_BY_SYSTEM).keys() == colours(LIGHT).keys()


def test_dark_never_reaches_paper() -> None:
    for opening in (DARK_BY_SYSTEM, DARK_BY_CHOICE):
        before = TOKENS[: TOKENS.index(opening)]
        assert before.rstrip().endswith("{")
        assert before.rstrip().rsplit("\n", 1)[1].strip().startswith("@media screen")


def test_colours_stand_in_the_tokens_only() -> None:
    sheet = (STATIC / "app.css").read_text(encoding="utf-8")
    # The film behind a video and paper have one colour, light or dark.
    assert set(re.findall(r"#[0-9A-Fa-f]{3,8}\b", sheet)) == {"#0A1F26", "#FFFFFF"}


def test_every_token_used_is_defined() -> None:
    sheet = (STATIC / "app.css").read_text(encoding="utf-8")
    defined = set(re.findall(r"(--[\w-]+):", TOKENS))
    assert set(re.findall(r"var\((--[\w-]+)\)", sheet + TOKENS)) - defined == set()
