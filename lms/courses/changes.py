"""What differs between two versions of a course, and which names were given to something else."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from lms.courses.checks import Problem
from lms.courses.document import AnyLesson, Course, Quiz
from lms.questions.rules import Question

_MOVED_ONLY = {"media", "modules"}


def changes_between(older: Course | None, newer: Course) -> dict[str, list[str]]:
    """Keys of lessons and questions that came, went or changed, and what of the course changed.

    A lesson counts as changed by its own words and media; a quiz not by its questions, which stand
    in lists of their own.
    """
    if older is None:
        return {"lessons_added": [lesson.key for lesson in newer.lessons]}
    found = {
        **_compared("lessons", _lessons(older), _lessons(newer)),
        **_compared("questions", _questions(older), _questions(newer)),
        "course_changed": _changed_fields(older, newer),
    }
    return {name: keys for name, keys in found.items() if keys}


def reused_keys(older: Course, newer: Course) -> Iterator[Problem]:
    """Keys of the published version that now mean something else; progress hangs on them.

    A lesson is something else when its kind changed; a question when its type changed or none of
    its options is left.
    """
    lessons = {lesson.key: lesson for lesson in older.lessons}
    questions = {question.key: question for question in _pool(older)}
    for m, module in enumerate(newer.modules):
        for number, lesson in enumerate(module.lessons):
            path = ("modules", m, "lessons", number)
            before = lessons.get(lesson.key)
            if before is not None and before.kind != lesson.kind:
                wrong = f"lesson key {lesson.key!r} was a {before.kind}, now it is a {lesson.kind}"
                yield Problem((*path, "key"), wrong, "a new name for a new lesson")
            for index, question in enumerate(lesson.questions if isinstance(lesson, Quiz) else ()):
                known = questions.get(question.key)
                if known is not None and _is_another(known, question):
                    wrong = f"question key {question.key!r} was another question before"
                    at = (*path, "questions", index, "key")
                    yield Problem(at, wrong, "a new key for a new question")


def _is_another(before: Question, after: Question) -> bool:
    kept = {option.key for option in before.options} & {option.key for option in after.options}
    return before.type != after.type or not kept


def _pool(course: Course) -> list[Question]:
    return [q for lesson in course.lessons if isinstance(lesson, Quiz) for q in lesson.questions]


def _questions(course: Course) -> dict[str, object]:
    return {question.key: _with_media(course, question) for question in _pool(course)}


def _lessons(course: Course) -> dict[str, object]:
    return {lesson.key: _with_media(course, lesson) for lesson in course.lessons}


def _with_media(course: Course, part: AnyLesson | Question) -> object:
    """The part and the bytes that it names: a picture drawn anew is a change."""
    hidden = {"questions"} if isinstance(part, Quiz) else None
    content = part.model_dump(exclude=hidden)
    words = repr(content)
    return content, {path: m.sha256 for path, m in course.media.items() if path in words}


def _compared(
    word: str, older: Mapping[str, object], newer: Mapping[str, object]
) -> dict[str, list[str]]:
    return {
        f"{word}_added": [key for key in newer if key not in older],
        f"{word}_removed": [key for key in older if key not in newer],
        f"{word}_changed": [k for k, part in newer.items() if k in older and older[k] != part],
    }


def _changed_fields(older: BaseModel, newer: BaseModel) -> list[str]:
    return [
        name
        for name in type(newer).model_fields
        if name not in _MOVED_ONLY and getattr(older, name) != getattr(newer, name)
    ]
