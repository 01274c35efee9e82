"""Captions in WebVTT, as far as a page needs them: the words and when they are said.

https://www.w3.org/TR/webvtt1/ : a header, blocks between blank lines, a line with `-->` and the
words below it; NOTE, STYLE and REGION blocks say nothing to a reader.
"""

import html
import re
from dataclasses import dataclass

_TIMES = re.compile(
    r"((?:\d{2,}:)?\d{2}:\d{2}\.\d{3})[ \t]+-->[ \t]+((?:\d{2,}:)?\d{2}:\d{2}\.\d{3})(?:[ \t].*)?"
)
_TAG = re.compile(r"<[^<>\n]{0,200}>")


@dataclass(frozen=True, slots=True)
class CaptionLine:
    """What is said from `at_seconds` on."""

    at_seconds: float
    text: str


class BadCaptions(ValueError):
    """The file is no WebVTT; `line` counts from 1."""

    def __init__(self, line: int, wrong: str) -> None:
        self.line = line
        self.wrong = wrong
        super().__init__(f"line {line}: {wrong}")


def parse_captions(text: str) -> list[CaptionLine]:
    """The spoken lines in order of time; BadCaptions names the first line that is wrong."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not re.match(r"WEBVTT(?:[ \t]|$)", lines[0]):
        raise BadCaptions(1, "the file does not begin with WEBVTT")
    spoken: list[CaptionLine] = []
    position = 0
    while position < len(lines):
        if "-->" not in lines[position]:
            position += 1
            continue
        end = _end_of_block(lines, position)
        spoken.append(_line(lines, position, end, spoken[-1].at_seconds if spoken else 0.0))
        position = end
    if not spoken:
        raise BadCaptions(len(lines), "the file has no captions")
    return spoken


def _end_of_block(lines: list[str], start: int) -> int:
    end = start + 1
    while end < len(lines) and lines[end].strip():
        end += 1
    return end


def _line(lines: list[str], start: int, end: int, earliest: float) -> CaptionLine:
    times = _TIMES.fullmatch(lines[start].strip())
    if times is None:
        raise BadCaptions(start + 1, "this line is no time like 00:00.000 --> 00:02.000")
    begins, ends = _seconds(times[1]), _seconds(times[2])
    if begins < earliest or ends <= begins:
        raise BadCaptions(start + 1, "this line goes back in time")
    words = " ".join(" ".join(lines[start + 1 : end]).split())
    return CaptionLine(begins, html.unescape(_TAG.sub("", words)))


def _seconds(clock: str) -> float:
    total = 0.0
    for part in clock.split(":"):
        total = total * 60 + float(part)
    return round(total, 3)
