import datetime as dt

import pytest
from sqlalchemy import func, select

from lms.audit.models import AuditEntry
from lms.certifications.models import Evidence
from lms.kernel.domain import NotFound
from lms.learning import operations
from lms.learning.models import LessonProgress, PracticeReport
from lms.learning.rules.practice import (
    CommentMissing,
    OwnReport,
    ReportAlreadySent,
    ReportEmpty,
    ReportNotWaiting,
    ReportTooLong,
)
from tests.factories import NOW, TODAY
from tests.learning.samples import HANDED_IN, OWN, VIDEO, document, publish

DAY = dt.timedelta(days=1)


@pytest.fixture
def own(learning_of):
    learning = learning_of(document(OWN, VIDEO))
    return learning, learning.enrol()


@pytest.fixture
def handed_in(learning_of):
    """The officer confirms the first task; a film comes after it."""
    learning = learning_of(document(HANDED_IN, VIDEO))
    return learning, learning.enrol()


def draft(learning, enrolment, text, key="try"):
    return operations.save_draft(learning.session, enrolment, key, text, **learning.times)


def confirm(learning, enrolment, officer, now=NOW):
    report = learning.report_of(enrolment)
    return operations.confirm_practice(
        learning.session, report.id, officer_id=officer.id, zone=learning.zone, now=now
    )


def give_back(learning, enrolment, officer, comment="Wer war dabei?"):
    report = learning.report_of(enrolment)
    return operations.return_practice(
        learning.session, report.id, officer_id=officer.id, comment=comment, now=NOW
    )


def test_a_draft_is_kept_and_written_over(session, own):
    learning, enrolment = own
    draft(learning, enrolment, "Er")
    stored = draft(learning, enrolment, "Erst geübt.")
    assert (stored.text, stored.state, stored.reported_at) == ("Erst geübt.", "draft", None)
    assert session.scalar(select(func.count()).select_from(PracticeReport)) == 1
    assert enrolment.current_lesson == "try"


def test_confirmed_by_oneself_a_report_counts_at_once(session, own):
    learning, enrolment = own
    outcome = learning.report(enrolment)
    report = learning.report_of(enrolment)
    assert (report.state, report.reported_at, report.decided_by) == ("confirmed", NOW, None)
    assert (outcome.next_lesson.key, enrolment.done_count) == ("film", 1)


def test_a_second_click_changes_nothing(own):
    learning, enrolment = own
    learning.report(enrolment)
    learning.now = NOW + DAY
    assert learning.report(enrolment, text="Anders").next_lesson.key == "film"
    report = learning.report_of(enrolment)
    assert (report.text, report.reported_at) == ("Es ging gut.", NOW)


def test_what_was_handed_in_is_not_written_over(own):
    learning, enrolment = own
    learning.report(enrolment)
    with pytest.raises(ReportAlreadySent):
        draft(learning, enrolment, "Anders")


@pytest.mark.parametrize(
    ("text", "error"), [("", ReportEmpty), (" \n", ReportEmpty), ("x" * 5001, ReportTooLong)]
)
def test_an_empty_or_endless_report_is_refused(session, own, text, error):
    learning, enrolment = own
    with pytest.raises(error):
        learning.report(enrolment, text=text)
    assert session.scalar(select(func.count()).select_from(LessonProgress)) == 0


def test_a_draft_has_its_limit_too(own):
    with pytest.raises(ReportTooLong):
        draft(*own, "x" * 5001)


def test_only_a_practice_task_is_reported(learning_of):
    learning = learning_of(document(VIDEO, OWN))
    with pytest.raises(NotFound):
        learning.report(learning.enrol(), "film")


def test_waiting_holds_nobody_up(handed_in):
    learning, enrolment = handed_in
    outcome = learning.report(enrolment, "plan")
    assert learning.report_of(enrolment).state == "reported"
    assert (outcome.next_lesson.key, enrolment.done_count) == ("film", 0)
    last = learning.finish(enrolment, "film")
    assert (last.next_lesson, last.is_completed) == (None, False)
    assert (enrolment.done_count, enrolment.current_lesson) == (1, None)


def test_confirmed_later_it_counts_from_the_day_it_was_reported(session, handed_in, officer):
    learning, enrolment = handed_in
    learning.report(enrolment, "plan")
    learning.finish(enrolment, "film")
    decision = confirm(learning, enrolment, officer, now=NOW + 9 * DAY)
    assert decision.outcome.is_completed
    evidence = session.scalars(select(Evidence)).one()
    assert (evidence.completed_on, evidence.valid_from) == (TODAY, TODAY)
    assert session.get(LessonProgress, (enrolment.id, "plan")).done_at == NOW
    assert (decision.report.decided_by, decision.report.decided_at) == (
        officer.id,
        NOW + 9 * DAY,
    )


