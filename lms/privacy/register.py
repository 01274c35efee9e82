"""Which rows tell about a person: found by the marks of the columns and the foreign keys.

A table belongs to somebody by its column `person_id`, else by a foreign key to a table that does,
else by any key to `people` (whoever leads a workshop, whoever brought a list). What none of these
finds stands in `_TIES`; a test fails for a table that is nowhere.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from sqlalchemy import JSON, Column, ColumnElement, LargeBinary, Table, Text, false, or_, select

from lms.kernel.db import Model
from lms.kernel.personal import Personal

# Texts of these would let somebody in, or are what the password is checked against.
_SECRET = re.compile(r"argon2|_sha256$|_hash$|^secret$|token|^code$")
_ACCESS = "lms.access.models"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose data is asked for: the person's id and address."""

    id: int
    email: str | None


Tie = Callable[[Table, Subject], ColumnElement[bool]]


def _looks(table: Table, who: Subject) -> ColumnElement[bool]:
    return or_(table.c.subject_id == who.id, table.c.viewer_id == who.id)


def _deeds(table: Table, who: Subject) -> ColumnElement[bool]:
    about = (table.c.object_kind == "person") & (table.c.object_id == who.id)
    return or_(table.c.actor == f"person:{who.id}", about)


def _to_address(table: Table, who: Subject) -> ColumnElement[bool]:
    return table.c.to_address == who.email if who.email else false()


def _same_address(table: Table, who: Subject) -> ColumnElement[bool]:
    return table.c.email == who.email if who.email else false()


def _nobodys(_table: Table, _who: Subject) -> ColumnElement[bool]:
    # Keyed hashes of what was typed: they lead to nobody, not even for us, and live for a day.
    return false()


_TIES: dict[str, Tie] = {
    "audit_entries": _deeds,
    "contacts": _same_address,
    "mailbox_messages": _to_address,
    "people": lambda table, who: table.c.id == who.id,
    "record_views": _looks,
    "sign_in_attempts": _nobodys,
}


def personal_tables() -> list[Table]:
    """Tables with at least one column that tells something about a person, by name."""
    return sorted(
        (t for t in Model.metadata.tables.values() if any(mark_of(c) for c in t.columns)),
        key=lambda table: table.name,
    )


def mark_of(column: Column[object]) -> Personal | None:
    """What a column tells about a person; None when it tells nothing."""
    found = column.info.get("personal")
    return found if isinstance(found, Personal) else None


def rows_about(table: Table, who: Subject) -> ColumnElement[bool]:
    """The condition under which a row of this table is about somebody."""
    if table.name in _TIES:
        return _TIES[table.name](table, who)
    if is_own(table):
        return table.c.person_id == who.id
    way = _way(table)
    if way is not None:
        column, parent = way
        return column.in_(select(parent).where(rows_about(parent.table, who)))
    return or_(false(), *(column == who.id for column in _people_columns(table)))


@cache
def is_tied(table: Table) -> bool:
    """True when there is a way from a row to the people it is about."""
    return (
        table.name in _TIES
        or is_own(table)
        or bool(_people_columns(table))
        or any(is_tied(parent.table) for _column, parent in _parents(table))
    )


def is_own(table: Table) -> bool:
    """True when a row is one person's."""
    return "person_id" in table.c


@cache
def leads_to_a_person(table: Table) -> bool:
    """True when a row is one person's, also by way of other tables."""
    if is_own(table):
        return True
    return any(leads_to_a_person(parent.table) for _column, parent in _parents(table))


def is_somebody(column: Column[object]) -> bool:
    """True for a column that names a person: for anybody else's it is blotted out."""
    if column.table.name == "record_views":
        return column.name in ("viewer_id", "subject_id")
    return _points_to_people(column)


def is_secret(column: Column[object]) -> bool:
    """True for what would let somebody in: it is said that it is there, never what it is."""
    return _module_of(column.table) == _ACCESS and bool(_SECRET.search(column.name))


def is_about_many(column: Column[object]) -> bool:
    """True for free contents of rows that are somebody's only by role, such as a list of staff."""
    table = column.table
    if mark_of(column) is None or table.name in _TIES or leads_to_a_person(table):
        return False
    return isinstance(column.type, JSON | Text | LargeBinary)


def _parents(table: Table) -> list[tuple[Column[object], Column[object]]]:
    """Foreign keys of one column that point to a primary key, in the order of columns."""
    return [
        (column, key.column)
        for column in table.columns
        for key in column.foreign_keys
        if key.column.primary_key
        and key.column.table.name not in ("people", table.name)
        and (key.constraint is None or len(key.constraint.columns) == 1)
    ]


@cache
def _way(table: Table) -> tuple[Column[object], Column[object]] | None:
    """The foreign key by which a row is somebody's: of one person, else of whoever acted."""
    parents = _parents(table)
    own = (pair for pair in parents if leads_to_a_person(pair[1].table))
    by_role = (pair for pair in parents if is_tied(pair[1].table))
    return next(own, None) or (None if _people_columns(table) else next(by_role, None))


def _people_columns(table: Table) -> list[Column[object]]:
    return [column for column in table.columns if _points_to_people(column)]


def _points_to_people(column: Column[object]) -> bool:
    return any(key.column.table.name == "people" for key in column.foreign_keys)


@cache
def _module_of(table: Table) -> str:
    for mapper in Model.registry.mappers:
        if mapper.local_table is table:
            return str(mapper.class_.__module__)
    return ""
