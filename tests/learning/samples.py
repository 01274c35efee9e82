"""A course of every kind of lesson, as a document and as a published version."""

from copy import deepcopy
from typing import Any

from sqlalchemy.orm import Session

from lms.courses import queries as courses
from lms.courses.document import Course as Document
from lms.courses.document import Quiz
from lms.courses.models import Course, CourseVersion
from tests.factories import NOW, TODAY

_SHA = "a" * 64


def words(german: str, english: str | None = None) -> dict[str, str]:
    """A text in both languages."""
    return {"de": german, "en": english or f"{german} (en)"}


def option(key: str, *, correct: bool = False, feedback: str | None = None) -> dict[str, Any]:
    """An answer to choose from."""
    found: dict[str, Any] = {"key": key, "text": words(f"Antwort {key}"), "correct": correct}
    return found | ({"feedback": words(feedback)} if feedback else {})


ONE = {
    "key": "one",
    "type": "single_choice",
    "text": words("Frage eins"),
    "case": words("Ein Fall"),
    "options": [option("a", feedback="Knapp daneben."), option("b", correct=True)],
    "explanation": words("Darum b."),
    "reread": "10-welcome#room",
}
TWO = {
    "key": "two",
    "type": "multiple_choice",
    "text": words("Frage zwei"),
    "options": [option("c", correct=True), option("d", correct=True), option("e"), option("f")],
}
THREE = {
    "key": "three",
    "type": "single_choice",
    "text": words("Frage drei"),
    "options": [option("g", correct=True), option("h")],
    "reread": "film",
}

READING = {
    "kind": "reading",
    "key": "welcome",
    "title": words("Willkommen"),
    "minutes": 3,
    "confirm": True,
    "refresher": True,
    "text": words("## Raum {#room}\n\nHallo *du*.", "## Room {#room}\n\nHello *you*."),
}
VIDEO = {
    "kind": "video",
    "key": "film",
    "title": words("Der Film"),
    "minutes": 2,
    "file": words("media/film.mp4", "media/film.mp4"),
    "poster": "media/film.webp",
    "captions": words("media/de.vtt", "media/en.vtt"),
    "transcript": words("WEBVTT"),
    "cues": {
        "de": [{"at_seconds": 0.0, "text": "Guten Tag."}, {"at_seconds": 61.5, "text": "Ende."}],
        "en": [{"at_seconds": 0.0, "text": "Hello."}],
    },
}
CHECK = {
    "kind": "quiz",
    "key": "check",
    "title": words("Kurz geprüft"),
    "minutes": 4,
    "pass_percent": 60,
    "shuffle": False,
    "questions": [ONE, TWO, THREE],
}
OWN = {
    "kind": "practice",
    "key": "try",
    "title": words("Probier es"),
    "minutes": 5,
    "confirmed_by": "self",
    "evidence": words("Schreib einen Satz."),
    "text": words("Probier es im Team."),
}
HANDED_IN = OWN | {"key": "plan", "title": words("Dein Plan"), "confirmed_by": "officer"}
FINAL = CHECK | {
    "key": "final",
    "title": words("Zum Schluss"),
    "refresher": True,
    "feedback": "end",
    "attempts": 2,
    "pass_percent": 100,
    "questions": [ONE, THREE],
}

DOCUMENT: dict[str, Any] = {
    "slug": "sample",
    "title": words("Beispielkurs", "Sample course"),
    "summary": words("Worum es geht."),
    "audience": words("Für alle."),
    "languages": ["de", "en"],
    "competences": ["2.1@3"],
    "owner": words("Wiki-Team"),
    "validity_months": 24,
    "renewal": {"mode": "refresher", "window_days": 60},
    "sources": [
        {"title": "T", "publisher": "P", "address": "https://example.org", "seen_on": "2026-11-01"}
    ],
    "media": {
        f"media/{name}": {"sha256": _SHA, "media_type": kind, "size_bytes": 10}
        for name, kind in (
            ("film.mp4", "video/mp4"),
            ("film.webp", "image/webp"),
            ("de.vtt", "text/vtt"),
            ("en.vtt", "text/vtt"),
        )
    },
    "modules": [],
}


def document(*lessons: dict[str, Any], **changes: Any) -> Document:
    """A course with these lessons, half of them in each of two modules."""
    chosen = deepcopy(lessons or (READING, VIDEO, CHECK, OWN))
    half = (len(chosen) + 1) // 2
    parts = [part for part in (chosen[:half], chosen[half:]) if part]
    modules = [
        {
            "key": f"part-{number}",
            "title": words(f"Teil {number}"),
            "minutes": sum(lesson["minutes"] for lesson in part),
            "lessons": part,
        }
        for number, part in enumerate(parts, 1)
    ]
    return Document.model_validate(deepcopy(DOCUMENT) | {"modules": modules} | changes)


def quiz(**changes: Any) -> Quiz:
    """The quiz of three questions: 60 per cent pass, each answered at once."""
    return Quiz.model_validate(deepcopy(CHECK) | changes)


def publish(
    session: Session, found: Document | None = None, *, retrain_days: int | None = None
) -> CourseVersion:
    """The next version of a course."""
    found = found or document()
    course = courses.find_course(session, found.slug) or Course(slug=found.slug, created_at=NOW)
    session.add(course)
    session.flush()
    newest = courses.find_newest_version(session, course.id)
    number = newest.number + 1 if newest else 1
    version = CourseVersion(
        course_id=course.id,
        number=number,
        published_on=TODAY,
        retrain=retrain_days is not None,
        retrain_due_days=retrain_days,
        digest=str(hash((found.model_dump_json(), number))),
        titles=dict(found.title),
        changes={},
        document=found.model_dump(mode="json"),
    )
    session.add(version)
    session.flush()
    return version
