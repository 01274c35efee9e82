"""A small course for tests: as values, and as a bundle on disk that says the same."""

import struct
import zlib
from copy import deepcopy
from pathlib import Path
from typing import Any

from lms.courses.document import Course

CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:02.000\nHallo.\n\n00:02.000 --> 00:04.500\nBis gleich.\n"
FILM = b"\x00\x00\x00\x18ftypmp42" + b"film" * 100


def png(width: int = 2, height: int = 1) -> bytes:
    """A picture of so many black pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\0" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


FILES: dict[str, str | bytes] = {
    "course.yaml": """\
slug: sample
title: {de: Beispiel, en: Sample}
summary: {de: Worum es geht., en: What it is about.}
audience: {de: Alle, en: Everybody}
languages: [de, en]
competences: ["2.1@3"]
owner: Wiki-Team
review_months: 12
validity_months: 24
renewal: {window_days: 60, mode: refresher}
sources:
  - {title: T, publisher: P, address: "https://example.org/x", seen_on: 2026-11-01}
""",
    "10-start/module.yaml": "title: {de: Start, en: Start}\nminutes: 9\n",
    "10-start/10-welcome.yaml": """\
kind: reading
title: {de: Willkommen, en: Welcome}
minutes: 3
confirm: true
""",
    "10-start/10-welcome.de.md": "Hallo.\n\n## Warteraum {#room}\n\n![Tür](media/door.png)\n",
    "10-start/10-welcome.en.md": "Hello.\n\n## Waiting room {#room}\n\n![Door](media/door.png)\n",
    "10-start/20-film.yaml": """\
kind: video
title: {de: Film, en: Film}
minutes: 2
file: {de: media/film.mp4, en: media/film.mp4}
poster: media/door.png
captions: {de: media/film.vtt, en: media/film.vtt}
transcript: {de: media/film.vtt, en: "Hello.\\n\\nSee you."}
voice: none
""",
    "10-start/30-check.yaml": """\
kind: quiz
title: {de: Kurz geprüft, en: Quick check}
minutes: 4
refresher: true
pass_percent: 80
draw: 2
questions:
  - key: who-comes-in
    type: single_choice
    text: {de: Wer darf hinein?, en: Who may come in?}
    options:
      - {key: everybody, text: {de: Alle, en: Everybody}}
      - {key: known, text: {de: Bekannte, en: People I know}, correct: true}
    explanation: {de: Darum., en: That is why.}
    reread: 10-welcome#room
  - key: what-helps
    type: multiple_choice
    text: {de: Was hilft?, en: What helps?}
    options:
      - {key: code, text: {de: Kenncode, en: Passcode}, correct: true}
      - {key: door, text: {de: Warteraum, en: Waiting room}, correct: true}
      - {key: hope, text: {de: Hoffen, en: Hope}}
""",
    "20-work/module.yaml": "title: {de: Arbeit, en: Work}\n",
    "20-work/10-try.yaml": """\
kind: practice
title: {de: Probier es, en: Try it}
minutes: 5
confirmed_by: self
evidence: {de: Ein Satz., en: One sentence.}
""",
    "20-work/10-try.de.md": "Probier es im Team.\n",
    "20-work/10-try.en.md": "Try it in your team.\n",
    "media/door.png": png(),
    "media/film.mp4": FILM,
    "media/film.vtt": CAPTIONS,
}


def write_bundle(folder: Path, changes: dict[str, str | bytes | None] | None = None) -> Path:
    """The bundle below `folder`; `changes` replaces files by name, None leaves one out."""
    for name, content in (FILES | (changes or {})).items():
        if content is not None:
            put(folder, name, content)
    return folder


def replaced(name: str, old: str, new: str) -> dict[str, str | bytes | None]:
    """One file of the bundle with other words at one place."""
    content = FILES[name]
    assert isinstance(content, str)
    assert content.count(old) >= 1
    return {name: content.replace(old, new, 1)}


def put(folder: Path, name: str, content: str | bytes) -> None:
    """Write one file of a bundle."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


_TEXT = {"de": "Hallo.", "en": "Hello."}
SAMPLE: dict[str, Any] = {
    "slug": "sample",
    "title": {"de": "Beispiel", "en": "Sample"},
    "summary": _TEXT,
    "audience": _TEXT,
    "languages": ["de", "en"],
    "competences": ["2.1@3"],
    "owner": "Wiki-Team",
    "validity_months": 24,
    "renewal": {"mode": "refresher"},
    "media": {},
    "modules": [
        {
            "key": "start",
            "title": _TEXT,
            "minutes": 7,
            "lessons": [
                {
                    "kind": "reading",
                    "key": "welcome",
                    "title": _TEXT,
                    "minutes": 3,
                    "text": {"de": "## Raum {#room}", "en": "## Room {#room}"},
                },
                {
                    "kind": "quiz",
                    "key": "check",
                    "title": _TEXT,
                    "minutes": 4,
                    "refresher": True,
                    "questions": [
                        {
                            "key": "who",
                            "type": "single_choice",
                            "text": _TEXT,
                            "reread": "welcome",
                            "options": [
                                {"key": "a", "text": _TEXT},
                                {"key": "b", "text": _TEXT, "correct": True},
                            ],
                        }
                    ],
                },
            ],
        },
        {
            "key": "work",
            "title": _TEXT,
            "minutes": 5,
            "lessons": [
                {
                    "kind": "practice",
                    "key": "try",
                    "title": _TEXT,
                    "minutes": 5,
                    "confirmed_by": "self",
                    "evidence": _TEXT,
                    "text": _TEXT,
                }
            ],
        },
    ],
}


def sample(**changes: Any) -> Course:
    """The sample course; keywords replace its keys."""
    return Course.model_validate(deepcopy(SAMPLE) | changes)


def lesson_values(module: int, number: int, **changes: Any) -> list[dict[str, Any]]:
    """The sample's modules with one lesson changed."""
    modules: list[dict[str, Any]] = deepcopy(SAMPLE["modules"])
    lessons = modules[module]["lessons"]
    lessons[number] = {k: v for k, v in (lessons[number] | changes).items() if v is not None}
    return modules
