"""The scripts that make films are no installed package; the tests find them by their folder."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts" / "media"))

SHORT = """\
key: short
title: {de: "Kurz", en: "Short"}
poster: hello
scenes:
  - key: hello
    level: 0
    picture: laptop
    heading: {de: "Guten Tag", en: "Good day"}
    sentences:
      - key: greeting
        de: "Guten Tag."
        en: "Good day."
      - key: ending
        de: "Das war es."
        en: "That was it."
"""


@pytest.fixture
def short(tmp_path: Path) -> Path:
    """A course folder with the script of a film of two sentences."""
    (tmp_path / "film").mkdir()
    (tmp_path / "film" / "short.yaml").write_text(SHORT, encoding="utf-8")
    return tmp_path
