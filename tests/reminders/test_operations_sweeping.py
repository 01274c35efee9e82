"""The sweep through the database: days, stages, digests, catch-up, breaker (certification.md 8)."""

import datetime as dt

import pytest
from sqlalchemy import event, func, select, update

from lms.audit.models import AuditEntry
from lms.certifications.models import Batch, Cycle
from lms.certifications.operations import changing
from lms.certifications.rules.scopes import Scope
from lms.kernel.viewer import Role
from lms.outbox.models import OutboxMessage
from lms.people.models import Person, PersonRole
from lms.reminders.models import Notice
from lms.reminders.operations.breaker import hold
from lms.reminders.operations.sweeping import BLOCK, SweepResult, sweep
from tests.duties import FRAME, NAMES, House, at, day, notices, sweep_days


@pytest.fixture
def house(session):
    return House(session)


def mails(session):
    """The days on which somebody got a digest."""
    days = session.scalars(select(OutboxMessage.local_date).order_by(OutboxMessage.local_date))
    return [one.isoformat() for one in days]


def due_on(house, on, **policy):
    """Somebody whose certificate runs out on a day."""
    who, course = house.person(), house.course()
    house.require(course, "2024-01-01", **policy)
    house.held(who, course, day(on).replace(year=day(on).year - 1))
    return who, course


def now_sweep(session, sessions, on, clock="08:00", frame=FRAME):
    session.commit()
    result = sweep(sessions, frame, now=at(on, clock))
    session.expire_all()
    return result


# ------------------------------------------------------------------------------------------ days


@pytest.mark.parametrize(
    ("due", "last", "expected"),
    [
        (
            "2026-03-10",
            "2026-04-14",
            (
                "2026-01-09 2026-02-06 2026-02-24 2026-03-03 2026-03-09 2026-03-10 2026-03-17"
                " 2026-03-24 2026-03-31 2026-04-07 2026-04-14"
            ),
        ),
        (
            "2026-04-05",
            "2026-04-20",
            (
                "2026-02-04 2026-03-06 2026-03-20 2026-03-27 2026-04-02 2026-04-07 2026-04-13"
                " 2026-04-20"
            ),
        ),
        (
            "2027-01-01",
            "2027-01-15",
            (
                "2026-11-02 2026-12-02 2026-12-18 2026-12-23 2026-12-30 2027-01-04 2027-01-08"
                " 2027-01-15"
            ),
        ),
        (
            "2026-05-25",
            "2026-06-01",
            "2026-03-26 2026-04-24 2026-05-11 2026-05-18 2026-05-22 2026-05-26 2026-06-01",
        ),
    ],
    ids=["26 standard", "27 Easter Sunday", "28 New Year", "34 Pentecost"],
)
def test_standard_mails(house, session, sessions, due, last, expected):
    due_on(house, due)
    first = day(due) - dt.timedelta(days=66)
    sweep_days(session, sessions, first.isoformat(), last)
    assert mails(session) == expected.split()
    assert [on for on, _stage in notices(session)] == expected.split()


def test_overdue_mails_end_after_the_last_one(house, session, sessions):
    _who, course = due_on(house, "2026-03-10", overdue_count=2)
    sweep_days(session, sessions, "2026-03-09", "2026-04-30")
    assert notices(session)[-1] == ("2026-03-24", 14)
    assert house.live(_who, course).next_action_on is None


def test_after_an_outage_the_newest_stage_only(house, session, sessions):
    due_on(house, "2026-03-10")
    sweep_days(session, sessions, "2026-01-09", "2026-03-31", down=("2026-02-05", "2026-03-12"))
    assert notices(session) == [
        ("2026-01-09", -60),
        ("2026-03-13", 0),
        ("2026-03-17", 7),
        ("2026-03-24", 14),
        ("2026-03-31", 21),
    ]
    assert notices(session, outcome="skipped") == [
        ("2026-03-13", stage) for stage in (-30, -14, -7, -1)
    ]


def test_a_weekend_down_skips_what_was_passed(house, session, sessions):
    due_on(house, "2026-03-10")
    sweep_days(session, sessions, "2026-01-09", "2026-03-10", down=("2026-03-07", "2026-03-09"))
    assert notices(session)[-1] == ("2026-03-10", 0)
    skipped = session.scalars(select(Notice).where(Notice.outcome == "skipped")).all()
    assert [(one.stage, one.why, one.outbox_id) for one in skipped] == [(-1, "superseded", None)]


