"""Two entries that are one person: everything goes over, nothing is lost, nobody is left."""

from itertools import pairwise

import pytest
from sqlalchemy import select

from lms.access.models import Password, SignIn
from lms.access.operations import signing_in as access
from lms.audit.models import AuditEntry
from lms.certifications.models import Activity, Assignment, Certificate, Evidence, Requirement
from lms.certifications.rules.scopes import Scope
from lms.kernel.db import Model
from lms.kernel.domain import NotFound
from lms.kernel.viewer import Role
from lms.learning import operations as learning
from lms.learning.models import Enrolment
from lms.people.models import Absence, Deputy, Person, PersonRole
from lms.staff.faults import OwnRecord, SamePerson
from lms.staff.operations.merging import merge
from lms.workshops.rules.words import Frame
from tests.duties import ZONE, House, at, day, with_e0
from tests.workshops.samples import Hall, meeting

FRAME = Frame(ZONE, "lernstand.example.org", "de")


@pytest.fixture
def house(session):
    return House(session)


def joined(house, kept, gone, on="2026-01-20", *, actor="operator"):
    done = merge(
        house.session, kept.id, gone.id, actor=actor, today=day(on), now=at(on), frame=FRAME
    )
    house.session.expire_all()
    return done


def live(session, who):
    return session.scalars(
        select(Assignment.course_id)
        .where(Assignment.person_id == who.id, Assignment.ended_on.is_(None))
        .order_by(Assignment.course_id)
    ).all()


def test_evidence_goes_over_with_its_days_and_the_code_on_paper_stays_good(house, session):
    gone, course = with_e0(house)
    old = session.scalars(select(Evidence)).one()
    code = session.scalars(select(Certificate.code)).one()
    kept = house.person()
    house.reassign("2026-01-15", kept)
    assert house.live(kept, course).kind == "initial"
    joined(house, kept, gone)
    copy = session.scalars(select(Evidence).where(Evidence.person_id == kept.id)).one()
    for name in ("course_id", "kind", "completed_on", "valid_from", "valid_until", "anchor_on"):
        assert getattr(copy, name) == getattr(old, name), name
    assert (copy.source_key, copy.revoked_on) == (old.source_key, None)
    assert (old.person_id, old.revoked_on, old.revoked_reason) == (
        gone.id,
        day("2026-01-20"),
        "Zusammengeführt",
    )
    paper = session.scalars(select(Certificate)).one()
    assert (paper.code, paper.person_id, paper.evidence_id) == (code, kept.id, copy.id)
    assert house.status(kept, course, "2026-01-20") == ["due"]
    assert [(one.seq, one.state, one.close_reason) for one in house.rounds(kept, course)] == [
        (1, "cancelled", "merged"),
        (2, "live", None),
    ]
    assert house.live(kept, course).due_on == day("2026-03-10")
    assert live(session, gone) == []


def test_older_evidence_fills_the_history_and_moves_no_due_date(house, session):
    kept, course = with_e0(house)
    gone = house.person()
    house.held(gone, course, "2024-06-01")
    before = [(one.seq, one.state, one.due_on) for one in house.rounds(kept, course)]
    joined(house, kept, gone)
    assert [(one.seq, one.state, one.due_on) for one in house.rounds(kept, course)] == before
    assert len(session.scalars(select(Evidence).where(Evidence.person_id == kept.id)).all()) == 2


def test_the_same_row_of_a_list_under_both_entries_is_one(house, session):
    kept, course = with_e0(house)
    gone = house.person()
    mine = session.scalars(select(Evidence)).one()
    house.held(gone, course, "2025-03-10", key=mine.source_key)
    done = joined(house, kept, gone)
    assert done.evidence == 1
    mine = session.scalars(select(Evidence).where(Evidence.person_id == kept.id)).all()
    assert len(mine) == 1
    assert len(session.scalars(select(Certificate).where(Certificate.person_id == kept.id)).all())


def test_nobody_is_left_of_the_second_entry(house, session):
    kept = house.person(email=None, personnel_number="7", hired_on=day("2020-01-01"))
    boss = house.person()
    gone = house.person(
        first_name="Kimm", email="kim@example.org", job="Koch", supervisor_id=boss.id
    )
    gone_id = gone.id
    access.sign_in(session, gone, user_agent="x", keep=False, now=at("2026-01-01"))
    session.add(Password(person_id=gone.id, argon2="x", changed_at=at("2026-01-01")))
    session.flush()
    joined(house, kept, gone)
    assert (kept.email, kept.personnel_number, kept.job, kept.supervisor_id) == (
        "kim@example.org",
        "7",
        "Koch",
        boss.id,
    )
    assert (gone.first_name, gone.last_name, gone.email, gone.job) == ("–", "–", None, None)
    assert gone.anonymised_at is not None
    assert session.scalars(select(SignIn)).all() == []
    assert session.scalars(select(Password)).all() == []
    log = session.execute(
        select(AuditEntry.object_id, AuditEntry.verb, AuditEntry.details)
        .where(AuditEntry.object_kind == "person")
        .order_by(AuditEntry.id)
    ).all()
    assert [tuple(one) for one in log] == [
        (kept.id, "merged", {"other": gone_id}),
        (gone_id, "merged_away", {"other": kept.id}),
    ]
    with pytest.raises(NotFound):
        joined(house, kept, gone)


