"""The declarative base, the engine and the one transaction outside of requests."""

import datetime as dt
from collections.abc import Generator
from contextlib import contextmanager
from enum import Enum as PythonEnum
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Enum,
    MetaData,
    String,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import StaticPool

_CONVENTION = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class NaiveDatetime(ValueError):
    """Somebody tried to store an instant without its zone."""


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An aware instant, kept in UTC; a naive one is refused since SQLite would drop the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Refuse naive values, store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise NaiveDatetime(value)
        in_utc = value.astimezone(dt.UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(
        self,
        value: dt.datetime | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy hands it over
    ) -> dt.datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def text_enum(kind: type[PythonEnum]) -> Enum:
    """An enum kept as its value in a text column: native enum types are painful to alter."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        validate_strings=True,
        values_callable=lambda members: [member.value for member in members],
        length=32,
    )


class Model(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=_CONVENTION)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's declared attribute
        dt.datetime: UtcDateTime(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
        list[int]: JSON(),
        str: String(),
    }


def make_engine(url: str) -> Engine:
    """An engine with the house rules for its database (trust.md 6.1 for SQLite).

    Its errors end up in the log, so they name no values: those may be names (trust.md 5.5).
    """
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(
            url, pool_pre_ping=True, pool_size=8, max_overflow=8, hide_parameters=True
        )
    memory = make_url(url).database in (None, "", ":memory:")
    options: dict[str, Any] = {
        "connect_args": {"check_same_thread": False},
        "hide_parameters": True,
    }
    if memory:
        options["poolclass"] = StaticPool
    else:
        options |= {"pool_size": 8, "max_overflow": 16}
    engine = create_engine(url, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - DBAPI connection
    # pysqlite's own transaction handling breaks savepoints; BEGIN is ours, see below.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=5000",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        # INSERT OR REPLACE deletes as well: the triggers shall hear of it.
        "recursive_triggers=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that means to write takes the lock at once: one that upgrades later fails
    # with "database is locked" although it could have waited.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class Sessions:
    """Makes sessions for one database: some that only read, some that mean to write."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reading = sessionmaker(engine, expire_on_commit=False)
        self._writing = sessionmaker(engine.execution_options(writes=True), expire_on_commit=False)

    def reading(self) -> Session:
        """A session for safe requests and exports."""
        return self._reading()

    def writing(self) -> Session:
        """A session that takes SQLite's write lock with its first statement."""
        return self._writing()


@contextmanager
def transaction(sessions: Sessions) -> Generator[Session]:
    """One unit of work outside of requests: commits at the end, rolls back on any error."""
    session = sessions.writing()
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.close()


@contextmanager
def rehearsal(sessions: Sessions) -> Generator[Session]:
    """One unit of work that is done to see what comes of it, and taken back."""
    session = sessions.writing()
    try:
        yield session
    finally:
        session.rollback()
        session.close()


@contextmanager
def reading(sessions: Sessions) -> Generator[Session]:
    """A look at the database outside of requests; nothing is kept."""
    session = sessions.reading()
    try:
        yield session
    finally:
        session.rollback()
        session.close()


def is_postgresql(session: Session) -> bool:
    """True on PostgreSQL; only for what both databases cannot say alike."""
    return session.get_bind().dialect.name == "postgresql"


def insert_unless_there(session: Session, model: type[Model], values: dict[str, Any]) -> bool:
    """Insert one row; False when one of its unique keys is taken already.

    On PostgreSQL it waits for a transaction that has just inserted the same key, so that of two
    at the same time exactly one hears True.
    """
    session.flush()
    table = model.__table__
    insert = postgresql.insert if is_postgresql(session) else sqlite.insert
    statement = insert(table).values(values).on_conflict_do_nothing()  # type: ignore[arg-type]
    returned = session.execute(statement.returning(*table.primary_key))
    return returned.first() is not None
