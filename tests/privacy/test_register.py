"""Everything about one person, and nothing of anybody else: proved by marks in every column.

Rows are made from the tables themselves, so a new table with personal columns is tried at once.
"""

import datetime as dt
import io
import sqlite3
import zipfile
from contextlib import closing
from itertools import count

import pytest
from sqlalchemy import JSON, Boolean, Date, DateTime, Enum, Float, Integer, LargeBinary, insert

from lms.kernel.db import Sessions, reading
from lms.people.models import Person
from lms.privacy.queries.stored import HIDDEN, OTHERS, count_by_kind, rows_by_table, subject_of
from lms.privacy.register import (
    Subject,
    is_about_many,
    is_secret,
    is_somebody,
    is_tied,
    leads_to_a_person,
    mark_of,
    personal_tables,
)
from lms.privacy.rules import KINDS, PERIODS
from lms.privacy.views.taking import Gathered, packed
from lms.privacy.views.wording import kind_lines
from tests import databases, factories

TABLES = personal_tables()
JANA, STRANGER = Subject(1, "jana-mark@example.org"), Subject(2, "stranger-mark@example.org")
# A third person, such as a superior or whoever looked.
SOMEBODY = 3
# Nobody's: keyed hashes of what was typed at the sign-in page.
NOBODYS = {"sign_in_attempts"}


class Marks:
    """Values that stand nowhere else, by table and column."""

    def __init__(self, who, word, start):
        self.who, self.word = who, word
        self.numbers = count(start)
        self.made = {}

    def row(self, table):
        """One row of a table that is about this person."""
        return {
            column.name: value
            for column in table.columns
            if (value := self.value(table, column)) is not None
        }

    def value(self, table, column):
        special = self.special(table, column)
        if special is not None:
            return special
        if column.foreign_keys or column.name in ("person_id", "viewer_id", "subject_id"):
            is_other = column.name != "person_id" and is_somebody(column)
            is_own = leads_to_a_person(table) or table.name == "people"
            return SOMEBODY if is_other and is_own else self.who.id
        if column.primary_key and isinstance(column.type, Integer):
            return self.who.id
        made = self.mark(column, next(self.numbers))
        self.made[table.name, column.name] = made
        return made

    def special(self, table, column):
        """What ties a row to its person where no foreign key does."""
        return {
            ("people", "email"): self.who.email,
            ("mailbox_messages", "to_address"): self.who.email,
            ("contacts", "email"): self.who.email,
            ("contacts", "kind"): ["help", "privacy"][self.who.id - 1],
            ("audit_entries", "actor"): f"person:{self.who.id}",
            ("audit_entries", "object_kind"): "person",
            ("audit_entries", "object_id"): self.who.id,
            ("record_views", "viewer_id"): SOMEBODY,
        }.get((table.name, column.name))

    def mark(self, column, number):
        kind = getattr(column.type, "impl_instance", column.type)
        text = f"{self.word}-{column.table.name}-{column.name}"
        if isinstance(kind, Enum):
            return kind.enums[0] if kind.enum_class is None else next(iter(kind.enum_class))
        if isinstance(kind, JSON):
            return {"mark": text}
        for types, value in (
            (Boolean, None if column.nullable else True),
            (Integer, number),
            (Float, number / 1e9),
            (DateTime, dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=number)),
            (Date, dt.date(1970, 1, 1) + dt.timedelta(days=number % 40_000)),
            (LargeBinary, text.encode()),
        ):
            if isinstance(kind, types):
                return value
        return text


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    """A database in which two people have one row in every table about people."""
    file = tmp_path_factory.mktemp("marked") / "marked.db"
    with databases.sqlite_database(file) as engine:
        databases.migrate(engine)
        jana, stranger = Marks(JANA, "mine", 1), Marks(STRANGER, "theirs", 20_001)
        engine.dispose()
        with closing(sqlite3.connect(file, isolation_level=None)) as own:
            # Rows are tried on their own: their neighbours and the rules between them are not.
            for trigger in own.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
                own.execute(f"DROP TRIGGER {trigger[0]}")
        with engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            connection.rollback()
            raw.execute("PRAGMA foreign_keys=OFF")
            raw.execute("PRAGMA ignore_check_constraints=ON")
            for table in TABLES:
                for marks in (jana, stranger):
                    connection.execute(insert(table).values(marks.row(table)))
            connection.commit()
        engine.dispose()
        yield Sessions(engine), jana, stranger


