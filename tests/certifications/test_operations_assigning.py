"""Who must hold what: joining, changing unit or job, ending, coming back, several requirements."""

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.certifications.models import Assignment, AssignmentSource, Cycle, Goal
from lms.certifications.operations import applying, changing, requiring
from lms.certifications.operations.requiring import RequirementExists
from lms.certifications.rules.policy import policy_with_defaults
from lms.certifications.rules.scopes import NobodyChosen, Scope
from lms.kernel.domain import NotFound
from lms.kernel.viewer import Role
from tests.duties import EVERYONE, House, at, day, with_e0


@pytest.fixture
def house(session):
    return House(session)


def end(house, requirement, on):
    return requiring.end_requirement(
        house.session, requirement.id, ended_on=day(on), now=at(on), actor="operator"
    )


def change(house, requirement, on, alternatives=(), **policy):
    wish = requiring.Wish(
        course_id=requirement.course_id,
        scope=EVERYONE,
        policy=policy_with_defaults(**policy),
        alternatives=alternatives,
    )
    return requiring.change_requirement(
        house.session, requirement.id, wish, today=day(on), now=at(on), actor="operator"
    )


def apply_now(house, requirement, on):
    return applying.apply_policy_now(
        house.session, requirement.id, today=day(on), now=at(on), actor="operator"
    )


def assignments(house, who):
    return house.session.scalars(
        select(Assignment).where(Assignment.person_id == who.id).order_by(Assignment.id)
    ).all()


# --------------------------------------------------------------------------------- begin and end


def test_a_requirement_gives_those_it_reaches_a_first_round(house):
    unit = house.person().unit_id
    inside, job = house.person(), house.person(job="Küche")
    role, named = house.person(roles=[Role.AUTHOR]), house.person()
    outside, course = house.person(job="Büro"), house.course()
    inside.unit_id = unit
    scope = Scope(
        unit_ids=frozenset({unit}),
        jobs=frozenset({"Küche"}),
        roles=frozenset({Role.AUTHOR}),
        person_ids=frozenset({named.id}),
    )
    house.require(course, "2026-11-24", scope, initial_due_days=10)
    for who in (inside, job, role, named):
        cycle = house.live(who, course)
        assert (cycle.kind, cycle.opens_on, cycle.due_on, cycle.seq) == (
            "initial",
            day("2026-11-24"),
            day("2026-12-04"),
            1,
        )
    assert house.rounds(outside, course) == []


def test_leavers_and_the_forgotten_get_no_duty(house):
    course = house.course()
    left = house.person(left_on=day("2026-11-23"))
    last_day = house.person(left_on=day("2026-11-24"))
    forgotten = house.person()
    forgotten.anonymised_at = at("2026-11-01")
    house.require(course, "2026-11-24")
    assert [len(house.rounds(who, course)) for who in (left, last_day, forgotten)] == [0, 1, 0]


def test_a_joiner_begins_on_the_first_day(house):
    course = house.course()
    who = house.person(hired_on=day("2026-12-01"))
    house.require(course, "2026-11-24", initial_due_days=10)
    cycle = house.live(who, course)
    assert (cycle.opens_on, cycle.due_on, cycle.next_action_on) == (
        day("2026-12-01"),
        day("2026-12-11"),
        day("2026-12-01"),
    )
    assert house.status(who, course, "2026-11-30", "2026-12-01", "2026-12-12") == [
        None,
        "open",
        "overdue",
    ]


def test_valid_evidence_makes_the_first_round_a_renewal(house):
    who, course = house.person(), house.course()
    evidence = house.held(who, course, "2026-03-10")
    house.require(course, "2026-11-24")
    cycle = house.live(who, course)
    assert (cycle.kind, cycle.due_on, cycle.why, cycle.prev_evidence_id) == (
        "renewal",
        day("2027-03-10"),
        "plain",
        evidence.id,
    )
    assert house.status(who, course, "2026-11-23", "2026-11-24") == ["valid", "valid"]


def test_evidence_that_ran_out_is_overdue_also_for_a_later_requirement(house):
    who, course = house.person(), house.course()
    house.held(who, course, "2025-03-10")
    house.require(course, "2026-11-24")
    assert house.live(who, course).due_on == day("2026-03-10")
    assert house.status(who, course, "2026-03-10", "2026-03-11", "2026-11-24") == [
        "due",
        "overdue",
        "overdue",
    ]


