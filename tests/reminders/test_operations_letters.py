"""A digest's last look, its way back when it expired, release of what waited, the weekly check."""

import datetime as dt

import pytest
from sqlalchemy import func, select, update

from lms.audit.models import AuditEntry
from lms.certifications.models import Batch, Cycle
from lms.certifications.operations import changing, requiring
from lms.certifications.rules.scopes import Scope
from lms.kernel.domain import NotFound
from lms.outbox.models import OutboxMessage
from lms.reminders.models import Notice
from lms.reminders.operations import letters
from lms.reminders.operations.releasing import AlreadyReleased, NobodyChosen, release
from lms.reminders.operations.sweeping import SweepResult, sweep
from lms.reminders.operations.verifying import verify_next_actions
from lms.reminders.queries.holding import count_mails, list_held, send_day
from lms.reminders.queries.holds import list_holds
from lms.staff import operations as staff
from tests.duties import FRAME, NAMES, ZONE, House, at, day, notices, sweep_days, with_e0

ON = "2026-11-24"


@pytest.fixture
def house(session):
    return House(session)


def now_sweep(session, sessions, on=ON, clock="07:00", frame=FRAME):
    session.commit()
    result = sweep(sessions, frame, now=at(on, clock))
    session.expire_all()
    return result


def digest(session, audience="learner"):
    return session.scalars(select(OutboxMessage).where(OutboxMessage.audience == audience)).one()


def recheck(session, message, on=ON, clock="08:00"):
    return letters.recheck(session, message, zone=ZONE, now=at(on, clock))


def two_courses(house, session, sessions):
    """Somebody with two first rounds in one digest: `early` is due before `late`."""
    who = house.person(first_name="Ada", last_name="Adler")
    early, late = house.course("early"), house.course("late")
    house.require(late, ON, initial_due_days=30)
    house.require(early, ON, initial_due_days=14)
    now_sweep(session, sessions)
    return who, early, late


# ----------------------------------------------------------------------------------- the last look


def test_the_values_say_all_that_a_mail_shows(house, session, sessions):
    who, course = with_e0(house)
    house.session.flush()
    now_sweep(session, sessions, "2026-03-11")
    assert recheck(session, digest(session), "2026-03-11") == {
        "first_name": who.first_name,
        "audience": "learner",
        "more": 0,
        "lines": [
            {
                "titles": {"de": "Beispiel", "en": "Sample"},
                "slug": course.slug,
                "path": f"/courses/{course.slug}",
                "due_on": "2026-03-10",
                "opens_on": "2026-01-09",
                "grace_until": "2026-03-10",
                "days": 1,
                "kind": "renewal",
                "minutes": 12,
                "valid_until": "2026-03-10",
                "about": who.name,
                "why": "plain",
                "interval_months": 12,
                "renewal_base": "expiry",
            }
        ],
    }


def slugs(values):
    return [line["slug"] for line in values["lines"]]


def test_lines_stand_by_urgency_and_ten_are_shown(house, session, sessions):
    house.person()
    for number in range(12):
        house.require(house.course(f"c{number:02}"), ON, initial_due_days=30 - number)
    now_sweep(session, sessions)
    values = recheck(session, digest(session))
    assert slugs(values) == [f"c{number:02}" for number in range(11, 1, -1)]
    assert values["more"] == 2


def dropped(session):
    rows = session.scalars(select(Notice).where(Notice.outcome == "dropped")).all()
    return [(one.cycle_id, one.why) for one in rows]


def test_what_was_completed_meanwhile_is_dropped(house, session, sessions):
    who, early, _late = two_courses(house, session, sessions)
    closed = house.live(who, early).id
    house.held(who, early, ON)
    assert slugs(recheck(session, digest(session))) == ["late"]
    assert dropped(session) == [(closed, "closed")]


def test_with_nothing_left_there_is_no_mail(house, session, sessions):
    who, early, late = two_courses(house, session, sessions)
    for course in (early, late):
        house.held(who, course, ON)
    assert recheck(session, digest(session)) is None
    assert len(dropped(session)) == 2


