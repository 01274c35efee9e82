"""The files of one bundle, read with care, and what was found wrong on the way.

Nothing outside the folder is ever read: symbolic links are refused, and what documents name is
looked up among the files that were listed. Limits follow trust.md 3.8.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lms.authoring.media_files import MediaFile, examine
from lms.authoring.yaml_files import Fault, Place, Unreadable, decode, read_yaml
from lms.courses.captions import BadCaptions, CaptionLine, parse_captions

MEDIA = "media"
# Sources of films and recordings lie in the bundle for whoever renders them; no page shows them.
NOT_READ = ("film/", "media/voice/")
LAYOUT = "course.yaml, NN-module/module.yaml, NN-module/NN-lesson.yaml and .de.md, media/"

MAX_ENTRIES = 2_000
MAX_TOTAL_BYTES = 1 << 30

_MEDIA_NAME = re.compile(r"media/[a-z0-9][a-z0-9._/-]*")


@dataclass(slots=True)
class BundleFiles:
    """What lies in the folder, and the faults so far; `name` is the folder as people wrote it."""

    root: Path
    name: str
    files: dict[str, Path] = field(default_factory=dict)
    media: dict[str, MediaFile] = field(default_factory=dict)
    captions: dict[str, list[CaptionLine]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    # Parts that could not be read at all: what hangs together cannot be judged without them.
    is_incomplete: bool = False

    def shown(self, file: str) -> str:
        """The file's name in messages."""
        return f"{self.name}/{file}" if file else self.name

    def fault(self, file: str, wrong: str, allowed: str) -> None:
        """Note that a file as a whole is wrong."""
        self.faults.append(Fault(self.shown(file), 1, wrong, allowed))

    def yaml(self, file: str) -> tuple[dict[str, Any], Place] | None:
        """The file's values and places; None and a fault when it cannot be read."""
        try:
            return read_yaml(self.shown(file), self.files[file].read_bytes())
        except Unreadable as unreadable:
            self._give_up(unreadable.fault)
            return None

    def text(self, file: str) -> str:
        """The file's text; empty and a fault when it cannot be read."""
        try:
            text = decode(self.shown(file), self.files[file].read_bytes())
        except Unreadable as unreadable:
            self._give_up(unreadable.fault)
            return ""
        # NUL is refused by PostgreSQL, and no reader sees it.
        return text.replace("\0", "").rstrip("\n")

    def _give_up(self, fault: Fault) -> None:
        self.faults.append(fault)
        self.is_incomplete = True


def list_files(root: Path, name: str) -> BundleFiles:
    """Every file of the bundle with its media examined; links and strange names are faults."""
    found = BundleFiles(root, name)
    total_bytes = 0
    for path in _walk(root):
        file = path.relative_to(root).as_posix()
        if path.is_symlink() or not path.is_file():
            found.fault(file, "is a link or no ordinary file", "a file")
            continue
        total_bytes += path.stat().st_size
        found.files[file] = path
        if len(found.files) > MAX_ENTRIES or total_bytes > MAX_TOTAL_BYTES:
            limit = f"at most {MAX_ENTRIES:,} files and {MAX_TOTAL_BYTES:,} bytes"
            found.fault("", "the bundle is too large", limit)
            return found
    for file in found.files:
        if file.startswith(f"{MEDIA}/") and not file.startswith(NOT_READ):
            _take_medium(found, file)
    return found


def _walk(folder: Path) -> Iterator[Path]:
    """Files and links below a folder in order of their names; hidden ones are left out."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path)
        else:
            yield path


def _take_medium(found: BundleFiles, file: str) -> None:
    if not _MEDIA_NAME.fullmatch(file) or ".." in file:
        found.fault(file, "the file's name has other characters", "a-z 0-9 . - _")
        return
    medium = examine(found.shown(file), found.files[file])
    if isinstance(medium, Fault):
        found.faults.append(medium)
        return
    found.media[file] = medium
    if medium.medium.media_type == "text/vtt":
        try:
            found.captions[file] = parse_captions(found.text(file))
        except BadCaptions as bad:
            found.faults.append(
                Fault(found.shown(file), bad.line, bad.wrong, "WebVTT with captions")
            )