def test_who_came_later_begins_afresh(house):
    who, course = house.person(job="Büro"), house.course()
    house.held(who, course, "2025-03-10")
    house.require(course, "2026-01-01", Scope(jobs=frozenset({"Küche"})))
    who.job = "Küche"
    house.session.flush()
    assert house.reassign("2026-11-24", who, came_on="2026-11-24").begun == [who.id]
    assert (house.live(who, course).kind, house.live(who, course).due_on) == (
        "initial",
        day("2026-12-24"),
    )
    assert house.status(who, course, "2026-11-23", "2026-11-24") == [None, "open"]


def test_a_change_of_job_ends_the_duty_and_keeps_the_proof(house):
    who, course = house.person(job="Küche"), house.course()
    house.require(course, "2024-01-01", Scope(jobs=frozenset({"Küche"})))
    evidence = house.held(who, course)
    who.job = "Büro"
    house.session.flush()
    assert house.reassign("2026-02-01", who).ended == [who.id]
    (assignment,) = assignments(house, who)
    assert (assignment.ended_on, assignment.end_reason) == (day("2026-02-01"), "no_requirement")
    assert [(one.state, one.close_reason) for one in house.rounds(who, course)] == [
        ("fulfilled", None),
        ("cancelled", "no_requirement"),
    ]
    assert house.status(who, course, "2026-01-31", "2026-02-01", "2026-03-11") == [
        "due",
        "valid",
        None,
    ]
    assert evidence.revoked_on is None


def test_back_in_the_job_finds_valid_evidence_and_numbers_go_on(house):
    who, course = house.person(job="Küche"), house.course()
    house.require(course, "2024-01-01", Scope(jobs=frozenset({"Küche"})))
    house.held(who, course)
    who.job = "Büro"
    house.session.flush()
    house.reassign("2025-06-01", who)
    who.job = "Küche"
    house.session.flush()
    house.reassign("2025-09-01", who, came_on="2025-09-01")
    assert [one.seq for one in house.rounds(who, course)] == [1, 2, 3]
    assert house.status(who, course, "2025-09-01") == ["valid"]
    assert house.live(who, course).due_on == day("2026-03-10")
    assert len(assignments(house, who)) == 2


def test_the_duty_ends_only_with_its_last_source(house):
    who, course = house.person(job="Küche"), house.course()
    everyone = house.require(course, "2026-01-01")
    kitchen = house.require(course, "2026-01-02", Scope(jobs=frozenset({"Küche"})))
    assert end(house, everyone, "2026-02-01").ended == []
    (assignment,) = assignments(house, who)
    sources = house.session.scalars(
        select(AssignmentSource).where(AssignmentSource.assignment_id == assignment.id)
    ).all()
    assert {one.requirement_id: one.until for one in sources} == {
        everyone.id: day("2026-02-01"),
        kitchen.id: None,
    }
    assert end(house, kitchen, "2026-03-01").ended == [who.id]
    assert assignments(house, who)[0].ended_on == day("2026-03-01")
    with pytest.raises(NotFound):
        end(house, kitchen, "2026-03-02")


def test_again_and_again_changes_nothing(house):
    who, course = with_e0(house)
    before = (house.live(who, course).id, len(assignments(house, who)))
    done = house.reassign("2025-12-01")
    assert (done.begun, done.ended, done.touched_cycle_ids) == ([], [], set())
    assert (house.live(who, course).id, len(assignments(house, who))) == before


def test_one_requirement_for_the_same_people_and_course(house):
    course = house.course()
    first = house.require(course, "2026-01-01")
    with pytest.raises(RequirementExists):
        house.require(course, "2026-01-02", interval_months=24)
    with pytest.raises(NobodyChosen):
        house.require(course, "2026-01-02", Scope())
    end(house, first, "2026-01-03")
    assert house.require(course, "2026-01-04").id != first.id


def test_somebody_who_left_keeps_the_books_in_order_until_the_job_has_run(house):
    who, course = house.person(), house.course(months=None)
    requirement = house.require(course, "2026-01-01", interval_months=None)
    evidence = house.held(who, course, "2026-01-05")
    who.left_on = day("2026-01-31")
    house.session.flush()
    end(house, requirement, "2026-02-01")
    house.version(course, published_on="2026-02-01", retrain_days=10)
    house.revoke(evidence, "2026-02-01")
    assert changing.leave_the_house(house.session, who.id, day=day("2026-02-01")) == 1
    assert house.rounds(who, course)[-1].close_reason == "left"


# ------------------------------------------------------------------------- several requirements


