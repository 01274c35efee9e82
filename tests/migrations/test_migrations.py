"""Migrations run up, down and up again on both databases and end where the models are."""

import ast
from collections.abc import Iterator

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from migrations import triggers
from tests import databases

VERSIONS = databases.ROOT / "migrations" / "versions"
ON_BOTH = {(rule.table, rule.name) for rule in triggers.RULES}
ON_SQLITE_TOO = {
    (table, f"{table}_do_not_overlap_on_{event}")
    for table in ("absences", "exemptions")
    for event in ("insert", "update")
}
FIND_TRIGGERS = {
    "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal",
}


@pytest.fixture
def at_head(empty: Engine) -> Iterator[Connection]:
    """A transaction on a database that was migrated and committed."""
    databases.migrate(empty)
    with empty.execution_options(writes=True).begin() as connection:
        yield connection


def found_triggers(connection: Connection) -> set[tuple[str, str]]:
    """Table and name of all triggers."""
    rows = connection.execute(text(FIND_TRIGGERS[connection.dialect.name]))
    return {(row[0], row[1]) for row in rows}


def expected_triggers(connection: Connection) -> set[tuple[str, str]]:
    """PostgreSQL has constraints for what SQLite needs triggers for."""
    return ON_BOTH | (ON_SQLITE_TOO if connection.dialect.name == "sqlite" else set())


def test_one_head(at_head):
    scripts = ScriptDirectory.from_config(databases.alembic_config(at_head))
    assert len(scripts.get_heads()) == 1


def test_models_ask_for_nothing_that_the_migrations_do_not_make(at_head):
    command.check(databases.alembic_config(at_head))


def test_every_trigger_stands_at_head(at_head):
    assert found_triggers(at_head) == expected_triggers(at_head)


def test_triggers_come_back_with_the_next_upgrade(at_head):
    for table, name in found_triggers(at_head):
        on_table = "" if at_head.dialect.name == "sqlite" else f" ON {table}"
        at_head.execute(text(f"DROP TRIGGER {name}{on_table}"))
    assert found_triggers(at_head) == set()
    command.upgrade(databases.alembic_config(at_head), "head")
    assert found_triggers(at_head) == expected_triggers(at_head)


def test_down_leaves_nothing_and_up_makes_all_again(at_head):
    config = databases.alembic_config(at_head)
    before = set(inspect(at_head).get_table_names())
    command.downgrade(config, "base")
    assert set(inspect(at_head).get_table_names()) == {"alembic_version"}
    assert found_triggers(at_head) == set()
    command.upgrade(config, "head")
    assert set(inspect(at_head).get_table_names()) == before
    assert found_triggers(at_head) == expected_triggers(at_head)


def test_the_newest_migration_goes_down_and_up(at_head):
    config = databases.alembic_config(at_head)
    command.downgrade(config, "-1")
    command.upgrade(config, "head")
    command.check(config)


@pytest.mark.parametrize("path", sorted(VERSIONS.glob("*.py")), ids=lambda path: path.stem)
def test_migrations_know_nothing_of_the_application(path):
    tree = ast.parse(path.read_text("utf-8"))
    imported = {
        name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    } | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name for name in imported if name and name.split(".")[0] == "lms"} == set()
