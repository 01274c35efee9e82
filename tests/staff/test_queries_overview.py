"""Figures and pages of the overview: the same as what is known of each person."""

import datetime as dt

import pytest
from sqlalchemy import select

from lms.certifications.queries.duties import duties_for
from lms.certifications.queries.pauses import paused_person_ids
from lms.certifications.rules.scopes import Scope
from lms.certifications.rules.status import Status
from lms.courses.models import CourseVersion
from lms.learning.models import Enrolment
from lms.people import operations as people
from lms.people.models import Person
from lms.staff.queries.figures import figures
from lms.staff.queries.overview import list_columns, page_of_people
from lms.staff.rules import Filters, Need
from tests.duties import House
from tests.factories import NOW, TODAY, make_unit

IN_A_WEEK = TODAY + dt.timedelta(days=7)


@pytest.fixture
def house(session):
    return House(session)


@pytest.fixture
def full_house(house):
    """Fourteen people in two units and two courses, in every status."""
    units = [make_unit(house.session, "Donau"), make_unit(house.session, "Iller")]
    zoom, wiki = house.course("zoom"), house.course("wiki", months=None)
    who = [
        house.person(first_name=f"Vor{n}", last_name=f"Nach{n:02d}", unit=units[n % 2])
        for n in range(14)
    ]
    house.require(zoom, "2025-01-01")
    house.require(
        wiki, "2026-11-20", Scope(unit_ids=frozenset({units[0].id})), interval_months=None
    )
    for number, person in enumerate(who[:10]):
        house.show(person, zoom, TODAY - dt.timedelta(days=70 * number + 1))
    house.show(who[11], zoom, IN_A_WEEK - dt.timedelta(days=365))
    house.show(who[12], wiki, "2026-01-10")
    house.away(who[1], "2026-11-01", "2027-01-31", today="2026-11-01")
    house.exempt(who[3], zoom, "2026-11-01", "2027-02-01", by=who[0])
    enrol(house, who[2], wiki)
    who[13].left_on = TODAY - dt.timedelta(days=1)
    who[10].hired_on = TODAY + dt.timedelta(days=3)
    house.session.flush()
    return house


def enrol(house, person, course, done=1):
    version = house.session.scalar(
        select(CourseVersion.id).where(CourseVersion.course_id == course.id)
    )
    house.session.add(
        Enrolment(
            person_id=person.id,
            course_id=course.id,
            course_version_id=version,
            mode="full",
            started_at=NOW,
            lesson_count=4,
            done_count=done,
        )
    )
    house.session.flush()


def everybody(session):
    """Duties of all people who are there, as the queries of certifications know them."""
    rows = session.scalars(select(Person)).all()
    there = [
        one.id
        for one in rows
        if (one.hired_on is None or one.hired_on <= TODAY)
        and (one.left_on is None or one.left_on >= TODAY)
    ]
    paused = paused_person_ids(session, TODAY)
    return there, duties_for(session, there, today=TODAY, paused=paused)


def test_the_sentence_counts_what_the_duties_say(full_house, session):
    _there, duties = everybody(session)
    mine = [one for one in duties if one.has_duty]
    found = figures(session, Filters(), today=TODAY)
    late = [one for one in mine if one.status in (Status.OVERDUE, Status.GRACE)]
    soon = TODAY + dt.timedelta(days=30)
    ended = [one for one in late if one.valid_until and one.valid_until < TODAY]
    ending = [
        one
        for one in mine
        if one.status in (Status.VALID, Status.DUE) and one.valid_until and one.valid_until <= soon
    ]
    assert (found.ending, found.ended, found.missed) == (
        len(ending),
        len(ended),
        len(late) - len(ended),
    )
    assert found.ending > 0
    assert found.ended > 0
    assert found.missed > 0


def test_the_chips_count_people_and_each_leads_to_as_many(full_house, session):
    there, _duties = everybody(session)
    found = figures(session, Filters(), today=TODAY)
    assert found.people == len(there)
    for need in Need:
        page = page_of_people(session, Filters(need=need), today=TODAY, number=1, size=100)
        assert len(page) == found.found(need), need
        assert all(any(c.need is need for c in row.cells.values()) for row in page)
    assert found.by_need[Need.BEGUN] == 1


