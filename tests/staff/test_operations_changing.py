"""Adding people and changing what is known of them: what follows, and what cannot be."""

import datetime as dt
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from lms.access.models import SignIn
from lms.access.operations import signing_in as access
from lms.audit.models import AuditEntry
from lms.certifications.models import Assignment, AssignmentSource, Cycle
from lms.certifications.rules.scopes import Scope
from lms.kernel.domain import DomainError
from lms.kernel.viewer import Role
from lms.outbox.models import OutboxMessage
from lms.people.models import Person, PersonRole, Unit
from lms.people.rules import BadAddress, BadUnitName
from lms.staff import operations as staff
from lms.staff.changes import KEEP, NewPerson, PersonChanges
from lms.staff.faults import (
    AddressTaken,
    BadNumber,
    BadText,
    LeavesBeforeJoining,
    Missing,
    NoKey,
    NumberTaken,
    OwnRecord,
    OwnRights,
    OwnSupervisor,
    RightsNeedAdministrator,
    StillThere,
    SupervisorCircle,
    TooLong,
    UnknownSupervisor,
    field_of,
)
from tests.duties import House, at, day, notices, sweep_days, with_e0
from tests.workshops.samples import FRAME, Hall


@pytest.fixture
def house(session):
    return House(session)


def change(house, who, on="2026-03-03", *, actor="operator", later=None, frame=None, **wanted):
    return staff.change(
        house.session,
        who,
        PersonChanges(**wanted),
        actor=actor,
        today=day(on),
        now=at(on),
        later=later,
        frame=frame,
    )


def add(house, on="2026-03-03", *, actor="operator", later=None, **values):
    given = {"first_name": "Ada", "last_name": "Neu", "unit": "Küche", "email": "ada@example.org"}
    return staff.add(
        house.session,
        NewPerson(**(given | values)),
        actor=actor,
        today=day(on),
        now=at(on),
        later=later,
    )


def log(session, who):
    rows = session.execute(
        select(AuditEntry.actor, AuditEntry.verb, AuditEntry.details)
        .where(AuditEntry.object_kind == "person", AuditEntry.object_id == who.id)
        .order_by(AuditEntry.id)
    )
    return [tuple(row) for row in rows]


def rounds(house, who, course):
    return [(one.seq, one.state, one.close_reason, one.due_on) for one in house.rounds(who, course)]


def live_assignments(session, who):
    return session.scalars(
        select(Assignment.course_id)
        .where(Assignment.person_id == who.id, Assignment.ended_on.is_(None))
        .order_by(Assignment.course_id)
    ).all()


def test_a_new_person_is_stored_as_typed_and_begins_on_their_first_day(house, session):
    course = house.course()
    house.require(course, "2026-01-01")
    boss = house.person()
    who = add(
        house,
        first_name="  Ada ",
        last_name="Neu\tMann",
        email=" Ada.NEU@Example.org ",
        personnel_number="#77",
        unit=" Küche ",
        job=" ",
        roles=frozenset({Role.EMPLOYEE, Role.AUTHOR}),
        supervisor_id=boss.id,
        hired_on=day("2026-04-01"),
        locale="en",
    )
    session.expire_all()
    assert (who.first_name, who.last_name, who.email, who.personnel_number, who.job) == (
        "Ada",
        "Neu Mann",
        "ada.neu@example.org",
        "77",
        None,
    )
    assert session.get_one(Unit, who.unit_id).name == "Küche"
    assert (who.supervisor_id, who.locale, who.left_on) == (boss.id, "en", None)
    assert session.scalars(select(PersonRole.role)).all() == [Role.AUTHOR]
    cycle = house.live(who, course)
    assert (cycle.opens_on, cycle.due_on) == (day("2026-04-01"), day("2026-05-01"))
    assert log(session, who) == [("operator", "joined", {})]


def test_who_is_entered_after_they_left_gets_no_duty(house, session):
    house.require(house.course(), "2026-01-01")
    who = add(house, hired_on=day("2020-01-01"), left_on=day("2026-02-01"))
    assert live_assignments(session, who) == []


