"""Finding one's way among the lessons of a course."""

from collections.abc import Sequence

from lms.courses.document import AnyLesson, Course, Mode, Module


def lessons_for(course: Course, mode: Mode) -> tuple[AnyLesson, ...]:
    """The lessons of a mode; a course that renews in full has the same ones in both."""
    if mode is Mode.FULL or course.renewal.mode is Mode.FULL:
        return course.lessons
    return tuple(lesson for lesson in course.lessons if lesson.refresher)


def minutes_of(lessons: Sequence[AnyLesson]) -> int:
    """What the lessons take together."""
    return sum(lesson.minutes for lesson in lessons)


def find_lesson(course: Course, key: str) -> AnyLesson | None:
    """The lesson of this key, or of the file name that carries it (`10-welcome` for `welcome`)."""
    by_key = {lesson.key: lesson for lesson in course.lessons}
    return by_key.get(key) or by_key.get(key_of(key))


def find_module(course: Course, lesson_key: str) -> Module | None:
    """The module that a lesson belongs to."""
    return next(
        (m for m in course.modules if any(lesson.key == lesson_key for lesson in m.lessons)),
        None,
    )


def neighbours(lessons: Sequence[AnyLesson], key: str) -> tuple[AnyLesson | None, AnyLesson | None]:
    """The lessons before and after this one; None at either end and for a lesson not among them."""
    position = next((i for i, lesson in enumerate(lessons) if lesson.key == key), None)
    if position is None:
        return None, None
    before = lessons[position - 1] if position else None
    after = lessons[position + 1] if position + 1 < len(lessons) else None
    return before, after


def key_of(name: str) -> str:
    """The stable name in a numbered one: `10-welcome` is `welcome` wherever it stands."""
    number, hyphen, rest = name.partition("-")
    return rest if hyphen and rest and number.isascii() and number.isdigit() else name


def reread_target(course: Course, reread: str) -> tuple[AnyLesson | None, str | None]:
    """Lesson and heading that `10-welcome#waiting-room` names; None for what is not there."""
    name, _hash, heading = reread.partition("#")
    return find_lesson(course, name), heading or None
