"""Backups: whole or not at all, found damaged by a single byte, proved by restoring."""

import json
import os
import sqlite3
import stat
import threading
import zipfile
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from lms.access.operations import links, set_up, signing_in
from lms.access.rules import Purpose
from lms.audit import operations as audit
from lms.audit.models import AuditEntry
from lms.kernel import files
from lms.kernel.db import Sessions, transaction
from lms.system.backups import archive
from lms.system.backups.creating import create
from lms.system.backups.manifest import BackupRefused
from lms.system.backups.postgresql_tools import tool
from lms.system.backups.restoring import house_held
from tests import databases, factories
from tests.system.backup_house import BackupHouse, add_pair

PAIRS = "SELECT count(*) FROM audit_entries WHERE verb = 'pair'"
ADDED = "SELECT count(*) FROM units WHERE name LIKE 'pair %' OR name = 'the first'"


@pytest.fixture
def house(new_database, tmp_path):
    """An installation with somebody in it."""
    with new_database(tmp_path / "own.db") as engine:
        databases.migrate(engine)
        engine.dispose()
        made = BackupHouse(tmp_path / "data", engine)
        made.film = made.fill()
        yield made


@pytest.fixture
def other(new_database, tmp_path):
    """Another machine: an empty data folder, a database without tables."""
    with new_database(tmp_path / "other.db") as engine:
        engine.dispose()
        yield BackupHouse(tmp_path / "other", engine)


@pytest.fixture
def backup(house, tmp_path):
    """A backup of the house."""
    made = tmp_path / "backup.zip"
    assert house.run("create", made)[0] == 0
    return made


@contextmanager
def somebody_writing(house):
    """A thread that commits pairs without a pause; yields how many it has made."""
    made, ended = [], threading.Event()

    def write():
        sessions = Sessions(house.engine)
        while not ended.is_set():
            with transaction(sessions) as session:
                add_pair(session, f"pair {len(made)}")
            made.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(made) < 3:
            ended.wait(0.01)
        yield made
    finally:
        ended.set()
        writer.join()
        house.engine.dispose()


def test_a_backup_made_while_others_write_restores_elsewhere(house, other, tmp_path):
    made = tmp_path / "backup.zip"
    house.fill_with_mail(megabytes=12)
    with somebody_writing(house) as written:
        before = len(written)
        code, _out, err = house.run("create", made)
        after = len(written)
    assert (code, after > before) == (0, True), err
    assert house.run("verify", made)[0] == 0
    assert other.run("restore", made)[0] == 0
    pairs = other.ask(PAIRS)
    assert pairs == other.ask(ADDED)
    assert before < pairs <= after + 1
    with files.open_file(other.settings.files, house.film) as film:
        assert film.read() == b"a film"


def test_the_manifest_says_what_is_inside_and_no_secret(house, backup):
    with zipfile.ZipFile(backup) as opened:
        found = json.loads(opened.read("manifest.json"))
        content = b"".join(opened.read(name) for name in opened.namelist())
    assert found["contents"]["tables"]["people"] == 1
    assert found["contents"]["chain"]["linked"] == 1
    assert found["contents"]["revision"] == house.ask("SELECT version_num FROM alembic_version")
    assert f"files/{house.film[:2]}/{house.film}" in found["members"]
    assert house.settings.secret_key.encode() not in content


def test_a_backup_is_its_owners_and_leaves_nothing_beside_it(backup, house):
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert [p.name for p in backup.parent.glob(".lernstand*")] == []
    assert [p.name for p in house.settings.data_dir.glob(".lernstand*")] == []


def test_every_single_byte_counts(backup):
    content = backup.read_bytes()
    step = max(1, len(content) // 400)
    places = {*range(0, len(content), step), *range(len(content) - 120, len(content))}
    missed = []
    for place in sorted(places):
        with backup.open("r+b") as stream:
            stream.seek(place)
            stream.write(bytes([content[place] ^ 1]))
        try:
            archive.seal_of(backup)
        except BackupRefused:
            pass
        else:
            missed.append(place)
        with backup.open("r+b") as stream:
            stream.seek(place)
            stream.write(content[place : place + 1])
    assert missed == []
    assert archive.seal_of(backup)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: content[: len(content) // 2],
        lambda content: content + b"x",
        lambda content: content[:0],
        lambda content: content[:2] + b" not at all",
    ],
)
def test_a_file_that_was_cut_or_is_none_is_one_line(house, backup, damage):
    backup.write_bytes(damage(backup.read_bytes()))
    code, out, err = house.run("verify", backup)
    assert (code, out, err.count("\n")) == (1, "", 1)


def test_verify_says_in_one_line_that_it_restores_and_the_page_knows(house, backup):
    code, out, err = house.run("verify", backup)
    assert (code, out.count("\n")) == (0, 1)
    assert err == "(the audit log of this installation goes on from it, unchanged)\n"
    assert out.startswith(f"{backup} restores: 1 people, ")
    assert house.ask("SELECT count(*) FROM backups WHERE verified_at IS NOT NULL") == 1