def test_the_cells_are_the_duties(full_house, session):
    there, duties = everybody(session)
    page = page_of_people(session, Filters(), today=TODAY, number=1, size=100)
    assert sorted(row.person_id for row in page) == sorted(there)
    cells = {
        (row.person_id, course_id): (cell.status, cell.valid_until, cell.due_on, cell.has_duty)
        for row in page
        for course_id, cell in row.cells.items()
    }
    assert cells == {
        (one.person_id, one.course_id): (one.status, one.valid_until, one.due_on, one.has_duty)
        for one in duties
    }
    assert {cell[0] for cell in cells.values()} >= {
        Status.VALID,
        Status.DUE,
        Status.OPEN,
        Status.OVERDUE,
        Status.PAUSED,
        Status.EXEMPT,
    }


def test_the_weeks_count_rounds_by_course_without_those_that_rest(house, session):
    zoom = house.course("zoom")
    who = [house.person() for _ in range(3)]
    house.require(zoom, "2025-01-01")
    for person in who:
        house.show(person, zoom, IN_A_WEEK - dt.timedelta(days=365))
    house.away(who[0], "2026-11-10", "2026-12-31", today="2026-11-10")
    new = house.course("new")
    house.require(new, "2026-11-23", initial_due_days=3)
    found = figures(session, Filters(), today=TODAY)
    assert [(one.week.first_on, one.course_id, one.ending, one.first) for one in found.weeks] == [
        (TODAY, new.id, 0, 2),
        (dt.date(2026, 11, 30), zoom.id, 2, 0),
    ]


def test_pages_follow_the_last_name_and_miss_nobody(full_house, session):
    pages = [
        page_of_people(session, Filters(), today=TODAY, number=n, size=5) for n in (1, 2, 3, 4)
    ]
    names = [row.name for page in pages for row in page]
    assert [len(page) for page in pages] == [5, 5, 2, 0]
    assert names == sorted(names, key=lambda name: name.split()[1])


def test_filters_narrow_people_figures_and_columns(full_house, session):
    zoom = next(one for one in list_columns(session) if one.slug == "zoom")
    donau = people.unit_named(session, "Donau")
    filters = Filters(unit_id=donau.id, course_id=zoom.course_id)
    page = page_of_people(session, filters, today=TODAY, number=1, size=100)
    assert {row.unit for row in page} == {"Donau"}
    assert all(row.cells.keys() == {zoom.course_id} for row in page)
    assert figures(session, filters, today=TODAY).people == len(page)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("özi",), ["Ayşe Özil"]),
        (("ÖZIL",), ["Ayşe Özil"]),
        (("ayşe", "öz"), ["Ayşe Özil"]),
        (("100%",), []),
        (("_",), []),
        (("o",), ["Otto Olm"]),
    ],
)
def test_a_search_finds_letters_beyond_ascii_and_takes_signs_as_they_are(
    house, session, words, found
):
    house.person(first_name="Ayşe", last_name="Özil")
    house.person(first_name="Otto", last_name="Olm")
    page = page_of_people(session, Filters(words=words), today=TODAY, number=1, size=10)
    assert [row.name for row in page] == found
    assert figures(session, Filters(words=words), today=TODAY).people == len(found)


def test_a_column_says_every_interval_that_is_in_force(house, session):
    zoom, wiki, free = house.course("zoom"), house.course("wiki"), house.course("free")
    house.course("unused")
    who = house.person(job="Küche")
    house.require(zoom, "2025-01-01", interval_months=12)
    house.require(zoom, "2025-01-01", Scope(jobs=frozenset({"Küche"})), interval_months=6)
    house.require(wiki, "2025-01-01", interval_months=None)
    house.show(who, free, "2026-10-01")
    assert [(one.slug, one.intervals) for one in list_columns(session)] == [
        ("free", ()),
        ("wiki", (None,)),
        ("zoom", (6, 12)),
    ]