def test_the_strictest_governs_with_its_whole_policy(house):
    who, course = house.person(job="Küche"), house.course()
    house.require(course, "2026-01-01", interval_months=24, grace_days=20)
    strict = house.require(
        course, "2026-01-02", Scope(jobs=frozenset({"Küche"})), interval_months=6, window_days=30
    )
    evidence = house.held(who, course, "2026-01-10")
    assert evidence.valid_until == day("2026-07-10")
    cycle = house.live(who, course)
    assert (cycle.opens_on, cycle.grace_until) == (day("2026-06-10"), day("2026-07-10"))
    end(house, strict, "2026-02-01")
    assert house.live(who, course).due_on == day("2026-07-10")
    assert house.held(who, course, "2026-07-01").valid_until == day("2027-01-10")
    assert house.live(who, course).grace_until == day("2027-01-30")


def test_a_stricter_one_that_joins_pulls_the_round_forward(house):
    who, course = house.person(job="Küche"), house.course()
    house.require(course, "2024-01-01", interval_months=24)
    house.held(who, course, "2025-03-10")
    house.require(course, "2025-12-01", Scope(jobs=frozenset({"Küche"})), interval_months=12)
    cycle = house.live(who, course)
    assert (cycle.due_on, cycle.baseline_due_on, cycle.opens_on, cycle.why, cycle.due_rev) == (
        day("2026-03-10"),
        day("2026-03-10"),
        day("2026-01-09"),
        "stricter",
        1,
    )
    assert house.row(who, course, "2026-03-11").valid_until == day("2027-03-10")
    assert house.status(who, course, "2026-03-11") == ["overdue"]
    assert house.held(who, course, "2026-02-01").valid_until == day("2027-02-01")


def test_a_stricter_one_waits_for_people_on_leave(house):
    who, course = house.person(job="Küche"), house.course()
    house.require(course, "2024-01-01", interval_months=24)
    house.held(who, course, "2025-03-10")
    house.away(who, "2026-01-01", "2026-12-31", today="2025-11-01")
    house.require(course, "2025-12-01", Scope(jobs=frozenset({"Küche"})), interval_months=12)
    cycle = house.live(who, course)
    assert (cycle.due_on, cycle.baseline_due_on, cycle.why) == (
        day("2027-01-31"),
        day("2026-03-10"),
        "absence",
    )


def test_a_stricter_one_makes_a_round_where_once_was_enough(house):
    who, course = house.person(job="Küche"), house.course(months=None)
    house.require(course, "2024-01-01", interval_months=None)
    house.held(who, course, "2025-03-10")
    house.require(course, "2026-11-24", Scope(jobs=frozenset({"Küche"})), interval_months=12)
    assert house.live(who, course).due_on == day("2026-12-24")
    assert house.status(who, course, "2026-12-24", "2026-12-25") == ["due", "overdue"]


def test_a_looser_one_that_joins_changes_nothing(house):
    who, course = with_e0(house)
    before = house.live(who, course).revision_id
    house.require(course, "2025-12-01", Scope(person_ids=frozenset({who.id})), interval_months=36)
    assert (house.live(who, course).revision_id, house.live(who, course).due_rev) == (before, 0)


# ------------------------------------------------------------------------------- changed policies


def test_a_changed_policy_acts_on_the_next_round(house):
    who, course = house.person(), house.course()
    requirement = house.require(course, "2024-01-01", interval_months=24)
    house.held(who, course, "2025-03-10")
    revision = change(house, requirement, "2026-01-01", interval_months=12)
    assert revision.number == 2
    assert house.live(who, course).due_on == day("2027-03-10")
    assert house.held(who, course, "2027-03-01").valid_until == day("2029-03-10")
    assert house.live(who, course).revision_id == revision.id
    assert house.held(who, course, "2029-03-01").valid_until == day("2030-03-10")


def test_the_same_policy_again_is_no_change(house):
    course = house.course()
    requirement = house.require(course, "2024-01-01", interval_months=24)
    assert change(house, requirement, "2026-01-01", interval_months=24) is None
    assert change(house, requirement, "2026-01-01", ("x",), interval_months=24).number == 2


def test_applied_now_it_only_pulls_forward(house):
    who, course = house.person(), house.course()
    requirement = house.require(course, "2024-01-01", interval_months=24)
    house.held(who, course, "2025-03-10")
    change(house, requirement, "2026-01-01", interval_months=12)
    assert apply_now(house, requirement, "2026-01-01") == {house.live(who, course).id}
    cycle = house.live(who, course)
    assert (cycle.due_on, cycle.opens_on, cycle.baseline_due_on, cycle.why, cycle.due_rev) == (
        day("2026-03-10"),
        day("2026-01-09"),
        day("2026-03-10"),
        "policy",
        1,
    )
    assert apply_now(house, requirement, "2026-02-01") == set()
    change(house, requirement, "2026-02-02", interval_months=36)
    apply_now(house, requirement, "2026-02-02")
    assert house.live(who, course).due_on == day("2026-03-10")


