"""What of a row is another person's: mails about a team, deeds of others and on others."""

import pytest

from lms.audit import operations as audit
from lms.privacy.queries.stored import OTHERS, rows_by_table, subject_of
from tests import factories
from tests.outbox.mails import queue_mail


@pytest.fixture
def jana(session):
    return factories.make_person(session, first_name="Jana")


@pytest.fixture
def kim(session):
    return factories.make_person(session, first_name="Kim")


def rows(session, person, table):
    """What the file says of one table."""
    session.flush()
    found = rows_by_table(session, subject_of(person), shows_viewers=False)
    return next(one.rows for one in found if one.table.name == table)


def test_a_mail_about_the_team_is_told_without_the_team(session, jana):
    told = queue_mail(session, jana, audience="supervisor", values={"team": ["Kim"]})
    own = queue_mail(session, jana, values={"courses": ["zoom"]})
    told.text_body = "Kim ist überfällig"
    own.text_body = "Zoom ist fällig"
    found = {
        row["id"]: (row["text_body"], row["values"])
        for row in rows(session, jana, "outbox_messages")
    }
    assert found == {
        told.id: (OTHERS, OTHERS),
        own.id: ("Zoom ist fällig", {"courses": ["zoom"]}),
    }


def deed(session, actor, who):
    """An entry of the log."""
    audit.record(
        session,
        actor=actor,
        verb="changed",
        object_kind="person",
        object_id=who.id,
        details={"fields": ["unit"]},
        now=factories.NOW,
    )


def test_deeds_of_mine_on_others_and_of_others_on_me(session, jana, kim):
    deed(session, f"person:{jana.id}", kim)
    deed(session, f"person:{kim.id}", jana)
    deed(session, "system:staff", jana)
    deed(session, f"person:{kim.id}", kim)
    found = [
        (row["actor"], row["object_id"], row["details"])
        for row in rows(session, jana, "audit_entries")
        if row["verb"] == "changed"
    ]
    assert found == [
        (f"person:{jana.id}", OTHERS, OTHERS),
        (OTHERS, jana.id, {"fields": ["unit"]}),
        ("system:staff", jana.id, {"fields": ["unit"]}),
    ]