def test_a_joiner_hears_from_the_first_day_on(house, session, sessions):
    house.person(hired_on=day("2026-12-01"))
    house.require(house.course(), "2026-11-20", initial_due_days=10)
    sweep_days(session, sessions, "2026-11-20", "2026-12-18")
    assert notices(session) == [
        ("2026-12-01", -14),
        ("2026-12-04", -7),
        ("2026-12-10", -1),
        ("2026-12-11", 0),
        ("2026-12-18", 7),
    ]


def test_long_leave_is_silent_and_the_return_begins_anew(house, session, sessions):
    who, _course = due_on(house, "2026-03-10")
    sweep_days(session, sessions, "2026-01-08", "2026-01-09")
    house.away(who, "2026-01-15", "2026-08-31", today="2026-01-14")
    sweep_days(session, sessions, "2026-01-14", "2026-03-20")
    sweep_days(session, sessions, "2026-08-28", "2026-10-08")
    assert [on for on, _stage in notices(session)] == [
        "2026-01-09",
        "2026-09-01",
        "2026-09-17",
        "2026-09-24",
        "2026-09-30",
        "2026-10-01",
        "2026-10-08",
    ]


def test_a_new_due_date_is_told_anew(house, session, sessions):
    who, course = due_on(house, "2026-03-10")
    sweep_days(session, sessions, "2026-03-09", "2026-03-09")
    changing.extend(
        session,
        house.live(who, course).id,
        day("2026-03-24"),
        actor="operator",
        today=day("2026-03-09"),
        now=at("2026-03-09"),
    )
    sweep_days(session, sessions, "2026-03-10", "2026-03-24")
    assert notices(session) == [
        ("2026-03-09", -1),
        ("2026-03-17", -7),
        ("2026-03-23", -1),
        ("2026-03-24", 0),
    ]
    assert {one.due_rev for one in session.scalars(select(Notice))} == {0, 1}


def test_nobody_hears_after_completing(house, session, sessions):
    who, course = due_on(house, "2026-03-10")
    sweep_days(session, sessions, "2026-01-09", "2026-02-10")
    house.held(who, course, "2026-02-10")
    sweep_days(session, sessions, "2026-02-11", "2026-03-20")
    assert mails(session) == ["2026-01-09", "2026-02-06"]


# ------------------------------------------------------------------------------------- the clock


@pytest.mark.parametrize(
    ("on", "hour"), [("2026-03-27", 7), ("2026-03-30", 6), ("2026-10-23", 6), ("2026-10-26", 7)]
)
def test_eight_by_the_clocks_on_the_walls(house, session, sessions, on, hour):
    due_on(house, on)
    now_sweep(session, sessions, on, "05:00")
    message = session.scalars(select(OutboxMessage)).one()
    assert (message.not_before, message.expires_at) == (
        dt.datetime.combine(day(on), dt.time(hour), dt.UTC),
        dt.datetime.combine(day(on), dt.time(hour + 9), dt.UTC),
    )
    assert (message.kind, message.state, message.audience) == ("digest", "pending", "learner")


def test_nothing_after_five_and_nothing_on_a_holiday(house, session, sessions):
    due_on(house, "2026-03-10")
    assert now_sweep(session, sessions, "2026-03-10", "17:00") == SweepResult()
    assert now_sweep(session, sessions, "2026-12-24") == SweepResult()
    assert now_sweep(session, sessions, "2026-04-03") == SweepResult()
    assert now_sweep(session, sessions, "2026-03-10", "16:59").messages == 1


# --------------------------------------------------------------------------------------- digests


def test_seven_courses_on_one_day_are_one_digest(house, session, sessions):
    who = house.person(locale="en")
    for _number in range(7):
        house.require(house.course(), "2026-11-24", initial_due_days=30)
    result = now_sweep(session, sessions, "2026-11-24")
    assert (result.rounds, result.messages) == (7, 1)
    message = session.scalars(select(OutboxMessage)).one()
    assert (message.person_id, message.to_address, message.locale, message.idem_key) == (
        who.id,
        who.email,
        "en",
        f"digest:learner:{who.id}:2026-11-24",
    )
    assert (
        session.scalars(select(Notice.outbox_id).where(Notice.outcome == "queued")).all()
        == [message.id] * 7
    )


