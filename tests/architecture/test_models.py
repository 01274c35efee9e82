"""Rules that hold for every table."""

import re
import tomllib
from pathlib import Path

import pytest
from sqlalchemy import ForeignKey, Table, UniqueConstraint
from sqlalchemy.orm import RelationshipProperty

from lms.kernel.personal import Personal
from lms.models import Model

ROOT = Path(__file__).resolve().parents[2]
MAPPERS = sorted(Model.registry.mappers, key=lambda mapper: mapper.class_.__name__)
TABLES = sorted(Model.metadata.tables.values(), key=lambda table: table.name)
# In brackets: words of the field, named so by the design.
DATES = re.compile(r"_on$|_until$|^(day|since|until|goal_by|valid_from|local_date)$")
INSTANTS = re.compile(r"_at$|_until$|^(at|slot|not_before)$")
KEYS = sorted(
    (key for table in TABLES for key in table.foreign_keys),
    key=lambda key: (key.parent.table.name, key.parent.name),
)


def floors() -> list[str]:
    """Packages from the top down, as the import contract lists them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    found = next(each for each in contracts["contracts"] if each["id"] == "floors")
    return [layer.strip("()") for layer in found["layers"]]


def package_of(table: Table) -> str:
    """The feature that owns a table."""
    mapper = next(each for each in MAPPERS if each.local_table is table)
    return str(mapper.class_.__module__.split(".")[1])


def leading_columns(table: Table) -> set[str]:
    """Columns by which the database finds rows quickly: first in a key or an index."""
    groups = [list(table.primary_key.columns), *(list(index.columns) for index in table.indexes)]
    groups += [list(c.columns) for c in table.constraints if isinstance(c, UniqueConstraint)]
    return {columns[0].name for columns in groups if columns}


def name_of_key(key: ForeignKey) -> str:
    """Table and column."""
    return f"{key.parent.table.name}.{key.parent.name}"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_says_whether_it_is_personal(table):
    unsaid = [
        column.name
        for column in table.columns
        if "personal" not in column.info
        or not isinstance(column.info["personal"], Personal | type(None))
    ]
    assert unsaid == []


@pytest.mark.parametrize("key", KEYS, ids=name_of_key)
def test_a_foreign_key_is_indexed(key):
    assert key.parent.name in leading_columns(key.parent.table)


@pytest.mark.parametrize("key", KEYS, ids=name_of_key)
def test_a_foreign_key_points_to_the_same_or_a_lower_floor(key):
    order = floors()
    own, other = package_of(key.parent.table), package_of(key.column.table)
    assert order.index(other) >= order.index(own)


@pytest.mark.parametrize("mapper", MAPPERS, ids=lambda mapper: mapper.class_.__name__)
def test_nothing_is_loaded_by_the_way(mapper):
    loud = {"raise", "raise_on_sql", "selectin", "joined", "noload", "write_only"}
    assert [r.key for r in mapper.relationships if not is_loud(r, loud)] == []


def is_loud(relationship: RelationshipProperty, loud: set[str]) -> bool:
    """True when a forgotten load fails instead of asking the database once a row."""
    return relationship.lazy in loud


def test_every_model_stands_in_the_glossary():
    glossary = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    known = set(re.findall(r"`(\w+)`", glossary))
    assert [m.class_.__name__ for m in MAPPERS if m.class_.__name__ not in known] == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_names_of_columns_say_what_they_hold(table):
    names = {"DATE": DATES, "DATETIME": INSTANTS}
    vague = [
        column.name
        for column in table.columns
        if (pattern := names.get(str(column.type))) and not pattern.search(column.name)
    ]
    assert vague == []
