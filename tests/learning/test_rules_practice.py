import pytest

from lms.courses.document import Reading
from lms.kernel.domain import NotFound
from lms.learning.rules import lessons as lesson_rules
from lms.learning.rules import practice as rules
from lms.learning.rules.practice import ReportState
from tests.learning.samples import READING, document, quiz


@pytest.mark.parametrize(
    ("state", "changeable"),
    [
        (None, True),
        (ReportState.DRAFT, True),
        (ReportState.RETURNED, True),
        (ReportState.REPORTED, False),
        (ReportState.CONFIRMED, False),
    ],
)
def test_a_report_is_ones_own_until_it_is_handed_in(state, changeable):
    assert rules.can_change(state) is changeable
    if changeable:
        rules.require_changeable(state)
    else:
        with pytest.raises(rules.ReportAlreadySent):
            rules.require_changeable(state)


def test_a_report_says_something_and_not_too_much():
    rules.require_report_text("Gut.")
    rules.require_fitting_length("x" * 5000)
    with pytest.raises(rules.ReportEmpty):
        rules.require_report_text(" \n ")
    with pytest.raises(rules.ReportTooLong) as refused:
        rules.require_fitting_length("x" * 5001)
    assert refused.value.values == {"limit": 5000}


def test_nobody_decides_about_their_own_report():
    with pytest.raises(rules.OwnReport):
        rules.require_may_decide(ReportState.REPORTED, author_id=1, officer_id=1)


def test_only_a_waiting_report_is_decided():
    rules.require_may_decide(ReportState.REPORTED, author_id=1, officer_id=2)
    with pytest.raises(rules.ReportNotWaiting):
        rules.require_may_decide(ReportState.CONFIRMED, author_id=1, officer_id=2)


def test_a_report_comes_back_with_a_comment():
    rules.require_comment("Wer war dabei?")
    with pytest.raises(rules.CommentMissing):
        rules.require_comment("  ")
    with pytest.raises(rules.ReportTooLong):
        rules.require_comment("x" * 1001)


def test_a_text_that_asks_for_it_is_finished_only_with_the_words():
    asking = Reading.model_validate(READING)
    quiet = Reading.model_validate(READING | {"confirm": False})
    lesson_rules.require_confirmation(asking, confirmed=True)
    lesson_rules.require_confirmation(quiet, confirmed=False)
    with pytest.raises(lesson_rules.NotConfirmed):
        lesson_rules.require_confirmation(asking, confirmed=False)


def test_only_texts_and_films_are_finished_by_hand():
    reading, video, *_rest = document().lessons
    lesson_rules.require_finished_by_hand(reading)
    lesson_rules.require_finished_by_hand(video)
    with pytest.raises(NotFound):
        lesson_rules.require_finished_by_hand(quiz())