def test_a_line_whose_due_date_moved_is_dropped(house, session, sessions):
    who, early, _late = two_courses(house, session, sessions)
    cycle = house.live(who, early)
    changing.extend(
        session, cycle.id, day("2027-01-31"), actor="x", today=day(ON), now=at(ON, "07:30")
    )
    assert slugs(recheck(session, digest(session))) == ["late"]
    assert dropped(session) == [(cycle.id, "moved")]


def test_a_line_that_is_held_is_dropped(house, session, sessions):
    who, early, _late = two_courses(house, session, sessions)
    batch = requiring.open_batch(session, "policy", made_by=None, now=at(ON))
    house.live(who, early).batch_id = batch.id
    session.flush()
    assert slugs(recheck(session, digest(session))) == ["late"]
    batch.released_at = at(ON)
    session.execute(update(Notice).values(outcome="queued", why=None).where(Notice.why == "held"))
    assert slugs(recheck(session, digest(session))) == ["early", "late"]


def test_an_exempted_line_is_dropped_and_a_short_absence_drops_nothing(house, session, sessions):
    who, early, _late = two_courses(house, session, sessions)
    house.away(who, ON, "2026-12-01", today=ON)
    assert slugs(recheck(session, digest(session))) == ["early", "late"]
    house.exempt(who, early, ON, "2026-12-01", by=house.person())
    session.execute(update(Cycle).values(due_rev=0))
    session.expire_all()
    assert slugs(recheck(session, digest(session))) == ["late"]
    assert [why for _id, why in dropped(session)] == ["away"]


def test_people_on_long_leave_get_no_mail(house, session, sessions):
    who, _early, _late = two_courses(house, session, sessions)
    house.away(who, ON, None, today=ON)
    assert recheck(session, digest(session)) is None
    assert {why for _id, why in dropped(session)} == {"away"}


@pytest.mark.parametrize("why", ["left", "no_address"])
def test_who_cannot_be_reached_gets_no_mail(house, session, sessions, why):
    who, _early, _late = two_courses(house, session, sessions)
    if why == "left":
        who.left_on = day("2026-11-23")
    else:
        who.mail_state = "hard"
    session.flush()
    assert recheck(session, digest(session)) is None
    assert {reason for _id, reason in dropped(session)} == {why}


def test_a_supervisors_digest_names_those_it_is_about(house, session, sessions):
    above = house.person(first_name="Sam")
    who, done = house.person(supervisor_id=above.id), house.person(supervisor_id=above.id)
    course = house.course()
    house.require(course, "2024-01-01", Scope(person_ids=frozenset({who.id, done.id})))
    for one in (who, done):
        house.held(one, course)
    now_sweep(session, sessions, "2026-03-23", frame=NAMES)
    house.held(done, course, "2026-03-23")
    values = recheck(session, digest(session, "supervisor"), "2026-03-23")
    assert (values["first_name"], values["audience"]) == ("Sam", "supervisor")
    assert [(line["about"], line["days"]) for line in values["lines"]] == [(who.name, 13)]


# ---------------------------------------------------------------------------------- the way back


def test_an_expired_digest_is_planned_again_on_the_next_working_day(house, session, sessions):
    who, course = with_e0(house)
    friday = "2026-02-06"
    sweep_days(session, sessions, friday, friday)
    message = digest(session)
    message.state = "expired"
    assert letters.reopen(session, message, today=day(friday)) == 1
    assert notices(session) == []
    assert house.live(who, course).next_action_on == day(friday)
    assert now_sweep(session, sessions, friday, "16:00").messages == 0
    sweep_days(session, sessions, "2026-02-07", "2026-02-09")
    assert notices(session) == [("2026-02-09", -30)]


def test_what_was_dropped_or_skipped_does_not_come_back(house, session, sessions):
    who, early, late = two_courses(house, session, sessions)
    house.held(who, early, ON)
    message = digest(session)
    recheck(session, message)
    skipped = len(notices(session, outcome="skipped"))
    assert letters.reopen(session, message, today=day(ON)) == 1
    assert (len(notices(session, outcome="skipped")), len(dropped(session))) == (skipped, 1)
    assert house.live(who, late).next_action_on == day(ON)


# ---------------------------------------------------------------------------------------- release


