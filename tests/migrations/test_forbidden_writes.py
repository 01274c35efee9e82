"""Every state that certification.sql forbids is tried at the newest migration, on both."""

import datetime as dt
from dataclasses import dataclass

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.certifications.models import (
    Activity,
    Assignment,
    Batch,
    Certificate,
    Cycle,
    Evidence,
    Exemption,
    Goal,
    Requirement,
    RequirementRevision,
    RequirementScope,
)
from lms.courses.models import Course, CourseVersion
from lms.outbox.models import OutboxMessage
from lms.people.models import Absence, Person, Unit
from lms.reminders.models import Notice

NOW = dt.datetime(2026, 1, 1, 8, tzinfo=dt.UTC)
D = dt.date(2026, 1, 1)


def days(number):
    """A day, so many days after the first of January."""
    return D + dt.timedelta(days=number)


PERSON = {"first_name": "A", "last_name": "B", "unit_id": 1, "theme": "auto", "mail_state": "ok"}
EVIDENCE = {
    "person_id": 1,
    "course_id": 1,
    "kind": "course",
    "completed_on": D,
    "valid_from": D,
    "valid_until": days(365),
    "interval_months": 12,
    "anchor_on": D,
    "k": 1,
    "recorded_at": NOW,
}
CYCLE = {
    "assignment_id": 1,
    "person_id": 1,
    "course_id": 1,
    "revision_id": 1,
    "kind": "renewal",
    "why": "plain",
    "started_on": D,
    "opens_on": D,
    "due_on": days(30),
    "baseline_due_on": days(30),
    "grace_until": days(30),
}
REVISION = {
    "requirement_id": 1,
    "course_id": 1,
    "since": D,
    "interval_months": 12,
    "renewal_base": "expiry",
    "window_days": 60,
    "grace_days": 0,
    "initial_due_days": 30,
    "return_grace_days": 30,
    "stages": [-60, 0],
    "overdue_every_days": 7,
    "overdue_count": 26,
    "alternatives": [],
}
VERSION = {
    "course_id": 1,
    "published_on": D,
    "origin": "bundle",
    "digest": "0" * 64,
    "titles": {"de": "T"},
    "changes": {},
    "document": {},
}
MESSAGE = {
    "kind": "digest",
    "person_id": 1,
    "audience": "learner",
    "locale": "de",
    "values": {},
    "local_date": D,
    "created_at": NOW,
    "not_before": NOW,
    "expires_at": NOW + dt.timedelta(hours=9),
}


def message(key, **changes):
    return MESSAGE | {"idem_key": key, "message_id": key} | changes


ROWS = (
    (Unit, {"id": 1, "name": "U"}),
    (Person, PERSON | {"id": 1, "email": "a@x"}),
    (Person, PERSON | {"id": 2, "email": "b@x", "personnel_number": "2"}),
    (Course, {"id": 1, "slug": "c", "created_at": NOW}),
    (Course, {"id": 2, "slug": "d", "created_at": NOW}),
    (CourseVersion, VERSION | {"id": 1, "number": 1, "retrain": False}),
    (CourseVersion, VERSION | {"id": 2, "number": 1, "course_id": 2, "retrain": False}),
    (Requirement, {"id": 1, "course_id": 1, "since": D, "scope_key": "everyone"}),
    (RequirementRevision, REVISION | {"id": 1, "number": 1}),
    (Assignment, {"id": 1, "person_id": 1, "course_id": 1, "assigned_on": D}),
    (Assignment, {"id": 2, "person_id": 2, "course_id": 1, "assigned_on": D}),
    (Evidence, EVIDENCE | {"id": 1, "source_key": "k1", "serial": "s1"}),
    (Evidence, EVIDENCE | {"id": 2, "source_key": "k1", "serial": "s2", "person_id": 2}),
    (
        Evidence,
        EVIDENCE
        | {"id": 3, "source_key": "k3", "serial": "s3", "revoked_on": D, "revoked_reason": "x"},
    ),
    (Cycle, CYCLE | {"id": 1, "seq": 1, "state": "live", "prev_evidence_id": 1}),
    (Batch, {"id": 1, "kind": "policy", "made_at": NOW}),
    (Absence, {"id": 1, "person_id": 1, "from_on": days(10), "until_on": days(20)}),
    (Absence, {"id": 2, "person_id": 2, "from_on": days(10)}),
    (
        Exemption,
        {
            "id": 1,
            "person_id": 1,
            "course_id": 1,
            "from_on": days(10),
            "until_on": days(20),
            "reason": "r",
            "approved_by": 2,
        },
    ),
    (OutboxMessage, message("m1", id=1)),
    (
        Notice,
        {
            "cycle_id": 1,
            "due_rev": 0,
            "stage": 0,
            "audience": "learner",
            "decided_at": NOW,
            "decided_on": D,
            "outcome": "queued",
            "outbox_id": 1,
        },
    ),
    (Activity, {"id": 1, "person_id": 1, "course_id": 1, "done_on": D, "source": "course"}),
    (
        Certificate,
        {"id": 1, "evidence_id": 1, "person_id": 1, "code": "c1", "issued_at": NOW},
    ),
)


