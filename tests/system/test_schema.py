"""Whether database and code fit."""

import pytest
from sqlalchemy import text

from lms.kernel.db import Sessions, reading, transaction
from lms.system.schema import Fit, schema_state


@pytest.fixture
def head(session):
    return schema_state(session).head


def test_the_newest_migration_fits(session):
    state = schema_state(session)
    assert (state.fit, state.current, state.reason) == (Fit.SAME, state.head, "")


def test_a_database_from_a_newer_release(session, head):
    session.execute(text("UPDATE alembic_version SET version_num = 'ffff'"))
    state = schema_state(session)
    assert (state.current, state.head, state.fit) == ("ffff", head, Fit.NEWER)
    assert state.reason == (
        "database is newer than this code (revision ffff is unknown here):"
        " install the newer release"
    )


def test_a_database_without_a_revision(session):
    session.execute(text("DELETE FROM alembic_version"))
    state = schema_state(session)
    assert (state.current, state.fit) == (None, Fit.OLDER)
    assert state.reason == "database is older than this code: run flask db upgrade"


def test_an_empty_database(new_database, tmp_path):
    with new_database(tmp_path / "empty.db") as engine:
        with reading(Sessions(engine)) as session:
            assert schema_state(session).fit is Fit.OLDER
        with transaction(Sessions(engine)) as session:
            assert schema_state(session).current is None
