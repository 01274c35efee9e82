"""The preview is what daily sweeps then do (I16), from stored rows, and writes nothing."""

import datetime as dt

import pytest
from sqlalchemy import select

from lms.certifications.models import Cycle
from lms.certifications.operations import requiring
from lms.certifications.rules.policy import RenewalBase
from lms.certifications.rules.scopes import Scope
from lms.courses.models import Course
from lms.kernel.viewer import Role
from lms.outbox.models import OutboxMessage
from lms.people.models import Person
from lms.reminders.models import Notice
from lms.reminders.queries.preview import reminders_ahead
from lms.reminders.rules import Audience
from tests.duties import FRAME, NAMES, House, at, day, sweep_days, with_e0

TODAY = "2026-01-05"


@pytest.fixture
def house(session):
    return House(session)


def ahead(session, from_on=TODAY, *, today=TODAY, days=365, **values):
    return reminders_ahead(session, from_on=day(from_on), today=day(today), days=days, **values)


def as_sent(session, since=TODAY):
    """What sweeps queued, in the shape of the preview: day, recipient, audience, lines."""
    rows = session.execute(
        select(OutboxMessage, Person, Notice.stage, Cycle.due_on, Course.slug, Cycle.person_id)
        .join(Person, Person.id == OutboxMessage.person_id)
        .join(Notice, Notice.outbox_id == OutboxMessage.id)
        .join(Cycle, Cycle.id == Notice.cycle_id)
        .join(Course, Course.id == Cycle.course_id)
        .where(OutboxMessage.local_date >= day(since))
    ).all()
    keys = {one.id: one.key for one in session.scalars(select(Person))}
    found = {}
    for message, person, stage, due_on, slug, about in rows:
        key = (message.local_date, person.key, message.audience)
        told = keys[about] if message.audience == "supervisor" else None
        found.setdefault(key, set()).add((slug, stage, due_on, told))
    return found


def as_seen(messages, *, held=False):
    return {
        (one.send_on, one.person, one.audience.value): {
            (item.course, item.stage, item.due_on, item.about) for item in one.items
        }
        for one in messages
        if one.is_held is held
    }


def organisation(house, session):
    """Two courses, an absence, an exemption, a leaver, a joiner, a held batch, a supervisor."""
    officer = house.person(roles=[Role.OFFICER])
    above = house.person()
    people = [house.person(supervisor_id=above.id) for _number in range(4)]
    joiner = house.person(hired_on=day("2026-02-02"), supervisor_id=officer.id)
    paper = house.person(email=None, personnel_number="77", supervisor_id=above.id)
    first, second = house.course(), house.course()
    house.require(first, "2024-01-01", grace_days=10)
    house.require(
        second,
        "2025-12-01",
        Scope(person_ids=frozenset(one.id for one in people)),
        renewal_base=RenewalBase.FIXED,
        fixed_month=6,
        fixed_day=30,
        min_valid_months=6,
        window_days=40,
        overdue_every_days=14,
        overdue_count=3,
    )
    for number, who in enumerate((officer, above, *people)):
        house.held(who, first, day("2025-03-10") + dt.timedelta(days=number * 21))
    house.held(people[0], second, "2025-12-15")
    house.away(people[1], "2026-03-01", "2026-06-30", today="2026-01-02")
    house.exempt(people[2], first, "2026-03-01", "2026-04-30", by=officer)
    people[3].left_on = day("2026-04-15")
    batch = requiring.open_batch(session, "policy", made_by=None, now=at(TODAY))
    house.live(people[0], first).batch_id = batch.id
    session.flush()
    return joiner, paper, people


@pytest.mark.parametrize(
    ("frame", "days"), [(NAMES, 365), (FRAME, 100)], ids=["names, a year", "learners"]
)
def test_the_preview_of_day_one_is_what_daily_sweeps_do(house, session, sessions, frame, days):
    organisation(house, session)
    sweep_days(session, sessions, "2025-12-29", "2026-01-04", frame=frame)
    seen = ahead(session, days=days, tells_supervisor=frame.tells_supervisor)
    last_on = day(TODAY) + dt.timedelta(days=days - 1)
    sweep_days(session, sessions, TODAY, last_on.isoformat(), frame=frame)
    assert as_seen(seen) == as_sent(session)
    told = {one.audience for one in seen}
    assert told == set(Audience if frame is NAMES else [Audience.LEARNER])
    assert len(as_seen(seen)) > days / 4
    assert as_seen(seen, held=True) != {}


def test_it_writes_nothing(house, session):
    organisation(house, session)
    session.commit()
    ahead(session)
    assert (list(session.new), list(session.dirty)) == ([], [])
    assert session.scalars(select(Notice)).all() == []


def test_what_was_queued_is_not_shown_again(house, session, sessions):
    with_e0(house)
    sweep_days(session, sessions, "2026-01-09", "2026-01-09")
    seen = ahead(session, "2026-01-09", today="2026-01-09", days=30)
    assert [(one.send_on, one.items[0].stage) for one in seen] == [(day("2026-02-06"), -30)]


def test_what_was_missed_before_is_caught_up_on_the_first_working_day(house, session):
    with_e0(house)
    seen = ahead(session, "2026-02-28", today="2026-02-28", days=5)
    assert [(one.send_on, one.items[0].stage) for one in seen] == [(day("2026-03-02"), -14)]


def test_a_preview_of_the_past_plays_the_rounds_that_were_live_then(house, session, sessions):
    who, course = with_e0(house)
    sweep_days(session, sessions, "2026-01-09", "2026-02-10")
    house.held(who, course, "2026-02-25")
    seen = ahead(session, "2026-01-05", today="2026-03-01", days=90)
    assert [(one.send_on.isoformat(), one.items[0].stage) for one in seen] == [
        ("2026-01-09", -60),
        ("2026-02-06", -30),
        ("2026-02-24", -14),
    ]


def test_a_round_that_began_later_is_not_told_before(house, session):
    who, course = house.person(), house.course()
    house.held(who, course)
    house.require(course, "2026-02-20")
    seen = ahead(session, today="2026-03-01", days=51)
    assert [(one.send_on.isoformat(), one.items[0].stage) for one in seen] == [
        ("2026-02-20", -30),
        ("2026-02-24", -14),
    ]


def test_one_person_is_what_they_get_also_about_others(house, session, sessions):
    above, course = house.person(), house.course()
    who = house.person(supervisor_id=above.id)
    house.require(course, "2024-01-01", Scope(person_ids=frozenset({who.id})))
    house.held(who, course)
    mine = ahead(session, person_id=above.id, tells_supervisor=True)
    assert [(one.send_on, one.person, one.items[0].about) for one in mine] == [
        (day("2026-03-23"), above.email, who.email)
    ]
    assert ahead(session, person_id=above.id) == []
    own = ahead(session, person_id=who.id)
    assert {one.person for one in own} == {who.email}
    assert own == ahead(session)


def test_the_number_of_queries_does_not_grow(house, session, count_queries):
    for size in (1, 6):
        while len(session.scalars(select(Cycle).where(Cycle.state == "live")).all()) < size:
            with_e0(house)
        session.commit()
        session.expunge_all()
        with count_queries() as counted:
            ahead(session, tells_supervisor=True)
        assert counted.queries == 10
