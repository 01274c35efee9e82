"""The lessons of one module folder: each a YAML file, with a Markdown file per language."""

import re
from collections.abc import Sequence
from typing import Any

from lms.authoring.bundle_files import LAYOUT, MEDIA, BundleFiles
from lms.authoring.yaml_files import Fault, Place
from lms.courses.lessons import key_of
from lms.kernel.documents import LANGUAGES

MODULE_FILE = "module.yaml"

_LESSON = re.compile(r"(?P<stem>[a-z0-9][a-z0-9-]*)(?:\.(?P<language>[a-z]{2})\.md|\.yaml)")
_WITH_TEXT = ("reading", "practice")
_WITHOUT_TEXT = ("video", "quiz")
_LAST = 10**9
# Two working days: what is longer was meant as something else, such as seconds.
LONGEST_MODULE_MINUTES = 960


def position_of(name: str) -> tuple[int, str]:
    """The order of numbered names; those without a number come last."""
    number = name.partition("-")[0]
    is_number = number.isascii() and number.isdigit() and len(number) < len(str(_LAST))
    return int(number) if is_number else _LAST, name


def read_lessons(found: BundleFiles, folder: str, places: Place) -> list[dict[str, Any]]:
    """The lessons in their order as plain values; their places go into `places`."""
    stems, texts = _sorted_out(found, folder)
    lessons: list[dict[str, Any]] = []
    for stem in sorted(stems, key=position_of):
        read = found.yaml(f"{folder}/{stem}.yaml")
        if read is None:
            continue
        raw, place = read
        raw.setdefault("key", key_of(stem))
        _add_texts(found, raw, place, texts.get(stem, {}))
        if raw.get("kind") == "video":
            raw["cues"] = _transcripts(found, raw.get("transcript"), place)
        places.inside[len(lessons)] = place
        lessons.append(raw)
    return lessons


def _sorted_out(found: BundleFiles, folder: str) -> tuple[list[str], dict[str, dict[str, str]]]:
    """Names of the lessons, and of their texts by language; what fits neither is a fault."""
    stems: list[str] = []
    texts: dict[str, dict[str, str]] = {}
    for file in found.files:
        if not file.startswith(f"{folder}/") or file == f"{folder}/{MODULE_FILE}":
            continue
        match = _LESSON.fullmatch(file.removeprefix(f"{folder}/"))
        if match is None or (match["language"] or LANGUAGES[0]) not in LANGUAGES:
            found.fault(file, "is no part of a bundle", LAYOUT)
        elif match["language"] is None:
            stems.append(match["stem"])
        else:
            texts.setdefault(match["stem"], {})[match["language"]] = file
    for stem in texts.keys() - set(stems):
        for file in texts[stem].values():
            found.fault(file, "is the text of no lesson", f"{stem}.yaml beside it")
    return stems, texts


def _add_texts(
    found: BundleFiles, raw: dict[str, Any], place: Place, files: dict[str, str]
) -> None:
    if "text" in raw:
        line = place.find(("text",)).line
        found.faults.append(
            Fault(
                place.file,
                line,
                "unknown key 'text'",
                "a file NAME.de.md beside this one",
            )
        )
    kind = raw.get("kind")
    if kind in _WITH_TEXT and files:
        raw["text"] = {language: found.text(file) for language, file in files.items()}
        lines = {language: Place(found.shown(file), 1) for language, file in files.items()}
        place.inside["text"] = Place(place.file, 1, dict(lines.items()))
    for file in files.values() if kind in _WITHOUT_TEXT else ():
        found.fault(
            file,
            f"a lesson of kind {kind} has no text of its own",
            "reading or practice",
        )


def _transcripts(found: BundleFiles, transcript: object, place: Place) -> dict[str, Any]:
    """The lines of each transcript: of the caption file that it names, or of its own text."""
    cues: dict[str, Any] = {}
    for language, text in transcript.items() if isinstance(transcript, dict) else ():
        if not isinstance(text, str):
            continue
        if text.startswith(f"{MEDIA}/"):
            cues[language] = _spoken(found, text, place.find(("transcript", language)))
        else:
            paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))
            cues[language] = [{"at_seconds": None, "text": words} for words in paragraphs if words]
    return cues


def _spoken(found: BundleFiles, file: str, place: Place) -> list[dict[str, Any]]:
    lines = found.captions.get(file)
    if lines is None:
        known = ", ".join(found.captions) or "media/file.vtt, or the text itself"
        found.faults.append(Fault(place.file, place.line, f"{file} is no readable .vtt", known))
    return [{"at_seconds": line.at_seconds, "text": line.text} for line in lines or ()]


def settle_minutes(
    found: BundleFiles,
    raw: dict[str, Any],
    lessons: Sequence[dict[str, Any]],
    place: Place,
) -> None:
    """Make the module's minutes the sum of its lessons', so that no page promises another length.

    Lessons without minutes of their own share what the module leaves.
    """
    declared = raw.pop("minutes", None)
    if declared is not None and not _is_length(declared):
        line = place.find(("minutes",)).line
        allowed = f"whole minutes from 1 to {LONGEST_MODULE_MINUTES}, or nothing"
        found.faults.append(Fault(place.file, line, f"minutes is {declared!r}", allowed))
        declared = None
    given = [lesson["minutes"] for lesson in lessons if isinstance(lesson.get("minutes"), int)]
    open_lessons = [lesson for lesson in lessons if "minutes" not in lesson]
    if open_lessons and isinstance(declared, int):
        rest = declared - sum(given)
        shares = _shares(rest, len(open_lessons))
        for lesson, minutes in zip(open_lessons, shares, strict=True):
            lesson["minutes"] = minutes
        given += shares
    raw["minutes"] = sum(given)
    if declared is not None and declared != sum(given):
        line = place.find(("minutes",)).line
        wrong = f"minutes is {declared}, the lessons give {sum(given)} (pages show this)"
        found.warnings.append(Fault(place.file, line, wrong, str(sum(given))))


def _is_length(minutes: object) -> bool:
    return type(minutes) is int and 1 <= minutes <= LONGEST_MODULE_MINUTES


def _shares(minutes: int, count: int) -> list[int]:
    """The minutes in whole parts that differ by one at most, none below one."""
    return [max(1, (minutes + index) // count) for index in range(count)]
