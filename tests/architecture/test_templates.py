"""Templates compile, and nothing in them goes round the content-security policy."""

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
ALL = sorted(path for path in TEMPLATES.rglob("*") if path.is_file())
PAGES = [
    path
    for path in ALL
    if path.suffix == ".html" and "emails" not in path.parts and path.name != "mail.html"
]
MAILS = sorted(
    {path.parent for path in (TEMPLATES / "emails").rglob("*.*")} - {TEMPLATES / "emails"}
)
INLINE = {
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "inline script": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "foreign address": re.compile(r"""(?:src|href|action)\s*=\s*["']https?:""", re.IGNORECASE),
}
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


def relative(path: Path) -> str:
    """As Jinja names it."""
    return path.relative_to(TEMPLATES).as_posix()


@pytest.mark.parametrize("path", ALL, ids=relative)
def test_it_compiles(shared_app, path):
    shared_app.jinja_env.get_template(relative(path))


@pytest.mark.parametrize("path", PAGES, ids=relative)
@pytest.mark.parametrize("what", INLINE)
def test_nothing_stands_inline(path, what):
    markup = JINJA.sub("", path.read_text("utf-8"))
    assert INLINE[what].findall(markup) == []


def test_markup_is_trusted_in_one_macro_only():
    found = [
        relative(path)
        for path in ALL
        for _ in re.findall(r"\|\s*safe\b|autoescape\s+false|Markup\(", path.read_text("utf-8"))
    ]
    assert len(found) <= 1, found


@pytest.mark.parametrize("folder", MAILS, ids=lambda folder: folder.name)
def test_a_mail_has_three_parts(folder):
    names = {path.name for path in folder.iterdir()}
    assert names == {"subject.txt", "body.txt", "body.html"}
