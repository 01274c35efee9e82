"""A course as a document: modules and their lessons, in every language that the course declares.

The same model reads bundles (content.md), is stored as a published version and gives the schema
that editors complete from. Keys are stable names: what people have done is kept under them, so the
order of modules and lessons may change at any time.
"""

import datetime as dt
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    model_validator,
)

from lms.competences import framework
from lms.kernel.documents import (
    Document,
    Key,
    Language,
    Localised,
    LongText,
    Text,
    refusal,
)
from lms.kernel.markdown import Shown
from lms.questions.rules import Question

DEFAULT_WINDOW_DAYS = 60
DEFAULT_WINDOW_DAYS_A_MONTH = 14
WINDOW_LIMIT_DAYS_A_MONTH = 28


class Mode(StrEnum):
    """Which lessons somebody takes: all, or those that refresh."""

    FULL = "full"
    REFRESHER = "refresher"


def _competence(text: str) -> str:
    try:
        return str(framework.parse(text))
    except framework.UnknownCompetence as error:
        wrong, _separator, allowed = str(error).partition("; allowed: ")
        raise refusal(f"unknown competence {wrong}", allowed) from error


def _within_media(path: str) -> str:
    if ".." in path or "//" in path:
        raise refusal(f"{path!r} leaves the folder media", "media/file")
    return path


def _none_word(value: Any) -> Any:  # noqa: ANN401 - whatever the file holds
    return None if value == "none" else value


CompetencePair = Annotated[str, AfterValidator(_competence)]
MediaPath = Annotated[
    str,
    StringConstraints(pattern=r"^media/[a-z0-9][a-z0-9._/-]*$", max_length=200),
    AfterValidator(_within_media),
]
LocalisedPath = Annotated[dict[Language, MediaPath], Field(min_length=1)]
LocalisedLongText = Annotated[dict[Language, LongText], Field(min_length=1)]
Minutes = Annotated[int, Field(ge=1, le=600)]


class Medium(Document):
    """A file of the course: its hash names the bytes, pictures have width and height in pixels."""

    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    media_type: str
    size_bytes: int
    width: int | None = None
    height: int | None = None


class Cue(Document):
    """One sentence of a transcript, with the second at which it is said where that is known."""

    at_seconds: float | None
    text: str


class _Step(Document):
    """What all lessons have."""

    key: Key
    title: Localised
    minutes: Minutes
    refresher: bool = False


class Reading(_Step):
    """A text; with `confirm` people say that they have read and understood it."""

    kind: Literal["reading"]
    confirm: bool = False
    text: LocalisedLongText


class Video(_Step):
    """A film with captions and transcript in each language."""

    kind: Literal["video"]
    file: LocalisedPath
    poster: LocalisedPath | MediaPath | None = None
    captions: LocalisedPath
    transcript: LocalisedLongText
    voice: Literal["none", "person", "synthetic"] = "person"
    cues: dict[Language, tuple[Cue, ...]]


class Quiz(_Step):
    """Questions drawn from a pool; passed at `pass_percent` of the points."""

    kind: Literal["quiz"]
    pass_percent: Annotated[int, Field(ge=1, le=100)] = 80
    attempts: Annotated[int, Field(ge=1, le=20)] | None = None
    draw: Annotated[int, Field(ge=1, le=500)] | None = None
    shuffle: bool = True
    feedback: Literal["each", "end"] = "each"
    questions: Annotated[tuple[Question, ...], Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _draw_lies_within_the_pool(self) -> Self:
        pool = len(self.questions)
        if self.draw is not None and self.draw > pool:
            raise refusal(f"draw is {self.draw}, the pool has {pool}", f"1 to {pool}", "draw")
        return self

    @property
    def drawn_count(self) -> int:
        """How many questions one attempt has."""
        return self.draw or len(self.questions)


class Practice(_Step):
    """A task to try at work and to report; confirmed by oneself or by the officer."""

    kind: Literal["practice"]
    confirmed_by: Literal["self", "officer"]
    evidence: Localised
    text: LocalisedLongText


Lesson = Annotated[Reading | Video | Quiz | Practice, Field(discriminator="kind")]


class Module(Document):
    """A chapter of a course; `minutes` is the sum of its lessons."""

    key: Key
    title: Localised
    minutes: int
    lessons: Annotated[tuple[Lesson, ...], Field(min_length=1, max_length=100)]


class Renewal(Document):
    """How a certificate is renewed: how long before its end, and with which lessons."""

    window_days: Annotated[int, Field(ge=0, le=3000)] | None = None
    mode: Mode = Mode.FULL


class Source(Document):
    """What facts of the course rest on."""

    title: Text
    publisher: Text
    address: Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$", max_length=500)]
    seen_on: dt.date


class Course(Document):
    """One published course in all its languages."""

    slug: Key
    title: Localised
    summary: Localised
    audience: Localised
    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    competences: Annotated[tuple[CompetencePair, ...], Field(min_length=1, max_length=4)]
    owner: Localised | Text
    review_months: Annotated[int, Field(ge=1, le=60)] = 12
    validity_months: Annotated[
        Annotated[int, Field(ge=1, le=120)] | None, BeforeValidator(_none_word)
    ] = None
    renewal: Renewal = Renewal()
    sources: tuple[Source, ...] = ()
    modules: Annotated[tuple[Module, ...], Field(min_length=1, max_length=100)]
    media: dict[str, Medium] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _renewal_fits_validity(self) -> Self:
        given = self.renewal.window_days
        if self.validity_months is None:
            if given is not None:
                raise refusal(
                    "a renewal window without validity_months",
                    "validity_months: 24",
                    "renewal",
                )
            return self
        limit = WINDOW_LIMIT_DAYS_A_MONTH * self.validity_months
        if given is not None and given >= limit:
            raise refusal(
                f"window_days is {given}",
                f"less than {limit} (28 days a month of validity)",
                *("renewal", "window_days"),
            )
        return self

    @cached_property
    def lessons(self) -> tuple[Reading | Video | Quiz | Practice, ...]:
        """All lessons in their order."""
        return tuple(lesson for module in self.modules for lesson in module.lessons)

    @property
    def competence_levels(self) -> list[framework.CompetenceLevel]:
        """What the course shows, as competences at a level."""
        return [framework.parse(pair) for pair in self.competences]

    @property
    def window_days(self) -> int:
        """Days before the end of validity on which renewal opens; 0 where once is enough."""
        if self.validity_months is None:
            return 0
        if self.renewal.window_days is not None:
            return self.renewal.window_days
        return min(DEFAULT_WINDOW_DAYS, DEFAULT_WINDOW_DAYS_A_MONTH * self.validity_months)

    def language_for(self, locale: str) -> Language:
        """The language in which somebody reads this course: their own, else the course's first."""
        return next((known for known in self.languages if known == locale), self.languages[0])

    def shown(self, path: str) -> Shown | None:
        """Address and size of one of the course's media, or None."""
        medium = self.media.get(path)
        if medium is None:
            return None
        name = path.rpartition("/")[2]
        return Shown(f"/media/{medium.sha256}/{name}", medium.width, medium.height)


AnyLesson = Reading | Video | Quiz | Practice
KINDS = ("reading", "video", "quiz", "practice")