@pytest.mark.parametrize(
    ("values", "fault", "field"),
    [
        ({"first_name": " "}, Missing, "first_name"),
        ({"last_name": ""}, Missing, "last_name"),
        ({"unit": "\t"}, Missing, "unit"),
        ({"unit": "*"}, BadUnitName, "unit"),
        ({"unit": "Küche + Bad"}, BadUnitName, "unit"),
        ({"unit": "x" * 201}, TooLong, "unit"),
        ({"first_name": "x" * 10_000}, TooLong, "first_name"),
        ({"job": "x" * 121}, TooLong, "job"),
        ({"last_name": "a\x00b"}, BadText, "last_name"),
        ({"last_name": "a\ud800b"}, BadText, "last_name"),
        ({"email": "nobody"}, BadAddress, "email"),
        ({"email": None}, NoKey, "email"),
        ({"email": None, "personnel_number": "#"}, NoKey, "email"),
        ({"personnel_number": "a@b"}, BadNumber, "personnel_number"),
        ({"email": "taken@example.org"}, AddressTaken, "email"),
        ({"personnel_number": "1"}, NumberTaken, "personnel_number"),
        ({"supervisor_id": 2**62}, UnknownSupervisor, "supervisor_id"),
        (
            {"hired_on": dt.date(2026, 2, 2), "left_on": dt.date(2026, 2, 1)},
            LeavesBeforeJoining,
            "left_on",
        ),
    ],
)
def test_what_cannot_be_is_refused_where_it_was_typed(house, session, values, fault, field):
    house.person(email="taken@example.org", personnel_number="1")
    before = session.scalar(select(func.count()).select_from(Person))
    units = session.scalar(select(func.count()).select_from(Unit))
    with pytest.raises(fault) as caught:
        add(house, **values)
    assert field_of(caught.value) == field
    assert session.scalar(select(func.count()).select_from(Person)) == before
    assert session.scalar(select(func.count()).select_from(Unit)) == units


def test_nothing_changed_leaves_no_trace(house, session):
    who = house.person(email="kim@example.org")
    assert change(house, who, email=" KIM@example.org", job="", first_name="Kim") == frozenset()
    assert change(house, who) == frozenset()
    assert log(session, who) == []


def test_a_change_says_which_fields_and_never_what_they_held(house, session):
    who = house.person()
    assert change(house, who, last_name="Anders", job="Köchin", locale=KEEP) == {"last_name", "job"}
    assert log(session, who) == [("operator", "changed", {"fields": ["job", "last_name"]})]


def test_another_unit_ends_one_duty_and_begins_another(house, session):
    old, new = house.person(), house.person()
    only_old, only_new, both = house.course(), house.course(), house.course()
    house.require(only_old, "2026-01-01", Scope(unit_ids=frozenset({old.unit_id})))
    house.require(only_new, "2026-01-01", Scope(unit_ids=frozenset({new.unit_id})))
    house.require(both, "2026-01-01")
    before = house.live(old, both).id
    assert live_assignments(session, old) == [only_old.id, both.id]
    unit = session.get_one(Unit, new.unit_id)
    assert change(house, old, unit=unit.name) == {"unit"}
    assert live_assignments(session, old) == [only_new.id, both.id]
    assert rounds(house, old, only_old) == [(1, "cancelled", "no_requirement", day("2026-01-31"))]
    assert house.live(old, only_new).due_on == day("2026-04-02")
    assert house.live(old, both).id == before


def test_evidence_that_is_still_valid_counts_for_the_new_unit(house, session):
    who, other, course = house.person(), house.person(), house.course()
    house.require(course, "2024-01-01", Scope(unit_ids=frozenset({other.unit_id})))
    house.held(who, course, "2025-09-01")
    change(house, who, unit=session.get_one(Unit, other.unit_id).name)
    assert house.status(who, course, "2026-03-03") == ["valid"]


def test_evidence_that_ran_out_before_the_move_begins_afresh(house, session):
    who, other, course = house.person(), house.person(), house.course()
    house.require(course, "2024-01-01", Scope(unit_ids=frozenset({other.unit_id})))
    house.held(who, course, "2024-09-01")
    change(house, who, unit=session.get_one(Unit, other.unit_id).name)
    assert house.live(who, course).due_on == day("2026-04-02")


def test_rights_bring_duties_too_and_end_what_is_signed_in(house, session):
    who, course = house.person(), house.course()
    house.require(course, "2026-01-01", Scope(roles=frozenset({Role.AUTHOR})))
    access.sign_in(session, who, user_agent="x", keep=False, now=at("2026-03-01"))
    change(house, who, roles=frozenset({Role.AUTHOR}))
    assert live_assignments(session, who) == [course.id]
    assert session.scalars(select(SignIn)).all() == []
    assert log(session, who) == [("operator", "rights_changed", {"given": ["author"], "taken": []})]
    change(house, who, roles=frozenset())
    assert live_assignments(session, who) == []


