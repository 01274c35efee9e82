"""What is due in which order, and how somebody stands on the whole."""

import datetime as dt

import pytest

from lms.certifications.rules.status import Status
from lms.home.tasks import Stand, shortest, summary_of, tasks
from lms.learning.rules.catalogue import CourseFacts

DAY = dt.date(2026, 12, 1)


def stand(status, number=1, **values):
    """One course; a duty unless said otherwise."""
    facts = {
        "course_id": number,
        "title": f"Kurs {number}",
        "has_duty": True,
        "is_begun": False,
        "status": status,
        "due_on": DAY,
        "minutes": 10,
    }
    own = {key: values.pop(key) for key in list(values) if key in facts}
    return Stand(facts=CourseFacts(**facts | own), **values)


RUN_OUT = stand(Status.OVERDUE, 1, has_evidence=True)
MISSED = stand(Status.OVERDUE, 2)
RENEWED = stand(Status.OVERDUE, 3, has_evidence=True, holds_today=True)
GRACE = stand(Status.GRACE, 4, has_evidence=True)
SOON = stand(Status.DUE, 5, has_evidence=True, holds_today=True)
BEGUN = stand(Status.OPEN, 6, is_begun=True)
OPEN = stand(Status.OPEN, 7)
VALID = stand(Status.VALID, 8, has_evidence=True, holds_today=True)
EXEMPT = stand(Status.EXEMPT, 9)
PAUSED = stand(Status.PAUSED, 10)
VOLUNTARY = stand(None, 11, has_duty=False, due_on=None)
VOLUNTARY_BEGUN = stand(None, 12, has_duty=False, is_begun=True, due_on=None)
ALL = [VOLUNTARY_BEGUN, VOLUNTARY, PAUSED, EXEMPT, VALID, OPEN, BEGUN, SOON, GRACE, RENEWED]


def test_what_ran_out_comes_first_then_soon_begun_and_open():
    found = tasks([*ALL, MISSED, RUN_OUT])
    assert found == [RUN_OUT, MISSED, RENEWED, GRACE, SOON, BEGUN, VOLUNTARY_BEGUN, OPEN]


def test_the_nearest_date_comes_first_then_the_title():
    later = stand(Status.OPEN, 1, due_on=DAY + dt.timedelta(days=1))
    assert tasks([later, stand(Status.OPEN, 3), stand(Status.OPEN, 2)]) == [
        stand(Status.OPEN, 2),
        stand(Status.OPEN, 3),
        later,
    ]


def test_each_way_of_being_late_is_counted_once():
    found = summary_of([RUN_OUT, MISSED, RENEWED, GRACE, SOON])
    assert (found.run_out, found.missed, found.renewed, found.soon) == (2, 1, 1, 1)
    assert (found.urgent, found.urgent_minutes, found.other_minutes) == (5, 50, 0)


def test_competences_are_duties_without_the_exempt_ones():
    found = summary_of([*ALL, RUN_OUT])
    assert (found.valid, found.total) == (3, 8)


def test_minutes_of_what_can_wait_stand_apart():
    found = summary_of([SOON, BEGUN, OPEN, stand(Status.OPEN, 20, minutes=4)])
    assert (found.urgent_minutes, found.other_minutes, found.shortest_minutes) == (10, 24, 4)
    assert (found.open, found.begun) == (3, 1)


@pytest.mark.parametrize(
    ("stands", "expected"),
    [
        ([OPEN], True),
        ([OPEN, VOLUNTARY], True),
        ([], False),
        ([OPEN, BEGUN], False),
        ([OPEN, MISSED], False),
        ([OPEN, VALID], False),
    ],
)
def test_the_first_day_lasts_until_something_is_begun_held_or_missed(stands, expected):
    assert summary_of(stands).is_first_day is expected


def test_the_next_date_is_the_nearest_of_what_is_settled():
    later = stand(Status.VALID, 2, due_on=DAY + dt.timedelta(days=9), has_evidence=True)
    assert summary_of([later, VALID, OPEN]).next_due_on == DAY
    assert summary_of([OPEN]).next_due_on is None


def test_rest_is_noticed():
    assert summary_of([PAUSED]).is_at_rest is True
    assert summary_of([VALID]).is_at_rest is False


def test_the_shortest_is_the_one_to_begin_with():
    brief = stand(Status.OPEN, 2, minutes=3)
    assert shortest([OPEN, brief]) == brief
