"""`status --at`: past days by what is known now (contract.md)."""

import pytest

from lms.certifications.queries.standings import standings_on
from lms.certifications.rules.scopes import Scope
from tests.duties import House, day, with_e0


@pytest.fixture
def house(session):
    return House(session)


def test_a_past_day_has_the_round_that_was_live_then(house):
    who, course = with_e0(house)
    house.held(who, course, "2026-02-01")
    house.held(who, course, "2027-03-01")
    dates = [
        (row.opens_on, row.due_on)
        for row in (house.row(who, course, on) for on in ("2025-06-01", "2026-01-31", "2026-02-01"))
    ]
    assert dates == [
        (day("2026-01-09"), day("2026-03-10")),
        (day("2026-01-09"), day("2026-03-10")),
        (day("2027-01-09"), day("2027-03-10")),
    ]
    assert house.row(who, course, "2026-01-31").valid_until == day("2026-03-10")


def test_evidence_counts_also_when_the_requirement_came_later(house):
    who, course = house.person(), house.course(months=24)
    house.held(who, course, "2025-03-10")
    house.require(course, "2026-11-24", interval_months=24)
    assert house.status(who, course, "2025-03-09", "2025-03-10", "2026-11-23") == [
        None,
        "valid",
        "valid",
    ]
    assert house.row(who, course, "2025-06-01").due_on == day("2027-03-10")


def test_run_out_evidence_is_overdue_before_the_requirement_was_there(house):
    who, course = house.person(), house.course()
    house.held(who, course, "2025-03-10")
    house.require(course, "2026-11-24")
    assert house.status(who, course, "2026-01-09", "2026-03-10", "2026-03-11") == [
        "due",
        "due",
        "overdue",
    ]


def test_nobody_was_open_before_being_assigned(house):
    who, course = house.person(), house.course()
    house.require(course, "2026-11-24")
    assert house.status(who, course, "2026-11-23", "2026-11-24") == [None, "open"]


def test_before_hiring_and_after_leaving_nobody_is_listed(house):
    who = house.person(hired_on=day("2026-01-15"), left_on=day("2026-02-15"))
    course = house.course()
    house.held(who, course, "2025-06-01")
    house.require(course, "2025-12-01")
    assert house.status(who, course, "2026-01-14", "2026-01-15", "2026-02-15", "2026-02-16") == [
        None,
        "valid",
        "valid",
        None,
    ]


def test_an_ended_duty_counts_until_its_end(house):
    who, course = house.person(job="Küche"), house.course()
    house.require(course, "2026-01-01", Scope(jobs=frozenset({"Küche"})))
    who.job = None
    house.session.flush()
    house.reassign("2026-01-20", who)
    assert house.status(who, course, "2026-01-19", "2026-01-20") == ["open", None]


def test_what_was_revoked_never_counted(house):
    who, course = with_e0(house)
    house.revoke(house.held(who, course, "2026-03-01"), "2026-05-04")
    assert house.status(who, course, "2026-03-10", "2026-04-01", "2026-05-04") == [
        "due",
        "overdue",
        "open",
    ]
    assert house.row(who, course, "2026-04-01").due_on == day("2026-03-10")


def test_rows_are_in_the_order_of_people_and_courses_and_can_be_narrowed(house):
    later, first = house.person(last_name="Zander"), house.person(last_name="Adler")
    two, one = house.course("two"), house.course("one")
    for course in (two, one):
        house.require(course, "2026-01-01")
    rows = standings_on(house.session, day("2026-01-10"))
    assert [(row.person, row.course) for row in rows] == [
        (first.email, "one"),
        (first.email, "two"),
        (later.email, "one"),
        (later.email, "two"),
    ]
    narrowed = standings_on(house.session, day("2026-01-10"), course_id=one.id)
    assert [(row.person, row.course) for row in narrowed] == [
        (first.email, "one"),
        (later.email, "one"),
    ]
    assert len(standings_on(house.session, day("2026-01-10"), person_id=later.id)) == 2


def test_everybody_takes_six_queries_and_one_for_people(house, count_queries):
    for size in (1, 5):
        while len(standings_on(house.session, day("2026-01-10"))) < size:
            with_e0(house, on="2026-01-01")
        with count_queries() as counted:
            standings_on(house.session, day("2026-01-10"))
        assert counted.queries == 7
