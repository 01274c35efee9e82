"""Backups of PostgreSQL with its own programs: they know every type, sequence and trigger."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import URL, create_engine, inspect, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.kernel.db import Sessions, make_engine, reading
from lms.system.backups.counting import contents, contents_of
from lms.system.backups.manifest import BackupRefused, Contents
from lms.system.backups.postgresql_tools import address, run, tool

_NOT_ALLOWED = "42501"


class PostgresqlCopies:
    """Backups of the database that these settings name."""

    kind = "postgresql"

    def __init__(self, url: str, scratch: str | None = None) -> None:
        self.url = make_url(url)
        self.scratch = make_url(scratch) if scratch else None

    def size_bytes(self) -> int:
        """How much room a dump needs at most."""
        with _opened(self.url) as sessions, reading(sessions) as session:
            return session.scalar(text("SELECT pg_database_size(current_database())")) or 0

    def copy(self, target: Path) -> Contents:
        """Dump what is committed now, and say what it holds: both see the same snapshot."""
        with _opened(self.url) as sessions, reading(sessions) as session:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            snapshot = session.scalar(text("SELECT pg_export_snapshot()"))
            target.touch(mode=0o600)
            run(
                [
                    tool("pg_dump", _server(session)),
                    *("--format=custom", "--no-owner", "--no-privileges", "--no-comments"),
                    *(f"--snapshot={snapshot}", f"--file={target}"),
                    f"--dbname={address(self.url, target.parent)}",
                ]
            )
            return contents(session)

    @contextmanager
    def restored_aside(self, dump: Path, workdir: Path) -> Generator[Sessions]:
        """A scratch database made from a backup, which nobody but the caller knows."""
        with self._scratch_database() as url:
            self._play(url, [self._script(dump, workdir)], workdir)
            with _opened(url) as sessions:
                yield sessions

    def require_alone(self) -> None:
        """Refuse while anybody else is connected."""
        with _opened(self.url) as sessions, reading(sessions) as session:
            others = session.scalar(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
                )
            )
        if others:
            raise BackupRefused(
                f"the database has {others} other connections: stop web, scheduler and mail first"
            )

    def rows(self) -> int:
        """How many rows stand in the way of a restore."""
        with _opened(self.url) as sessions:
            tables = contents_of(sessions, with_chain=False).tables
        return sum(count for name, count in tables.items() if name != "alembic_version")

    def put_in_place(self, dump: Path, workdir: Path, also: Iterable[str]) -> None:
        """Empty the database, fill it from the dump, do `also`: all in one transaction."""
        first, last = workdir / "first.sql", workdir / "last.sql"
        first.write_text(_emptying(self.url), "utf-8")
        # The dump leaves an empty search path behind.
        statements = ["SET search_path = public", *also]
        last.write_text("".join(f"{statement};\n" for statement in statements), "utf-8")
        self._play(self.url, [first, self._script(dump, workdir), last], workdir)

    @contextmanager
    def opened(self) -> Generator[Sessions]:
        """Sessions on the database itself."""
        with _opened(self.url) as sessions:
            yield sessions

    def keep_as_it_is(self, target: Path) -> Path:  # noqa: ARG002 - SQLite can
        """A damaged server is beyond what this can keep."""
        raise BackupRefused("the database is damaged: restore into a new one")

    def _script(self, dump: Path, workdir: Path) -> Path:
        """The dump as statements for psql, which alone makes one deed of several files."""
        script = workdir / "restore.sql"
        program = tool("pg_restore", self._server_version())
        run([program, "--no-owner", "--no-privileges", f"--file={script}", str(dump)])
        return script

    def _play(self, url: URL, files: list[Path], workdir: Path) -> None:
        program = tool("psql", self._server_version())
        options = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction"]
        named = [f"--file={file}" for file in files]
        run([program, *options, *named, f"--dbname={address(url, workdir)}"])

    def _server_version(self) -> str:
        with _opened(self.url) as sessions, reading(sessions) as session:
            return _server(session)

    @contextmanager
    def _scratch_database(self) -> Generator[URL]:
        if self.scratch is None:
            with self._made_database() as url:
                yield url
            return
        with _opened(self.scratch) as sessions:
            if contents_of(sessions, with_chain=False).tables:
                raise BackupRefused("the scratch database is not empty")
        try:
            yield self.scratch
        finally:
            with _opened(self.scratch) as sessions, sessions.engine.begin() as connection:
                connection.exec_driver_sql(_emptying(self.scratch) or "SELECT 1")

    @contextmanager
    def _made_database(self) -> Generator[URL]:
        name = f"lernstand_verify_{uuid4().hex[:12]}"
        server = create_engine(self.url, isolation_level="AUTOCOMMIT", hide_parameters=True)
        try:
            with server.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", "") != _NOT_ALLOWED:
                raise
            raise BackupRefused(
                "this database user may not make a scratch database: ALTER ROLE … CREATEDB,"
                " or name an empty one with --scratch"
            ) from error
        try:
            yield self.url.set(database=name)
        finally:
            with server.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
            server.dispose()


def _emptying(url: URL) -> str:
    """Statements that drop our tables and functions; extensions stay, they may be another's."""
    with _opened(url) as sessions, reading(sessions) as session:
        connection = session.connection()
        quote = connection.dialect.identifier_preparer.quote
        names = inspect(connection).get_table_names()
        functions = session.scalars(
            text(
                "SELECT p.oid::regprocedure::text FROM pg_proc p"
                " JOIN pg_namespace n ON n.oid = p.pronamespace"
                " LEFT JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e'"
                " WHERE n.nspname = 'public' AND d.objid IS NULL"
            )
        ).all()
    tables = [f"DROP TABLE {quote(name)} CASCADE;\n" for name in names]
    return "".join([*tables, *(f"DROP FUNCTION {name} CASCADE;\n" for name in functions)])


def _server(session: Session) -> str:
    return str(session.scalar(text("SHOW server_version")) or "")


@contextmanager
def _opened(url: URL) -> Generator[Sessions]:
    engine = make_engine(url.render_as_string(hide_password=False))
    try:
        yield Sessions(engine)
    finally:
        engine.dispose()
