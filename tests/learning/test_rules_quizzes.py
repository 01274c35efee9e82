import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.learning.rules import quizzes as rules
from lms.questions.rules import AnswerDoesNotFit
from tests.learning.samples import ONE, TWO, quiz

QUIZ = quiz()
KEYS = ["one", "two", "three"]


def result(*scores, **changes):
    return rules.result_of(quiz(**changes), KEYS, dict(zip(KEYS, scores, strict=False)))


def test_an_attempt_has_a_seed_of_its_own():
    seeds = {
        rules.seed_of(1, "check", 1),
        rules.seed_of(1, "check", 2),
        rules.seed_of(2, "check", 1),
    }
    assert len(seeds) == 3
    assert rules.seed_of(1, "check", 1) == rules.seed_of(1, "check", 1)


@given(st.integers(1, 10**9), st.text(max_size=20), st.integers(1, 50))
def test_a_seed_fits_its_column(enrolment_id, key, number):
    assert 0 <= rules.seed_of(enrolment_id, key, number) < 2**31


def test_questions_are_drawn_from_the_pool():
    drawn = rules.drawn_keys(quiz(draw=2, shuffle=True), 7)
    assert len(drawn) == 2
    assert set(drawn) < set(KEYS)
    assert rules.drawn_keys(QUIZ, 7) == KEYS


def test_options_are_in_the_order_of_the_seed():
    question = rules.find_question(QUIZ, "two")
    orders = {tuple(one.key for one in rules.options_of(question, seed)) for seed in range(20)}
    assert len(orders) > 1
    assert {frozenset(order) for order in orders} == {frozenset("cdef")}


def test_a_question_is_found_by_its_key():
    assert rules.find_question(QUIZ, "one").key == "one"
    assert rules.find_question(QUIZ, "gone") is None


def test_an_answer_must_be_given_and_fit():
    question = rules.find_question(QUIZ, "one")
    rules.require_answer(question, ["a"])
    with pytest.raises(rules.AnswerMissing):
        rules.require_answer(question, [])
    with pytest.raises(AnswerDoesNotFit):
        rules.require_answer(question, ["z"])


def test_a_result_counts_points_and_what_is_fully_right():
    found = result(1.0, 0.5, 0.0)
    assert (found.percent, found.right_count, found.question_count) == (50, 1, 3)
    assert found.score == pytest.approx(0.5)
    assert found.is_passed is False


def test_at_the_pass_mark_one_has_passed():
    assert result(1.0, 0.8, 0.0).is_passed is True
    assert result(1.0, 0.79, 0.0).is_passed is False


def test_questions_without_an_answer_earn_nothing():
    assert result(1.0).percent == 33
    assert result(1.0, None, 1.0).percent == 66


def test_heavier_questions_count_more():
    heavy = [ONE | {"points": 3}, TWO]
    found = rules.result_of(quiz(questions=heavy), ["one", "two"], {"one": 1.0, "two": 0.0})
    assert found.percent == 75


def test_questions_that_were_not_drawn_do_not_count():
    assert rules.result_of(QUIZ, ["one"], {"one": 1.0, "two": 0.0}).percent == 100


def test_an_attempt_without_any_known_question_has_no_score():
    assert rules.result_of(QUIZ, ["gone"], {}).score == 0.0


@pytest.mark.parametrize(("score", "percent"), [(0.0, 0), (0.58, 58), (2 / 3, 66), (1.0, 100)])
def test_a_stored_score_reads_as_the_per_cent_it_came_from(score, percent):
    assert rules.percent_of(score) == percent


def test_without_a_limit_one_may_repeat_for_ever():
    assert rules.attempts_left(QUIZ, 99) is None
    rules.require_another_attempt(QUIZ, 99)


def test_with_a_limit_attempts_run_out():
    limited = quiz(attempts=2)
    assert [rules.attempts_left(limited, used) for used in range(4)] == [2, 1, 0, 0]
    rules.require_another_attempt(limited, 1)
    with pytest.raises(rules.AttemptsUsedUp):
        rules.require_another_attempt(limited, 2)


def test_how_many_right_answers_are_needed():
    assert rules.right_needed(QUIZ) == 2
    assert rules.right_needed(quiz(pass_percent=100)) == 3
    assert rules.has_equal_points(QUIZ) is True
    assert rules.has_equal_points(quiz(questions=[ONE | {"points": 2}, TWO])) is False


def test_the_next_question_is_the_first_one_not_checked():
    assert rules.next_unchecked(KEYS, {}) == 1
    assert rules.next_unchecked(KEYS, {"one": 1.0, "two": None}) == 2
    assert rules.next_unchecked(KEYS, {"one": 1.0, "two": 0.0, "three": 1.0}) is None


def test_the_next_question_is_the_first_one_not_answered():
    assert rules.next_unanswered(KEYS, {"one": None}) == 2
    assert rules.next_unanswered(KEYS, {"one": None, "two": None, "three": None}) is None
