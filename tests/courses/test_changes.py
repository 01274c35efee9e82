from copy import deepcopy

from lms.courses.changes import changes_between, reused_keys
from tests.course_samples import SAMPLE, lesson_values, sample

PNG = {"sha256": "a" * 64, "media_type": "image/png", "size_bytes": 9}


def with_options(*keys):
    modules = deepcopy(SAMPLE["modules"])
    options = [
        {"key": key, "text": {"de": "x", "en": "x"}, "correct": key == keys[0]} for key in keys
    ]
    modules[0]["lessons"][1]["questions"][0]["options"] = options
    return sample(modules=modules)


def test_the_first_version_adds_its_lessons():
    assert changes_between(None, sample()) == {"lessons_added": ["welcome", "check", "try"]}


def test_the_same_course_has_no_changes():
    assert changes_between(sample(), sample()) == {}


def test_another_order_is_no_change():
    turned = sample(modules=list(reversed(deepcopy(SAMPLE["modules"]))))
    assert changes_between(sample(), turned) == {}


def test_lessons_and_questions_that_came_went_and_changed_are_named():
    modules = lesson_values(0, 0, key="hello")
    modules[1]["lessons"][0]["minutes"] = 6
    quiz = modules[0]["lessons"][1]
    quiz["questions"][0] |= {"points": 2, "reread": None}
    quiz["questions"].append(deepcopy(quiz["questions"][0]) | {"key": "more"})
    newer = sample(modules=modules, title={"de": "Neu", "en": "New"})
    assert changes_between(sample(), newer) == {
        "lessons_added": ["hello"],
        "lessons_removed": ["welcome"],
        "lessons_changed": ["try"],
        "questions_added": ["more"],
        "questions_changed": ["who"],
        "course_changed": ["title"],
    }
    assert changes_between(newer, sample())["questions_removed"] == ["more"]


def test_a_picture_drawn_anew_changes_its_lesson():
    modules = lesson_values(0, 0, text={"de": "![T](media/x.png)", "en": "![D](media/x.png)"})
    older = sample(modules=modules, media={"media/x.png": PNG})
    newer = sample(modules=modules, media={"media/x.png": PNG | {"sha256": "b" * 64}})
    assert changes_between(older, newer) == {"lessons_changed": ["welcome"]}


def test_changed_words_reuse_no_key():
    assert list(reused_keys(sample(), sample(modules=lesson_values(0, 0, minutes=9)))) == []
    assert list(reused_keys(with_options("a", "b"), with_options("b", "c"))) == []


def test_a_key_of_a_lesson_of_another_kind_is_reused():
    newer = sample(
        modules=lesson_values(0, 0, kind="practice", confirmed_by="self", evidence={"de": "x"})
    )
    assert [(p.path, p.wrong) for p in reused_keys(sample(), newer)] == [
        (
            ("modules", 0, "lessons", 0, "key"),
            "lesson key 'welcome' was a reading, now it is a practice",
        )
    ]


def test_a_question_with_none_of_its_options_left_is_another_question():
    found = list(reused_keys(with_options("a", "b"), with_options("c", "d")))
    assert [(p.path, p.wrong) for p in found] == [
        (
            ("modules", 0, "lessons", 1, "questions", 0, "key"),
            "question key 'who' was another question before",
        )
    ]


def test_a_question_of_another_type_is_another_question():
    modules = deepcopy(SAMPLE["modules"])
    modules[0]["lessons"][1]["questions"][0]["type"] = "multiple_choice"
    found = list(reused_keys(sample(), sample(modules=modules)))
    assert [p.wrong for p in found] == ["question key 'who' was another question before"]