def test_only_an_administrator_gives_and_takes_more_than_author(house):
    officer = house.person(roles=[Role.OFFICER])
    chief = house.person(roles=[Role.ADMINISTRATOR])
    who = house.person()
    as_officer, as_chief = f"person:{officer.id}", f"person:{chief.id}"
    assert change(house, who, actor=as_officer, roles=frozenset({Role.AUTHOR})) == {"roles"}
    more = frozenset({Role.AUTHOR, Role.MANAGEMENT})
    for role in (Role.OFFICER, Role.MANAGEMENT, Role.ADMINISTRATOR, Role.DPO):
        with pytest.raises(RightsNeedAdministrator):
            change(house, who, actor=as_officer, roles=frozenset({Role.AUTHOR, role}))
        with pytest.raises(RightsNeedAdministrator):
            add(house, actor=as_officer, roles=frozenset({role}))
    assert change(house, who, actor=as_chief, roles=more) == {"roles"}
    with pytest.raises(RightsNeedAdministrator):
        change(house, who, actor=as_officer, roles=frozenset())


def test_nobody_changes_their_own_rights_nor_their_own_entry(house):
    chief = house.person(roles=[Role.ADMINISTRATOR])
    own = f"person:{chief.id}"
    with pytest.raises(OwnRights):
        change(house, chief, actor=own, roles=frozenset({Role.ADMINISTRATOR, Role.OFFICER}))
    with pytest.raises(OwnRights):
        change(house, chief, actor=own, roles=frozenset())
    with pytest.raises(OwnRecord):
        change(house, chief, actor=own, left_on=day("2027-01-01"))
    assert change(house, chief, actor=own, first_name="Kim") == frozenset()
    assert change(house, chief, actor=own, locale="en") == {"locale"}


@pytest.mark.parametrize("length", [1, 2, 5])
def test_no_circle_of_supervisors_whatever_its_length(house, length):
    chain = [house.person() for _ in range(length + 1)]
    for below, above in pairwise(chain):
        assert change(house, below, supervisor_id=above.id) == {"supervisor_id"}
    with pytest.raises(SupervisorCircle):
        change(house, chain[-1], supervisor_id=chain[0].id)
    later = staff.Later.begin(house.session)
    with pytest.raises(SupervisorCircle):
        change(house, chain[-1], supervisor_id=chain[0].id, later=later)
    with pytest.raises(OwnSupervisor):
        change(house, chain[0], supervisor_id=chain[0].id)
    assert change(house, chain[0], supervisor_id=None) == {"supervisor_id"}


def test_a_last_day_to_come_changes_nothing_yet(house, session):
    who, course = with_e0(house)
    assert change(house, who, left_on=day("2026-03-31")) == {"left_on"}
    assert house.live(who, course).due_on == day("2026-03-10")
    assert log(session, who) == [("operator", "leaves", {"fields": ["left_on"]})]


def test_a_last_day_that_is_over_ends_everything_at_once(house, session, sessions):
    who, course = with_e0(house)
    access.sign_in(session, who, user_agent="x", keep=False, now=at("2026-03-01"))
    sweep_days(session, sessions, "2026-03-03", "2026-03-03")
    change(house, who, "2026-03-03", left_on=day("2026-02-27"))
    last = house.rounds(who, course)[-1]
    assert (last.state, last.close_reason, last.closed_on) == (
        "cancelled",
        "left",
        day("2026-02-28"),
    )
    assert session.scalars(select(SignIn)).all() == []
    assert [one.state for one in session.scalars(select(OutboxMessage))] == ["cancelled"]
    assert staff.end_duties_of_leavers(session, today=day("2026-03-04"), now=at("2026-03-04")) == 0


def test_who_never_left_has_the_same_rounds_with_the_same_due_dates(house, session):
    who, course = with_e0(house)
    new = house.course()
    house.require(new, "2026-02-01")
    before = rounds(house, who, course), rounds(house, who, new)
    sources = session.execute(select(AssignmentSource.since, AssignmentSource.until)).all()
    change(house, who, "2026-03-03", left_on=day("2026-02-27"))
    change(house, who, "2026-03-05", left_on=None)
    session.expire_all()
    assert (rounds(house, who, course), rounds(house, who, new)) == before
    assert session.execute(select(AssignmentSource.since, AssignmentSource.until)).all() == sources
    assert [verb for _actor, verb, _details in log(session, who)] == [
        "leaves",
        "left",
        "never_left",
    ]


