"""What a validator found, in words for somebody who writes courses: wrong, and allowed."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ValidationError

from lms.authoring.yaml_files import Fault, Place
from lms.courses import document
from lms.kernel.documents import KEY_PATTERN
from lms.questions.rules import LATER_TYPES, MultipleChoice, Option, SingleChoice

_MODELS: dict[str, type[BaseModel]] = {
    "renewal": document.Renewal,
    "sources": document.Source,
    "options": Option,
    "modules": document.Module,
    "reading": document.Reading,
    "video": document.Video,
    "quiz": document.Quiz,
    "practice": document.Practice,
    "single_choice": SingleChoice,
    "multiple_choice": MultipleChoice,
}
# Made from folders and files, so no key of a file.
_NO_KEYS = frozenset({"modules", "lessons", "media", "cues"})

_Words = Callable[[dict[str, Any], str], tuple[str, str]]


def faults_of(error: ValidationError, place: Place) -> list[Fault]:
    """One fault for each error, at the line that the error's path leads to."""
    details = [dict(detail) for detail in error.errors(include_url=False)]
    return [_fault(detail, place) for detail in details if not _follows(detail, details)]


def _follows(detail: dict[str, Any], details: list[dict[str, Any]]) -> bool:
    """True for a list that is too short only because what it holds was refused."""
    path = detail["loc"]
    return detail["type"] == "too_short" and any(
        other["loc"][: len(path)] == path for other in details if len(other["loc"]) > len(path)
    )


def _fault(detail: dict[str, Any], place: Place) -> Fault:
    path: tuple[str | int, ...] = detail["loc"]
    extra: dict[str, Any] = detail.get("ctx", {})
    at = place.find((*path, *extra.get("at", ())))
    name = _name(path)
    wrong, allowed = _words(detail, name)
    return Fault(at.file, at.line, wrong, allowed)


def _name(path: tuple[str | int, ...]) -> str:
    """The last key of the path as authors know it."""
    names = [str(step) for step in path if isinstance(step, str) and step.isidentifier()]
    last = names[-1] if names else "the course"
    parent = names[-2] if len(names) > 1 else ""
    return f"{parent}.{last}" if last in {"de", "en"} and parent else last


def _words(detail: dict[str, Any], name: str) -> tuple[str, str]:
    kind: str = detail["type"]
    extra: dict[str, Any] = detail.get("ctx", {})
    if kind == "refused":
        return extra["wrong"], extra["allowed"]
    for beginning, words in _TABLE:
        if kind.startswith(beginning):
            return words(detail, name)
    return f"{name}: {detail['msg']}", "see content/schema.json"


def _missing(detail: dict[str, Any], name: str) -> tuple[str, str]:
    if name == "text" and "questions" not in detail["loc"]:
        return (
            "the text of the lesson is missing",
            "a file NAME.de.md for each declared language",
        )
    return f"{name} is missing", f"{name}: …"


def _unknown_key(detail: dict[str, Any], _name: str) -> tuple[str, str]:
    path: tuple[str | int, ...] = detail["loc"]
    models = [_MODELS[step] for step in path[:-1] if isinstance(step, str) and step in _MODELS]
    model = models[-1] if models else document.Course
    keys = [name for name in model.model_fields if name not in _NO_KEYS]
    if model in {document.Reading, document.Practice}:
        keys.remove("text")
    return f"unknown key {path[-1]!r}", ", ".join(keys)


def _unknown_variant(detail: dict[str, Any], _name: str) -> tuple[str, str]:
    extra = detail["ctx"]
    tag = extra["tag"]
    allowed = str(extra["expected_tags"]).replace("'", "")
    if extra["discriminator"] == "'type'":
        later = tag in LATER_TYPES
        wrong = f"question type {tag!r} is not yet known" if later else f"question type {tag!r}"
        return wrong, allowed
    return f"kind {tag!r}", allowed


