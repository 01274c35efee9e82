"""Every icon that is named somewhere lies in the sprite; a missing one would be an empty square."""

import re
from pathlib import Path

import pytest

from lms.home.rules import PLACES

ROOT = Path(__file__).resolve().parents[2]
SPRITE = (ROOT / "lms" / "static" / "icons.svg").read_text("utf-8")
IN_SPRITE = set(re.findall(r'<symbol id="([a-z0-9-]+)"', SPRITE))
NAMED = re.compile(r"""(?:\bicon\(|\bpicture=|\bafter=)["']([a-z0-9-]+)["']""")


def test_the_sprite_holds_icons() -> None:
    assert {"check", "triangle-alert"} <= IN_SPRITE


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda p: p.name)
def test_icons_of_templates(path: Path) -> None:
    assert set(NAMED.findall(path.read_text("utf-8"))) - IN_SPRITE == set()


def test_icons_of_the_navigation() -> None:
    assert {place.icon for place in PLACES} - IN_SPRITE == set()
