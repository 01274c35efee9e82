"""The log: entries are linked into a chain, and one changed byte shows."""

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from lms.audit import operations as audit
from lms.audit.models import AuditEntry, RecordView, RetentionPass
from lms.audit.queries import verify_chain
from lms.audit.rules import FIRST, entry_hash
from lms.kernel.viewer import Role, Viewer
from tests.duties import at

NOW = at("2026-11-24")


def write(session, count=3):
    for number in range(count):
        audit.record(
            session,
            actor="person:1",
            verb="tried",
            object_kind="thing",
            object_id=number,
            details={"ö": [1, None], "a": number},
            now=NOW,
        )
    session.flush()
    return session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()


def without_triggers(session):
    """What somebody could do who owns the database."""
    if session.get_bind().dialect.name == "sqlite":
        for name in ("audit_is_immutable", "audit_is_linked_once", "audit_is_kept"):
            session.execute(text(f"DROP TRIGGER {name}"))
    else:
        session.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))


def test_entries_are_linked_in_their_order(session):
    first, second, third = write(session)
    assert (first.hash, first.position) == (None, None)
    assert audit.link(session) == 3
    assert [one.position for one in (first, second, third)] == [1, 2, 3]
    assert first.hash == entry_hash(
        FIRST,
        entry_id=first.id,
        at=NOW,
        actor="person:1",
        verb="tried",
        object_kind="thing",
        object_id=0,
        details={"a": 0, "ö": [1, None]},
    )
    assert audit.link(session) == 0


def test_the_chain_goes_on_where_it_ended(session):
    write(session, 2)
    audit.link(session, limit=1)
    assert audit.link(session, limit=1) == 1
    write(session, 1)
    audit.link(session)
    state = verify_chain(session)
    newest = session.scalars(select(AuditEntry).order_by(AuditEntry.position.desc())).first()
    assert (state.linked, state.waiting, state.broken_id, state.head) == (3, 0, None, newest.hash)


def test_what_waits_is_counted(session):
    write(session, 2)
    state = verify_chain(session)
    assert (state.linked, state.waiting, state.broken_id, state.head) == (0, 2, None, FIRST)


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "person:2"},
        {"verb": "Tried"},
        {"object_kind": "Thing"},
        {"object_id": 9},
        {"details": {"ö": [1, None], "a": 2}},
        {"at": at("2026-11-24", "08:01")},
        {"hash": "f" * 64},
        {"position": 7},
    ],
    ids=lambda change: next(iter(change)),
)
def test_one_changed_value_names_the_entry(session, change):
    _first, second, _third = write(session)
    audit.link(session)
    assert verify_chain(session).broken_id is None
    without_triggers(session)
    session.execute(update(AuditEntry).where(AuditEntry.id == second.id).values(**change))
    session.expire_all()
    assert verify_chain(session).broken_id is not None
    if "position" not in change:
        assert verify_chain(session).broken_id == second.id


def test_places_that_were_shifted_are_found(session):
    first, *_others = write(session)
    audit.link(session)
    without_triggers(session)
    session.execute(update(AuditEntry).values(position=AuditEntry.position + 10))
    session.expire_all()
    assert verify_chain(session).broken_id == first.id


def test_a_missing_entry_is_found_at_the_next_one(session):
    first, _second, _third = write(session)
    audit.link(session)
    without_triggers(session)
    session.delete(first)
    session.flush()
    session.expire_all()
    assert verify_chain(session).broken_id is not None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET verb = 'other'",
        "UPDATE audit_entries SET details = '{}'",
        "UPDATE audit_entries SET position = 5",
        "UPDATE audit_entries SET hash = NULL",
        "DELETE FROM audit_entries",
    ],
)
@pytest.mark.parametrize("linked", [False, True])
def test_entries_cannot_be_changed_or_deleted(session, statement, linked):
    write(session, 1)
    if linked:
        audit.link(session)
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(text(statement))
    assert len(session.scalars(select(AuditEntry)).all()) == 1


def test_a_retention_pass_may_delete_and_only_while_it_is_open(session):
    write(session, 2)
    opened = RetentionPass(opened_at=NOW, opened_by="system:retention")
    session.add(opened)
    session.flush()
    session.execute(text("DELETE FROM audit_entries WHERE object_id = 0"))
    opened.closed_at = NOW
    session.flush()
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text("DELETE FROM audit_entries"))
    assert session.scalars(select(AuditEntry.object_id)).all() == [1]


@pytest.mark.parametrize(("about_oneself", "seen"), [(True, []), (False, [("officer", 25)])])
def test_looks_at_others_are_noted_with_the_strongest_role(session, about_oneself, seen):
    roles = frozenset({Role.MANAGEMENT, Role.OFFICER})
    looking = Viewer(person_id=7, name="Ada A", first_name="Ada", email=None, roles=roles)
    subject_id = 7 if about_oneself else None
    audit.note_view(
        session, viewer=looking, subject_id=subject_id, page="progress", people_count=25, now=NOW
    )
    found = session.scalars(select(RecordView)).all()
    assert [(one.viewer_role, one.people_count) for one in found] == seen