def _no_variant(detail: dict[str, Any], _name: str) -> tuple[str, str]:
    word = str(detail["ctx"]["discriminator"]).strip("'")
    known = ("single_choice", "multiple_choice") if word == "type" else tuple(document.KINDS)
    return f"{word} is missing", ", ".join(known)


def _not_among(detail: dict[str, Any], name: str) -> tuple[str, str]:
    allowed = str(detail["ctx"]["expected"]).replace("'", "")
    if detail["loc"][-1] == "[key]":
        return f"{detail['input']!r} is no language", allowed
    return f"{name} is {detail['input']!r}", allowed.replace(" or ", ", ")


def _pattern(detail: dict[str, Any], name: str) -> tuple[str, str]:
    pattern = detail["ctx"]["pattern"]
    if pattern == KEY_PATTERN:
        return f"{name} is {detail['input']!r}", "a-z, 0-9 and single hyphens"
    return (
        f"{name} is {detail['input']!r}",
        "media/file" if "media" in pattern else "https://…",
    )


def _text_expected(detail: dict[str, Any], name: str) -> tuple[str, str]:
    found = detail["input"]
    if isinstance(found, bool | int | float):
        return (
            f"{name} is not text but {str(found).lower()}",
            'text; numbers in quotes: "15"',
        )
    return f"{name} is no text", "text"


def _mapping_expected(detail: dict[str, Any], name: str) -> tuple[str, str]:
    if name in {"renewal", "questions", "options", "sources"}:
        return f"{name} has no keys of its own", "key: value"
    return f"{name} is {detail['input']!r}", f"{name}: {{de: …, en: …}}"


def _bounded(detail: dict[str, Any], name: str) -> tuple[str, str]:
    extra = detail["ctx"]
    word = next(word for word in _BOUNDS if word in extra)
    return f"{name} is {_short(detail['input'])}", _BOUNDS[word].format(extra[word])


def _sized(detail: dict[str, Any], name: str) -> tuple[str, str]:
    extra = detail["ctx"]
    word, limit = (
        ("at least", extra["min_length"])
        if "min_length" in extra
        else ("at most", extra["max_length"])
    )
    return f"{name} has {_count(extra, detail['input'])}", f"{word} {limit}"


def _count(extra: dict[str, Any], found: object) -> str:
    if isinstance(found, str):
        return f"{len(found.strip())} characters"
    return f"{extra.get('actual_length', 0)} entries"


def _whole_number(detail: dict[str, Any], name: str) -> tuple[str, str]:
    return f"{name} is {_short(detail['input'])}", "a whole number"


def _truth(detail: dict[str, Any], name: str) -> tuple[str, str]:
    return f"{name} is {_short(detail['input'])}", "true, false"


def _list_expected(_detail: dict[str, Any], name: str) -> tuple[str, str]:
    return f"{name} is no list", "[…, …] or lines that begin with -"


def _day(detail: dict[str, Any], name: str) -> tuple[str, str]:
    return f"{name} is {_short(detail['input'])}", "a day such as 2026-11-24"


def _short(found: object) -> str:
    text = repr(found)
    return text if len(text) <= 60 else f"{text[:60]}…"


_BOUNDS = {"ge": "{} or more", "le": "{} or less"}
_TABLE: tuple[tuple[str, _Words], ...] = (
    ("missing", _missing),
    ("extra_forbidden", _unknown_key),
    ("union_tag_invalid", _unknown_variant),
    ("union_tag_not_found", _no_variant),
    ("literal_error", _not_among),
    ("enum", _not_among),
    ("string_pattern_mismatch", _pattern),
    ("string_type", _text_expected),
    ("string_too", _sized),
    ("too_", _sized),
    ("dict_type", _mapping_expected),
    ("model_type", _mapping_expected),
    ("model_attributes_type", _mapping_expected),
    ("greater_than", _bounded),
    ("less_than", _bounded),
    ("int_", _whole_number),
    ("float_", _whole_number),
    ("bool_", _truth),
    ("tuple_type", _list_expected),
    ("date_", _day),
)