def test_a_log_that_was_written_anew_since_the_backup_is_found(house, backup):
    with house.writing() as session:
        where = "" if is_sqlite(session) else " ON audit_entries"
        for trigger in ("audit_is_immutable", "audit_is_linked_once"):
            session.execute(text(f"DROP TRIGGER {trigger}{where}"))
        entry = session.scalars(select(AuditEntry)).one()
        entry.actor = "somebody else"
        entry.position = entry.hash = None
        session.flush()
        audit.link(session)
    assert "entry 1 differs" in house.run("verify", backup)[2]


def test_another_house_has_another_log(other, backup):
    with other.engine.begin() as connection:
        connection.execute(text("SELECT 1"))
    other.engine.dispose()
    databases.migrate(other.engine)
    other.engine.dispose()
    assert "no audit log that goes so far" in other.run("verify", backup)[2]


def sealed_again(path, change):
    """A backup whose members somebody changed, with a seal that fits."""
    with zipfile.ZipFile(path) as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    change(members)
    with path.open("w+b") as out:
        with zipfile.ZipFile(out, "w") as packed:
            for name, content in members.items():
                packed.writestr(name, content)
            packed.comment = b"lernstand-backup sha256=" + b"0" * 64
        archive.seal(out)


def changed(manifest, *path, to):
    """A change of one value of the manifest."""

    def change(members):
        document = json.loads(members["manifest.json"])
        place = document
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = to
        members["manifest.json"] = json.dumps(document).encode()

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (changed("", "contents", "tables", "people", to=2), "table people holds 1 rows instead"),
        (changed("", "contents", "tables", "ghosts", to=1), "table ghosts holds no rows"),
        (changed("", "contents", "chain", "head", to="f" * 64), "the audit chain ends otherwise"),
        (changed("", "contents", "revision", to="ffff"), "newer than this code"),
        (changed("", "format", to=2), "format 2"),
        (changed("", "members", to={}), "names no database"),
        (changed("", "database", to="oracle"), "names no database"),
        (lambda members: members.pop("manifest.json"), "cannot be unpacked"),
        (lambda members: members.update({"manifest.json": b"{}"}), "cannot be read"),
        (lambda members: members.update({"../x": b""}), "not those that its manifest names"),
        (lambda members: members.update({next(iter(members)): b"x"}), "is not what the manifest"),
    ],
)
def test_what_is_not_as_the_manifest_says_is_found(house, backup, change, said):
    sealed_again(backup, change)
    code, out, err = house.run("verify", backup)
    assert (code, out) == (1, "")
    assert said in err


def is_sqlite(session):
    """True on SQLite."""
    return session.get_bind().dialect.name == "sqlite"


def test_a_log_that_was_changed_before_the_backup_is_found(house, tmp_path):
    with house.writing() as session:
        where = "" if is_sqlite(session) else " ON audit_entries"
        for trigger in ("audit_is_immutable", "audit_is_linked_once"):
            session.execute(text(f"DROP TRIGGER {trigger}{where}"))
        session.execute(text("UPDATE audit_entries SET actor = 'somebody else'"))
    house.run("create", tmp_path / "b.zip")
    code, _out, err = house.run("verify", tmp_path / "b.zip")
    assert (code, "does not fit the chain" in err) == (1, True)


# ------------------------------------------------------------------------------------- restoring


def test_a_filled_house_is_replaced_only_when_told_and_kept_then(house, backup, other):
    with house.writing() as session:
        factories.make_person(session, email="kim@example.org")
    later_film = files.save(house.settings.files, b"another film")
    code, _out, err = house.run("restore", backup)
    assert (code, "--replace" in err) == (1, True)
    assert house.ask("SELECT count(*) FROM people") == 2
    assert house.run("restore", backup, "--replace")[0] == 0
    assert house.ask("SELECT count(*) FROM people") == 1
    assert not files.exists(house.settings.files, later_film)
    (kept,) = (house.settings.data_dir / "backups").glob("before-restore-*.zip")
    assert other.run("restore", kept)[0] == 0
    assert other.ask("SELECT count(*) FROM people") == 2
    assert files.exists(other.settings.files, later_film)


def test_everybody_is_signed_out_and_links_are_void(house, tmp_path, other):
    with house.writing() as session:
        person = factories.make_person(session)
        session.flush()
        signing_in.sign_in(session, person, user_agent="x", keep=True, now=factories.NOW)
        set_up.open_set_up(session, now=factories.NOW)
        links.add_link(
            session,
            person.id,
            Purpose.RESET,
            address=person.email,
            token_hash="0" * 64,
            now=factories.NOW,
        )
    house.run("create", tmp_path / "b.zip")
    assert other.run("restore", tmp_path / "b.zip")[0] == 0
    assert other.ask("SELECT count(*) FROM sign_ins") == 0
    assert other.ask("SELECT count(*) FROM set_up_addresses") == 0
    assert other.ask("SELECT count(*) FROM access_links") == 0
    assert other.ask("SELECT count(*) FROM audit_entries WHERE verb = 'backup.restored'") == 1


