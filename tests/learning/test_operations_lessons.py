import datetime as dt

import pytest
from sqlalchemy import func, select

from lms.certifications.models import Activity, Evidence
from lms.courses.models import Course
from lms.kernel.domain import NotFound
from lms.learning import operations
from lms.learning.models import Enrolment, LessonProgress
from lms.learning.rules.lessons import NotConfirmed
from lms.learning.rules.rounds import CourseRenewed, RoundEnded
from lms.learning.rules.steps import LessonLocked
from tests.factories import NOW, TODAY, make_person
from tests.learning.samples import OWN, READING, VIDEO, document, publish

DAY = dt.timedelta(days=1)


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def test_enrolling_begins_at_the_first_lesson_of_the_newest_version(session, learning):
    newest = publish(session)
    enrolment = learning.enrol()
    assert (enrolment.course_version_id, enrolment.mode) == (newest.id, "full")
    assert (enrolment.current_lesson, enrolment.lesson_count) == ("welcome", 4)


def test_a_second_click_begins_nothing_twice(session, learning):
    assert learning.enrol().id == learning.enrol().id
    assert count(session, Enrolment) == 1


def test_an_open_round_keeps_its_version(session, learning):
    begun = learning.enrol()
    publish(session)
    assert learning.enrol().id == begun.id


def test_a_version_that_must_be_taken_begins_a_new_round_and_keeps_the_old(session, learning):
    old = learning.enrol()
    learning.finish(old, "welcome")
    newest = publish(session, retrain_days=30)
    new = learning.enrol()
    assert (new.course_version_id, new.current_lesson) == (newest.id, "welcome")
    assert old.abandoned_at == NOW
    assert session.get(LessonProgress, (old.id, "welcome")) is not None


def test_in_a_round_of_an_outdated_version_nothing_is_done_any_more(session, learning):
    enrolment = learning.enrol()
    publish(session, retrain_days=30)
    with pytest.raises(CourseRenewed):
        learning.finish(enrolment, "welcome")
    assert count(session, LessonProgress) == 0


def test_nobody_enrols_without_being_somebody(session, learning):
    with pytest.raises(NotFound):
        operations.enrol(
            session, person_id=0, course_id=learning.version.course_id, today=TODAY, now=NOW
        )


def test_nobody_begins_a_retired_course_again(session, learning):
    learning.enrol()
    session.get(Course, learning.version.course_id).retired_on = TODAY
    session.flush()
    with pytest.raises(NotFound):
        operations.begin_again(
            session,
            person_id=learning.person.id,
            course_id=learning.version.course_id,
            today=TODAY,
            now=NOW,
        )


def test_who_renews_on_time_takes_the_refresher(learning):
    learning.require()
    learning.hold(TODAY - 700 * DAY)
    enrolment = learning.enrol()
    assert (enrolment.mode, enrolment.lesson_count) == ("refresher", 1)


def test_before_the_window_a_voluntary_repeat_takes_everything(learning):
    learning.require()
    learning.hold(TODAY - 30 * DAY)
    assert learning.enrol().mode == "full"


def test_without_a_duty_the_courses_own_window_decides(learning):
    learning.hold(TODAY - 700 * DAY)
    assert learning.enrol().mode == "refresher"


def test_evidence_from_before_a_version_to_be_taken_again_is_no_reason_for_less(session, learning):
    learning.require()
    learning.hold(TODAY - 700 * DAY, course_version_id=learning.version.id)
    publish(session, retrain_days=30)
    assert learning.enrol().mode == "full"


def test_imported_evidence_is_judged_by_its_day(session, learning):
    learning.require()
    learning.hold(TODAY - 700 * DAY)
    publish(session, retrain_days=30)
    assert learning.enrol().mode == "full"


def test_a_refresher_that_has_become_late_is_the_whole_course(learning):
    learning.require()
    learning.hold(TODAY - 700 * DAY)
    enrolment = learning.enrol()
    learning.now = NOW + 60 * DAY
    outcome = learning.finish(enrolment, "welcome")
    assert (enrolment.mode, enrolment.lesson_count, enrolment.done_count) == ("full", 4, 1)
    assert outcome.next_lesson.key == "film"