@pytest.fixture
def stored(session: Session) -> Session:
    """One sound row of each table."""
    for model, values in ROWS:
        session.execute(insert(model).values(**values))
    if session.get_bind().dialect.name == "postgresql":
        # Rows with a number of their own leave PostgreSQL's counters where they were.
        for table in {model.__table__ for model, _values in ROWS}:
            if "id" in table.columns and table.columns["id"].autoincrement:
                session.execute(
                    text("SELECT setval(pg_get_serial_sequence(:name, 'id'), 1000)"),
                    {"name": table.name},
                )
    return session


@dataclass(frozen=True)
class Put:
    """Insert a row: `values` over the sound ones of the table."""

    model: type
    sound: dict
    changes: dict

    def do(self, session):
        session.execute(insert(self.model).values(**(self.sound | self.changes)))


@dataclass(frozen=True)
class Set:
    """Change columns of one row."""

    model: type
    row_id: int
    changes: dict

    def do(self, session):
        statement = update(self.model).values(**self.changes)
        session.execute(
            statement.where(self.model.id == self.row_id),
            execution_options={"synchronize_session": False},
        )


@dataclass(frozen=True)
class Sql:
    """A statement as it is."""

    statement: str

    def do(self, session):
        session.execute(text(self.statement))


def evidence(**changes):
    return Put(Evidence, EVIDENCE | {"source_key": "new", "serial": "new"}, changes)


def cycle(**changes):
    sound = CYCLE | {"assignment_id": 2, "person_id": 2, "seq": 2, "state": "live"}
    return Put(Cycle, sound, changes)


def closed(**changes):
    return cycle(state="cancelled", closed_on=D, close_reason="left", **changes)


def revision(**changes):
    return Put(RequirementRevision, REVISION | {"number": 2}, changes)


def exemption(**changes):
    sound = {
        "person_id": 1,
        "course_id": 2,
        "from_on": D,
        "until_on": days(5),
        "reason": "r",
        "approved_by": 2,
    }
    return Put(Exemption, sound, changes)


def notice(**changes):
    sound = {
        "cycle_id": 1,
        "due_rev": 0,
        "stage": 7,
        "audience": "learner",
        "decided_at": NOW,
        "decided_on": D,
        "outcome": "skipped",
        "why": "gap",
    }
    return Put(Notice, sound, changes)


def mail(**changes):
    return Put(OutboxMessage, message("m2", local_date=days(1)), changes)


ASSIGNMENT = {"person_id": 1, "course_id": 2, "assigned_on": D}
ABSENCE = {"person_id": 1, "from_on": days(30), "until_on": days(40)}

# The eighteen of certification.md 7.3 in their order.
EIGHTEEN = {
    "second live assignment": Put(Assignment, ASSIGNMENT, {"course_id": 1}),
    "second live round": cycle(assignment_id=1, person_id=1),
    "fulfilled without evidence": cycle(state="fulfilled", closed_on=D),
    "evidence of another person": cycle(state="fulfilled", closed_on=D, evidence_id=1),
    "same attempt twice": evidence(source_key="k1"),
    "edit evidence": Set(Evidence, 1, {"valid_until": days(700)}),
    "delete evidence": Sql("DELETE FROM evidence WHERE id = 2"),
    "revoke twice": Set(Evidence, 3, {"revoked_on": days(1), "revoked_reason": "y"}),
    "validity the wrong way round": evidence(valid_until=days(-1)),
    "external without a file": evidence(kind="external"),
    "due before it opens": cycle(opens_on=days(31)),
    "closed but planned": closed(next_action_on=D),
    "overlapping absences": Put(Absence, ABSENCE, {"from_on": days(20), "until_on": days(25)}),
    "exemption by oneself": exemption(approved_by=1),
    "two digests a day": mail(local_date=D),
    "same stage twice": notice(stage=0),
    "own supervisor": Set(Person, 1, {"supervisor_id": 1}),
    "fixed without a day": revision(renewal_base="fixed"),
}

