import datetime as dt

import pytest
from sqlalchemy import func, select

from lms.kernel.domain import NotFound
from lms.learning import operations
from lms.learning.models import LessonProgress, QuizAttempt, Response
from lms.learning.operations.quizzes import find_own_attempt
from lms.learning.rules.quizzes import AnswerMissing, AttemptsUsedUp, seed_of
from lms.questions.rules import AnswerDoesNotFit
from tests.factories import NOW, TODAY, make_person
from tests.learning.conftest import RIGHT, WRONG
from tests.learning.samples import CHECK, FINAL, VIDEO, document

LATER = NOW + dt.timedelta(minutes=5)


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


@pytest.fixture
def attempt(learning):
    return learning.start(learning.up_to_quiz())


def test_an_attempt_keeps_its_questions_and_seed(learning, attempt):
    assert attempt.question_keys == ["one", "two", "three"]
    assert attempt.seed == seed_of(attempt.enrolment_id, "check", 1)
    assert (attempt.number, attempt.finished_at) == (1, None)


def test_starting_twice_goes_on_with_the_open_attempt(session, learning, attempt):
    enrolment = learning.enrol()
    assert learning.start(enrolment).id == attempt.id
    assert count(session, QuizAttempt) == 1
    assert enrolment.current_lesson == "check"


def test_only_a_quiz_has_attempts(learning):
    with pytest.raises(NotFound):
        learning.start(learning.up_to_quiz(), "film")


def save(learning, attempt, key, choices):
    return operations.save_answer(learning.session, attempt, key, choices, **learning.times)


def test_an_answer_is_kept_when_it_is_given_and_may_change(session, learning, attempt):
    save(learning, attempt, "one", ["a"])
    learning.now = LATER
    stored = save(learning, attempt, "one", ["b"])
    assert (stored.choices, stored.saved_at, stored.score) == (["b"], LATER, None)
    assert count(session, Response) == 1


def test_an_answer_taken_back_is_forgotten(session, learning, attempt):
    save(learning, attempt, "two", ["c"])
    assert save(learning, attempt, "two", []) is None
    assert save(learning, attempt, "two", []) is None
    assert count(session, Response) == 0


def test_checking_grades_and_stays(learning, attempt):
    checked = learning.answer(attempt, "two", ["d", "c"])
    assert (checked.response.choices, checked.response.score) == (["c", "d"], 1.0)
    assert (checked.was_kept, checked.outcome) == (False, None)


def test_a_checked_answer_cannot_be_changed(session, learning, attempt):
    learning.answer(attempt, "one", WRONG["one"])
    learning.now = LATER
    again = learning.answer(attempt, "one", RIGHT["one"])
    assert again.was_kept is True
    assert (again.response.choices, again.response.score) == (["a"], 0.0)
    assert save(learning, attempt, "one", RIGHT["one"]).choices == ["a"]
    assert again.response.saved_at == NOW


def test_a_second_click_gives_the_stored_result(session, learning, attempt):
    first = learning.answer(attempt, "one", RIGHT["one"])
    second = learning.answer(attempt, "one", RIGHT["one"])
    assert (second.response is first.response, second.was_kept) == (True, False)
    assert count(session, Response) == 1


def test_an_empty_answer_is_refused(session, learning, attempt):
    with pytest.raises(AnswerMissing):
        learning.answer(attempt, "one", [])
    assert count(session, Response) == 0


@pytest.mark.parametrize(("key", "choices"), [("one", ["zzz"]), ("one", ["a", "b"])])
def test_an_answer_that_does_not_fit_is_refused(learning, attempt, key, choices):
    with pytest.raises(AnswerDoesNotFit):
        learning.answer(attempt, key, choices)
    with pytest.raises(AnswerDoesNotFit):
        save(learning, attempt, key, choices)


def test_a_question_of_another_attempt_is_not_there(learning, attempt):
    with pytest.raises(NotFound):
        learning.answer(attempt, "gone", ["a"])


