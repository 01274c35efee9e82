import pytest
from pydantic import ValidationError

from lms.courses.document import Mode
from lms.kernel.markdown import Shown
from tests.course_samples import lesson_values, sample


def wrong_with(**changes):
    with pytest.raises(ValidationError) as refused:
        sample(**changes)
    # What holds a refused part is too short for that reason alone.
    return [e["msg"] for e in refused.value.errors() if e["type"] != "too_short"]


def test_a_course_survives_being_stored():
    course = sample()
    assert type(course).model_validate(course.model_dump(mode="json")) == course


def test_what_is_left_out_has_its_default():
    course = sample(renewal={})
    assert (course.review_months, course.renewal.mode, course.window_days) == (12, Mode.FULL, 60)


@pytest.mark.parametrize(
    ("validity_months", "renewal", "days"),
    [(24, {}, 60), (3, {}, 42), (1, {}, 14), (None, {}, 0), (24, {"window_days": 30}, 30)],
)
def test_the_window_is_given_or_60_days_but_at_most_14_a_month(validity_months, renewal, days):
    assert sample(validity_months=validity_months, renewal=renewal).window_days == days


def test_once_is_enough_can_be_said_in_words():
    assert sample(validity_months="none", renewal={}).validity_months is None


def test_a_window_is_shorter_than_28_days_a_month():
    assert sample(validity_months=2, renewal={"window_days": 55}).window_days == 55
    assert wrong_with(validity_months=2, renewal={"window_days": 56}) == [
        "window_days is 56; allowed: less than 56 (28 days a month of validity)"
    ]


def test_a_window_needs_a_validity():
    assert wrong_with(validity_months=None, renewal={"window_days": 10}) == [
        "a renewal window without validity_months; allowed: validity_months: 24"
    ]


def test_competences_are_known_pairs():
    assert [str(pair) for pair in sample(competences=["digcomp-3.0:4.2@2"]).competence_levels] == [
        "4.2@2"
    ]
    assert wrong_with(competences=["2.1"]) == [
        "unknown competence '2.1'; allowed: CODE@LEVEL, for example 2.1@3"
    ]


def test_no_more_questions_are_drawn_than_there_are():
    assert wrong_with(modules=lesson_values(0, 1, draw=2)) == [
        "draw is 2, the pool has 1; allowed: 1 to 1"
    ]
    assert sample(modules=lesson_values(0, 1, draw=1)).lessons[1].drawn_count == 1
    assert sample().lessons[1].drawn_count == 1


@pytest.mark.parametrize("path", ["media/../x.mp4", "/etc/passwd", "media//x", "https://x/y"])
def test_media_never_lie_elsewhere(path):
    film = {
        "kind": "video",
        "key": "film",
        "title": {"de": "x"},
        "minutes": 1,
        "file": {"de": path},
        "captions": {"de": "media/x.vtt"},
        "transcript": {"de": "x"},
        "cues": {},
    }
    modules = [{"key": "m", "title": {"de": "x"}, "minutes": 1, "lessons": [film]}]
    assert len(wrong_with(modules=modules)) == 1


def test_a_medium_is_shown_under_its_hash_and_name():
    medium = {
        "sha256": "a" * 64,
        "media_type": "image/png",
        "size_bytes": 9,
        "width": 3,
        "height": 2,
    }
    course = sample(media={"media/sub/door.png": medium})
    assert course.shown("media/sub/door.png") == Shown(f"/media/{'a' * 64}/door.png", 3, 2)
    assert course.shown("media/other.png") is None


def test_people_read_their_own_language_else_the_first_of_the_course():
    course = sample()
    assert [course.language_for(locale) for locale in ("en", "de", "fr")] == ["en", "de", "de"]