def test_twice_is_once(house, session, sessions):
    due_on(house, "2026-03-10")
    first = now_sweep(session, sessions, "2026-03-10")
    before = session.scalar(select(func.count()).select_from(Notice))
    assert (first.rounds, first.messages) == (1, 1)
    assert now_sweep(session, sessions, "2026-03-10", "08:01") == SweepResult()
    session.execute(
        update(Cycle).where(Cycle.state == "live").values(next_action_on=day("2026-03-10"))
    )
    assert now_sweep(session, sessions, "2026-03-10", "08:02") == SweepResult(rounds=1)
    assert session.scalar(select(func.count()).select_from(Notice)) == before
    assert mails(session) == ["2026-03-10"]


def test_what_comes_later_joins_a_digest_that_waits(house, session, sessions):
    who, course = house.person(), house.course()
    house.require(house.course(), "2026-11-24")
    now_sweep(session, sessions, "2026-11-24", "07:00")
    house.require(course, "2026-11-24", Scope(person_ids=frozenset({who.id})))
    assert now_sweep(session, sessions, "2026-11-24", "07:30").messages == 0
    message = session.scalars(select(OutboxMessage)).one()
    queued = session.scalars(select(Notice).where(Notice.outbox_id == message.id)).all()
    assert len(queued) == 2


@pytest.mark.parametrize("state", ["sent", "cancelled", "claimed"])
def test_what_comes_after_it_left_waits_for_the_next_working_day(house, session, sessions, state):
    who = house.person()
    house.require(house.course(), "2026-11-27")
    now_sweep(session, sessions, "2026-11-27")
    gone = {
        "sent": {"sent_at": at("2026-11-27")},
        "cancelled": {},
        "claimed": {"claim_until": at("2026-11-27", "09:00")},
    }
    session.execute(update(OutboxMessage).values(state=state, **gone[state]))
    late = house.course()
    house.require(late, "2026-11-27")
    assert now_sweep(session, sessions, "2026-11-27", "09:30").messages == 0
    cycle = house.live(who, late)
    assert cycle.next_action_on == day("2026-11-30")
    told = session.scalars(
        select(Notice).where(Notice.cycle_id == cycle.id, Notice.outcome == "queued")
    )
    assert told.all() == []
    assert now_sweep(session, sessions, "2026-11-30").messages == 1


def test_people_without_an_address_are_noted_and_not_written_to(house, session, sessions):
    house.person(email=None, personnel_number="4711")
    bounced = house.person()
    bounced.mail_state = "hard"
    house.require(house.course(), "2026-11-24", initial_due_days=14)
    now_sweep(session, sessions, "2026-11-24")
    assert mails(session) == []
    noted = session.scalars(select(Notice).where(Notice.stage == -14)).all()
    assert [(one.outcome, one.why) for one in noted] == [("skipped", "no_address")] * 2


def test_a_full_mailbox_is_written_to(house, session, sessions):
    who, _course = due_on(house, "2026-03-10")
    who.mail_state = "soft"
    assert now_sweep(session, sessions, "2026-03-10").messages == 1


# ------------------------------------------------------------------------------------ supervisors


def supervised(house, **values):
    """A learner overdue since 2026-03-10 with a supervisor, a head above and an officer."""
    officer = house.person(roles=[Role.OFFICER])
    head = house.person()
    above = house.person(supervisor_id=head.id, **values)
    who, course = due_on(house, "2026-03-10")
    who.supervisor_id = above.id
    house.session.flush()
    # Only the learner must hold the course, so that nobody else gets mail.
    for one in (officer, head, above):
        house.exempt(one, course, "2026-01-01", None, by=who)
    return who, above, head, officer


def told(session):
    rows = session.execute(
        select(OutboxMessage.person_id, OutboxMessage.local_date).where(
            OutboxMessage.audience == "supervisor"
        )
    )
    return [(person_id, on.isoformat()) for person_id, on in rows]