MORE = {
    # proofs
    "evidence valid before it was shown": evidence(valid_from=days(-1)),
    "an end without an anchor": evidence(anchor_on=None),
    "an anchor without an end": evidence(valid_until=None),
    "revoked without a reason": evidence(revoked_on=D),
    "a reason without a revocation": evidence(revoked_reason="x"),
    "evidence of an unknown kind": evidence(kind="hearsay"),
    "evidence with a version of another course": evidence(course_version_id=2),
    "same serial": evidence(serial="s1"),
    "evidence unrevoked": Set(Evidence, 3, {"revoked_on": None, "revoked_reason": None}),
    "evidence of somebody else": Set(Evidence, 1, {"person_id": 2}),
    "two certificates of one evidence": Put(
        Certificate, {"evidence_id": 1, "person_id": 1, "code": "c2", "issued_at": NOW}, {}
    ),
    # rounds
    "grace before the due date": cycle(grace_until=days(29)),
    "baseline after the due date": cycle(baseline_due_on=days(31)),
    "live and closed": cycle(closed_on=D),
    "closed without a day": cycle(state="cancelled", close_reason="left"),
    "cancelled without a reason": cycle(state="cancelled", closed_on=D),
    "live with a reason": cycle(close_reason="left"),
    "cancelled with evidence": closed(evidence_id=2),
    "state unknown": cycle(state="asleep"),
    "kind unknown": cycle(kind="other"),
    "why unknown": cycle(why="weather"),
    "round of somebody else's assignment": cycle(assignment_id=1, person_id=2),
    "round that follows somebody else's proof": cycle(prev_evidence_id=1),
    # requirements
    "same requirement twice": Put(
        Requirement, {"course_id": 1, "since": D, "scope_key": "everyone"}, {}
    ),
    "requirement that ends before it began": Set(Requirement, 1, {"ended_on": days(-1)}),
    "scope that names two things": Put(
        RequirementScope, {"requirement_id": 1, "kind": "everyone", "unit_id": 1}, {}
    ),
    "scope that names nothing": Put(RequirementScope, {"requirement_id": 1, "kind": "unit"}, {}),
    "same revision twice": revision(number=1),
    "revision of another course": revision(course_id=2),
    "interval of nothing": revision(interval_months=0),
    "interval of 121 months": revision(interval_months=121),
    "window as long as the interval": revision(interval_months=1, window_days=28),
    "a day that is not fixed": revision(fixed_month=12),
    "base unknown": revision(renewal_base="moon"),
    "days below zero": revision(grace_days=-1),
    "revision changed": Set(RequirementRevision, 1, {"grace_days": 3}),
    "stages changed": Set(RequirementRevision, 1, {"stages": [0]}),
    "goal above everybody": Put(Goal, {"course_id": 1, "percent": 101}, {}),
    "batch of an unknown kind": Put(Batch, {"kind": "odd", "made_at": NOW}, {}),
    # assignments, leave
    "ended without a reason": Put(Assignment, ASSIGNMENT, {"ended_on": D}),
    "ended before it began": Put(
        Assignment, ASSIGNMENT, {"ended_on": days(-1), "end_reason": "left"}
    ),
    "absence that ends before it begins": Put(Absence, ABSENCE, {"until_on": days(29)}),
    "absence into an open end": Put(Absence, ABSENCE, {"person_id": 2}),
    "absence moved over another": Set(Absence, 1, {"person_id": 2, "from_on": days(11)}),
    "overlapping exemptions": exemption(course_id=1, from_on=days(20), until_on=days(25)),
    "exemption that ends before it begins": exemption(until_on=days(-1)),
    # versions
    "version changed": Set(CourseVersion, 1, {"document": {"x": 1}}),
    "version published again": Set(CourseVersion, 1, {"published_on": days(1)}),
    "version to be taken after all": Set(
        CourseVersion, 1, {"retrain": True, "retrain_due_days": 3}
    ),
    "version to be taken without days": Put(
        CourseVersion, VERSION | {"number": 2, "retrain": True}, {}
    ),
    "same version twice": Put(CourseVersion, VERSION | {"number": 1, "retrain": False}, {}),
    # mail
    "same key": mail(idem_key="m1"),
    "same Message-ID": mail(message_id="m1"),
    "claim without an end": mail(state="claimed"),
    "an end without a claim": mail(claim_until=NOW),
    "sent without an instant": mail(state="sent"),
    "not sent with an instant": mail(sent_at=NOW),
    "expires before it may go": mail(expires_at=NOW),
    "audience unknown": mail(audience="press"),
    "skipped with a message": notice(outbox_id=1),
    "queued without a message": notice(outcome="queued", why=None),
    "outcome unknown": notice(outcome="lost"),
    "same repeat twice a day": Put(
        Activity, {"person_id": 1, "course_id": 1, "done_on": D, "source": "course"}, {}
    ),
    # people
    "same address": Put(Person, PERSON | {"email": "a@x"}, {}),
    "same number": Put(Person, PERSON | {"personnel_number": "2"}, {}),
    "nobody can name them": Put(Person, PERSON, {}),
    "left before being hired": Put(
        Person, PERSON | {"email": "c@x", "hired_on": D, "left_on": days(-1)}, {}
    ),
}