def test_mail_that_was_called_off_by_mistake_is_planned_anew(house, session, sessions):
    who, _course = with_e0(house)
    sweep_days(session, sessions, "2026-03-03", "2026-03-03")
    change(house, who, "2026-03-03", left_on=day("2026-02-27"))
    change(house, who, "2026-03-03", left_on=None)
    sweep_days(session, sessions, "2026-03-04", "2026-03-04")
    mails = session.execute(
        select(OutboxMessage.local_date, OutboxMessage.state).order_by(OutboxMessage.id)
    ).all()
    assert [tuple(one) for one in mails] == [
        (day("2026-03-03"), "cancelled"),
        (day("2026-03-04"), "pending"),
    ]
    assert notices(session) == [("2026-03-04", -7)]


def test_a_duty_that_the_house_dropped_meanwhile_does_not_come_back(house, session):
    who, course = house.person(), house.course()
    house.require(course, "2026-01-01", Scope(unit_ids=frozenset({who.unit_id})))
    change(house, who, "2026-03-03", left_on=day("2026-02-27"))
    change(house, who, "2026-03-05", left_on=None, unit="Anderswo")
    assert live_assignments(session, who) == []


def test_a_corrected_last_day_moves_the_end(house, session):
    who, course = with_e0(house)
    change(house, who, "2026-03-03", left_on=day("2026-02-27"))
    change(house, who, "2026-03-04", left_on=day("2026-02-13"))
    assert house.rounds(who, course)[-1].closed_on == day("2026-02-14")
    assert session.scalars(select(Assignment.ended_on)).all() == [day("2026-02-14")]
    change(house, who, "2026-03-04", left_on=day("2026-06-30"))
    assert house.live(who, course).due_on == day("2026-03-10")


def test_who_comes_back_begins_again_and_rounds_go_on_counting(house, session):
    who, course = house.person(hired_on=day("2024-01-01")), house.course()
    house.require(course, "2026-01-01")
    change(house, who, "2026-02-03", left_on=day("2026-02-01"))
    assert change(house, who, "2026-06-01", hired_on=day("2026-06-01")) == {"hired_on", "left_on"}
    assert (who.hired_on, who.left_on) == (day("2026-06-01"), None)
    assert rounds(house, who, course) == [
        (1, "cancelled", "left", day("2026-01-31")),
        (2, "live", None, day("2026-07-01")),
    ]
    assert log(session, who)[-1][1:] == ("returned", {"fields": ["hired_on", "left_on"]})


def test_a_file_that_repeats_the_old_last_day_brings_them_back_as_well(house):
    who = house.person(hired_on=day("2024-01-01"))
    change(house, who, "2026-02-03", left_on=day("2026-02-01"))
    change(house, who, "2026-06-01", hired_on=day("2026-06-01"), left_on=day("2026-02-01"))
    assert who.left_on is None


def test_who_comes_back_with_valid_evidence_has_it(house):
    who, course = with_e0(house)
    change(house, who, "2025-08-01", left_on=day("2025-07-31"))
    change(house, who, "2025-10-01", hired_on=day("2025-11-01"))
    cycle = house.live(who, course)
    assert (cycle.seq, cycle.kind, cycle.due_on) == (3, "renewal", day("2026-03-10"))


def test_who_comes_back_before_the_job_came_round_has_one_duty(house, session):
    who, course = with_e0(house)
    change(house, who, "2026-03-01", left_on=day("2026-03-02"))
    change(house, who, "2026-03-03", hired_on=day("2026-03-03"))
    assert live_assignments(session, who) == [course.id]
    assert [one[1:3] for one in rounds(house, who, course)] == [
        ("fulfilled", None),
        ("cancelled", "left"),
        ("live", None),
    ]


def test_rights_beyond_author_do_not_come_back_by_themselves(house, session):
    who = house.person(roles=[Role.ADMINISTRATOR, Role.AUTHOR], hired_on=day("2020-01-01"))
    officer = house.person(roles=[Role.OFFICER])
    change(house, who, "2026-03-03", left_on=day("2026-02-27"))
    change(house, who, "2026-05-01", actor=f"person:{officer.id}", hired_on=day("2026-05-01"))
    mine = select(PersonRole.role).where(PersonRole.person_id == who.id)
    assert session.scalars(mine).all() == [Role.AUTHOR]