def held_batch(house, session, size=3):
    """So many people overdue by a load on 2026-11-24, and one whose round is open."""
    people, course = [house.person() for _number in range(size)], house.course()
    for who in people:
        house.held(who, course, "2025-10-31")
    fresh = house.person()
    house.require(course, ON)
    batch = requiring.open_batch(session, "requirements", made_by=None, now=at(ON))
    ids = {house.live(who, course).id for who in (*people, fresh)}
    assert requiring.hold_what_became_due(session, batch, ids, today=day(ON)) == size
    session.expire_all()
    return batch, people, fresh, course


def free(session, batch, on="2026-11-30"):
    return release(
        session, batch.id, actor="operator", released_by=None, today=day(on), now=at(on, "07:00")
    )


def test_what_waits_sends_nothing_until_it_is_released(house, session, sessions):
    batch, people, fresh, course = held_batch(house, session)
    sweep_days(session, sessions, ON, "2026-11-29")
    assert session.scalars(select(OutboxMessage.person_id)).all() == [fresh.id]
    (hold,) = list_holds(session)
    assert (hold.batch_id, hold.kind, hold.round_count, hold.people_count) == (
        batch.id,
        "requirements",
        3,
        3,
    )
    assert hold.sample == tuple(sorted(one.name for one in people))
    assert free(session, batch) == 3
    sweep_days(session, sessions, "2026-11-30", "2026-11-30")
    cycle = house.live(people[0], course)
    told = session.scalars(select(Notice).where(Notice.cycle_id == cycle.id)).all()
    assert [(one.stage, one.outcome) for one in told if one.outcome == "queued"] == [(28, "queued")]
    assert len([one for one in told if one.outcome == "skipped"]) == 9
    assert list_holds(session) == []
    assert now_sweep(session, sessions, "2026-11-30", "09:00") == SweepResult()


def test_a_batch_is_released_once_and_noted(house, session):
    batch, *_rest = held_batch(house, session)
    free(session, batch)
    assert (batch.released_at, batch.released_by) == (at("2026-11-30", "07:00"), None)
    with pytest.raises(AlreadyReleased):
        free(session, batch)
    with pytest.raises(NotFound):
        release(session, 0, actor="x", released_by=None, today=day(ON), now=at(ON))
    entry = session.scalars(select(AuditEntry).where(AuditEntry.verb == "batch_released")).one()
    assert (entry.object_id, entry.details) == (batch.id, {"rounds": 3})


def test_who_completes_meanwhile_is_not_released(house, session):
    batch, people, _fresh, course = held_batch(house, session)
    house.held(people[0], course, "2026-11-25")
    assert free(session, batch) == 2


def send_day_of(session, frame, on):
    return send_day(
        session, now=at(on, "07:00"), zone=frame.zone, tells_supervisor=frame.tells_supervisor
    )


@pytest.mark.parametrize("frame", [FRAME, NAMES], ids=["learners", "names"])
@pytest.mark.parametrize("on", ["2026-11-30", "2026-12-05"])
def test_the_number_of_mails_is_what_the_sweep_then_sends(house, session, sessions, frame, on):
    """Also on a Saturday, with somebody away, without an address, and one supervisor of two."""
    batch, people, _fresh, _course = held_batch(house, session, size=5)
    above = house.person()
    people[0].supervisor_id = people[1].supervisor_id = above.id
    people[2].email, people[2].personnel_number = None, "12"
    house.away(people[3], "2026-11-01", "2027-06-01", today=ON)
    sweep_days(session, sessions, ON, "2026-11-29", frame=frame)
    before = session.scalar(select(func.count()).select_from(OutboxMessage))
    send = send_day_of(session, frame, on)
    expected = count_mails(list_held(session, batch.id, send))
    assert expected == (4 if frame is NAMES else 3)
    free(session, batch, on)
    sweep_days(session, sessions, on, send.day.isoformat(), frame=frame)
    after = session.scalar(select(func.count()).select_from(OutboxMessage))
    others = session.scalars(select(OutboxMessage.person_id).where(OutboxMessage.id > before)).all()
    assert after - before == expected, others


