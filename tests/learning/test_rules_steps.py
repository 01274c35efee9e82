import pytest

from lms.learning.rules.steps import (
    LessonLocked,
    StepState,
    current_step,
    find_step,
    next_step,
    remaining_minutes,
    require_open,
    steps_of,
)
from tests.learning.samples import document

LESSONS = document().lessons
DONE, WAITING, OPEN, LOCKED = StepState.DONE, StepState.WAITING, StepState.OPEN, StepState.LOCKED


def states(done=(), waiting=()):
    return [step.state for step in steps_of(LESSONS, done=done, waiting=waiting)]


def test_at_the_start_only_the_first_lesson_is_open():
    assert states() == [OPEN, LOCKED, LOCKED, LOCKED]


def test_a_finished_lesson_opens_the_next():
    assert states(done={"welcome"}) == [DONE, OPEN, LOCKED, LOCKED]


def test_a_waiting_report_holds_nobody_up():
    assert states(done={"welcome"}, waiting={"film"}) == [DONE, WAITING, OPEN, LOCKED]


def test_what_was_done_stays_done_behind_a_lesson_that_came_back():
    assert states(done={"film", "check"}) == [OPEN, DONE, DONE, LOCKED]


def test_a_locked_lesson_names_the_one_before_it():
    steps = steps_of(LESSONS, done={"welcome"})
    assert [(step.number, step.after) for step in steps] == [(1, 0), (2, 0), (3, 2), (4, 3)]
    require_open(steps[1])
    with pytest.raises(LessonLocked) as refused:
        require_open(steps[3])
    assert refused.value.values == {"number": 3}


def test_one_goes_on_where_one_last_was():
    steps = steps_of(LESSONS, done={"welcome"})
    assert current_step(steps, "film").lesson.key == "film"


@pytest.mark.parametrize("last", [None, "welcome", "try", "gone"])
def test_one_goes_on_with_the_first_open_lesson_where_the_last_is_none(last):
    steps = steps_of(LESSONS, done={"welcome"})
    assert current_step(steps, last).lesson.key == "film"


def test_with_everything_done_there_is_nothing_to_go_on_with():
    assert current_step(steps_of(LESSONS, done={one.key for one in LESSONS})) is None


def test_steps_are_found_by_key_and_by_place():
    steps = steps_of(LESSONS, done=())
    assert find_step(steps, "check").number == 3
    assert find_step(steps, "gone") is None
    assert next_step(steps, 3).number == 4
    assert next_step(steps, 4) is None


def test_waiting_and_finished_lessons_take_no_more_time():
    steps = steps_of(LESSONS, done={"welcome"}, waiting={"film"})
    assert remaining_minutes(steps) == 9
