"""Commands on a database that is empty, newer than the code, or away: one line, exit code 1."""

import pytest
from sqlalchemy import text

from lms.app import create_app
from lms.kernel.db import Sessions, make_engine
from lms.people.operations import found_organisation
from tests import databases
from tests.conftest import make_settings, prepared

WORKING = [
    ("status",),
    ("reminders", "sweep"),
    ("mail", "deliver"),
    ("scheduler", "run"),
    ("content", "load", "content/zoom-basics"),
    ("demo", "load"),
]


@pytest.fixture
def run(cli):
    def go(*args):
        done = cli.invoke(args=list(args))
        return done.exit_code, done.stdout, done.stderr

    return go


@pytest.mark.parametrize("args", WORKING, ids=" ".join)
def test_a_newer_database_is_left_alone(run, session, args):
    found_organisation(session, name="Haus", holidays_region="DE-BW")
    session.execute(text("UPDATE alembic_version SET version_num = 'ffff'"))
    session.flush()
    assert run(*args) == (
        1,
        "",
        (
            "database is newer than this code (revision ffff is unknown here):"
            " install the newer release\n"
        ),
    )


@pytest.mark.parametrize("args", [("prepare",), ("db", "upgrade")], ids=" ".join)
def test_its_tables_are_not_touched_either(run, session, args):
    session.execute(text("UPDATE alembic_version SET version_num = 'ffff'"))
    session.flush()
    code, out, err = run(*args)
    assert (code, out) == (1, "")
    assert "ffff" in err
    assert session.scalar(text("SELECT version_num FROM alembic_version")) == "ffff"


def test_the_start_names_what_is_no_setting(run, session, monkeypatch):
    monkeypatch.setenv("LMS_MAIL_FORM", "a@example.org")
    session.execute(text("UPDATE alembic_version SET version_num = 'ffff'"))
    session.flush()
    _code, _out, err = run("prepare")
    assert err.splitlines()[0] == (
        "LMS_MAIL_FORM is not a setting of this version and changes nothing;"
        " did you mean LMS_MAIL_FROM?"
    )


def test_going_back_to_a_revision_that_is_none_says_so(tmp_path):
    with databases.sqlite_database(tmp_path / "own.db") as engine:
        databases.migrate(engine)
    done = runner_on(tmp_path, tmp_path / "own.db").invoke(args=["db", "downgrade", "ffff"])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "'ffff'" in done.stderr


@pytest.mark.parametrize("args", WORKING, ids=" ".join)
def test_a_database_without_tables_says_what_to_do(tmp_path, args):
    runner = runner_on(tmp_path, tmp_path / "empty.db")
    done = runner.invoke(args=list(args))
    assert (done.exit_code, done.stdout, done.stderr) == (
        1,
        "",
        "database is older than this code: run flask db upgrade\n",
    )


@pytest.mark.parametrize("args", [*WORKING, ("prepare",), ("db", "upgrade")], ids=" ".join)
def test_a_database_that_is_away_is_one_line(tmp_path, args):
    runner = runner_on(tmp_path, tmp_path / "nowhere" / "x.db")
    done = runner.invoke(args=list(args))
    assert (done.exit_code, done.stdout, done.stderr) == (
        1,
        "",
        "the database cannot be used (unable to open database file): see LMS_DATABASE_URL\n",
    )


def test_help_and_wrong_usage_need_no_database(tmp_path):
    runner = runner_on(tmp_path, tmp_path / "nowhere" / "x.db")
    assert runner.invoke(args=["reminders", "sweep", "--help"]).exit_code == 0
    assert runner.invoke(args=["reminders", "nothing"]).exit_code == 2
    assert runner.invoke(args=["content", "check", "content/zoom-basics"]).exit_code == 0


def runner_on(tmp_path, file):
    sessions = Sessions(make_engine(f"sqlite:///{file}"))
    return prepared(create_app(make_settings(tmp_path), sessions)).test_cli_runner()
