import datetime as dt

import pytest

from lms.certifications.rules.status import Status
from lms.learning.rules.catalogue import (
    CourseFacts,
    Shelf,
    Urgency,
    in_order,
    on_shelf,
    shelf_of,
)

TODAY = dt.date(2026, 11, 24)


def facts(title="Kurs", status=None, has_duty=None, **values):
    return CourseFacts(
        course_id=values.pop("course_id", 1),
        title=title,
        has_duty=status is not None if has_duty is None else has_duty,
        is_begun=values.pop("is_begun", False),
        status=status,
        due_on=values.pop("due_on", None),
        minutes=values.pop("minutes", 30),
    )


@pytest.mark.parametrize(
    ("status", "has_duty", "is_begun", "urgency"),
    [
        (Status.OVERDUE, True, False, Urgency.EXPIRED),
        (Status.OVERDUE, True, True, Urgency.EXPIRED),
        (Status.GRACE, True, False, Urgency.EXPIRED),
        (Status.DUE, True, True, Urgency.SOON),
        (Status.OPEN, True, True, Urgency.BEGUN),
        (Status.OPEN, True, False, Urgency.OPEN),
        (Status.VALID, True, False, Urgency.VALID),
        (Status.VALID, True, True, Urgency.BEGUN),
        (Status.VALID, False, False, Urgency.VALID),
        (Status.EXEMPT, True, False, Urgency.RESTING),
        (Status.PAUSED, True, False, Urgency.RESTING),
        (None, False, False, Urgency.VOLUNTARY),
        (None, False, True, Urgency.BEGUN),
    ],
)
def test_where_a_card_stands(status, has_duty, is_begun, urgency):
    one = facts(status=status, has_duty=has_duty, is_begun=is_begun)
    assert one.urgency is urgency
    assert one.needs_somebody is (urgency in (Urgency.EXPIRED, Urgency.SOON))
    assert one.is_unfinished is (status is Status.OPEN)


def test_the_order_is_urgency_then_date_then_title():
    later = facts("A", Status.OPEN, due_on=TODAY + dt.timedelta(days=9))
    sooner = facts("Z", Status.OPEN, due_on=TODAY)
    plain = facts("b")
    other = facts("C")
    expired = facts("Q", Status.OVERDUE)
    assert in_order([other, plain, later, sooner, expired]) == [
        expired,
        sooner,
        later,
        plain,
        other,
    ]


def test_chips_choose():
    duty = facts("Pflicht", Status.OPEN)
    held = facts("Gehalten", Status.VALID, has_duty=False)
    begun = facts("Begonnen", is_begun=True, minutes=14)
    free = facts("Frei", minutes=15)
    every = [duty, held, begun, free]
    assert on_shelf(every, Shelf.ALL) == every
    assert on_shelf(every, Shelf.MINE) == [duty, held, begun]
    assert on_shelf(every, Shelf.DUTY) == [duty]
    assert on_shelf(every, Shelf.SHORT) == [begun]


def test_the_address_names_a_chip():
    assert shelf_of("short", []) is Shelf.SHORT
    assert shelf_of(None, [facts("Frei"), facts("Begonnen", is_begun=True)]) is Shelf.MINE
    assert shelf_of("nonsense", [facts("Frei")]) is Shelf.ALL