def test_a_house_that_runs_is_not_replaced(house, backup):
    with house_held(house.settings.data_dir):
        code, _out, err = house.run("restore", backup, "--replace")
    assert (code, f"in use by process {os.getpid()}" in err) == (1, True)


def test_nor_one_whose_database_somebody_has_open(house, backup):
    with house.engine.connect() as connection:
        connection.execute(text("SELECT count(*) FROM people"))
        code, _out, err = house.run("restore", backup, "--replace")
    house.engine.dispose()
    assert (code, "stop web, scheduler and mail first" in err) == (1, True)
    assert house.run("restore", backup, "--replace")[0] == 0


def test_an_older_backup_is_brought_to_the_present_tables(new_database, tmp_path, other):
    with new_database(tmp_path / "old.db") as engine:
        databases.migrate(engine, "0001")
        engine.dispose()
        old = BackupHouse(tmp_path / "old", engine)
        code, _out, err = old.run("create", tmp_path / "old.zip")
        assert (code, "could not take a note" in err) == (0, True)
    code, out, _err = other.run("verify", tmp_path / "old.zip")
    assert (code, "revision 0001" in out) == (0, True)
    assert other.run("restore", tmp_path / "old.zip")[0] == 0
    assert other.ask("SELECT count(*) FROM backups") == 0


def test_another_key_is_said(house, backup, other):
    other.settings = replace(other.settings, secret_key="another-key-" + "fedcba9876543210" * 2)
    code, _out, err = other.run("restore", backup)
    assert (code, "secret key is another one" in err) == (0, True)


def test_a_name_that_is_taken_by_something_else(house, tmp_path):
    (tmp_path / "letter.odt").write_text("dear all")
    code, _out, err = house.run("create", tmp_path / "letter.odt")
    assert (code, "is no backup" in err) == (1, True)
    assert (tmp_path / "letter.odt").read_text() == "dear all"


def test_the_same_name_again_is_the_newer_backup(house, backup):
    with house.writing() as session:
        factories.make_person(session)
    assert house.run("create", backup)[0] == 0
    assert "2 people" in house.run("verify", backup)[1]


@pytest.mark.parametrize("args", [("verify", "nowhere.zip"), ("restore", "nowhere.zip")])
def test_a_file_that_is_not_there_is_wrong_usage(house, args):
    assert house.run(*args)[0] == 2


def test_a_folder_that_is_not_there_is_wrong_usage(house, tmp_path):
    assert house.run("create", tmp_path / "no" / "such.zip")[0] == 2


def test_a_damaged_database_is_no_backup_but_can_be_replaced_by_one(tmp_path):
    with databases.sqlite_database(tmp_path / "own.db") as engine:
        databases.migrate(engine)
        house = BackupHouse(tmp_path / "data", engine)
        house.fill()
        house.fill_with_mail(megabytes=1)
        assert house.run("create", tmp_path / "good.zip")[0] == 0
        with closing(sqlite3.connect(tmp_path / "own.db")) as own:
            own.execute("PRAGMA journal_mode=DELETE")
        content = bytearray((tmp_path / "own.db").read_bytes())
        content[4096 * 3 : 4096 * 200] = b"\7" * (4096 * 197)
        (tmp_path / "own.db").write_bytes(content)
        code, _out, err = house.run("create", tmp_path / "bad.zip")
        assert (code, (tmp_path / "bad.zip").exists()) == (1, False)
        assert "database" in err
        assert house.run("restore", tmp_path / "good.zip", "--replace")[0] == 0
        (kept,) = (house.settings.data_dir / "backups").glob("before-restore-*-damaged.db")
        assert kept.read_bytes() == bytes(content)
        assert house.ask("SELECT count(*) FROM people") == 1


def test_a_backup_of_the_other_kind_is_refused(house, backup, tmp_path, database):
    if database == "sqlite":
        sealed_again(backup, changed("", "database", to="postgresql"))
        assert "names no database" in house.run("restore", backup)[2]
    else:
        with databases.sqlite_database(tmp_path / "lite.db") as engine:
            databases.migrate(engine)
            lite = BackupHouse(tmp_path / "lite", engine)
            lite.fill()
            create(lite.settings, tmp_path / "lite.zip", now=factories.NOW)
        assert house.run("verify", tmp_path / "lite.zip")[0] == 0
        assert "is of sqlite" in house.run("restore", tmp_path / "lite.zip", "--replace")[2]


def test_programs_of_postgresql_that_are_missing_are_named():
    with pytest.raises(BackupRefused, match="apt-get install postgresql-client-99"):
        tool("pg_dump", "99.1")