def expected(column, value):
    """What the file says in a column: the value, or why not."""
    if is_secret(column):
        return HIDDEN
    if is_about_many(column):
        return OTHERS
    if isinstance(value, dt.date):
        return value.isoformat()
    return getattr(value, "value", value)


def test_every_table_about_people_leads_to_somebody():
    lost = [table.name for table in TABLES if not is_tied(table)]
    assert lost == [], "say in _TIES of lms/privacy/register.py whose their rows are"


def test_every_kind_and_period_has_words():
    marks = {mark for table in TABLES for column in table.columns if (mark := mark_of(column))}
    assert {mark.kind for mark in marks} - set(KINDS) == set(), "KINDS of lms/privacy/rules.py"
    assert {mark.keep for mark in marks} - set(PERIODS) == set(), "PERIODS of lms/privacy/rules.py"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_of_her_rows_is_there(marked, table):
    sessions, jana, _stranger = marked
    with reading(sessions) as session:
        found = {
            one.table.name: one.rows for one in rows_by_table(session, JANA, shows_viewers=False)
        }[table.name]
    if table.name in NOBODYS:
        assert found == []
        return
    (row,) = found
    wanted = {
        name: expected(table.c[name], value)
        for (table_name, name), value in jana.made.items()
        if table_name == table.name and value is not None
    }
    assert {name: row[name] for name in wanted} == wanted
    assert set(row) == {column.name for column in table.columns}


def test_the_file_holds_all_her_marks_and_nobody_elses(marked, app):
    sessions, jana, stranger = marked
    with reading(sessions) as session, app.test_request_context():
        person = session.get_one(Person, 1)
        gathered = Gathered(
            name=person.name,
            organisation="Haus",
            made_at=factories.NOW,
            kinds=kind_lines(count_by_kind(session, subject_of(person))),
            tables=rows_by_table(session, subject_of(person), shows_viewers=False),
            looks=[],
            sheets=[],
            proofs=[],
            courses={},
            units={},
        )
        content = packed(gathered)
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        files = {name: opened.read(name).decode() for name in opened.namelist()}
    everything = "\n".join(files.values())
    shown = [
        value
        for (table, name), value in jana.made.items()
        if isinstance(value, str)
        and value.startswith("mine-")
        and table not in NOBODYS
        and not is_secret(column_of(table, name))
        and not is_about_many(column_of(table, name))
    ]
    assert len(shown) > 60
    for name in ("data.json", "index.html"):
        assert [value for value in shown if value not in files[name]] == []
    assert "theirs-" not in everything
    assert STRANGER.email not in everything
    assert {str(v) for v in stranger.made.values() if isinstance(v, str)} & set(shown) == set()


def column_of(table, name):
    """A column by its names."""
    return next(one for one in TABLES if one.name == table).c[name]


def test_names_of_viewers_only_where_the_house_agreed(marked):
    sessions, _jana, _stranger = marked
    seen = {}
    for shows in (False, True):
        with reading(sessions) as session:
            tables = rows_by_table(session, JANA, shows_viewers=shows)
        (row,) = next(one.rows for one in tables if one.table.name == "record_views" and one.rows)
        seen[shows] = (row["viewer_id"], row["subject_id"])
    assert seen == {False: (OTHERS, 1), True: (SOMEBODY, 1)}


def test_what_would_let_somebody_in_is_never_told():
    secret = {f"{t.name}.{c.name}" for t in TABLES for c in t.columns if is_secret(c)}
    assert secret >= {
        "access_links.token_hash",
        "passwords.argon2",
        "recovery_codes.code_hash",
        "second_factors.secret",
        "sign_ins.token_sha256",
    }


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("people", "supervisor_id"),
        ("practice_reports", "decided_by"),
        ("evidence", "recorded_by"),
        ("exemptions", "approved_by"),
        ("record_views", "viewer_id"),
        ("imports", "content"),
        ("import_rows", "result"),
    ],
)
def test_what_is_another_persons_is_blotted_out(marked, table, column):
    sessions, _jana, _stranger = marked
    with reading(sessions) as session:
        found = rows_by_table(session, JANA, shows_viewers=False)
    (row,) = next(one.rows for one in found if one.table.name == table)
    assert row[column] == OTHERS