def test_a_part_leaves_for_a_batch_of_its_own(house, session):
    batch, people, _fresh, _course = held_batch(house, session)
    given = {"actor": "operator", "released_by": None, "today": day(ON), "now": at(ON)}
    assert release(session, batch.id, person_ids=[people[0].id], **given) == 1
    assert batch.released_at is None
    (hold,) = list_holds(session)
    assert (hold.batch_id, hold.people_count) == (batch.id, 2)
    part = session.scalars(select(Batch).where(Batch.released_at.is_not(None))).one()
    assert (part.kind, part.made_at) == (batch.kind, batch.made_at)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.verb == "batch_released")).one()
    assert (entry.object_id, entry.details) == (part.id, {"rounds": 1, "part_of": batch.id})
    with pytest.raises(NobodyChosen):
        release(session, batch.id, person_ids=[people[0].id], **given)
    assert release(session, batch.id, person_ids=[one.id for one in people], **given) == 2
    assert batch.released_at == at(ON)


# ------------------------------------------------------------------------------- the weekly check


def wrong(session, today, **values):
    return verify_next_actions(session, today=day(today), **values)


def live_through_everything(house, session, course, people, today):
    """Each of the people meets something else on this day."""
    away, exempted, extended, revoked, done, leaver = people
    house.away(away, "2026-02-25", "2026-06-30", today=today)
    house.exempt(exempted, course, today, "2026-05-31", by=house.person())
    changing.extend(
        session,
        house.live(extended, course).id,
        day("2026-04-30"),
        actor="x",
        today=day(today),
        now=at(today),
    )
    house.revoke(house.held(revoked, course, today), today)
    house.held(done, course, today)
    leaver.left_on = day("2026-02-19")
    session.flush()
    staff.end_duties_of_leavers(session, today=day(today), now=at(today))
    session.expire_all()


def test_after_any_operation_nothing_is_forgotten(house, session, sessions):
    course, people = house.course(), [house.person() for _number in range(6)]
    requirement = house.require(course, "2024-01-01")
    for who in people:
        house.held(who, course)
    today = "2026-02-20"
    sweep_days(session, sessions, "2026-01-08", "2026-02-19")
    assert wrong(session, today) == (0, None)
    live_through_everything(house, session, course, people, today)
    assert wrong(session, today) == (0, None)
    done = people[4]
    house.version(course, published_on=today, retrain_days=10)
    house.require(course, today, Scope(jobs=frozenset({"Küche"})), interval_months=6)
    done.job = "Küche"
    house.reassign(today, done)
    session.expire_all()
    assert wrong(session, today) == (0, None)
    sweep_days(session, sessions, today, "2026-03-31")
    assert wrong(session, "2026-04-01") == (0, None)
    requiring.end_requirement(
        session, requirement.id, ended_on=day("2026-04-01"), now=at("2026-04-01"), actor="x"
    )
    session.expire_all()
    assert wrong(session, "2026-04-01") == (0, None)


@pytest.mark.parametrize("stored", [None, "2026-06-01"])
def test_a_forgotten_round_is_found_and_put_right(house, session, stored):
    who, course = with_e0(house)
    cycle = house.live(who, course)
    cycle.next_action_on = day(stored) if stored else None
    session.flush()
    assert wrong(session, "2026-01-20") == (1, None)
    assert cycle.next_action_on == day("2026-01-20")
    assert wrong(session, "2026-01-20") == (0, None)


def test_too_early_is_only_one_look(house, session):
    who, course = with_e0(house)
    house.live(who, course).next_action_on = day("2025-12-01")
    session.flush()
    assert wrong(session, "2025-12-01") == (0, None)


def test_it_goes_on_block_by_block(house, session, monkeypatch):
    monkeypatch.setattr("lms.reminders.operations.verifying.BLOCK", 2)
    course = house.course()
    for _number in range(3):
        house.person()
    house.require(course, ON)
    ids = sorted(session.scalars(select(Cycle.id)).all())
    assert wrong(session, ON) == (0, ids[1])
    assert wrong(session, ON, after_id=ids[1]) == (0, None)


def test_held_rounds_are_not_forgotten_ones(house, session):
    batch, people, _fresh, course = held_batch(house, session)
    session.execute(update(Cycle).where(Cycle.batch_id == batch.id).values(next_action_on=None))
    session.expire_all()
    assert wrong(session, ON) == (0, None)
    assert house.live(people[0], course).next_action_on is None


def test_a_batch_without_rounds_is_no_hold(session):
    session.add(Batch(kind="policy", made_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)))
    session.flush()
    assert list_holds(session) == []
