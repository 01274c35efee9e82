"""Which files people and courses may bring, known by their first bytes and their ending.

A name alone proves nothing (trust.md 3.7): signature and ending must agree. SVG is not among them,
since it carries scripts.
"""

import re
import struct

HEAD_BYTES = 64 * 1024

ENDINGS: dict[str, tuple[str, ...]] = {
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/webp": ("webp",),
    "video/mp4": ("mp4",),
    "video/webm": ("webm",),
    "text/vtt": ("vtt",),
    "application/pdf": ("pdf",),
}
ALLOWED_ENDINGS = tuple(ending for endings in ENDINGS.values() for ending in endings)

_SIGNATURES: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("image/png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("image/jpeg", re.compile(rb"\xff\xd8\xff")),
    ("image/webp", re.compile(rb"RIFF....WEBP", re.DOTALL)),
    ("video/mp4", re.compile(rb"....ftyp", re.DOTALL)),
    ("video/webm", re.compile(rb"\x1a\x45\xdf\xa3.{0,60}webm", re.DOTALL)),
    ("application/pdf", re.compile(rb"%PDF-")),
    ("text/vtt", re.compile(rb"(?:\xef\xbb\xbf)?WEBVTT(?:[ \t\r\n]|$)")),
)
_JPEG_MARK = 0xFF
_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def media_type_of(head: bytes) -> str | None:
    """The media type that the first bytes prove, or None when it is none of ours."""
    return next((name for name, signature in _SIGNATURES if signature.match(head)), None)


def ending_of(name: str) -> str:
    """The ending of a file's name in lower case, without the dot."""
    return name.rpartition("/")[2].rpartition(".")[2].lower()


def picture_size(head: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG, JPEG or WebP; None when the head does not say."""
    readers = {
        "image/png": _png_size,
        "image/jpeg": _jpeg_size,
        "image/webp": _webp_size,
    }
    reader = readers.get(media_type_of(head) or "")
    try:
        return reader(head) if reader else None
    except (struct.error, IndexError):
        return None


def _png_size(head: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def _webp_size(head: bytes) -> tuple[int, int] | None:
    kind = head[12:16]
    if kind == b"VP8X":
        wide, high = head[24:27] + b"\0", head[27:30] + b"\0"
        return struct.unpack("<I", wide)[0] + 1, struct.unpack("<I", high)[0] + 1
    if kind == b"VP8L":
        bits = struct.unpack("<I", head[21:25])[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg_size(head: bytes) -> tuple[int, int] | None:
    position = 2
    while position + 9 <= len(head) and head[position] == _JPEG_MARK:
        marker = head[position + 1]
        if marker in _JPEG_SIZES:
            height, width = struct.unpack(">HH", head[position + 5 : position + 9])
            return width, height
        position += 2 + struct.unpack(">H", head[position + 2 : position + 4])[0]
    return None
