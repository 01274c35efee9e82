"""What the database itself refuses at the newest migration, whoever writes: each tried once."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import JSON, Date, DateTime, Float, Integer, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.models import Model
from tests.factories import NOW, TODAY, make_person

TABLES = Model.metadata.tables
# What may still be written after the row is there; everything else is fixed by a trigger.
CHANGEABLE = {
    "evidence": {"revoked_on", "revoked_reason"},
    "audit_entries": {"hash", "position"},
    "requirement_revisions": set(),
    "course_versions": {"retrain", "retrain_due_days", "origin", "changes"},
}
FIXED = [
    (name, column.name)
    for name, changeable in CHANGEABLE.items()
    for column in TABLES[name].columns
    if column.name not in changeable | {"id"}
]
LATER = TODAY + dt.timedelta(days=365)


class World:
    """One person with one duty, one proof, one round, one mail; and a way to add more."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.person = make_person(session).id
        self.other = make_person(session).id
        self.course = self.add("courses", slug="zoom", created_at=NOW)
        self.version = self.add("course_versions", **self.version_values(number=1))
        self.requirement = self.add("requirements", **self.requirement_values())
        self.revision = self.add("requirement_revisions", **self.revision_values(number=1))
        self.assignment = self.add("assignments", **self.assignment_values())
        self.evidence = self.add("evidence", **self.evidence_values())
        self.cycle = self.add("cycles", **self.cycle_values())
        self.mail = self.add("outbox_messages", **self.mail_values())

    def add(self, name: str, **values: Any) -> int:
        """Insert a row past all operations; its id, where it has one."""
        table = TABLES[name]
        key = self.session.execute(insert(table).values(values)).inserted_primary_key
        return int(key[0]) if key and isinstance(key[0], int) else 0

    def change(self, name: str, row: int, **values: Any) -> None:
        """Update a row past all operations."""
        table = TABLES[name]
        self.session.execute(update(table).where(table.c.id == row).values(values))

    def remove(self, name: str, row: int) -> None:
        """Delete a row past all operations."""
        table = TABLES[name]
        self.session.execute(delete(table).where(table.c.id == row))

    def version_values(self, **changes: Any) -> dict[str, Any]:
        given = {"course_id": self.course, "number": 1, "published_on": TODAY, "retrain": False}
        given |= {"origin": "bundle", "digest": "0" * 64}
        return given | {"titles": {}, "changes": {}, "document": {}} | changes

    def requirement_values(self, **changes: Any) -> dict[str, Any]:
        return {"course_id": self.course, "since": TODAY, "scope_key": "everyone"} | changes

    def revision_values(self, **changes: Any) -> dict[str, Any]:
        given = {"requirement_id": self.requirement, "course_id": self.course, "number": 1}
        given |= {"since": TODAY, "interval_months": 12, "renewal_base": "expiry"}
        given |= {"window_days": 60, "grace_days": 0, "initial_due_days": 30}
        given |= {"return_grace_days": 30, "overdue_every_days": 7, "overdue_count": 26}
        return given | {"stages": [-30, 0], "alternatives": []} | changes

    def assignment_values(self, **changes: Any) -> dict[str, Any]:
        given = {"person_id": self.person, "course_id": self.course, "assigned_on": TODAY}
        return given | changes

    def evidence_values(self, **changes: Any) -> dict[str, Any]:
        given = {"person_id": self.person, "course_id": self.course, "kind": "course"}
        given |= {"course_version_id": self.version, "completed_on": TODAY, "valid_from": TODAY}
        given |= {"valid_until": LATER, "anchor_on": LATER, "interval_months": 12, "k": 0}
        given |= {"recorded_at": NOW, "source_key": "enrolment:1", "serial": "L-1"}
        return given | changes

    def cycle_values(self, **changes: Any) -> dict[str, Any]:
        given = {"assignment_id": self.assignment, "person_id": self.person, "seq": 1}
        given |= {"course_id": self.course, "revision_id": self.revision, "kind": "initial"}
        given |= {"why": "plain", "state": "live", "started_on": TODAY, "opens_on": TODAY}
        given |= {"due_on": LATER, "baseline_due_on": LATER, "grace_until": LATER}
        return given | {"due_rev": 0, "ver": 1} | changes

    def mail_values(self, **changes: Any) -> dict[str, Any]:
        given = {"idem_key": "digest:1", "message_id": "<1@example.org>", "kind": "digest"}
        given |= {"person_id": self.person, "audience": "learner", "locale": "de", "values": {}}
        given |= {"local_date": TODAY, "created_at": NOW, "not_before": NOW, "attempts": 0}
        return given | {"expires_at": NOW + dt.timedelta(days=3), "state": "pending"} | changes

    def audit_values(self, **changes: Any) -> dict[str, Any]:
        given = {"at": NOW, "actor": "system", "verb": "award", "object_kind": "evidence"}
        return given | {"object_id": 1, "details": {}} | changes

    def absence_values(self, **changes: Any) -> dict[str, Any]:
        return {"person_id": self.person, "from_on": TODAY, "until_on": LATER} | changes

    def notice_values(self, **changes: Any) -> dict[str, Any]:
        given = {"cycle_id": self.cycle, "due_rev": 0, "stage": -30, "audience": "learner"}
        return given | {"decided_at": NOW, "decided_on": TODAY} | changes

    def enrolment_values(self, **changes: Any) -> dict[str, Any]:
        given = {"person_id": self.person, "course_id": self.course, "mode": "full"}
        given |= {"course_version_id": self.version, "started_at": NOW, "lesson_count": 4}
        return given | {"done_count": 0} | changes

    def exemption_values(self, **changes: Any) -> dict[str, Any]:
        given = {"course_id": self.course, "reason": "knows it", "approved_by": self.other}
        return self.absence_values() | given | changes


