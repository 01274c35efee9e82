import datetime as dt

import pytest

from lms.certifications.rules.status import Status
from lms.courses.document import Mode
from lms.learning.rules.rounds import (
    Offer,
    RoundFacts,
    completed_on,
    is_outdated,
    is_voluntary,
    mode_for,
    offer_of,
    renews_on_time,
)

TODAY = dt.date(2026, 11, 24)
DAY = dt.timedelta(days=1)


def facts(status=None, opens_in=None, until_in=None, **values):
    return RoundFacts(
        status=status,
        opens_on=None if opens_in is None else TODAY + DAY * opens_in,
        valid_until=None if until_in is None else TODAY + DAY * until_in,
        **values,
    )


@pytest.mark.parametrize(
    ("found", "on_time"),
    [
        (facts(), False),
        (facts(Status.OPEN), False),
        (facts(Status.OVERDUE, -60, -1), False),
        (facts(Status.DUE, -1, 59), True),
        (facts(Status.GRACE, -61, -1), True),
        (facts(Status.VALID, 1, 61), False),
        (facts(Status.VALID, 0, 60), True),
        (facts(Status.VALID), False),
        (facts(Status.DUE, -1, 59, must_retake=True), False),
    ],
)
def test_who_renews_on_time_takes_the_lessons_that_refresh(found, on_time):
    assert renews_on_time(found, TODAY) is on_time
    assert mode_for(Mode.REFRESHER, found, TODAY) is (Mode.REFRESHER if on_time else Mode.FULL)
    assert mode_for(Mode.FULL, found, TODAY) is Mode.FULL


@pytest.mark.parametrize(
    ("found", "voluntary"),
    [
        (facts(), False),
        (facts(Status.OPEN), False),
        (facts(Status.DUE, -1, 59), False),
        (facts(Status.VALID, 1, 61), True),
        (facts(Status.VALID, 0, 60), False),
        (facts(Status.VALID), True),
        (facts(Status.VALID, 1, 61, renews_any_time=True), False),
        (facts(Status.VALID, 1, 61, must_retake=True), False),
        (facts(Status.EXEMPT, 1, 61), True),
        (facts(Status.PAUSED, 1, 61), True),
        (facts(Status.PAUSED, -90, 0), False),
        (facts(Status.EXEMPT, 1, -1), False),
        (facts(Status.EXEMPT), False),
    ],
)
def test_before_the_window_a_repeat_changes_no_date(found, voluntary):
    assert is_voluntary(found, TODAY) is voluntary


def test_a_version_is_outdated_once_a_newer_one_must_be_taken():
    assert is_outdated(1, 2) is True
    assert is_outdated(2, 2) is False
    assert is_outdated(3, 2) is False
    assert is_outdated(1, None) is False


@pytest.mark.parametrize(
    ("found", "begun", "has_open", "completed", "offer"),
    [
        (facts(), True, True, False, Offer.CONTINUE),
        (facts(), True, False, False, Offer.WAIT),
        (facts(), False, True, False, Offer.BEGIN),
        (facts(Status.OPEN), False, True, False, Offer.BEGIN),
        (facts(), False, True, True, Offer.REFRESH),
        (facts(Status.DUE, -1, 59), False, True, False, Offer.REFRESH),
        (facts(Status.OVERDUE, -60, -1), False, True, True, Offer.REFRESH),
        (facts(Status.VALID, 5, 65), False, True, True, Offer.REPEAT),
    ],
)
def test_the_course_page_offers_one_thing(found, begun, has_open, completed, offer):
    given = offer_of(found, TODAY, is_begun=begun, has_open_step=has_open, was_completed=completed)
    assert given is offer


def test_a_course_is_completed_on_the_latest_day_of_its_lessons():
    assert completed_on([TODAY - DAY, TODAY, TODAY - 3 * DAY]) == TODAY
