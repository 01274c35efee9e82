import datetime as dt

import pytest

from lms.certifications.queries.duties import duty_in
from lms.courses.models import Course
from lms.kernel.domain import NotFound
from lms.learning import operations, queries
from lms.learning.queries.dates import facts_of, find_certificate, find_evidence
from lms.learning.queries.practice import get_handed_in
from lms.learning.queries.quizzes import attempts_of
from lms.learning.queries.rounds import get_course
from tests.factories import NOW, TODAY, make_person, make_unit
from tests.learning.conftest import RIGHT, WRONG
from tests.learning.samples import HANDED_IN, VIDEO, document, publish

DAY = dt.timedelta(days=1)


def test_what_somebody_has_begun(session, learning):
    enrolment = learning.enrol()
    learning.finish(enrolment, "welcome")
    row = queries.open_enrolments(session, learning.person.id)[0]
    assert (row.slug, row.titles["de"]) == ("sample", "Beispielkurs")
    assert (row.done_count, row.lesson_count, row.next_number) == (1, 4, 2)
    assert (row.next_titles["de"], row.next_minutes) == ("Der Film", 2)
    assert row.remaining_minutes == 11
    assert (row.is_waiting, row.is_returned, row.is_outdated) == (False, False, False)


def test_what_was_finished_or_given_up_is_not_open(session, learning):
    learning.all_of_it()
    assert queries.open_enrolments(session, learning.person.id) == []


def test_an_open_round_of_an_outdated_version_says_so(session, learning):
    learning.enrol()
    publish(session, retrain_days=30)
    assert queries.open_enrolments(session, learning.person.id)[0].is_outdated is True


def test_a_waiting_and_a_returned_report_show(session, learning_of, officer):
    learning = learning_of(document(HANDED_IN))
    enrolment = learning.enrol()
    learning.report(enrolment, "plan")
    row = queries.open_enrolments(session, learning.person.id)[0]
    assert (row.is_waiting, row.next_lesson, row.remaining_minutes) == (True, None, 0)
    report = learning.report_of(enrolment)
    operations.return_practice(session, report.id, officer_id=officer.id, comment="Mehr.", now=NOW)
    row = queries.open_enrolments(session, learning.person.id)[0]
    assert (row.is_returned, row.next_lesson.key) == (True, "plan")


def test_progress_of_many_in_one_query(session, learning, assert_queries):
    learning.finish(learning.enrol(), "welcome")
    other = make_person(session)
    course_id = learning.version.course_id
    people = [learning.person.id, other.id]
    with assert_queries(1):
        found = queries.progress_of(session, people, [course_id])
    assert found == {(learning.person.id, course_id): (1, 4)}


@pytest.mark.parametrize("courses", [1, 3])
def test_open_courses_take_one_query(session, learning_of, assert_queries, courses):
    for number in range(courses):
        learning = learning_of(document(VIDEO, HANDED_IN, slug=f"course-{number}"))
        learning.finish(learning.enrol(), "film")
    queries.open_enrolments(session, learning.person.id)
    with assert_queries(1):
        assert len(queries.open_enrolments(session, learning.person.id)) == courses


def test_a_course_with_its_rounds_takes_one_query(session, learning, assert_queries):
    learning.finish(learning.enrol(), "welcome")
    with assert_queries(1):
        found = get_course(session, "sample", learning.person.id)
    assert set(found.marks.done) == {"welcome"}
    assert found.marks.confirmed == {"welcome"}
    assert found.open_round.version.number == 1
    assert found.finished_round is None


def test_a_course_without_versions_or_retired_unseen_is_not_there(session, learning):
    with pytest.raises(NotFound):
        get_course(session, "gone", learning.person.id)
    session.get(Course, learning.version.course_id).retired_on = TODAY
    session.flush()
    with pytest.raises(NotFound):
        get_course(session, "sample", learning.person.id)


def test_a_retired_course_stays_for_whoever_was_in_it(session, learning):
    learning.enrol()
    session.get(Course, learning.version.course_id).retired_on = TODAY
    session.flush()
    assert get_course(session, "sample", learning.person.id).is_retired is True
    assert queries.open_enrolments(session, learning.person.id) == []


def test_facts_of_a_duty_with_evidence(session, learning):
    learning.require()
    learning.hold(TODAY - 30 * DAY)
    found = get_course(session, "sample", learning.person.id)
    duty = duty_in(session, learning.person.id, found.course_id, today=TODAY)
    evidence = find_evidence(session, duty.evidence_id)
    facts = facts_of(found, duty, evidence, window_days=60)
    assert (facts.status, facts.must_retake, facts.renews_any_time) == ("valid", False, False)
    assert facts.opens_on == duty.opens_on
    assert find_certificate(session, duty.evidence_id).dates.valid_until == facts.valid_until


def test_facts_of_nothing(session, learning):
    found = get_course(session, "sample", learning.person.id)
    assert facts_of(found, None, find_evidence(session, None), window_days=60).status is None
    assert find_certificate(session, None) is None


def test_waiting_reports_are_listed_the_oldest_first(session, learning_of, zone):
    learning = learning_of(document(HANDED_IN))
    second = make_person(
        session, unit=make_unit(session, "Wohngruppe"), first_name="Ben", last_name="Neu"
    )
    theirs = operations.enrol(
        session, person_id=second.id, course_id=learning.version.course_id, today=TODAY, now=NOW
    )
    operations.report_practice(session, theirs, "plan", "Ja.", zone=zone, now=NOW)
    learning.now = NOW + DAY
    learning.report(learning.enrol(), "plan")
    rows = queries.reports_waiting(session)
    assert [row.person_name for row in rows] == ["Ben Neu", "Jana Weber"]
    assert (rows[0].unit_name, rows[0].lesson_titles["de"]) == ("Wohngruppe", "Dein Plan")
    assert queries.count_waiting(session) == 2
    assert [row.person_name for row in queries.reports_waiting(session, limit=1, offset=1)] == [
        "Jana Weber"
    ]


def test_private_texts_are_nobody_elses(session, learning, officer):
    enrolment = learning.up_to_quiz()
    learning.answer_all(learning.start(enrolment))
    operations.save_draft(session, enrolment, "try", "Nur für mich", **learning.times)
    report = learning.report_of(enrolment)
    with pytest.raises(NotFound):
        get_handed_in(session, report.id)
    learning.report(enrolment)
    with pytest.raises(NotFound):
        get_handed_in(session, report.id)


def test_the_best_attempt_counts(session, learning):
    enrolment = learning.up_to_quiz()
    learning.answer_all(learning.start(enrolment), WRONG)
    learning.answer_all(learning.start(enrolment), RIGHT)
    attempt = learning.start(enrolment)
    learning.answer(attempt, "one", WRONG["one"])
    found = attempts_of(session, enrolment.id, "check")
    assert (found.newest.id, found.best_score, found.is_passed) == (attempt.id, 1.0, True)
    assert (found.scores, found.chosen("one"), found.chosen("two")) == ({"one": 0.0}, ["a"], [])