def test_rights_beyond_author_do_not_come_by_merging(house, session):
    kept, gone = house.person(), house.person(roles=[Role.ADMINISTRATOR, Role.AUTHOR])
    joined(house, kept, gone)
    rows = session.execute(select(PersonRole.person_id, PersonRole.role)).all()
    assert [tuple(one) for one in rows] == [(kept.id, Role.AUTHOR)]


def test_absences_that_meet_become_one_and_neighbours_stay(house, session):
    kept, gone = house.person(), house.person()
    course = house.course()
    house.require(course, "2025-12-20")
    house.away(kept, "2026-01-01", "2026-01-20", today="2025-12-20")
    house.away(gone, "2026-01-15", "2026-02-10", today="2025-12-20")
    house.away(gone, "2026-02-11", "2026-02-12", today="2025-12-20")
    joined(house, kept, gone)
    rows = session.execute(
        select(Absence.person_id, Absence.from_on, Absence.until_on).order_by(Absence.from_on)
    )
    assert [tuple(one) for one in rows] == [
        (kept.id, day("2026-01-01"), day("2026-02-10")),
        (kept.id, day("2026-02-11"), day("2026-02-12")),
    ]
    assert house.live(kept, course).due_on == day("2026-03-15")


@pytest.mark.parametrize("length", [1, 2, 3])
def test_no_circle_comes_of_it(house, session, length):
    chain = [house.person() for _ in range(length + 1)]
    for below, above in pairwise(chain):
        below.supervisor_id = above.id
    top, helper = house.person(), house.person()
    chain[-1].supervisor_id, helper.supervisor_id = top.id, chain[-1].id
    session.flush()
    joined(house, chain[0], chain[-1])
    assert (chain[0].supervisor_id, helper.supervisor_id) == (top.id, chain[0].id)
    for one in (*chain[:-1], helper):
        seen, above = set(), one
        while above.supervisor_id is not None:
            assert above.supervisor_id not in seen
            seen.add(above.supervisor_id)
            above = session.get_one(Person, above.supervisor_id)


def test_who_leads_their_own_second_entry_leads_its_people(house, session):
    kept = house.person()
    gone = house.person(supervisor_id=kept.id)
    helper = house.person(supervisor_id=gone.id)
    done = joined(house, kept, gone)
    assert (kept.supervisor_id, helper.supervisor_id, done.reports) == (None, kept.id, 1)


def test_requirements_that_name_the_second_entry_name_the_first(house, session):
    kept, gone = house.person(), house.person()
    alone, both, twin = house.course(), house.course(), house.course()
    named = house.require(alone, "2026-01-01", Scope(person_ids=frozenset({gone.id})))
    house.require(both, "2026-01-01", Scope(person_ids=frozenset({gone.id, kept.id})))
    house.require(twin, "2026-01-01", Scope(person_ids=frozenset({gone.id})))
    house.require(twin, "2026-01-01", Scope(person_ids=frozenset({kept.id})))
    joined(house, kept, gone)
    assert live(session, kept) == [alone.id, both.id, twin.id]
    key = session.get_one(Requirement, named.id).scope_key
    assert key == Scope(person_ids=frozenset({kept.id})).key
    open_ones = session.scalars(select(Requirement.id).where(Requirement.ended_on.is_(None))).all()
    assert len(open_ones) == 3


def test_of_two_open_enrolments_the_one_that_got_further_stays_open(house, session):
    kept, gone, course = house.person(), house.person(), house.course()
    times = {"today": day("2026-01-10"), "now": at("2026-01-10")}
    for one in (kept, gone):
        learning.enrol(session, person_id=one.id, course_id=course.id, **times)
    further = session.scalars(select(Enrolment).where(Enrolment.person_id == gone.id)).one()
    further.done_count = 2
    session.flush()
    further_id = further.id
    joined(house, kept, gone)
    rows = session.scalars(select(Enrolment).where(Enrolment.person_id == kept.id)).all()
    assert {one.id: one.abandoned_at is None for one in rows} == {
        one.id: one.id == further_id for one in rows
    }
    assert len(rows) == 2


def test_voluntary_repeats_of_one_day_are_one(house, session):
    kept, gone, course = house.person(), house.person(), house.course()
    for one, on in ((kept, "2026-01-02"), (gone, "2026-01-02"), (gone, "2026-01-03")):
        session.add(
            Activity(person_id=one.id, course_id=course.id, done_on=day(on), source="course")
        )
    session.flush()
    joined(house, kept, gone)
    rows = session.execute(select(Activity.person_id, Activity.done_on).order_by(Activity.done_on))
    assert [tuple(one) for one in rows] == [
        (kept.id, day("2026-01-02")),
        (kept.id, day("2026-01-03")),
    ]


