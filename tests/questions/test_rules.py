import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from lms.questions import rules
from lms.questions.rules import AnswerDoesNotFit, Question, grade

QUESTION = TypeAdapter(Question)
TEXT = {"de": "Text"}


def question(kind, options, **values):
    listed = [
        {"key": key, "text": TEXT}
        | ({"correct": value} if isinstance(value, bool) else {"weight": value})
        for key, value in options.items()
    ]
    return QUESTION.validate_python(
        {"key": "q", "type": kind, "text": TEXT, "options": listed} | values
    )


def single(**options):
    return question("single_choice", options)


def multiple(**options):
    return question("multiple_choice", options)


def test_single_choice_is_right_or_wrong():
    asked = single(a=False, b=True, c=False)
    assert [grade(asked, chosen) for chosen in ([], ["a"], ["b"])] == [0.0, 0.0, 1.0]


def test_weighted_single_choice_gives_part_of_the_points():
    asked = single(a=-50, b=100, c=25)
    assert [grade(asked, [key]) for key in "abc"] == [0.0, 1.0, 0.25]


@pytest.mark.parametrize(
    ("chosen", "score"),
    [("", 0.0), ("a", 0.5), ("ab", 1.0), ("abx", 0.5), ("ax", 0.0), ("abxy", 0.0), ("x", 0.0)],
)
def test_multiple_choice_adds_right_parts_and_takes_wrong_ones(chosen, score):
    assert grade(multiple(a=True, b=True, x=False, y=False), list(chosen)) == score


def test_thirds_sum_to_the_whole():
    asked = multiple(a=33.33333, b=33.33333, c=33.33333, x=-100)
    assert grade(asked, ["a", "b", "c"]) == 1.0
    assert grade(asked, ["a", "b", "c", "x"]) == 0.0


def test_all_options_may_be_right():
    assert grade(multiple(a=True, b=True), ["a", "b"]) == 1.0


def test_an_option_named_twice_counts_once():
    assert grade(multiple(a=True, b=True, x=False), ["a", "a"]) == 0.5


@pytest.mark.parametrize("chosen", [["z"], ["a", "b"]])
def test_answers_that_do_not_fit_are_refused(chosen):
    with pytest.raises(AnswerDoesNotFit):
        grade(single(a=False, b=True), chosen)


@pytest.mark.parametrize(
    ("kind", "options", "wrong"),
    [
        ("single_choice", {"a": False, "b": False}, "has 0 correct options"),
        ("single_choice", {"a": True, "b": True}, "has 2 correct options"),
        ("single_choice", {"a": 100, "b": 100}, "has 2 correct options"),
        ("multiple_choice", {"a": False, "b": False}, "has no correct option"),
        ("multiple_choice", {"a": 50, "b": 20}, "weights above 0 of question 'q' sum to 70"),
        ("multiple_choice", {"a": 100, "b": True}, "some options have a weight and some have not"),
        ("multiple_choice", {"a": True}, "at least 2 items"),
        ("multiple_choice", {"a": 101, "b": -1}, "less than or equal to 100"),
    ],
)
def test_questions_that_cannot_be_answered_are_refused(kind, options, wrong):
    with pytest.raises(ValidationError, match=wrong):
        question(kind, options)


def test_option_keys_are_given_once():
    listed = [{"key": "a", "text": TEXT, "correct": True}, {"key": "a", "text": TEXT}]
    with pytest.raises(ValidationError, match="option key 'a' is used twice"):
        QUESTION.validate_python(
            {"key": "q", "type": "single_choice", "text": TEXT, "options": listed}
        )


@pytest.mark.parametrize("kind", rules.LATER_TYPES)
def test_types_of_later_are_refused(kind):
    with pytest.raises(ValidationError, match="does not match any of the expected tags"):
        question(kind, {"a": True, "b": False})


answers = st.lists(st.booleans(), min_size=2, max_size=10).filter(any)


@given(answers, st.data())
def test_scores_lie_between_0_and_1_and_better_answers_never_score_less(right, data):
    asked = multiple(**{f"k{number}": value for number, value in enumerate(right)})
    keys = [option.key for option in asked.options]
    chosen = data.draw(st.sets(st.sampled_from(keys)))
    score = grade(asked, chosen)
    assert 0 <= score <= 1
    assert grade(asked, chosen | asked.right_keys) >= score
    assert grade(asked, chosen & asked.right_keys) >= score
    assert (score == 1) == (chosen == asked.right_keys)


@given(answers, st.text(max_size=8), st.data())
def test_shuffled_options_are_the_same_options_and_grade_alike(right, seed, data):
    asked = multiple(**{f"k{number}": value for number, value in enumerate(right)})
    shown = rules.ordered_options(asked, seed=seed)
    assert sorted(o.key for o in shown) == sorted(o.key for o in asked.options)
    assert shown == rules.ordered_options(asked, seed=seed)
    turned = asked.model_copy(update={"options": tuple(shown)})
    chosen = data.draw(st.sets(st.sampled_from([o.key for o in shown])))
    assert grade(turned, chosen) == grade(asked, chosen)


def test_the_order_of_a_seed_never_changes():
    asked = single(a=False, b=True, c=False, d=False)
    orders = ["".join(o.key for o in rules.ordered_options(asked, seed=seed)) for seed in "123"]
    assert orders == ["cbda", "cdba", "bdca"]


def test_options_keep_their_order_where_the_question_asks_for_it():
    asked = question("single_choice", {"b": True, "a": False}, shuffle=False)
    assert [o.key for o in rules.ordered_options(asked, seed="x")] == ["b", "a"]


def pool(count):
    asked = multiple(a=True, b=False)
    return [asked.model_copy(update={"key": f"q{number}"}) for number in range(count)]


@given(st.integers(1, 12), st.data(), st.text(max_size=8))
def test_a_draw_takes_so_many_different_questions_of_the_pool(size, data, seed):
    count = data.draw(st.integers(1, size))
    drawn = rules.draw_questions(pool(size), count=count, shuffle=True, seed=seed)
    assert len({q.key for q in drawn}) == count
    assert drawn == rules.draw_questions(pool(size), count=count, shuffle=True, seed=seed)
    reordered = list(reversed(pool(size)))
    assert drawn == rules.draw_questions(reordered, count=count, shuffle=True, seed=seed)


def test_without_shuffle_the_drawn_questions_keep_the_order_of_the_pool():
    drawn = rules.draw_questions(pool(9), count=5, shuffle=False, seed="s")
    assert [q.key for q in drawn] == sorted(q.key for q in drawn)
    everything = rules.draw_questions(pool(9), count=None, shuffle=False, seed="s")
    assert everything == pool(9)


def test_every_question_of_a_pool_is_drawn_for_some_seed():
    seen = {
        q.key
        for seed in range(60)
        for q in rules.draw_questions(pool(8), count=3, shuffle=True, seed=str(seed))
    }
    assert seen == {f"q{number}" for number in range(8)}


@pytest.mark.parametrize(
    ("scored", "result"),
    [
        ([], 0),
        ([(1, 1.0), (1, 0.0), (1, 1.0)], 66),
        ([(1, 2 / 3)] * 3, 66),
        ([(3, 1.0), (1, 0.0)], 75),
        ([(1, 1.0)] * 7, 100),
        ([(1, 0.1)] * 10, 10),
        ([(1, 0.8)] * 3, 80),
    ],
)
def test_per_cent_are_rounded_down_and_a_hair_is_forgiven(scored, result):
    assert rules.percent(scored) == result
