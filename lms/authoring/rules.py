"""What publishing can come to."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a bundle."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Publication:
    """The version that holds after publishing; `changes` names what differs from the one before."""

    outcome: Outcome
    course_id: int
    version_id: int
    number: int
    changes: dict[str, list[str]]