def test_applied_now_gives_thirty_days(house):
    who, course = house.person(), house.course()
    requirement = house.require(course, "2024-01-01", interval_months=24)
    house.held(who, course, "2025-03-10")
    change(house, requirement, "2026-06-01", interval_months=12)
    apply_now(house, requirement, "2026-06-01")
    assert house.live(who, course).due_on == day("2026-07-01")


def test_applying_what_holds_already_takes_no_extension_away(house):
    who, course = house.person(), house.course()
    requirement = house.require(course, "2024-01-01")
    house.held(who, course, "2025-03-10")
    changing.extend(
        house.session,
        house.live(who, course).id,
        day("2026-05-10"),
        actor="operator",
        today=day("2026-03-01"),
        now=at("2026-03-01"),
    )
    done = apply_now(house, requirement, "2026-03-02")
    assert (done, house.live(who, course).due_on) == (set(), day("2026-05-10"))


def test_applied_now_once_becomes_a_round(house):
    who, course = house.person(), house.course(months=None)
    requirement = house.require(course, "2024-01-01", interval_months=None)
    house.held(who, course, "2025-03-10")
    change(house, requirement, "2026-01-01", interval_months=12)
    assert [one.state for one in house.rounds(who, course)] == ["fulfilled"]
    apply_now(house, requirement, "2026-01-01")
    cycle = house.live(who, course)
    assert (cycle.due_on, cycle.why, cycle.seq) == (day("2026-03-10"), "policy", 2)


def test_applied_now_it_waits_for_people_on_leave(house):
    who, course = house.person(), house.course()
    requirement = house.require(course, "2024-01-01", interval_months=24)
    house.held(who, course, "2025-03-10")
    house.away(who, "2026-02-01", "2026-08-31", today="2025-11-01")
    change(house, requirement, "2026-01-01", interval_months=12)
    apply_now(house, requirement, "2026-01-01")
    assert house.live(who, course).due_on == day("2026-10-01")


# -------------------------------------------------------------------------------- holds and goals


def test_what_a_change_made_due_waits_and_open_rounds_do_not(house):
    late, fresh, away, course = house.person(), house.person(), house.person(), house.course()
    house.held(late, course, "2025-03-10")
    house.held(away, course, "2025-03-10")
    house.away(away, "2026-11-01", "2027-02-28", today="2026-11-01")
    house.require(course, "2026-11-24")
    batch = requiring.open_batch(house.session, "requirements", made_by=None, now=at("2026-11-24"))
    ids = {house.live(who, course).id for who in (late, fresh, away)}
    held = requiring.hold_what_became_due(house.session, batch, ids, today=day("2026-11-24"))
    house.session.expire_all()
    assert held == 1
    assert house.live(late, course).batch_id == batch.id
    assert [house.live(who, course).batch_id for who in (fresh, away)] == [None, None]


def test_a_batch_that_holds_nothing_is_not_kept(house):
    batch = requiring.open_batch(house.session, "policy", made_by=None, now=at("2026-11-24"))
    assert requiring.hold_what_became_due(house.session, batch, set(), today=day("2026-11-24")) == 0
    assert house.session.scalars(select(type(batch))).all() == []


def test_a_goal_belongs_to_the_course(house):
    course = house.course()
    assert requiring.set_goal(house.session, course.id, percent=90, goal_by=day("2027-12-31"))
    assert not requiring.set_goal(house.session, course.id, percent=90, goal_by=day("2027-12-31"))
    assert requiring.set_goal(house.session, course.id, percent=80, goal_by=None)
    found = house.session.scalars(select(Goal)).one()
    assert (found.course_id, found.percent, found.goal_by) == (course.id, 80, None)


def test_making_changing_and_ending_is_noted(house):
    requirement = house.require(house.course(), "2026-01-01")
    change(house, requirement, "2026-01-02", interval_months=6)
    apply_now(house, requirement, "2026-01-02")
    end(house, requirement, "2026-01-03")
    entries = house.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(one.verb, one.object_id) for one in entries] == [
        ("requirement_created", requirement.id),
        ("requirement_changed", requirement.id),
        ("policy_applied", requirement.id),
        ("requirement_ended", requirement.id),
    ]


def test_every_live_duty_that_recurs_has_one_live_round(house):
    who, course = with_e0(house)
    house.held(who, course, "2026-03-01")
    house.held(who, course, "2027-03-01")
    states = house.session.scalars(select(Cycle.state).order_by(Cycle.seq)).all()
    assert states == ["fulfilled", "fulfilled", "fulfilled", "live"]
