"""A bundle on disk to a course document, or to the list of everything that is wrong with it.

The layout is content.md's: `course.yaml`, numbered folders with `module.yaml`, numbered lessons
with one Markdown file per language, `media/`.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from lms.authoring.bundle_files import LAYOUT, MEDIA, NOT_READ, BundleFiles, list_files
from lms.authoring.bundle_lessons import (
    MODULE_FILE,
    position_of,
    read_lessons,
    settle_minutes,
)
from lms.authoring.media_files import MediaFile
from lms.authoring.messages import faults_of
from lms.authoring.yaml_files import Fault, Place
from lms.courses import changes, checks
from lms.courses.document import Course
from lms.courses.lessons import key_of

COURSE_FILE = "course.yaml"

_FOLDER = re.compile(r"([a-z0-9][a-z0-9-]*)/[^/]+")


@dataclass(frozen=True, slots=True)
class Bundle:
    """A course that was read: its document when its parts are well formed, its media by path."""

    course: Course | None
    media: dict[str, MediaFile]
    faults: list[Fault]
    warnings: list[Fault]
    place: Place

    def reused_keys(self, published: Course) -> list[Fault]:
        """Names of the published version that this bundle gives to something else."""
        if self.course is None:
            return []
        return [_fault(found, self.place) for found in changes.reused_keys(published, self.course)]


def read_bundle(folder: Path) -> Bundle:
    """Read and check a whole bundle; every fault that can be seen at once is listed."""
    found = list_files(folder, str(folder))
    place = Place(found.shown(COURSE_FILE), 1)
    course = None
    if COURSE_FILE not in found.files:
        found.fault(COURSE_FILE, "is missing", LAYOUT)
    else:
        head = found.yaml(COURSE_FILE)
        if head is not None:
            raw, place = head
            course = _course(found, raw, place)
    if course is not None and not found.is_incomplete:
        _check(found, course, place)
    faults = sorted(set(found.faults), key=lambda fault: (fault.file, fault.line, fault.wrong))
    return Bundle(course, found.media, faults, found.warnings, place)


def _course(found: BundleFiles, raw: dict[str, Any], place: Place) -> Course | None:
    for key in {"modules", "media"} & raw.keys():
        line = place.find((key,)).line
        found.faults.append(Fault(place.file, line, f"unknown key {key!r}", LAYOUT))
    place.inside["modules"] = Place(place.file, 1)
    raw["modules"] = _modules(found, place.inside["modules"])
    raw["media"] = {path: file.medium.model_dump() for path, file in found.media.items()}
    place.inside["media"] = Place(
        place.file, 1, {path: Place(found.shown(path), 1) for path in found.media}
    )
    try:
        return Course.model_validate(raw)
    except ValidationError as error:
        found.faults += faults_of(error, place)
        return None


def _check(found: BundleFiles, course: Course, place: Place) -> None:
    for problem in checks.check(course):
        into = found.warnings if problem.is_warning else found.faults
        into.append(_fault(problem, place))


def _fault(problem: checks.Problem, place: Place) -> Fault:
    at = place.find(problem.path)
    # Lines inside a text are known only where the text is a file of its own.
    line = at.line + problem.line if at.file.endswith(".md") else at.line
    return Fault(at.file, line, problem.wrong, problem.allowed)


def _modules(found: BundleFiles, places: Place) -> list[dict[str, Any]]:
    modules: list[dict[str, Any]] = []
    for folder in _folders(found):
        if f"{folder}/{MODULE_FILE}" not in found.files:
            found.fault(f"{folder}/{MODULE_FILE}", "is missing", "title: {de: …, en: …}")
            found.is_incomplete = True
            continue
        head = found.yaml(f"{folder}/{MODULE_FILE}")
        if head is None:
            continue
        raw, place = head
        raw.setdefault("key", key_of(folder))
        place.inside["lessons"] = Place(place.file, 1)
        raw["lessons"] = read_lessons(found, folder, place.inside["lessons"])
        settle_minutes(found, raw, raw["lessons"], place)
        places.inside[len(modules)] = place
        modules.append(raw)
    return modules


def _folders(found: BundleFiles) -> list[str]:
    """The module folders in their order; what else lies around is a fault."""
    folders: set[str] = set()
    for file in found.files:
        if file == COURSE_FILE or file.startswith((f"{MEDIA}/", *NOT_READ)):
            continue
        match = _FOLDER.fullmatch(file)
        if match is None:
            found.fault(file, "is no part of a bundle", LAYOUT)
        else:
            folders.add(match[1])
    return sorted(folders, key=position_of)
