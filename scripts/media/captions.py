"""Captions as WebVTT, which are the transcript too: pure text, no rendering."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LINE_LENGTH = 42
LINES = 2
READING_SPEED = 17
"""Characters a second that a reader is asked for at most."""

_TIMES = re.compile(r"(\d\d):(\d\d):(\d\d\.\d{3}) --> (\d\d):(\d\d):(\d\d\.\d{3})")


@dataclass(frozen=True)
class Cue:
    """A text and when it stands there, in seconds from the beginning of the film."""

    start: float
    end: float
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The text without its line breaks."""
        return " ".join(self.lines)


def cues(sentences: Iterable[tuple[float, float, str]]) -> list[Cue]:
    """Captions for sentences given as start, end, text; long ones become several cues."""
    return [cue for start, end, text in sentences for cue in _split(start, end, text)]


def write(written: Iterable[Cue]) -> str:
    """The cues as a WebVTT file."""
    blocks = (
        f"{_clock(cue.start)} --> {_clock(cue.end)}\n" + "\n".join(cue.lines) for cue in written
    )
    return "WEBVTT\n\n" + "\n\n".join(blocks) + "\n"


def read(vtt: str) -> list[Cue]:
    """The cues of a WebVTT file as `write` makes it."""
    return list(_read(vtt))


def faults(written: Iterable[Cue]) -> list[str]:
    """What would be hard to read: lines too many or too long, cues too fast or overlapping."""
    found = []
    before = 0.0
    for cue in written:
        if len(cue.lines) > LINES:
            found.append(f"more than {LINES} lines: {cue.text}")
        found += [f"longer than {LINE_LENGTH}: {s}" for s in cue.lines if len(s) > LINE_LENGTH]
        if len(cue.text) > READING_SPEED * (cue.end - cue.start):
            found.append(f"faster than {READING_SPEED} characters a second: {cue.text}")
        if cue.start < before:
            found.append(f"begins before the last one ends: {cue.text}")
        before = cue.end
    return found


def _read(vtt: str) -> Iterator[Cue]:
    for block in vtt.strip().split("\n\n")[1:]:
        times, *lines = block.split("\n")
        found = _TIMES.fullmatch(times)
        if found is None:
            message = f"no times of a cue: {times}"
            raise ValueError(message)
        hour, minute, second, *end = found.groups()
        yield Cue(_seconds(hour, minute, second), _seconds(*end), tuple(lines))


def _split(start: float, end: float, text: str) -> Iterator[Cue]:
    parts = _parts(text)
    total = sum(len(part) for part in parts)
    begins = start
    for part in parts:
        ends = begins + (end - start) * len(part) / total
        yield Cue(round(begins, 3), round(ends, 3), _lines(part))
        begins = ends


def _parts(text: str) -> list[str]:
    """The text in as few pieces as fit two lines, cut after a sentence or a comma if possible."""
    if _lines(text):
        return [text]
    gaps = [gap.end() for gap in re.finditer(r"\s+", text)]
    middle = len(text) / 2

    def price(gap: int) -> float:
        mark = text[gap - 2]
        return abs(gap - middle) - (24 if mark in ".?!:“”" else 14 if mark in ",;" else 0)

    cut = min(gaps, key=price)
    return [*_parts(text[:cut].strip()), *_parts(text[cut:])]


def _lines(text: str) -> tuple[str, ...]:
    """One line, or two of about the same length; nothing when two are not enough."""
    if len(text) <= LINE_LENGTH:
        return (text,)
    pairs = [
        (text[: gap.start()], text[gap.end() :])
        for gap in re.finditer(r"\s+", text)
        if max(gap.start(), len(text) - gap.end()) <= LINE_LENGTH
    ]
    return min(pairs, key=lambda pair: abs(len(pair[0]) - len(pair[1])), default=())


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def _seconds(hours: str, minutes: str, seconds: str) -> float:
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
