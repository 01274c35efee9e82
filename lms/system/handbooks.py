"""The handbooks in docs/ as help pages: one source for those who read files and those who ask.

Links from page to page become addresses of the help; what leads elsewhere in the repository
keeps its words only.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lms.kernel import markdown

_DOCS = Path(__file__).resolve().parents[2] / "docs"
_FOLDERS = {"de": "handbuch", "en": "handbook"}
# The page of each role, in the order of the roles: address, German file, English file.
_FILES = {
    "employee": {"de": "mitarbeitende", "en": "employee"},
    "author": {"de": "autorin-oder-autor", "en": "author"},
    "officer": {"de": "digitalisierungsbeauftragte", "en": "officer"},
    "management": {"de": "leitung", "en": "management"},
    "administrator": {"de": "administration", "en": "administrator"},
    "dpo": {"de": "datenschutz", "en": "data-protection"},
}
TOPICS = tuple(_FILES)
_TITLE = re.compile(r"\A# (.+)\n")
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the handbook: its title, the rest as HTML that may stand in a page."""

    title: str
    html: str
    sections: tuple[str, ...]


def page(topic: str, language: str) -> Page:
    """The page of a role; KeyError for a topic that there is none of."""
    return _page(_FILES[topic][language], language)


@lru_cache(maxsize=32)
def _page(name: str, language: str) -> Page:
    text = (_DOCS / _FOLDERS[language] / f"{name}.md").read_text("utf-8")
    found = _TITLE.match(text)
    if found is None:
        raise ValueError(name)
    body = _LINK.sub(lambda link: _own_address(link, language), text[found.end() :])
    return Page(found[1], markdown.render(body), tuple(_SECTION.findall(body)))


def _own_address(link: re.Match[str], language: str) -> str:
    words, target = link[1], link[2]
    if "://" in target or target.startswith("#"):
        return link[0]
    name, _hash, section = target.partition("#")
    topics = {f"{files[language]}.md": topic for topic, files in _FILES.items()}
    if name == "README.md":
        return f"[{words}](/help)"
    if name not in topics:
        return _plain(words, target)
    address = f"/help/{topics[name]}"
    shown = page_title(topics[name], language) if words.endswith(".md") else words
    return f"[{shown}]({address}{'#' + markdown.heading_id(section) if section else ''})"


def _plain(words: str, target: str) -> str:
    """Where in the repository it stands: those who run the house have it."""
    place = (_DOCS / "handbook" / target).resolve().relative_to(_DOCS.parent).as_posix()
    return f"`{place}`" if words == target or words.endswith(".md") else words


@lru_cache(maxsize=32)
def page_title(topic: str, language: str) -> str:
    """What a page is called."""
    path = _DOCS / _FOLDERS[language] / f"{_FILES[topic][language]}.md"
    found = _TITLE.match(path.read_text("utf-8"))
    return found[1] if found else topic
