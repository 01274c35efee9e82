"""What a course must hold together as a whole, beyond the shape of each part.

Pure: a course in, problems out; each says by its path where it is, so that a bundle can name file
and line and an editor its field.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from lms.courses.document import (
    AnyLesson,
    Course,
    Mode,
    Practice,
    Quiz,
    Reading,
    Video,
)
from lms.courses.lessons import lessons_for, reread_target
from lms.kernel.documents import LANGUAGES
from lms.kernel.filetypes import ENDINGS
from lms.kernel.markdown import ALLOWED_LINKS, MEDIA_PREFIX, is_allowed_link, outline

STARTER_FILM_BYTES = 2_000_000

Path = tuple[str | int, ...]

_NOT_LOCALISED = frozenset({"cues", "media"})
_MARKDOWN_FIELDS = frozenset({"text", "case", "explanation", "feedback"})


@dataclass(frozen=True, slots=True)
class Problem:
    """Where, what is wrong, what is allowed; `line` is the line inside a long text, from 0.

    A warning is told and stops nothing.
    """

    path: Path
    wrong: str
    allowed: str
    line: int = 0
    is_warning: bool = False


def check(course: Course) -> list[Problem]:
    """Everything that is wrong with a course whose parts are well formed, in no special order."""
    checks: tuple[Callable[[Course], Iterable[Problem]], ...] = (
        _languages,
        _repeated_keys,
        _rereads,
        _refresher,
        _texts,
        _lesson_media,
        _unused_media,
    )
    return [problem for one in checks for problem in one(course)]


def _lessons(course: Course) -> Iterator[tuple[Path, AnyLesson]]:
    for m, module in enumerate(course.modules):
        for number, lesson in enumerate(module.lessons):
            yield ("modules", m, "lessons", number), lesson


def localised_texts(part: object, path: Path = ()) -> Iterator[tuple[Path, Mapping[str, object]]]:
    """Every text of the document with one entry per language."""
    if isinstance(part, BaseModel):
        for name in type(part).model_fields:
            if name not in _NOT_LOCALISED:
                yield from localised_texts(getattr(part, name), (*path, name))
    elif isinstance(part, tuple):
        for index, item in enumerate(part):
            yield from localised_texts(item, (*path, index))
    elif isinstance(part, dict):
        yield path, part


def _languages(course: Course) -> Iterator[Problem]:
    declared = course.languages
    if len(set(declared)) != len(declared):
        yield Problem(("languages",), "a language is named twice", ", ".join(LANGUAGES))
    allowed = f"exactly the declared languages: {', '.join(declared)}"
    for path, texts in localised_texts(course):
        for language in declared:
            if language not in texts:
                yield Problem(
                    path, f"{path[-1]} is missing in {language!r}", _wanted(path, allowed)
                )
        for extra in texts:
            if extra not in declared:
                wrong = f"{path[-1]} is given in {extra!r}, which the course does not declare"
                yield Problem((*path, extra), wrong, allowed)


def _wanted(path: Path, allowed: str) -> str:
    # The texts of readings and practice tasks are files of their own.
    is_a_file = path[-1] == "text" and path[-3] == "lessons"
    return f"{allowed}, each in a file NAME.LANGUAGE.md" if is_a_file else allowed


def _repeated_keys(course: Course) -> Iterator[Problem]:
    modules = [(("modules", i, "key"), m.key) for i, m in enumerate(course.modules)]
    lessons = [((*path, "key"), lesson.key) for path, lesson in _lessons(course)]
    questions = [
        ((*path, "questions", i, "key"), question.key)
        for path, lesson in _lessons(course)
        if isinstance(lesson, Quiz)
        for i, question in enumerate(lesson.questions)
    ]
    for word, keyed in (
        ("module", modules),
        ("lesson", lessons),
        ("question", questions),
    ):
        seen: set[str] = set()
        for path, key in keyed:
            if key in seen:
                wrong = f"{word} key {key!r} is used twice in this course"
                yield Problem(path, wrong, "another file name, or `key:` with a name of its own")
            seen.add(key)


def _rereads(course: Course) -> Iterator[Problem]:
    known = ", ".join(lesson.key for lesson in course.lessons)
    for path, lesson in _lessons(course):
        for index, question in enumerate(lesson.questions if isinstance(lesson, Quiz) else ()):
            if question.reread is None:
                continue
            at = (*path, "questions", index, "reread")
            target, heading = reread_target(course, question.reread)
            if target is None:
                yield Problem(at, f"reread names no lesson: {question.reread!r}", known)
            elif heading is not None:
                yield from _reread_heading(at, target, heading)


def _reread_heading(at: Path, target: AnyLesson, heading: str) -> Iterator[Problem]:
    texts = target.text if isinstance(target, Reading | Practice) else {}
    if not texts:
        yield Problem(at, f"lesson {target.key!r} has no headings", f"{target.key} alone")
    for language, text in texts.items():
        names = [found.target for found in outline(text).headings]
        if heading not in names:
            wrong = f"heading {heading!r} is not in lesson {target.key!r} in {language!r}"
            yield Problem(at, wrong, ", ".join(names) or "a lesson without a heading")


def _refresher(course: Course) -> Iterator[Problem]:
    if course.renewal.mode is not Mode.REFRESHER:
        return
    if not any(isinstance(lesson, Quiz) for lesson in lessons_for(course, Mode.REFRESHER)):
        yield Problem(
            ("renewal", "mode"),
            "renewal mode refresher, but no quiz has `refresher: true`",
            "at least one quiz among the lessons with `refresher: true`, or mode: full",
        )


def _texts(course: Course) -> Iterator[Problem]:
    for path, texts in localised_texts(course):
        if path[-1] in _MARKDOWN_FIELDS and "lessons" in path:
            for language, text in texts.items():
                yield from _text(course, (*path, language), str(text))


def _text(course: Course, path: Path, text: str) -> Iterator[Problem]:
    found = outline(text)
    headings = {heading.target for heading in found.headings}
    for picture in found.pictures:
        line = picture.line - 1
        if not picture.text:
            wrong = f"picture {picture.target} has no alternative text"
            yield Problem(path, wrong, "![what the picture shows](media/file.webp)", line)
        yield from _medium(course, path, picture.target, "image/", line)
    for link in found.links:
        line = link.line - 1
        if not is_allowed_link(link.target):
            yield Problem(path, f"link to {link.target!r}", ALLOWED_LINKS, line)
        elif link.target.startswith(MEDIA_PREFIX):
            yield from _medium(course, path, link.target, "", line)
        elif link.target.startswith("#") and link.target[1:] not in headings:
            known = ", ".join(sorted(headings)) or "no heading has been written yet"
            yield Problem(path, f"no heading is named {link.target!r}", known, line)


def _lesson_media(course: Course) -> Iterator[Problem]:
    for path, lesson in _lessons(course):
        if not isinstance(lesson, Video):
            continue
        for language, file in lesson.file.items():
            at = (*path, "file", language)
            yield from _medium(course, at, file, "video/", 0)
            yield from _film_size(course, at, file)
        for language, file in lesson.captions.items():
            yield from _medium(course, (*path, "captions", language), file, "text/vtt", 0)
        for at, file in _posters(lesson, path):
            yield from _medium(course, at, file, "image/", 0)


def _posters(lesson: Video, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(lesson.poster, str):
        yield (*path, "poster"), lesson.poster
    elif lesson.poster is not None:
        for language, file in lesson.poster.items():
            yield (*path, "poster", language), file


def _medium(course: Course, at: Path, file: str, kind: str, line: int) -> Iterator[Problem]:
    medium = course.media.get(file)
    if medium is None:
        known = ", ".join(sorted(f for f, m in course.media.items() if _fits(m.media_type, kind)))
        yield Problem(at, f"{file} is not there", known or "a file in media/ of the bundle", line)
    elif not _fits(medium.media_type, kind):
        endings = [e for media_type, e in ENDINGS.items() if _fits(media_type, kind)]
        allowed = ", ".join(ending for group in endings for ending in group)
        yield Problem(at, f"{file} is of type {medium.media_type}", allowed, line)


def _fits(media_type: str, kind: str) -> bool:
    return media_type.startswith(kind)


def _film_size(course: Course, at: Path, file: str) -> Iterator[Problem]:
    medium = course.media.get(file)
    if medium is not None and medium.size_bytes > STARTER_FILM_BYTES:
        wrong = f"{file} has {medium.size_bytes:,} bytes"
        yield Problem(at, wrong, "2,000,000 in a starter course", is_warning=True)


def used_media(course: Course) -> set[str]:
    """The paths of all media that some lesson shows or links to."""
    used: set[str] = set()
    for path, lesson in _lessons(course):
        if isinstance(lesson, Video):
            used.update(lesson.file.values(), lesson.captions.values())
            used.update(lesson.transcript.values())
            used.update(file for _at, file in _posters(lesson, path))
    for path, texts in localised_texts(course):
        if path[-1] in _MARKDOWN_FIELDS and "lessons" in path:
            for text in texts.values():
                found = outline(str(text))
                used.update(item.target for item in (*found.pictures, *found.links))
    return used & course.media.keys()


def _unused_media(course: Course) -> Iterator[Problem]:
    for file in sorted(course.media.keys() - used_media(course)):
        yield Problem(("media", file), f"{file} is shown nowhere", "remove it", is_warning=True)