def test_the_day_of_the_last_other_lesson_counts_where_it_is_later(session, handed_in, officer):
    learning, enrolment = handed_in
    learning.report(enrolment, "plan")
    learning.now = NOW + 3 * DAY
    learning.finish(enrolment, "film")
    confirm(learning, enrolment, officer, now=NOW + 9 * DAY)
    assert session.scalars(select(Evidence)).one().completed_on == TODAY + 3 * DAY


def test_confirmed_before_the_last_lesson_the_course_goes_on(handed_in, officer):
    learning, enrolment = handed_in
    learning.report(enrolment, "plan")
    decision = confirm(learning, enrolment, officer)
    assert (decision.outcome.next_lesson.key, enrolment.done_count) == ("film", 1)
    assert learning.finish(enrolment, "film").is_completed


def test_a_returned_report_can_be_handed_in_again(session, handed_in, officer):
    learning, enrolment = handed_in
    learning.report(enrolment, "plan")
    give_back(learning, enrolment, officer, " Wer war dabei? ")
    report = learning.report_of(enrolment)
    assert (report.state, report.comment) == ("returned", "Wer war dabei?")
    draft(learning, enrolment, "Zu dritt", "plan")
    assert learning.report_of(enrolment).state == "returned"
    learning.now = NOW + 2 * DAY
    learning.report(enrolment, "plan", "Zu dritt geübt.")
    report = learning.report_of(enrolment)
    assert (report.state, report.reported_at, report.decided_by) == (
        "reported",
        NOW + 2 * DAY,
        None,
    )


def test_a_report_comes_back_only_with_a_comment(handed_in, officer):
    learning, enrolment = handed_in
    learning.report(enrolment, "plan")
    with pytest.raises(CommentMissing):
        give_back(learning, enrolment, officer, " ")
    assert learning.report_of(enrolment).state == "reported"


def test_nobody_confirms_their_own_report(handed_in):
    learning, enrolment = handed_in
    learning.report(enrolment, "plan")
    with pytest.raises(OwnReport):
        confirm(learning, enrolment, learning.person)
    with pytest.raises(OwnReport):
        give_back(learning, enrolment, learning.person)


def test_of_two_officers_the_first_decides(handed_in, officer):
    learning, enrolment = handed_in
    learning.report(enrolment, "plan")
    confirm(learning, enrolment, officer)
    with pytest.raises(ReportNotWaiting):
        confirm(learning, enrolment, officer)
    with pytest.raises(ReportNotWaiting):
        give_back(learning, enrolment, officer)


def test_a_task_behind_one_that_came_back_is_confirmed_all_the_same(learning_of, officer, session):
    learning = learning_of(document(HANDED_IN, HANDED_IN | {"key": "second"}))
    enrolment = learning.enrol()
    learning.report(enrolment, "plan")
    learning.report(enrolment, "second")
    first, second = session.scalars(select(PracticeReport).order_by(PracticeReport.id))
    times = {"zone": learning.zone, "now": NOW}
    operations.return_practice(
        session, first.id, officer_id=officer.id, comment="Genauer.", now=NOW
    )
    decision = operations.confirm_practice(session, second.id, officer_id=officer.id, **times)
    assert decision.outcome.next_lesson.key == "plan"
    assert enrolment.done_count == 1


def test_in_a_course_renewed_meanwhile_a_confirmation_ends_nothing(session, handed_in, officer):
    learning, enrolment = handed_in
    learning.report(enrolment, "plan")
    learning.finish(enrolment, "film")
    publish(session, document(HANDED_IN, VIDEO), retrain_days=30)
    decision = confirm(learning, enrolment, officer)
    assert (decision.report.state, decision.outcome) == ("confirmed", None)
    assert session.scalars(select(Evidence)).all() == []


def test_decisions_are_in_the_log(session, handed_in, officer):
    learning, enrolment = handed_in
    learning.report(enrolment, "plan")
    give_back(learning, enrolment, officer)
    learning.report(enrolment, "plan")
    confirm(learning, enrolment, officer)
    entries = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.object_kind == "practice_report")
        .order_by(AuditEntry.id)
    ).all()
    assert [(entry.actor, entry.verb) for entry in entries] == [
        (f"person:{officer.id}", "practice_returned"),
        (f"person:{officer.id}", "practice_confirmed"),
    ]
