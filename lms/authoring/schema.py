"""The JSON schema that editors complete and check bundles with, made from the document model."""

import json
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from lms.courses.document import Course, Module, Practice, Quiz, Reading, Video

_FILES: tuple[type[BaseModel], ...] = (Course, Module, Reading, Video, Quiz, Practice)
# What comes from folders, file names and Markdown files, so that no YAML file says it.
_FROM_FILES = {
    "Course": ("modules", "media"),
    "Module": ("lessons",),
    "Reading": ("text",),
    "Video": ("cues",),
    "Practice": ("text",),
}
_MAY_BE_LEFT_OUT = ("key", "minutes")


def bundle_schema() -> dict[str, Any]:
    """One schema for every YAML file of a bundle: each is a course, a module or a lesson."""
    _references, schema = models_json_schema([(file, "validation") for file in _FILES])
    definitions: dict[str, Any] = schema["$defs"]
    for file in _FILES:
        _as_in_a_file(definitions[file.__name__], _FROM_FILES.get(file.__name__, ()))
    for unused in ("Medium", "Cue"):
        definitions.pop(unused, None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Lernstand course bundle",
        "anyOf": [{"$ref": f"#/$defs/{file.__name__}"} for file in _FILES],
        "$defs": definitions,
    }


def _as_in_a_file(definition: dict[str, Any], left_out: tuple[str, ...]) -> None:
    for name in left_out:
        del definition["properties"][name]
    definition["required"] = [
        name for name in definition["required"] if name not in (*left_out, *_MAY_BE_LEFT_OUT)
    ]


def schema_text() -> str:
    """The schema as content/schema.json holds it."""
    return json.dumps(bundle_schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
