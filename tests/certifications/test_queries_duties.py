"""Status today in SQL: the same as the pure rule over everything stored, in few queries."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lms.certifications.operations import changing
from lms.certifications.queries.duties import duties_of, duty_in, standing_select
from lms.certifications.queries.needs import rounds_in_need
from lms.certifications.queries.pauses import paused_people, paused_person_ids
from lms.certifications.queries.standings import standings_on
from lms.certifications.rules.policy import RenewalBase
from lms.certifications.rules.scopes import Scope
from lms.kernel.domain import DomainError
from lms.people.models import Absence, Person
from lms.people.queries import employed_on
from tests.duties import House, at, day, with_e0

KITCHEN = Scope(jobs=frozenset({"Küche"}))
START = day("2025-01-01")


@pytest.fixture
def house(session):
    return House(session)


# ---------------------------------------------------------------- SQL and rule say the same


STEPS = st.lists(
    st.tuples(
        st.integers(0, 120),
        st.sampled_from(
            (
                "show",
                "show",
                "show",
                "revoke",
                "away",
                "exempt",
                "extend",
                "version",
                "job",
                "stricter",
            )
        ),
        st.integers(1, 90),
    ),
    min_size=2,
    max_size=7,
)
POLICIES = st.sampled_from(
    (
        {},
        {"grace_days": 14},
        {"interval_months": 6, "window_days": 30},
        {"interval_months": None},
        {"renewal_base": RenewalBase.COMPLETION},
        {"renewal_base": RenewalBase.FIXED, "fixed_month": 12, "fixed_day": 31},
    )
)


class History:
    """What happens to one person, step by step, on rising days."""

    def __init__(self, house, policy):
        self.house, self.today = house, START
        self.course = house.course()
        self.who = house.person(job="Küche")
        self.officer = house.person()
        house.require(self.course, START.isoformat(), KITCHEN, **policy)
        self.evidence = []

    def take(self, later, what, amount):
        self.today += dt.timedelta(days=later)
        try:
            with self.house.session.begin_nested():
                getattr(self, what)(amount)
        except DomainError:
            pass

    def show(self, _amount):
        done = self.house.show(self.who, self.course, self.today)
        self.evidence += [done.evidence] if done.evidence else []

    def revoke(self, amount):
        if self.evidence:
            self.house.revoke(self.evidence[amount % len(self.evidence)], self.today)

    def _free(self, amount):
        spans = self.house.session.scalars(
            select(Absence.until_on).where(Absence.person_id == self.who.id)
        ).all()
        start = max([self.today, *(one + dt.timedelta(days=1) for one in spans)])
        return start.isoformat(), (start + dt.timedelta(days=amount)).isoformat()

    def away(self, amount):
        self.house.away(self.who, *self._free(amount), today=self.today)

    def exempt(self, amount):
        until = self.today + dt.timedelta(days=amount)
        if not getattr(self, "exempt_until", None) or self.exempt_until < self.today:
            self.exempt_until = until
            self.house.exempt(self.who, self.course, self.today, until, by=self.officer)

    def extend(self, amount):
        live = [one for one in self.house.rounds(self.who, self.course) if one.state == "live"]
        for cycle in live:
            until = cycle.due_on + dt.timedelta(days=amount)
            changing.extend(
                self.house.session, cycle.id, until, actor="x", today=self.today, now=at(self.today)
            )

    def version(self, amount):
        self.house.version(self.course, published_on=self.today, retrain_days=amount)

    def job(self, _amount):
        self.who.job = "Büro" if self.who.job == "Küche" else "Küche"
        self.house.session.flush()
        self.house.reassign(self.today, self.who, came_on=self.today)

    def stricter(self, _amount):
        self.house.require(self.course, self.today, interval_months=3, window_days=20)


def in_sql(session, today):
    """Person, course, status and dates as the overview sees them."""
    standing = standing_select(today, paused_people(today)).subquery()
    rows = session.execute(
        select(standing).join(Person, Person.id == standing.c.person_id).where(employed_on(today))
    )
    return {
        (row.person_id, row.course_id): (
            row.status,
            row.valid_from,
            row.valid_until,
            row.opens_on,
            row.due_on,
        )
        for row in rows
    }


def by_rule(session, today):
    return {
        (row.person_id, row.course_id): (
            row.status.value,
            row.valid_from,
            row.valid_until,
            row.opens_on,
            row.due_on,
        )
        for row in standings_on(session, today)
    }


def days_that_matter(history, later):
    """Some day to come, and the days on which a status may change from then on."""
    turns = {history.today + dt.timedelta(days=later)}
    for cycle in history.house.rounds(history.who, history.course):
        turns |= {cycle.opens_on, cycle.due_on, cycle.grace_until}
    for evidence in history.evidence:
        turns |= {evidence.valid_until or history.today}
    following = {one + dt.timedelta(days=1) for one in turns}
    return sorted(one for one in turns | following if one >= history.today)


@settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.generate],  # a whole history shrinks for minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(policy=POLICIES, steps=STEPS, later=st.integers(0, 400))
def test_sql_says_what_the_rule_says(session, policy, steps, later):
    nested = session.begin_nested()
    try:
        history = History(House(session), policy)
        for step in steps:
            history.take(*step)
            assert in_sql(session, history.today) == by_rule(session, history.today)
        for seen_on in days_that_matter(history, later):
            assert in_sql(session, seen_on) == by_rule(session, seen_on)
    finally:
        nested.rollback()
        session.expunge_all()


SPANS = st.lists(
    st.tuples(st.integers(0, 40), st.one_of(st.none(), st.integers(1, 40))), min_size=1, max_size=5
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spans=SPANS, later=st.integers(0, 120))
@example(spans=[(0, 20), (0, 20)], later=5)
@example(spans=[(0, 20), (1, 20)], later=5)
@example(spans=[(0, 28)], later=5)
@example(spans=[(0, 27)], later=5)
def test_both_queries_of_paused_people_agree_with_the_rule(session, spans, later):
    nested = session.begin_nested()
    try:
        house, start = House(session), START
        who, course = with_e0(house, on="2024-01-01")
        for gap, length in spans:
            from_on = start + dt.timedelta(days=gap)
            until = None if length is None else from_on + dt.timedelta(days=length - 1)
            session.add(Absence(person_id=who.id, from_on=from_on, until_on=until))
            if until is None:
                break
            start = until + dt.timedelta(days=1)
        session.flush()
        today = START + dt.timedelta(days=later)
        status = house.status(who, course, today)
        expected = [who.id] if status == ["paused"] else []
        assert paused_person_ids(session, today) == expected
        assert session.scalars(paused_people(today)).all() == expected
    finally:
        nested.rollback()
        session.expunge_all()


# --------------------------------------------------------------------------- what pages read


def test_duties_of_one_person_are_one_query_however_many(house, count_queries):
    person_id = house.person().id
    for size in (1, 4):
        while len(duties_of(house.session, person_id, today=day("2026-02-01"))) < size:
            house.require(house.course(), "2026-01-01")
        house.session.expire_all()
        with count_queries() as counted:
            found = duties_of(house.session, person_id, today=day("2026-02-01"))
        assert (len(found), counted.queries, counted.rows) == (size, 1, size)


def test_a_duty_says_what_a_page_shows(house):
    who, course = with_e0(house)
    (duty,) = duties_of(house.session, who.id, today=day("2026-02-01"))
    assert duty == duty_in(house.session, who.id, course.id, today=day("2026-02-01"))
    assert (duty.slug, duty.titles["de"], duty.has_duty, duty.status.value) == (
        course.slug,
        "Beispiel",
        True,
        "due",
    )
    assert (duty.valid_from, duty.valid_until, duty.opens_on, duty.due_on, duty.grace_until) == (
        day("2025-03-10"),
        day("2026-03-10"),
        day("2026-01-09"),
        day("2026-03-10"),
        day("2026-03-10"),
    )
    assert (duty.cycle_id, duty.interval_months, duty.renewal_base, duty.window_days) == (
        house.live(who, course).id,
        12,
        "expiry",
        60,
    )
    assert not duty.is_settled


def test_evidence_without_a_duty_is_listed_while_it_lasts(house):
    who, course = house.person(), house.course()
    house.held(who, course)
    (duty,) = duties_of(house.session, who.id, today=day("2026-03-10"))
    assert (duty.has_duty, duty.status.value, duty.due_on, duty.cycle_id) == (
        False,
        "valid",
        None,
        None,
    )
    assert duties_of(house.session, who.id, today=day("2026-03-11")) == []
    assert duty_in(house.session, who.id, course.id, today=day("2026-03-11")) is None


def test_rounds_in_need_are_those_that_are_due_or_late_today(house):
    late, due, fresh, gone, away = (house.person() for _ in range(5))
    course = house.course()
    for who, on in ((late, "2025-03-10"), (due, "2025-12-10"), (gone, "2025-03-10")):
        house.held(who, course, on)
    house.held(away, course, "2025-03-10")
    house.away(away, "2026-03-01", None, today="2026-02-01")
    house.require(course, "2026-11-01")
    gone.left_on = day("2026-11-23")
    house.session.flush()
    expected = {house.live(who, course).id for who in (late, due)}
    assert rounds_in_need(house.session, today=day("2026-11-24")) == expected
    assert house.live(fresh, course).id not in expected