def test_a_second_first_day_needs_a_last_one_that_is_over(house):
    who = house.person(hired_on=day("2024-01-01"))
    change(house, who, "2026-03-03", left_on=day("2026-06-30"))
    with pytest.raises(StillThere):
        change(house, who, "2026-03-03", hired_on=day("2026-09-01"))
    with pytest.raises(LeavesBeforeJoining):
        change(house, who, "2026-03-03", left_on=day("2023-12-31"))


def test_a_first_day_that_moves_takes_first_rounds_along(house):
    who, course = house.person(hired_on=day("2026-04-01")), house.course()
    house.require(course, "2026-01-01")
    change(house, who, "2026-03-03", hired_on=day("2026-05-01"))
    cycle = house.live(who, course)
    assert (cycle.opens_on, cycle.due_on, cycle.due_rev) == (
        day("2026-05-01"),
        day("2026-05-31"),
        1,
    )
    change(house, who, "2026-03-03", hired_on=day("2026-02-01"))
    assert house.live(who, course).due_on == day("2026-04-02")
    assert house.status(who, course, "2026-03-03") == ["open"]


def test_a_corrected_first_day_of_somebody_long_there_moves_nothing(house):
    who, course = house.person(hired_on=day("2024-01-01")), house.course()
    house.require(course, "2026-01-01")
    change(house, who, "2026-03-03", hired_on=day("2023-01-01"))
    assert rounds(house, who, course) == [(1, "live", None, day("2026-01-31"))]


def test_another_address_ends_sign_ins_and_mail_to_the_old_one(house, session, sessions):
    who, _course = with_e0(house)
    who.mail_state = "hard"
    session.flush()
    access.sign_in(session, who, user_agent="x", keep=False, now=at("2026-03-01"))
    who.mail_state = "ok"
    sweep_days(session, sessions, "2026-03-03", "2026-03-03")
    who.mail_state = "hard"
    change(house, who, "2026-03-03", email="neu@example.org")
    assert (who.email, who.mail_state) == ("neu@example.org", "ok")
    assert session.scalars(select(SignIn)).all() == []
    assert [(one.state, one.reason) for one in session.scalars(select(OutboxMessage))] == [
        ("cancelled", "address")
    ]


def test_the_old_address_is_told_where_there_is_a_letterhead(house, session):
    who = house.person(email="alt@example.org")
    change(house, who, email="neu@example.org", frame=FRAME)
    mails = session.execute(select(OutboxMessage.kind, OutboxMessage.to_address)).all()
    assert [tuple(one) for one in mails] == [("address_changed", "alt@example.org")]


@pytest.mark.parametrize("by_the_job", [False, True])
def test_places_of_somebody_gone_go_to_whoever_waits(house, session, by_the_job):
    hall = Hall(session, house)
    leaver, waiting = hall.person(), hall.person()
    workshop = hall.workshop(capacity=1)
    hall.sign_up(workshop, leaver)
    hall.sign_up(workshop, waiting)
    if by_the_job:
        change(house, leaver, "2026-11-24", left_on=day("2026-11-24"))
        for _run in range(2):
            staff.end_duties_of_leavers(
                session, today=day("2026-11-25"), now=at("2026-11-25"), frame=FRAME
            )
    else:
        change(house, leaver, "2026-11-24", left_on=day("2026-11-20"), frame=FRAME)
    assert hall.states(workshop) == [
        (leaver.id, "cancelled_by_org", None, None),
        (waiting.id, "booked", None, None),
    ]


def test_many_rows_are_settled_at_once(house, session, count_queries):
    course = house.course()
    house.require(course, "2026-01-01", Scope(jobs=frozenset({"Köchin"})))
    known = [house.person() for _ in range(3)]
    later = staff.Later.begin(session)
    added = [add(house, email=f"neu{n}@example.org", job="Köchin", later=later) for n in range(3)]
    with pytest.raises(AddressTaken):
        add(house, email="neu1@example.org", later=later)
    for one in known:
        change(house, one, job="Köchin", later=later)
    assert session.scalars(select(Cycle)).all() == []
    staff.settle(session, later, today=day("2026-03-03"), now=at("2026-03-03"))
    found = session.execute(select(Cycle.person_id, Cycle.due_on).order_by(Cycle.person_id)).all()
    assert found == [(one.id, day("2026-04-02")) for one in (*known, *added)]
    assert [log(session, one)[-1][1] for one in (known[0], added[0])] == ["changed", "joined"]


def test_every_fault_is_a_sentence():
    for fault in (Missing, StillThere, OwnRecord, OwnRights, RightsNeedAdministrator):
        assert issubclass(fault, DomainError)
        assert fault.message.endswith(".")