@pytest.fixture
def world(session: Session) -> World:
    """Everything in order."""
    return World(session)


def another_value(table: Table, name: str, present: Any) -> Any:
    """A value of the column's type that differs from the present one."""
    kind = table.c[name].type
    if isinstance(kind, JSON):
        return {"other": 1} if isinstance(present, dict) else ["other"]
    if isinstance(kind, Date):
        return dt.date(2020, 1, 1)
    if isinstance(getattr(kind, "impl", kind), DateTime):
        return dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    if isinstance(kind, Integer | Float):
        return (present or 0) + 1
    return "other"


@pytest.mark.parametrize(("name", "column"), FIXED, ids=[f"{n}.{c}" for n, c in FIXED])
def test_what_was_said_once_stays(world, name, column):
    table = TABLES[name]
    if name == "audit_entries":
        world.add(name, **world.audit_values())
    row = world.session.execute(select(table)).mappings().first()
    value = another_value(table, column, row[column])
    with pytest.raises(IntegrityError, match=r"immutable|not changed otherwise"):
        world.change(name, row["id"], **{column: value})


def test_evidence_is_revoked_once(world):
    world.change("evidence", world.evidence, revoked_on=TODAY, revoked_reason="a mistake")
    with pytest.raises(IntegrityError, match="already revoked"):
        world.change("evidence", world.evidence, revoked_on=None, revoked_reason=None)


def test_an_audit_entry_is_linked_once(world):
    entry = world.add("audit_entries", **world.audit_values())
    world.change("audit_entries", entry, hash="0" * 64, position=1)
    with pytest.raises(IntegrityError, match="linked once"):
        world.change("audit_entries", entry, hash="1" * 64, position=2)


@pytest.mark.parametrize("name", ["evidence", "audit_entries"])
def test_proof_is_deleted_in_a_retention_pass_only(world, name):
    values = {"evidence": world.evidence_values, "audit_entries": world.audit_values}[name]
    more = {"source_key": "enrolment:2", "serial": "L-2"} if name == "evidence" else {}
    row = world.add(name, **values(**more))
    with pytest.raises(IntegrityError, match="retention pass"), world.session.begin_nested():
        world.remove(name, row)
    retention = world.add("retention_passes", opened_at=NOW, opened_by="retention")
    world.remove(name, row)
    world.change("retention_passes", retention, closed_at=NOW)
    another = world.add(name, **values(**more))
    with pytest.raises(IntegrityError, match="retention pass"):
        world.remove(name, another)