def test_the_supervisor_hears_on_the_first_monday_a_week_late(house, session, sessions):
    who, above, _head, _officer = supervised(house)
    sweep_days(session, sessions, "2026-03-09", "2026-04-20", frame=NAMES)
    assert told(session) == [(above.id, "2026-03-23")]
    assert notices(session, audience="supervisor") == [("2026-03-23", 7)]
    assert session.get_one(Person, who.id).supervisor_id == above.id


def test_names_are_told_only_where_the_setting_says_so(house, session, sessions):
    supervised(house)
    sweep_days(session, sessions, "2026-03-09", "2026-04-20")
    assert told(session) == []


@pytest.mark.parametrize("gone", ["left", "away", "no_address"])
def test_who_is_gone_is_passed_over(house, session, sessions, gone):
    _who, above, head, _officer = supervised(house)
    if gone == "left":
        above.left_on = day("2026-03-01")
    elif gone == "away":
        house.away(above, "2026-03-01", None, today="2026-03-01")
    else:
        above.mail_state = "none"
    now_sweep(session, sessions, "2026-03-23", frame=NAMES)
    assert told(session) == [(head.id, "2026-03-23")]


def test_without_anybody_above_an_officer_hears(house, session, sessions):
    who, above, head, officer = supervised(house)
    above.left_on = head.left_on = day("2026-03-01")
    now_sweep(session, sessions, "2026-03-23", frame=NAMES)
    assert told(session) == [(officer.id, "2026-03-23")]
    assert who.id != officer.id


def test_of_an_officer_another_officer_hears(house, session, sessions):
    who, course = due_on(house, "2026-03-10")
    session.flush()
    other = house.person(roles=[Role.OFFICER], hired_on=day("2026-03-12"))
    house.exempt(other, course, "2026-01-01", None, by=who)

    session.add(PersonRole(person_id=who.id, role=Role.OFFICER))
    now_sweep(session, sessions, "2026-03-23", frame=NAMES)
    assert told(session) == [(other.id, "2026-03-23")]


def test_with_nobody_to_tell_it_is_noted(house, session, sessions):
    due_on(house, "2026-03-10")
    now_sweep(session, sessions, "2026-03-23", frame=NAMES)
    noted = session.scalars(select(Notice).where(Notice.audience == "supervisor")).one()
    assert (noted.outcome, noted.why) == ("skipped", "no_address")


def test_one_digest_for_a_supervisor_of_many(house, session, sessions):
    above, course = house.person(), house.course()
    team = [house.person(supervisor_id=above.id) for _number in range(3)]
    house.require(course, "2024-01-01", Scope(person_ids=frozenset(one.id for one in team)))
    for who in team:
        house.held(who, course)
    assert now_sweep(session, sessions, "2026-03-23", frame=NAMES).messages == 4
    assert told(session) == [(above.id, "2026-03-23")]


# --------------------------------------------------------------------------------- the breaker


def crowd(house, size, on="2026-11-24"):
    """So many people whose first round opens on a day."""
    unit = house.person().unit_id
    people = [
        Person(
            first_name="Kim",
            last_name=f"Nummer {number}",
            unit_id=unit,
            theme="auto",
            mail_state="ok",
            email=f"crowd{number}@example.org",
        )
        for number in range(size - 1)
    ]
    house.session.add_all(people)
    house.session.flush()
    course = house.course()
    house.require(course, on)
    return course


@pytest.fixture
def ten(monkeypatch):
    """A small house: the floor of the breaker is ten instead of two hundred."""
    monkeypatch.setattr("lms.reminders.rules.BREAKER_FLOOR", 10)


def test_as_many_as_allowed_pass_and_one_more_waits(house, session, sessions, ten):
    crowd(house, 10)
    assert now_sweep(session, sessions, "2026-11-24").messages == 10
    house.person(email="one.more@example.org")
    house.reassign("2026-11-24")
    assert now_sweep(session, sessions, "2026-11-24", "09:00") == SweepResult(held=1)
    batch = session.scalars(select(Batch)).one()
    assert (batch.kind, batch.released_at) == ("breaker", None)
    waiting = session.scalars(select(Cycle).where(Cycle.batch_id == batch.id)).one()
    assert waiting.next_action_on is None
    entry = session.scalars(select(AuditEntry).where(AuditEntry.verb == "breaker_tripped")).one()
    assert (entry.actor, entry.object_id, entry.details) == (
        "system:sweep",
        batch.id,
        {"rounds": 1},
    )


