"""What documents in files have in common: strictness, texts in several languages, stable names.

A document is refused with the place and with what is allowed there, because the person who reads
the refusal is somebody who writes courses, in an editor, without us.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

LANGUAGES = ("de", "en")
KEY_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"

Language = Literal["de", "en"]
Key = Annotated[str, StringConstraints(pattern=KEY_PATTERN, max_length=60)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=100_000)]
Localised = Annotated[dict[Language, Text], Field(min_length=1)]


class Document(BaseModel):
    """A part of a document: unknown keys are refused, nothing changes once it is read."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def refusal(wrong: str, allowed: str, *at: str | int) -> PydanticCustomError:
    """The error for a rule between several keys; `at` leads from the model to the culprit."""
    return PydanticCustomError(
        "refused",
        "{wrong}; allowed: {allowed}",
        {"wrong": wrong, "allowed": allowed, "at": at},
    )


def in_language(texts: Mapping[Language, str] | str, language: str) -> str:
    """The text in the language, else in the first one that is there; plain text is for all."""
    if isinstance(texts, str):
        return texts
    for known, text in texts.items():
        if known == language:
            return text
    return next(iter(texts.values()))