ALLOWED = {
    "a second assignment after the first ended": Put(
        Assignment, ASSIGNMENT, {"course_id": 1, "ended_on": D, "end_reason": "left"}
    ),
    "first round of another": cycle(),
    "closed round": closed(),
    "fulfilled by one's own evidence": cycle(state="fulfilled", closed_on=D, evidence_id=2),
    "another attempt": evidence(),
    "evidence for ever": evidence(valid_until=None, anchor_on=None, interval_months=None, k=0),
    "external with a file": evidence(kind="external", file_sha256="0" * 64),
    "revoke once": Set(Evidence, 1, {"revoked_on": D, "revoked_reason": "x"}),
    "fixed with its day": revision(
        renewal_base="fixed", fixed_month=2, fixed_day=29, min_valid_months=6
    ),
    "adjacent absence": Put(Absence, ABSENCE, {"from_on": days(21), "until_on": None}),
    "absence of another": Put(
        Absence, ABSENCE, {"person_id": 2, "until_on": days(9), "from_on": D}
    ),
    "exemption of another course": exemption(from_on=days(10), until_on=days(20)),
    "adjacent exemption": exemption(course_id=1, from_on=days(21), until_on=None),
    "another digest for another audience": mail(local_date=D, audience="supervisor"),
    "two mails at once": mail(local_date=D, audience="immediate"),
    "next stage": notice(),
    "stage of a new due date": notice(stage=0, due_rev=1),
    "requirement for other people": Put(
        Requirement, {"course_id": 1, "since": D, "scope_key": "x"}, {}
    ),
    "version of one's own course": evidence(course_version_id=1),
}


def test_there_are_eighteen():
    assert len(EIGHTEEN) == 18


@pytest.mark.parametrize("write", [*EIGHTEEN.values(), *MORE.values()], ids=[*EIGHTEEN, *MORE])
def test_forbidden(stored, write):
    with pytest.raises(DBAPIError), stored.begin_nested():
        write.do(stored)


@pytest.mark.parametrize("write", ALLOWED.values(), ids=ALLOWED)
def test_allowed(stored, write):
    write.do(stored)


def test_evidence_may_be_deleted_while_a_retention_pass_is_open(stored):
    stored.execute(
        text("INSERT INTO retention_passes (opened_at, opened_by) VALUES (:now, 'x')"),
        {"now": NOW},
    )
    stored.execute(text("DELETE FROM evidence WHERE id = 2"))
    stored.execute(text("UPDATE retention_passes SET closed_at = opened_at"))
    with pytest.raises(DBAPIError), stored.begin_nested():
        stored.execute(text("DELETE FROM evidence WHERE id = 3"))