def test_places_go_over_and_of_two_one_is_released(house, session):
    hall = Hall(session, house)
    kept, gone, waiting = hall.person(), hall.person(), hall.person()
    alone, both = hall.workshop(), hall.workshop(meeting("2026-12-10"), capacity=2)
    hall.sign_up(alone, gone)
    for one in (kept, gone, waiting):
        hall.sign_up(both, one)
    done = joined(house, kept, gone, "2026-11-24")
    assert done.places == 1
    assert hall.states(alone) == [(kept.id, "booked", None, None)]
    assert hall.states(both) == [
        (kept.id, "booked", None, None),
        (gone.id, "cancelled_by_org", None, None),
        (waiting.id, "booked", None, None),
    ]


def test_deputies_go_over_where_the_days_are_free(house, session):
    kept, gone, other = house.person(), house.person(), house.person()
    for supervisor, deputy, first, last in (
        (kept, other, "2026-12-01", "2026-12-10"),
        (gone, other, "2026-12-10", "2026-12-12"),
        (gone, other, "2027-01-01", "2027-01-02"),
        (gone, kept, "2027-02-01", "2027-02-02"),
        (other, gone, "2026-12-05", "2026-12-06"),
    ):
        session.add(
            Deputy(
                supervisor_id=supervisor.id,
                deputy_id=deputy.id,
                from_on=day(first),
                until_on=day(last),
            )
        )
    session.flush()
    joined(house, kept, gone, "2026-11-24")
    rows = session.execute(
        select(Deputy.supervisor_id, Deputy.deputy_id, Deputy.from_on).order_by(Deputy.from_on)
    )
    assert [tuple(one) for one in rows] == [
        (kept.id, other.id, day("2026-12-01")),
        (other.id, kept.id, day("2026-12-05")),
        (kept.id, other.id, day("2027-01-01")),
    ]


def test_a_place_is_worth_more_than_a_turn_on_the_waiting_list(house, session):
    hall = Hall(session, house)
    kept, gone = hall.person(), hall.person()
    workshop = hall.workshop(capacity=1)
    hall.sign_up(workshop, gone)
    hall.sign_up(workshop, kept)
    joined(house, kept, gone, "2026-11-24")
    assert hall.states(workshop) == [
        (kept.id, "booked", None, None),
        (kept.id, "cancelled_by_org", None, None),
    ]


def test_nobody_merges_themselves_nor_an_entry_with_itself(house):
    kept, gone = house.person(), house.person()
    with pytest.raises(SamePerson):
        joined(house, kept, kept)
    for one in (kept, gone):
        with pytest.raises(OwnRecord):
            joined(house, kept, gone, actor=f"person:{one.id}")


# How each column that names somebody is treated; a new one must be thought about.
TREATED = {
    "absences.person_id": "moved, joined where they meet",
    "access_links.person_id": "void",
    "activities.person_id": "moved, double ones deleted",
    "assignments.person_id": "ended, history stays",
    "attendance.person_id": "moved where nothing was entered",
    "attendance.recorded_by": "stays: who did it",
    "batches.made_by": "stays: who did it",
    "batches.released_by": "stays: who did it",
    "certificates.person_id": "moved with the evidence",
    "deputies.deputy_id": "moved, but for oneself",
    "deputies.supervisor_id": "moved where the days are free",
    "enrolments.person_id": "moved",
    "evidence.person_id": "revoked and recorded anew",
    "evidence.recorded_by": "stays: who did it",
    "exemptions.approved_by": "stays: who did it",
    "exemptions.person_id": "moved where none is",
    "external_proofs.decided_by": "stays: who did it",
    "external_proofs.person_id": "moved",
    "imports.made_by": "stays: who did it",
    "imports.taken_back_by": "stays: who did it",
    "outbox_messages.person_id": "what waits is called off, facts stay",
    "passwords.person_id": "deleted",
    "people.supervisor_id": "leads on",
    "person_roles.person_id": "author goes over, the rest ends",
    "practice_reports.decided_by": "stays: who did it",
    "recovery_codes.person_id": "deleted",
    "requirement_scopes.person_id": "moved",
    "second_factors.person_id": "deleted",
    "set_up_addresses.person_id": "stays: used up",
    "sign_ins.person_id": "ended",
    "sign_ups.person_id": "moved, one of two released",
    "workshop_notices.person_id": "stays: reminders that went out",
    "workshops.created_by": "stays: who did it",
    "workshops.trainer_id": "moved",
}


def test_every_column_that_names_somebody_was_thought_about():
    naming = {
        f"{table.name}.{column.name}"
        for table in Model.metadata.sorted_tables
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name == "people"
    }
    assert naming - set(TREATED) == set(), "say in lms.staff.operations.merging what becomes of it"