def test_finishing_a_lesson_leads_to_the_next(session, learning):
    enrolment = learning.enrol()
    outcome = learning.finish(enrolment, "welcome")
    assert (outcome.next_lesson.key, outcome.is_completed) == ("film", False)
    assert (enrolment.done_count, enrolment.current_lesson) == (1, "film")
    progress = session.get(LessonProgress, (enrolment.id, "welcome"))
    assert (progress.done_at, progress.is_confirmed) == (NOW, True)


def test_a_text_that_asks_for_it_is_not_finished_without_the_words(session, learning):
    enrolment = learning.enrol()
    with pytest.raises(NotConfirmed):
        learning.finish(enrolment, "welcome", confirmed=False)
    assert count(session, LessonProgress) == 0


def test_finishing_twice_changes_nothing(session, learning):
    enrolment = learning.enrol()
    learning.finish(enrolment, "welcome")
    learning.now = NOW + DAY
    assert learning.finish(enrolment, "welcome", confirmed=False).next_lesson.key == "film"
    assert session.get(LessonProgress, (enrolment.id, "welcome")).done_at == NOW
    assert enrolment.done_count == 1


@pytest.mark.parametrize("key", ["check", "try"])
def test_quizzes_and_tasks_are_not_finished_by_a_button(learning, key):
    enrolment = learning.up_to_quiz()
    if key == "try":
        learning.answer_all(learning.start(enrolment))
    with pytest.raises(NotFound):
        learning.finish(enrolment, key)


def test_lessons_come_one_after_another(learning):
    enrolment = learning.enrol()
    with pytest.raises(LessonLocked):
        learning.finish(enrolment, "film")
    with pytest.raises(NotFound):
        learning.finish(enrolment, "gone")


def test_the_last_lesson_gives_evidence_and_a_certificate(session, learning):
    enrolment, outcome = learning.all_of_it()
    assert outcome.is_completed
    evidence = session.scalars(select(Evidence)).one()
    assert (evidence.person_id, evidence.completed_on) == (learning.person.id, TODAY)
    assert evidence.valid_until == dt.date(2028, 11, 24)
    assert evidence.source_key == f"enrolment:{enrolment.id}"
    assert evidence.course_version_id == learning.version.id
    assert (enrolment.completed_at, enrolment.evidence_id) == (NOW, evidence.id)
    assert outcome.completion.certificate.evidence_id == evidence.id


def test_a_course_is_completed_on_the_local_day(session, learning_of):
    learning = learning_of(document(VIDEO))
    enrolment = learning.enrol()
    learning.now = dt.datetime(2026, 11, 24, 23, 30, tzinfo=dt.UTC)
    learning.finish(enrolment, "film")
    assert session.scalars(select(Evidence)).one().completed_on == dt.date(2026, 11, 25)


def test_a_finished_round_is_closed(session, learning_of):
    learning = learning_of(document(VIDEO))
    enrolment = learning.enrol()
    learning.finish(enrolment, "film")
    with pytest.raises(RoundEnded):
        learning.finish(enrolment, "film")
    assert count(session, Evidence) == 1


def test_a_new_round_is_a_new_enrolment(learning_of):
    learning = learning_of(document(VIDEO))
    first = learning.enrol()
    learning.finish(first, "film")
    again = learning.enrol()
    assert again.id != first.id
    assert (again.done_count, first.done_count) == (0, 1)


def test_a_voluntary_repeat_leaves_the_dates_alone(session, learning_of):
    learning = learning_of(document(VIDEO))
    learning.finish(learning.enrol(), "film")
    learning.now = NOW + 5 * DAY
    again = learning.enrol()
    outcome = learning.finish(again, "film")
    assert outcome.is_completed
    assert outcome.completion.evidence is None
    assert (again.completed_at, again.evidence_id) == (learning.now, None)
    assert (count(session, Evidence), count(session, Activity)) == (1, 1)


def test_a_lesson_of_another_round_is_not_touched(session, learning, zone):
    mine = learning.enrol()
    other = make_person(session)
    theirs = operations.enrol(
        session, person_id=other.id, course_id=learning.version.course_id, today=TODAY, now=NOW
    )
    learning.finish(mine, "welcome")
    assert (mine.done_count, theirs.done_count) == (1, 0)


def test_texts_without_confirmation_are_kept_as_such(session, learning_of):
    learning = learning_of(document(READING | {"confirm": False}, OWN))
    enrolment = learning.enrol()
    learning.finish(enrolment, "welcome", confirmed=False)
    assert session.get(LessonProgress, (enrolment.id, "welcome")).is_confirmed is False
