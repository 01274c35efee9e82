"""Markdown of courses to HTML that may stand in a page (trust.md 3.9).

markdown-it-py reads CommonMark and tables with HTML switched off; what comes out passes nh3 with
the explicit list below. Pictures come from the document's own media only; links lead to http,
https, mailto, own paths, own media and headings of the same text.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from lms.kernel.text import slug

ALLOWED_LINKS = "https://…, http://…, mailto:…, /own/path, #heading, media/file"
MEDIA_PREFIX = "media/"

_HEADING_PREFIX = "at-"
_OWN_NAME = re.compile(r"\s*\{#([a-z0-9]+(?:-[a-z0-9]+)*)\}\s*$")
_ABSOLUTE = re.compile(r"(?:https?://[^\s/\\]+[^\s\\]*|mailto:[^\s\\]+)", re.IGNORECASE)
_OWN_PATH = re.compile(r"/(?![/\\])[^\s\\]*")
_SCHEMES = {"http", "https", "mailto"}
_LEVELS = {"h1": "h2", "h5": "h4", "h6": "h4"}

_TAGS = {
    *(
        "a",
        "blockquote",
        "br",
        "code",
        "div",
        "em",
        "figcaption",
        "figure",
        "h2",
        "h3",
        "h4",
    ),
    *("hr", "img", "li", "ol", "p", "pre", "strong"),
    *("table", "tbody", "td", "th", "thead", "tr", "ul"),
}
_ATTRIBUTES = {
    "a": {"href"},
    "div": {"class", "tabindex"},
    "h2": {"id"},
    "h3": {"id"},
    "h4": {"id"},
    "img": {"src", "alt", "width", "height", "loading"},
    "ol": {"start"},
}
_INLINE_TAGS = {"a", "br", "code", "em", "img", "strong"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A medium as a page shows it: its own address, for pictures width and height in pixels."""

    url: str
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A picture, link or heading of a text; `line` counts from 1."""

    line: int
    target: str
    text: str


@dataclass(frozen=True, slots=True)
class Outline:
    """What a text contains, so that a check can say what is missing."""

    pictures: tuple[Found, ...]
    links: tuple[Found, ...]
    headings: tuple[Found, ...]


Media = Callable[[str], Shown | None]


def _no_media(_path: str) -> Shown | None:
    return None


class _Reader(MarkdownIt):
    """What may be linked is decided below and said by name in a check, not dropped in silence."""

    def validateLink(self, url: str) -> bool:  # noqa: N802, ARG002 - the library's hook
        """Let every address through to our own rule."""
        return True


_READER = _Reader("commonmark", {"html": False}).enable("table")


def heading_id(name: str) -> str:
    """The id of a heading in the page; prefixed, so that no text takes an id of the page."""
    return f"{_HEADING_PREFIX}{name}"


def is_allowed_link(href: str) -> bool:
    """True for http, https, mailto, own paths, own media and headings of the same text."""
    if not href.isprintable() or " " in href:
        return False
    if href.startswith(("#", MEDIA_PREFIX)):
        return "\\" not in href
    return bool(_ABSOLUTE.fullmatch(href) or _OWN_PATH.fullmatch(href))


def render(text: str, media: Media = _no_media) -> str:
    """The text as HTML; a picture or file that `media` does not know leaves its words only."""
    tokens = _READER.parse(text)
    _name_headings(tokens)
    _frame_pictures(tokens, media)
    _frame_tables(tokens)
    _rewrite(tokens, media)
    return _clean(_READER.renderer.render(tokens, _READER.options, {}), _TAGS)


def render_inline(text: str, media: Media = _no_media) -> str:
    """One line of text as HTML without paragraphs, for questions and answers."""
    tokens = _READER.parseInline(text)
    _rewrite(tokens, media)
    return _clean(_READER.renderer.render(tokens, _READER.options, {}), _INLINE_TAGS).strip()


def outline(text: str) -> Outline:
    """Pictures, links and headings with their lines."""
    tokens = _READER.parse(text)
    _name_headings(tokens)
    pictures: list[Found] = []
    links: list[Found] = []
    headings: list[Found] = []
    line = 1
    for position, token in enumerate(tokens):
        line = token.map[0] + 1 if token.map else line
        if token.type == "heading_open":
            name = str(token.attrs["id"]).removeprefix(_HEADING_PREFIX)
            headings.append(Found(line, name, _words(tokens[position + 1].children or [])))
        inline_line = line
        for child in token.children or []:
            inline_line += child.type in {"softbreak", "hardbreak"}
            if child.type == "image":
                pictures.append(Found(inline_line, str(child.attrs["src"]), child.content.strip()))
            if child.type == "link_open":
                links.append(Found(inline_line, str(child.attrs["href"]), ""))
    return Outline(tuple(pictures), tuple(links), tuple(headings))


def _clean(html: str, tags: set[str]) -> str:
    return nh3.clean(
        html,
        tags=tags,
        attributes={tag: names for tag, names in _ATTRIBUTES.items() if tag in tags},
        url_schemes=_SCHEMES,
        allowed_classes=None,
        link_rel="noopener noreferrer",
    )


def _words(children: Sequence[Token]) -> str:
    return "".join(child.content for child in children if child.type in {"text", "code_inline"})


def _name_headings(tokens: Sequence[Token]) -> None:
    taken: set[str] = set()
    for position, token in enumerate(tokens):
        if token.type not in {"heading_open", "heading_close"}:
            continue
        token.tag = _LEVELS.get(token.tag, token.tag)
        if token.type == "heading_open":
            name = _unused(_heading_name(tokens[position + 1].children or []), taken)
            token.attrs["id"] = heading_id(name)


def _heading_name(children: Sequence[Token]) -> str:
    """The name after `{#`, taken out of the text, else one made from the words."""
    last = children[-1] if children else None
    own = _OWN_NAME.search(last.content) if last is not None and last.type == "text" else None
    if last is not None and own is not None:
        last.content = last.content[: own.start()]
        return own[1]
    return slug(_words(children)) or "section"


def _unused(name: str, taken: set[str]) -> str:
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name}-{number}"
    taken.add(candidate)
    return candidate


def _frame_pictures(tokens: Sequence[Token], media: Media) -> None:
    """A picture that is a paragraph of its own becomes a figure, its title the caption."""
    for position in range(1, len(tokens) - 1):
        children = tokens[position].children or []
        if len(children) != 1 or children[0].type != "image":
            continue
        opening, closing = tokens[position - 1], tokens[position + 1]
        if opening.type != "paragraph_open" or media(str(children[0].attrs["src"])) is None:
            continue
        opening.tag = closing.tag = "figure"
        opening.hidden = closing.hidden = False
        title = children[0].attrs.pop("title", None)
        if title:
            caption = Token("text", "", 0, content=str(title))
            children += [
                Token("figcaption_open", "figcaption", 1),
                caption,
                Token("figcaption_close", "figcaption", -1),
            ]


def _frame_tables(tokens: list[Token]) -> None:
    """Wide tables scroll inside a frame that the keyboard reaches."""
    for position in range(len(tokens) - 1, -1, -1):
        token = tokens[position]
        if token.type == "table_open":
            frame = {"class": "table-scroll", "tabindex": "0"}
            tokens.insert(position, Token("frame_open", "div", 1, attrs=dict(frame), block=True))
        if token.type == "table_close":
            tokens.insert(position + 1, Token("frame_close", "div", -1, block=True))


def _rewrite(tokens: Sequence[Token], media: Media) -> None:
    for token in tokens:
        if token.children:
            token.children = _rewritten(token.children, media)


def _rewritten(children: Sequence[Token], media: Media) -> list[Token]:
    kept: list[Token] = []
    dropped_links = 0
    for child in children:
        if child.type == "image":
            kept.append(_picture(child, media))
        elif child.type == "link_open":
            href = _href(str(child.attrs["href"]), media)
            dropped_links += href is None
            if href is not None:
                child.attrs = {"href": href}
                kept.append(child)
        elif child.type == "link_close" and dropped_links:
            # Links do not nest, so the next end belongs to the link that was left out.
            dropped_links -= 1
        else:
            kept.append(child)
    return kept


def _picture(token: Token, media: Media) -> Token:
    shown = media(str(token.attrs["src"]))
    if shown is None:
        return Token("text", "", 0, content=token.content)
    token.attrs = {"src": shown.url, "alt": ""}
    if shown.width and shown.height:
        token.attrs |= {"width": shown.width, "height": shown.height}
    token.attrs["loading"] = "lazy"
    return token


def _href(href: str, media: Media) -> str | None:
    if not is_allowed_link(href):
        return None
    if href.startswith("#"):
        return f"#{heading_id(href[1:])}"
    if href.startswith(MEDIA_PREFIX):
        shown = media(href)
        return shown.url if shown else None
    return href
