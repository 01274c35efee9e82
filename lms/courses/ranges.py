"""Parts of a file over HTTP (RFC 9110 section 14), so that films can be sought and slow viewers
hold no worker.
"""

import io
import re
from dataclasses import dataclass
from typing import BinaryIO

OPEN_ENDED_BYTES = 1 << 20

_LONGEST_HEADER = 1000
_RANGE = re.compile(r"([0-9]{0,19})-([0-9]{0,19})")


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes `first` to `last`, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many bytes that is."""
        return self.last - self.first + 1


class BeyondTheEnd(Exception):
    """No part that was asked for lies inside the file (416)."""


def asked_span(header: str | None, size: int) -> Span | None:
    """The part to answer with; None means the whole file, as for a header that is not understood.

    Of several ranges the first that can be satisfied counts. One without an end gets at most
    OPEN_ENDED_BYTES: the browser asks on when it needs more.
    """
    unit, equals, ranges = (header or "").partition("=")
    if not equals or unit.strip().lower() != "bytes" or len(ranges) > _LONGEST_HEADER:
        return None
    matches = [_RANGE.fullmatch(part.strip()) for part in ranges.split(",")]
    asked = [(match[1], match[2]) for match in matches if match]
    if len(asked) != len(matches) or not all(map(_makes_sense, asked)):
        return None
    spans = [span for span in (_span(*pair, size) for pair in asked) if span]
    if not spans:
        raise BeyondTheEnd
    return spans[0]


def _makes_sense(pair: tuple[str, str]) -> bool:
    first, last = pair
    return bool(first or last) and not (first and last and int(last) < int(first))


def _span(first: str, last: str, size: int) -> Span | None:
    if not first:
        length = min(int(last), size)
        return Span(size - length, size - 1) if length else None
    if int(first) >= size:
        return None
    end = int(last) if last else int(first) + OPEN_ENDED_BYTES - 1
    return Span(int(first), min(end, size - 1))


class FilePart(io.RawIOBase):
    """A span of an open file that looks like a whole one, for servers that send files."""

    def __init__(self, stream: BinaryIO, span: Span) -> None:
        super().__init__()
        self._stream = stream
        self._span = span
        self._position = 0

    def readable(self) -> bool:
        """True: it can be read."""
        return True

    def seekable(self) -> bool:
        """True: servers measure it by seeking to its end."""
        return True

    def tell(self) -> int:
        """The position inside the part."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move inside the part."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._span.length}
        self._position = min(max(0, start[whence] + offset), self._span.length)
        return self._position

    def read(self, size: int = -1) -> bytes:
        """The next bytes of the part; empty at its end."""
        rest = self._span.length - self._position
        self._stream.seek(self._span.first + self._position)
        content = self._stream.read(rest if size < 0 else min(size, rest))
        self._position += len(content)
        return content

    def close(self) -> None:
        """Close the file as well."""
        self._stream.close()
        super().close()
