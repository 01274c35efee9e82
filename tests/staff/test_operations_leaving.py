"""People who join, go away and leave: what ends with whom, and on which day."""

import pytest
from sqlalchemy import select

from lms.access.models import SignIn
from lms.access.operations import signing_in as access
from lms.audit.models import AuditEntry
from lms.certifications.models import Assignment, Cycle, Evidence
from lms.outbox.models import OutboxMessage
from lms.people.models import Absence
from lms.reminders.models import Notice
from lms.staff import operations as staff
from tests.duties import House, at, day, sweep_days, with_e0


@pytest.fixture
def house(session):
    return House(session)


def end_leavers(session, on):
    return staff.end_duties_of_leavers(session, today=day(on), now=at(on, "01:00"))


def leave(house, who, left_on, *, on):
    staff.leave(house.session, who, left_on=day(left_on), now=at(on))


def verbs(session, who):
    rows = session.scalars(
        select(AuditEntry.verb)
        .where(AuditEntry.object_kind == "person", AuditEntry.object_id == who.id)
        .order_by(AuditEntry.id)
    )
    return rows.all()


def test_a_joiner_gets_the_duties_of_the_house(house, session):
    course = house.course()
    house.require(course, "2026-01-01")
    who = house.person(hired_on=day("2026-12-01"))
    staff.join(session, who, today=day("2026-11-24"), now=at("2026-11-24"))
    cycle = house.live(who, course)
    assert (cycle.opens_on, cycle.due_on) == (day("2026-12-01"), day("2026-12-31"))
    assert verbs(session, who) == ["joined"]


def test_a_leaver_is_there_until_the_last_day_and_gone_on_the_next(house, session, sessions):
    who, course = with_e0(house)
    evidence = session.scalars(select(Evidence.id)).all()
    sweep_days(session, sessions, "2026-03-03", "2026-03-03")
    leave(house, who, "2026-03-05", on="2026-03-03")
    session.execute(select(1))
    assert end_leavers(session, "2026-03-05") == 0
    assert house.live(who, course).state == "live"
    assert end_leavers(session, "2026-03-06") == 1
    assert end_leavers(session, "2026-03-06") == 0
    session.expire_all()
    last = house.rounds(who, course)[-1]
    assert (last.state, last.close_reason, last.closed_on, last.next_action_on) == (
        "cancelled",
        "left",
        day("2026-03-06"),
        None,
    )
    message = session.scalars(select(OutboxMessage)).one()
    assert (message.state, message.reason) == ("cancelled", "left")
    assert session.scalars(select(Assignment.end_reason)).all() == ["left"]
    assert session.scalars(select(Evidence.id)).all() == evidence
    sweep_days(session, sessions, "2026-03-06", "2026-03-31")
    assert len(session.scalars(select(Notice).where(Notice.outcome == "queued")).all()) == 1
    assert verbs(session, who) == ["leaves", "left"]


def test_a_job_that_runs_late_still_ends_on_the_day_after_the_last(house, session):
    who, course = with_e0(house)
    leave(house, who, "2026-03-05", on="2026-03-03")
    end_leavers(session, "2026-03-09")
    assert house.rounds(who, course)[-1].closed_on == day("2026-03-06")
    assert session.scalars(select(Assignment.ended_on)).all() == [day("2026-03-06")]


def test_who_left_without_a_duty_loses_sign_ins_and_mail_as_well(house, session):
    who, stays = house.person(), house.person()
    for one in (who, stays):
        access.sign_in(session, one, user_agent="x", keep=False, now=at("2026-03-01"))
    leave(house, who, "2026-03-05", on="2026-03-03")
    assert end_leavers(session, "2026-03-06") == 1
    assert session.scalars(select(SignIn.person_id)).all() == [stays.id]
    assert end_leavers(session, "2026-03-07") == 0


def test_others_keep_their_duties(house, session):
    who, course = with_e0(house)
    other = house.person()
    house.reassign("2025-04-01", other)
    leave(house, who, "2026-03-05", on="2026-03-03")
    end_leavers(session, "2026-03-06")
    assert house.live(other, course).state == "live"


def test_who_goes_away_is_paused_and_noted_without_a_why(house, session):
    who, course = with_e0(house)
    house.away(who, "2026-03-01", "2026-03-31", today="2026-02-20")
    assert house.live(who, course).due_on == day("2026-05-01")
    stored = session.scalars(select(Absence)).one()
    assert (stored.person_id, stored.from_on, stored.until_on) == (
        who.id,
        day("2026-03-01"),
        day("2026-03-31"),
    )
    assert verbs(session, who) == ["absent"]
    details = session.scalars(select(AuditEntry.details).where(AuditEntry.verb == "absent")).one()
    assert details == {}


def test_everything_is_flushed_before_it_returns(house, session):
    who, _course = with_e0(house)
    house.away(who, "2026-03-01", "2026-03-31", today="2026-02-20")
    leave(house, who, "2026-04-05", on="2026-03-03")
    end_leavers(session, "2026-04-06")
    assert (list(session.new), list(session.dirty)) == ([], [])
    assert session.scalars(select(Cycle).where(Cycle.state == "live")).all() == []