def test_with_the_last_question_checked_the_quiz_is_passed(session, learning, attempt):
    outcome = learning.answer_all(attempt)
    assert (attempt.finished_at, attempt.score, attempt.is_passed) == (NOW, 1.0, True)
    assert outcome.next_lesson.key == "try"
    assert session.get(LessonProgress, (attempt.enrolment_id, "check")).done_at == NOW


def test_a_quiz_that_was_not_passed_is_not_done(session, learning, attempt):
    outcome = learning.answer_all(attempt, WRONG)
    assert (attempt.score, attempt.is_passed) == (0.0, False)
    assert outcome.next_lesson.key == "check"
    assert session.get(LessonProgress, (attempt.enrolment_id, "check")) is None


def test_one_may_try_again_and_the_best_result_counts(session, learning, attempt):
    learning.answer_all(attempt, WRONG)
    second = learning.start(learning.enrol())
    assert (second.number, second.seed != attempt.seed) == (2, True)
    learning.answer_all(second)
    third = learning.start(learning.enrol())
    learning.answer_all(third, WRONG)
    assert [attempt.is_passed, second.is_passed, third.is_passed] == [False, True, False]
    assert session.get(LessonProgress, (attempt.enrolment_id, "check")) is not None


def test_answers_to_a_finished_attempt_change_nothing(session, learning, attempt):
    learning.answer_all(attempt, WRONG)
    assert learning.answer(attempt, "one", RIGHT["one"]).was_kept is True
    assert operations.finish_attempt(session, attempt, **learning.times) is None
    assert attempt.score == 0.0


@pytest.fixture
def final(learning_of):
    learning = learning_of(document(VIDEO, FINAL))
    enrolment = learning.enrol()
    learning.finish(enrolment, "film")
    return learning, enrolment


def test_checked_at_the_end_all_answers_are_graded_together(session, final):
    learning, enrolment = final
    attempt = learning.start(enrolment, "final")
    for key in attempt.question_keys:
        save(learning, attempt, key, RIGHT[key])
    outcome = operations.finish_attempt(session, attempt, **learning.times)
    assert (attempt.score, attempt.is_passed, outcome.is_completed) == (1.0, True, True)
    assert [found.score for found in session.scalars(select(Response))] == [1.0, 1.0]


def test_what_has_no_answer_earns_nothing(session, final):
    learning, enrolment = final
    attempt = learning.start(enrolment, "final")
    save(learning, attempt, "one", RIGHT["one"])
    operations.finish_attempt(session, attempt, **learning.times)
    assert (attempt.score, attempt.is_passed) == (0.5, False)
    assert save(learning, attempt, "three", RIGHT["three"]) is None
    with pytest.raises(NotFound):
        learning.answer(attempt, "three", RIGHT["three"])


def test_attempts_run_out_and_the_course_can_be_begun_again(session, final):
    learning, enrolment = final
    for _go in range(2):
        operations.finish_attempt(session, learning.start(enrolment, "final"), **learning.times)
    with pytest.raises(AttemptsUsedUp):
        learning.start(enrolment, "final")
    again = operations.begin_again(
        session,
        person_id=learning.person.id,
        course_id=learning.version.course_id,
        today=TODAY,
        now=NOW,
    )
    assert (enrolment.abandoned_at, again.done_count) == (NOW, 0)
    learning.finish(again, "film")
    assert learning.start(again, "final").number == 1


def test_attempts_belong_to_their_round(session, learning, attempt):
    other = make_person(session)
    theirs = operations.enrol(
        session, person_id=other.id, course_id=learning.version.course_id, today=TODAY, now=NOW
    )
    assert find_own_attempt(session, attempt.id, learning.enrol()) is attempt
    with pytest.raises(NotFound):
        find_own_attempt(session, attempt.id, theirs)


def test_the_same_questions_are_drawn_for_the_same_attempt(session, learning_of):
    learning = learning_of(document(CHECK | {"draw": 2, "shuffle": True}))
    attempt = learning.start(learning.enrol())
    assert len(attempt.question_keys) == 2
    assert learning.start(learning.enrol()).question_keys == attempt.question_keys
