"""The media of a bundle: which files are taken, how large they may be, what they prove to be."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lms.authoring.yaml_files import Fault
from lms.courses.document import Medium
from lms.kernel import filetypes

MAX_BYTES = {
    "video/mp4": 500_000_000,
    "video/webm": 500_000_000,
    "application/pdf": 20_000_000,
    "text/vtt": 1_000_000,
    "image/png": 5_000_000,
    "image/jpeg": 5_000_000,
    "image/webp": 5_000_000,
}
MAX_PIXELS = 25_000_000

_ENDINGS = ", ".join(filetypes.ALLOWED_ENDINGS)
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file of the bundle and what the document says about it."""

    path: Path
    medium: Medium


def examine(file: str, path: Path) -> MediaFile | Fault:
    """The medium that the file holds, or why it is refused. `file` is its name in messages."""
    with path.open("rb") as stream:
        head = stream.read(filetypes.HEAD_BYTES)
    media_type = filetypes.media_type_of(head)
    ending = filetypes.ending_of(path.name)
    if ending not in filetypes.ALLOWED_ENDINGS:
        return Fault(file, 1, f"files ending in .{ending} are not taken", _ENDINGS)
    if media_type is None or ending not in filetypes.ENDINGS[media_type]:
        expected = media_type or "none of the types that are taken"
        wrong = f"ends in .{ending}, but its content is {expected}"
        return Fault(file, 1, wrong, "content and ending of the same type")
    size = path.stat().st_size
    if size > MAX_BYTES[media_type]:
        return Fault(file, 1, f"has {size:,} bytes", f"at most {MAX_BYTES[media_type]:,}")
    pixels = filetypes.picture_size(head)
    if media_type.startswith("image/") and not _is_reasonable(pixels):
        wrong = f"has {pixels[0]} × {pixels[1]} pixels" if pixels else "has no readable size"
        return Fault(file, 1, wrong, f"a picture of at most {MAX_PIXELS:,} pixels")
    width, height = pixels or (None, None)
    return MediaFile(
        path,
        Medium(
            sha256=_sha256(path),
            media_type=media_type,
            size_bytes=size,
            width=width,
            height=height,
        ),
    )


def _is_reasonable(pixels: tuple[int, int] | None) -> bool:
    return pixels is not None and 0 < pixels[0] * pixels[1] <= MAX_PIXELS


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(path):
        digest.update(chunk)
    return digest.hexdigest()


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            yield chunk
