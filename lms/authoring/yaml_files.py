"""One YAML file to plain values, each with the line it came from.

Stricter than YAML 1.1 where authors would be surprised: only `true` and `false` are yes and no (so
an answer may read `No`); aliases, tags, duplicate keys and further documents are refused.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml

from lms.kernel.text import unkept

MAX_FILE_BYTES = 1_000_000

_PRINTABLE = "printable text"
_PREFIX = "tag:yaml.org,2002:"
_READERS: dict[str, Callable[[str], object]] = {
    f"{_PREFIX}null": lambda _word: None,
    f"{_PREFIX}bool": lambda word: word == "true",
    f"{_PREFIX}int": int,
    f"{_PREFIX}float": float,
    f"{_PREFIX}timestamp": dt.date.fromisoformat,
    f"{_PREFIX}str": str,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, in words that an author can act on. Lines count from 1."""

    file: str
    line: int
    wrong: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.wrong}; allowed: {self.allowed}"


@dataclass(slots=True)
class Place:
    """Where a value stands, with the places of what lies inside."""

    file: str
    line: int
    inside: dict[str | int, "Place"] = field(default_factory=dict)

    def find(self, path: tuple[str | int, ...]) -> "Place":
        """The place that the path leads to, as far as it can be followed; other steps are skipped.

        Skipped, because the paths of a validator also name the variant it tried.
        """
        place = self
        for step in path:
            place = place.inside.get(step, place)
        return place


class Unreadable(Exception):
    """The file is no YAML of ours; carries the fault."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(str(fault))


class _Loader(yaml.SafeLoader):
    """A safe loader whose plain words mean what YAML 1.2 says."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own attribute
    _is_plain = False

    def scan_plain(self) -> yaml.ScalarToken:
        """Read a plain text in which a question mark is no sign of its own.

        PyYAML ends the text of `{de: Wer kommt?, en: …}` at the mark; YAML 1.2 does not.
        """
        self._is_plain = True
        try:
            return super().scan_plain()
        finally:
            self._is_plain = False

    def peek(self, index: int = 0) -> str:
        """The next character as far as it decides where a text ends."""
        character = super().peek(index)
        return "x" if self._is_plain and character == "?" else character

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse aliases before they multiply."""
        if self.check_event(yaml.AliasEvent):
            mark: yaml.Mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "an alias (*name)", mark)
        return super().compose_node(parent, index)


for _name, _words in (
    ("null", r"~|null|"),
    ("bool", r"true|false"),
    ("int", r"[-+]?(?:0|[1-9][0-9]{0,17})"),
    ("float", r"[-+]?[0-9]{1,18}\.[0-9]{1,18}"),
    ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
):
    _Loader.add_implicit_resolver(f"{_PREFIX}{_name}", re.compile(rf"(?:{_words})\Z"), None)


def read_yaml(file: str, content: bytes) -> tuple[dict[str, Any], Place]:
    """The mapping in the file and where each part of it stands; Unreadable carries the fault."""
    text = decode(file, content)
    try:
        node = _Loader(text).get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise Unreadable(Fault(file, 1, "holds no keys", "key: value"))
        value, place = _mapping(file, node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        wrong = f"not readable as YAML: {error.problem or error.context}"
        raise Unreadable(Fault(file, line, wrong, "plain YAML without aliases")) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        wrong = f"a character that YAML does not allow (U+{int(error.character):04X})"
        raise Unreadable(Fault(file, line, wrong, _PRINTABLE)) from error
    except RecursionError as error:
        raise Unreadable(Fault(file, 1, "is nested too deeply", "lists and keys")) from error
    return value, place


def decode(file: str, content: bytes) -> str:
    """The bytes as text; Unreadable for what is too long or not UTF-8."""
    if len(content) > MAX_FILE_BYTES:
        wrong = f"the file has {len(content):,} bytes"
        raise Unreadable(Fault(file, 1, wrong, f"at most {MAX_FILE_BYTES:,}"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(Fault(file, line, "the text is not UTF-8", "UTF-8")) from error


def _value(file: str, node: yaml.Node) -> tuple[Any, Place]:
    if isinstance(node, yaml.MappingNode):
        return _mapping(file, node)
    if isinstance(node, yaml.SequenceNode):
        return _sequence(file, node)
    return _scalar(file, node), Place(file, node.start_mark.line + 1)


def _mapping(file: str, node: yaml.MappingNode) -> tuple[dict[str, Any], Place]:
    _require_plain(file, node, "map")
    place = Place(file, node.start_mark.line + 1)
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = key_node.value
        if not isinstance(key, str):
            raise Unreadable(Fault(file, line, "a list or mapping as a key", "a word as a key"))
        _require_printable(file, line, key)
        if key in values:
            raise Unreadable(Fault(file, line, f"the key {key!r} is there twice", "each key once"))
        values[key], inside = _value(file, value_node)
        # A text that begins below its key is found at the key, where the author looks first.
        inside.line = line
        place.inside[key] = inside
    return values, place


def _sequence(file: str, node: yaml.SequenceNode) -> tuple[list[Any], Place]:
    _require_plain(file, node, "seq")
    place = Place(file, node.start_mark.line + 1)
    values = []
    for index, item in enumerate(node.value):
        value, place.inside[index] = _value(file, item)
        values.append(value)
    return values, place


def _scalar(file: str, node: yaml.Node) -> object:
    reader = _READERS.get(node.tag)
    if reader is None:
        line = node.start_mark.line + 1
        raise Unreadable(Fault(file, line, f"the tag {node.tag}", "values without tags"))
    _require_printable(file, node.start_mark.line + 1, node.value)
    try:
        return reader(node.value)
    except ValueError:
        return node.value


def _require_printable(file: str, line: int, text: str) -> None:
    """Refuse what only an escape such as "\\0" can write."""
    character = unkept(text)
    if character is not None:
        wrong = f"a character that no text can keep (U+{ord(character):04X})"
        raise Unreadable(Fault(file, line, wrong, _PRINTABLE))


def _require_plain(file: str, node: yaml.Node, kind: str) -> None:
    if node.tag != f"{_PREFIX}{kind}":
        line = node.start_mark.line + 1
        raise Unreadable(Fault(file, line, f"the tag {node.tag}", "values without tags"))
