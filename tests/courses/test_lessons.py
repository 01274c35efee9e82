import pytest

from lms.courses import lessons
from lms.courses.document import Mode
from tests.course_samples import sample


def keys(found):
    return [lesson.key if lesson else None for lesson in found]


def test_refreshing_takes_the_marked_lessons_and_their_minutes():
    course = sample()
    assert keys(lessons.lessons_for(course, Mode.FULL)) == ["welcome", "check", "try"]
    assert keys(lessons.lessons_for(course, Mode.REFRESHER)) == ["check"]
    assert lessons.minutes_of(lessons.lessons_for(course, Mode.FULL)) == 12
    assert lessons.minutes_of(lessons.lessons_for(course, Mode.REFRESHER)) == 4


def test_a_course_that_renews_in_full_has_all_lessons_in_both_modes():
    course = sample(renewal={"mode": "full"})
    assert keys(lessons.lessons_for(course, Mode.REFRESHER)) == ["welcome", "check", "try"]


@pytest.mark.parametrize("name", ["welcome", "10-welcome", "99-welcome"])
def test_a_lesson_is_found_by_key_and_by_numbered_name(name):
    assert lessons.find_lesson(sample(), name).key == "welcome"


def test_no_lesson_no_module():
    assert lessons.find_lesson(sample(), "nothing") is None
    assert lessons.find_module(sample(), "nothing") is None
    assert lessons.find_module(sample(), "try").key == "work"


def test_neighbours_end_at_both_ends():
    all_lessons = sample().lessons
    assert keys(lessons.neighbours(all_lessons, "welcome")) == [None, "check"]
    assert keys(lessons.neighbours(all_lessons, "check")) == ["welcome", "try"]
    assert keys(lessons.neighbours(all_lessons, "try")) == ["check", None]
    assert keys(lessons.neighbours(all_lessons, "nothing")) == [None, None]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("10-welcome", "welcome"),
        ("welcome", "welcome"),
        ("10-2fa", "2fa"),
        ("2fa", "2fa"),
        ("10-", "10-"),
        ("10", "10"),
        ("a-10", "a-10"),
    ],
)
def test_the_key_is_the_name_without_its_number(name, key):
    assert lessons.key_of(name) == key


def test_reread_names_a_lesson_and_perhaps_a_heading():
    lesson, heading = lessons.reread_target(sample(), "10-welcome#room")
    assert (lesson.key, heading) == ("welcome", "room")
    lesson, heading = lessons.reread_target(sample(), "welcome")
    assert (lesson.key, heading) == ("welcome", None)
    assert lessons.reread_target(sample(), "nothing#room") == (None, "room")
