"""While another process holds SQLite's one write lock: pages come, nothing is half-saved."""

import datetime as dt

import pytest
from sqlalchemy import event, select, update

from lms.access.models import SignIn
from lms.access.operations.signing_in import sign_in
from lms.app import create_app
from lms.kernel.clock import utc_now
from lms.kernel.db import Sessions, reading, transaction
from lms.kernel.viewer import Role
from lms.people.models import Person
from tests import databases, factories
from tests.conftest import make_settings, prepared


@pytest.fixture
def sessions(tmp_path):
    """An SQLite database that refuses after 50 ms instead of five seconds."""
    with databases.sqlite_database(tmp_path / "own.db") as engine:
        event.listen(
            engine, "connect", lambda raw, _record: raw.execute("PRAGMA busy_timeout=50").close()
        )
        databases.migrate(engine)
        yield Sessions(engine)


@pytest.fixture
def officer(sessions, tmp_path):
    """The browser of an officer who was last seen ten minutes ago."""
    app = prepared(create_app(make_settings(tmp_path / "data"), sessions))
    now = utc_now()
    with transaction(sessions) as session:
        assert factories.make_person(session).id == 1
        person = factories.make_person(session, roles=[Role.OFFICER])
        token = sign_in(session, person, user_agent="Test", keep=False, now=now)
        session.execute(update(SignIn).values(last_seen_at=now - dt.timedelta(minutes=10)))
    browser = app.test_client()
    browser.put_into_cookie(sign_in=token)
    return browser


@pytest.fixture
def lock(sessions, officer):
    """Somebody else writes and does not come to an end."""
    with sessions.writing() as session:
        session.execute(select(Person.id))
        yield


@pytest.mark.usefixtures("lock")
def test_a_page_comes_although_nobody_can_note_who_was_seen(officer, sessions):
    before = seen_at(sessions)
    assert officer.get("/account").status_code == 200
    assert seen_at(sessions) == before


@pytest.mark.usefixtures("lock")
def test_what_belongs_to_others_is_not_shown_while_the_look_cannot_be_noted(officer):
    answer = officer.get("/people/1")
    assert answer.status_code == 503
    assert "Lernstand macht gerade eine Pause" in answer.text


@pytest.mark.usefixtures("lock")
def test_what_cannot_be_saved_says_so(officer):
    answer = officer.post("/account/appearance", data={"theme": "dark"})
    assert answer.status_code == 503
    assert "Lernstand macht gerade eine Pause" in answer.text


def seen_at(sessions):
    with reading(sessions) as session:
        return session.scalar(select(SignIn.last_seen_at))
