"""What is stored about somebody: how much of each kind, and every row of it."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Table, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from lms.audit.models import AuditEntry
from lms.kernel.personal import Personal
from lms.people.models import Person
from lms.privacy.register import (
    Subject,
    is_about_many,
    is_secret,
    is_somebody,
    mark_of,
    personal_tables,
    rows_about,
)

EXPORTED = "privacy.exported"
# In the place of what belongs to others, or would let somebody in.
OTHERS = "[somebody else]"
HIDDEN = "[kept secret]"
_ABOUT_OTHERS = ("supervisor", "management")


@dataclass(frozen=True, slots=True)
class StoredKind:
    """One kind of data: its mark, how many rows there are about the person."""

    mark: Personal
    count: int


@dataclass(frozen=True, slots=True)
class StoredTable:
    """All rows of one table about the person, as plain values by column."""

    table: Table
    rows: list[dict[str, Any]]


def subject_of(person: Person) -> Subject:
    """Whose data is asked for."""
    return Subject(person.id, person.email)


def count_by_kind(session: Session, who: Subject) -> list[StoredKind]:
    """How many rows of each kind, in one statement; kinds without any are listed as well."""
    tables = personal_tables()
    counts = session.execute(
        union_all(
            *(
                select(literal(table.name), func.count())
                .select_from(table)
                .where(rows_about(table, who))
                for table in tables
            )
        )
    )
    rows = {row[0]: row[1] for row in counts}
    found: Counter[Personal] = Counter()
    for table in tables:
        for mark in {mark for column in table.columns if (mark := mark_of(column))}:
            found[mark] += rows[table.name]
    return [StoredKind(mark, count) for mark, count in found.items()]


def rows_by_table(session: Session, who: Subject, *, shows_viewers: bool) -> list[StoredTable]:
    """Every row about somebody with all its columns; what is others' is blotted out."""
    blots = _Blots(session, who, shows_viewers=shows_viewers)
    return [
        StoredTable(
            table,
            [
                blots.row(table, found)
                for found in session.execute(
                    select(*(_asked(column) for column in table.columns))
                    .where(rows_about(table, who))
                    .order_by(*table.primary_key)
                )
            ],
        )
        for table in personal_tables()
    ]


def count_exports_since(session: Session, person_id: int, began_at: dt.datetime) -> int:
    """How often somebody took their own data with them since an instant."""
    return (
        session.scalar(
            select(func.count()).where(
                AuditEntry.object_kind == "person",
                AuditEntry.object_id == person_id,
                AuditEntry.verb == EXPORTED,
                AuditEntry.actor == f"person:{person_id}",
                AuditEntry.at >= began_at,
            )
        )
        or 0
    )


class _Blots:
    """Blots out of a row what is another person's."""

    def __init__(self, session: Session, who: Subject, *, shows_viewers: bool) -> None:
        self.who = who
        self.shows_viewers = shows_viewers
        self._about_others = self._messages_about_others(session)

    def row(self, table: Table, found: Row[Any]) -> dict[str, Any]:
        """The row as plain values."""
        pairs = zip(table.columns, found, strict=True)
        plain = {column.name: self._value(column, value) for column, value in pairs}
        if table.name == "audit_entries":
            return self._deed(plain)
        if plain.get("message_id") in self._about_others:
            return plain | {
                name: OTHERS
                for name in ("values", "text_body", "html_body", "raw")
                if plain.get(name)
            }
        return plain

    def _value(self, column: Column[Any], value: object) -> object:
        if value is None:
            return None
        if is_secret(column):
            return HIDDEN
        if is_about_many(column) or self._is_somebody_else(column, value):
            return OTHERS
        return _plain(value)

    def _is_somebody_else(self, column: Column[Any], value: object) -> bool:
        if not is_somebody(column) or value == self.who.id:
            return False
        return not (column.name == "viewer_id" and self.shows_viewers)

    def _deed(self, plain: dict[str, Any]) -> dict[str, Any]:
        """An entry of the log: what I did to somebody, or what was done to me, never both."""
        is_mine = plain["actor"] == f"person:{self.who.id}"
        is_about_me = (plain["object_kind"], plain["object_id"]) == ("person", self.who.id)
        if plain["actor"].startswith("person:") and not is_mine:
            plain["actor"] = OTHERS
        if plain["object_kind"] == "person" and not is_about_me:
            plain["object_id"] = OTHERS
        if not is_about_me and plain["details"]:
            plain["details"] = OTHERS
        return plain

    def _messages_about_others(self, session: Session) -> set[str]:
        """Mails that tell a supervisor or the management about people."""
        table = next(one for one in personal_tables() if one.name == "outbox_messages")
        return set(
            session.scalars(
                select(table.c.message_id).where(
                    table.c.person_id == self.who.id, table.c.audience.in_(_ABOUT_OTHERS)
                )
            )
        )


def _asked(column: Column[Any]) -> ColumnElement[Any]:
    """The column; of lists with many people only that it holds something, which may be large."""
    if not is_about_many(column):
        return column
    return case((column.is_(None), None), else_=literal(OTHERS)).label(column.name)


def _plain(value: object) -> object:
    """A value as JSON has it."""
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return value.hex()
    return value