def test_what_was_released_does_not_trip_it(house, session, sessions, ten):
    course = crowd(house, 11)
    assert now_sweep(session, sessions, "2026-11-24") == SweepResult(held=11)
    session.execute(update(Batch).values(released_at=at("2026-11-24", "09:00")))
    session.execute(update(Cycle).values(next_action_on=day("2026-11-24")))
    assert now_sweep(session, sessions, "2026-11-24", "09:01").messages == 11
    who = house.person()
    house.reassign("2026-11-24", who)
    assert house.live(who, course).batch_id is None
    assert now_sweep(session, sessions, "2026-11-24", "09:02").messages == 1


def test_lines_that_join_a_digest_are_no_more_messages(house, session, sessions, ten):
    crowd(house, 8)
    assert now_sweep(session, sessions, "2026-11-24").messages == 8
    house.require(house.course(), "2026-11-24")
    result = now_sweep(session, sessions, "2026-11-24", "08:30")
    assert (result.rounds, result.messages, result.held) == (8, 0, 0)


def test_a_supervisor_of_many_counts_once(house, session, sessions, ten):
    above, course = house.person(), house.course()
    team = [
        house.person(supervisor_id=above.id, email=None, personnel_number=f"n{number}")
        for number in range(12)
    ]
    house.require(course, "2024-01-01", Scope(person_ids=frozenset(one.id for one in team)))
    for who in team:
        house.held(who, course)
    result = now_sweep(session, sessions, "2026-03-23", frame=NAMES)
    assert (result.messages, result.held) == (1, 0)


@pytest.mark.parametrize(
    ("working_days", "audience", "held"),
    [(11, "learner", 0), (9, "learner", 12), (11, "immediate", 12)],
)
def test_three_times_what_is_usual_may_go(
    house, session, sessions, ten, working_days, audience, held
):
    people = [house.person() for _number in range(4)]
    on = day("2026-11-23")
    for _number in range(working_days):
        session.add_all(
            OutboxMessage(
                idem_key=f"{on}-{who.id}",
                message_id=f"{on}-{who.id}",
                kind="digest",
                person_id=who.id,
                audience=audience,
                locale="de",
                values={},
                local_date=on,
                created_at=at(on),
                not_before=at(on),
                expires_at=at(on, "17:00"),
            )
            for who in people
        )
        on -= dt.timedelta(days=3 if on.weekday() == 0 else 1)
    crowd(house, 8)
    assert now_sweep(session, sessions, "2026-11-24").held == held


def test_of_two_sweeps_that_stop_only_one_makes_a_batch(house, session, sessions):
    course = crowd(house, 3)
    ids = session.scalars(select(Cycle.id).where(Cycle.course_id == course.id)).all()
    assert hold(session, ids, now=at("2026-11-24")) == 3
    assert hold(session, ids, now=at("2026-11-24")) == 0
    assert len(session.scalars(select(Batch)).all()) == 1


# ------------------------------------------------------------------------------------------ cost


def test_a_sweep_reads_only_what_is_due(house, session, sessions, count_queries):
    crowd(house, 100, on="2026-11-20")
    sweep_days(session, sessions, "2026-11-20", "2026-11-20")
    due_on(house, "2026-11-24")
    session.execute(
        update(Cycle)
        .where(Cycle.kind == "initial", Cycle.state == "live")
        .values(next_action_on=day("2027-03-01"))
    )
    session.commit()
    read = []

    def remember(cycle, _context):
        read.append(cycle.id)

    event.listen(Cycle, "load", remember)
    with count_queries() as counted:
        result = sweep(sessions, FRAME, now=at("2026-11-24"))
    event.remove(Cycle, "load", remember)
    assert (result.rounds, result.messages) == (1, 1)
    assert len(set(read)) == 1
    assert counted.rows < 100  # of which the holidays of four years are fifty


def test_more_than_one_block_is_done_to_the_end(house, session, sessions, monkeypatch):
    monkeypatch.setattr("lms.reminders.operations.sweeping.BLOCK", 10)
    assert BLOCK == 500
    crowd(house, 35)
    assert now_sweep(session, sessions, "2026-11-24") == SweepResult(rounds=35, messages=35)