@pytest.mark.parametrize("name", ["absences", "exemptions"])
@pytest.mark.parametrize(
    ("first", "last"), [(-5, 0), (365, 400), (10, 20), (-5, 400), (-5, None)], ids=str
)
def test_absences_and_exemptions_do_not_overlap(world, name, first, last):
    values = {"absences": world.absence_values, "exemptions": world.exemption_values}[name]
    world.add(name, **values())
    from_on = TODAY + dt.timedelta(days=first)
    until_on = None if last is None else TODAY + dt.timedelta(days=last)
    with pytest.raises(IntegrityError):
        world.add(name, **values(from_on=from_on, until_on=until_on))


@pytest.mark.parametrize("name", ["absences", "exemptions"])
def test_a_change_may_not_make_them_overlap_either(world, name):
    values = {"absences": world.absence_values, "exemptions": world.exemption_values}[name]
    world.add(name, **values())
    after = LATER + dt.timedelta(days=1)
    row = world.add(name, **values(from_on=after, until_on=None))
    with pytest.raises(IntegrityError):
        world.change(name, row, from_on=LATER)


FORBIDDEN = {
    "two live duties": lambda w: w.add("assignments", **w.assignment_values()),
    "an end without a reason": lambda w: w.change("assignments", w.assignment, ended_on=LATER),
    "an end before the beginning": lambda w: w.change(
        "assignments", w.assignment, ended_on=dt.date(2020, 1, 1), end_reason="left"
    ),
    "two live rounds": lambda w: w.add("cycles", **w.cycle_values(seq=2)),
    "a round counted twice": lambda w: w.add(
        "cycles", **w.cycle_values(state="cancelled", closed_on=TODAY, close_reason="left")
    ),
    "fulfilled without evidence": lambda w: w.change(
        "cycles", w.cycle, state="fulfilled", closed_on=TODAY
    ),
    "cancelled without a reason": lambda w: w.change(
        "cycles", w.cycle, state="cancelled", closed_on=TODAY
    ),
    "closed without a day": lambda w: w.change(
        "cycles", w.cycle, state="fulfilled", evidence_id=w.evidence
    ),
    "closed and still planned": lambda w: w.change(
        "cycles",
        w.cycle,
        state="fulfilled",
        closed_on=TODAY,
        evidence_id=w.evidence,
        next_action_on=TODAY,
    ),
    "due before it opens": lambda w: w.change(
        "cycles", w.cycle, opens_on=LATER + dt.timedelta(days=1)
    ),
    "grace before due": lambda w: w.change("cycles", w.cycle, grace_until=TODAY),
    "due before its baseline": lambda w: w.change("cycles", w.cycle, due_on=TODAY),
    "a round of somebody else's duty": lambda w: w.change("cycles", w.cycle, person_id=w.other),
    "fulfilled by somebody else's evidence": lambda w: w.change(
        "cycles",
        w.cycle,
        state="fulfilled",
        closed_on=TODAY,
        evidence_id=w.add("evidence", **w.evidence_values(person_id=w.other, serial="L-2")),
    ),
    "the same proof twice": lambda w: w.add("evidence", **w.evidence_values(serial="L-2")),
    "a serial twice": lambda w: w.add("evidence", **w.evidence_values(source_key="enrolment:2")),
    "valid before completed": lambda w: w.add(
        "evidence",
        **w.evidence_values(source_key="x", serial="x", valid_from=dt.date(2020, 1, 1)),
    ),
    "valid backwards": lambda w: w.add(
        "evidence",
        **w.evidence_values(source_key="x", serial="x", valid_until=dt.date(2020, 1, 1)),
    ),
    "an end without an anchor": lambda w: w.add(
        "evidence", **w.evidence_values(source_key="x", serial="x", anchor_on=None)
    ),
    "revoked without a reason": lambda w: w.change("evidence", w.evidence, revoked_on=TODAY),
    "external without a file": lambda w: w.add(
        "evidence", **w.evidence_values(source_key="x", serial="x", kind="external")
    ),
    "evidence of an unknown kind": lambda w: w.add(
        "evidence", **w.evidence_values(source_key="x", serial="x", kind="rumour")
    ),
    "a version of another course": lambda w: w.add(
        "evidence",
        **w.evidence_values(
            source_key="x", serial="x", course_id=w.add("courses", slug="wiki", created_at=NOW)
        ),
    ),
    "two live requirements for the same people": lambda w: w.add(
        "requirements", **w.requirement_values()
    ),
    "a window longer than the interval": lambda w: w.add(
        "requirement_revisions", **w.revision_values(number=2, interval_months=2, window_days=56)
    ),
    "a fixed day without its date": lambda w: w.add(
        "requirement_revisions", **w.revision_values(number=2, renewal_base="fixed")
    ),
    "the same revision twice": lambda w: w.add(
        "requirement_revisions", **w.revision_values(number=1)
    ),
    "a scope that names nothing": lambda w: w.add(
        "requirement_scopes", requirement_id=w.requirement, kind="unit"
    ),
    "an exemption approved by oneself": lambda w: w.add(
        "exemptions", **w.exemption_values(approved_by=w.person)
    ),
    "two digests on one day": lambda w: w.add(
        "outbox_messages", **w.mail_values(idem_key="digest:2", message_id="<2@example.org>")
    ),
    "a mail twice": lambda w: w.add(
        "outbox_messages", **w.mail_values(message_id="<2@example.org>", person_id=w.other)
    ),
    "a claim that never runs out": lambda w: w.change("outbox_messages", w.mail, state="claimed"),
    "sent at no time": lambda w: w.change("outbox_messages", w.mail, state="sent"),
    "a mail that may go after it expired": lambda w: w.change(
        "outbox_messages", w.mail, not_before=NOW + dt.timedelta(days=3)
    ),
    "queued without a message": lambda w: w.add("notices", **w.notice_values(outcome="queued")),
    "skipped with a message": lambda w: w.add(
        "notices", **w.notice_values(outcome="skipped", outbox_id=w.mail)
    ),
    "a stage handled twice": lambda w: [
        w.add("notices", **w.notice_values(outcome="skipped")) for _ in range(2)
    ],
    "a slot of a job claimed twice": lambda w: [
        w.add("job_runs", job="sweep", slot=NOW, started_at=NOW, process="x") for _ in range(2)
    ],
    "an address twice": lambda w: make_person(
        w.session, email=w.session.scalar(select(TABLES["people"].c.email))
    ),
    "somebody without address and number": lambda w: make_person(w.session, email=None),
    "one's own supervisor": lambda w: w.change("people", w.person, supervisor_id=w.person),
    "leaving before joining": lambda w: w.change("people", w.person, left_on=dt.date(2020, 1, 1)),
    "two open enrolments": lambda w: [w.add("enrolments", **w.enrolment_values()) for _ in "12"],
    "a score above one": lambda w: w.add(
        "quiz_attempts",
        lesson_key="10/30",
        number=1,
        question_keys=[],
        seed=1,
        started_at=NOW,
        enrolment_id=w.add("enrolments", **w.enrolment_values()),
        finished_at=NOW,
        score=1.5,
        is_passed=True,
    ),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_database_refuses(world, what):
    with pytest.raises(IntegrityError):
        FORBIDDEN[what](world)


def test_a_mail_at_once_may_follow_a_digest(world):
    values = {"idem_key": "setup:1", "message_id": "<2@example.org>", "audience": "immediate"}
    assert world.add("outbox_messages", **world.mail_values(**values)) > world.mail


def test_a_new_duty_may_follow_an_ended_one(world):
    world.change("assignments", world.assignment, ended_on=LATER, end_reason="left")
    assert world.add("assignments", **world.assignment_values()) > world.assignment
