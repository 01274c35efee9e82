"""Draws one picture anew: a program of its own, started for each and gone afterwards.

    python -I picture_press.py png < picture.png > clean.png
    python -I picture_press.py webp 640 320 < mark.webp > small.png

With a width and a height the picture is made to fit into them, as PNG.

What comes out holds pixels and nothing else: no place, no camera, nothing behind the picture.
A picture is a program for its reader, so that it is read away from the worker, whose memory also
stays small. Exit 3: more pixels than allowed; 4: no picture of this kind, or a broken one.
"""

import io
import sys

from PIL import Image, ImageOps

MOST_PIXELS = 25_000_000
TOO_LARGE = 3
BROKEN = 4
_FORMATS = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP"}


class TooManyPixels(Exception):
    """More than a worker should ever draw."""


def drawn_anew(content: bytes, kind: str, within: tuple[int, int] | None = None) -> bytes:
    """The same picture without anything but its pixels, turned the way it is meant to be seen."""
    with Image.open(io.BytesIO(content), formats=[_FORMATS[kind]]) as opened:
        width, height = opened.size
        if width * height > MOST_PIXELS:
            raise TooManyPixels
        opened.load()
        upright = ImageOps.exif_transpose(opened)
    is_flat = kind == "jpeg" or (
        upright.mode not in ("RGBA", "LA", "PA") and "transparency" not in upright.info
    )
    pixels = upright.convert("RGB" if is_flat else "RGBA")
    pixels.info = {}
    out = io.BytesIO()
    if within is not None:
        pixels.thumbnail(within, Image.Resampling.LANCZOS)
        pixels.save(out, "PNG", optimize=True)
    elif kind == "jpeg":
        pixels.save(out, "JPEG", quality=88, optimize=True)
    else:
        pixels.save(out, _FORMATS[kind])
    return out.getvalue()


def _within(sizes: list[str]) -> tuple[int, int] | None:
    return (int(sizes[0]), int(sizes[1])) if sizes else None


def main() -> int:
    """Read a picture from standard input and write it anew to standard output."""
    Image.MAX_IMAGE_PIXELS = None  # our own limit stands above
    try:
        made = drawn_anew(sys.stdin.buffer.read(), sys.argv[1], _within(sys.argv[2:]))
    except TooManyPixels:
        return TOO_LARGE
    except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError):
        return BROKEN
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
