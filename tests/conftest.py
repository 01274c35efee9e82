"""What tests share: databases, the application, browsers that are signed in, counted queries.

Every test that asks for `session`, `client` or `cli` runs on SQLite and on PostgreSQL. Each has
one outer transaction that is rolled back at its end; the test and the application share it.
"""

import datetime as dt
import os
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_socket
import time_machine
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from hypothesis import settings as hypothesis_settings
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.cursor import CursorFetchStrategy
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

import chromium
from lms.access.operations import signing_in as access
from lms.app import create_app
from lms.kernel.clock import utc_now
from lms.kernel.db import Sessions
from lms.kernel.viewer import Role
from lms.people.models import Person
from lms.settings import Settings
from lms.web.db import SAFE_METHODS, House
from tests import databases, factories

BASE_URL = "http://127.0.0.1:8000"
ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = ["127.0.0.1", "::1", "localhost"]
_CSRF_SECRET = "0" * 40
_BOOKKEEPING = re.compile(r"^\s*(SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT)", re.IGNORECASE)

hypothesis_settings.register_profile("house", derandomize=True, deadline=None)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))


# ------------------------------------------------------------------------- the file is the layer


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by where they stand and what they ask for."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        folder = item.path.relative_to(ROOT / "tests").parts[0]
        if folder == "browser":
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))
        elif "database" not in fixtures and folder not in ("architecture", "migrations", "scripts"):
            item.add_marker(pytest.mark.unit)
        if item.path.name.startswith("test_rules") and "database" in fixtures:
            message = f"{item.nodeid}: rules are pure, their tests need no database"
            raise pytest.UsageError(message)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Nothing is skipped in silence: what cannot run here fails and says why."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    """The same for a whole file."""
    report = yield
    if report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} was skipped: {report.longrepr}"
    return report


@pytest.fixture
def loopback() -> Iterator[None]:
    """Lets a test talk to servers on this machine, such as a fake SMTP server."""
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(LOOPBACK, allow_unix_socket=True)
    yield
    pytest_socket._remove_restrictions()  # noqa: SLF001 - it has no other name for it


# ------------------------------------------------------------------------------------ databases


class SharedSessions(Sessions):
    """Sessions that all work inside the test's own transaction; their commits are savepoints."""

    def __init__(self, connection: Connection) -> None:
        self.engine = connection.engine
        self._make = sessionmaker(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        )

    def reading(self) -> Session:
        """A session for safe requests."""
        return self._make()

    def writing(self) -> Session:
        """A session that means to write; the outer transaction holds the lock already."""
        return self._make()


@pytest.fixture(scope="session")
def postgresql() -> Generator[str]:
    """The address of a PostgreSQL server, started at the first test that needs one."""
    with databases.postgresql_server() as address:
        yield address


@pytest.fixture(
    scope="session",
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)],
)
def database(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on."""
    return str(request.param)


@pytest.fixture(scope="session")
def new_database(
    request: pytest.FixtureRequest, database: str
) -> Callable[[Path | None], AbstractContextManager[Engine]]:
    """Makes an empty database of the test's kind; the path is for SQLite, None is in memory."""

    def make(path: Path | None) -> AbstractContextManager[Engine]:
        if database == "sqlite":
            return databases.sqlite_database(path)
        return databases.postgresql_database(request.getfixturevalue("postgresql"))

    return make


@pytest.fixture(scope="session")
def engine(
    new_database: Callable[[Path | None], AbstractContextManager[Engine]],
) -> Generator[Engine]:
    """A database at the newest migration, the same for all tests."""
    with new_database(None) as made:
        databases.migrate(made)
        yield made


@pytest.fixture
def connection(engine: Engine) -> Generator[Connection]:
    """The test's outer transaction."""
    with engine.execution_options(writes=True).connect() as opened:
        transaction = opened.begin()
        yield opened
        transaction.rollback()


@pytest.fixture
def sessions(connection: Connection) -> Sessions:
    """What jobs, commands and the application make their sessions with."""
    return SharedSessions(connection)


@pytest.fixture
def session(sessions: Sessions) -> Generator[Session]:
    """A session for operations and queries; what it flushed is rolled back."""
    with sessions.writing() as opened:
        yield opened


@pytest.fixture
def own_sessions(
    new_database: Callable[[Path | None], AbstractContextManager[Engine]], tmp_path: Path
) -> Generator[Sessions]:
    """A database for this test alone, with real commits: for threads, locks and races."""
    with new_database(tmp_path / "own.db") as made:
        databases.migrate(made)
        yield Sessions(made)


# --------------------------------------------------------------------------------- application


@pytest.fixture(scope="session")
def session_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings that an installation on this machine would have."""
    return make_settings(tmp_path_factory.mktemp("data"))


def make_settings(folder: Path, **changes: str) -> Settings:
    """Settings for a data folder; `changes` are LMS_ variables without the prefix."""
    given = {"DATA_DIR": str(folder), "SECRET_KEY": "only-for-tests-" + "0123456789abcdef" * 2}
    # Most tests are about something else than the way in.
    given |= {"BASE_URL": BASE_URL, "SECOND_FACTOR": "offered"} | changes
    return Settings.from_env({f"LMS_{name}": value for name, value in given.items()})


@pytest.fixture(scope="session")
def shared_app(session_settings: Settings) -> Flask:
    """The application without a database: making one costs more than most tests."""
    return prepared(create_app(session_settings))


def prepared(made: Flask) -> Flask:
    """Mistakes of ours come out as exceptions instead of a page."""
    made.testing = True
    made.config["PROPAGATE_UNEXPECTED"] = True
    made.test_client_class = Client
    return made


@pytest.fixture
def settings(session_settings: Settings, tmp_path: Path) -> Settings:
    """The settings of this test, with a data folder of its own."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    return replace(session_settings, data_dir=data, files=data / "files")


@pytest.fixture
def app(shared_app: Flask, settings: Settings, sessions: Sessions) -> Flask:
    """The application on the test's database and data folder."""
    shared_app.extensions["lms"] = House(settings, sessions)
    return shared_app


@pytest.fixture
def make_app(tmp_path: Path, sessions: Sessions) -> Callable[..., Flask]:
    """An application with other settings: make_app(BASE_URL="https://lernstand.example.org")."""

    def make(**changes: str) -> Flask:
        return prepared(create_app(make_settings(tmp_path / "other", **changes), sessions))

    return make


class Client(FlaskClient):
    """A browser: keeps cookies, sends the CSRF token of its session with every unsafe request."""

    base_url = BASE_URL
    watched: Session | None = None
    person: Person | None = None

    def open(self, *args: Any, csrf: bool = True, **kwargs: Any) -> TestResponse:
        """One request. `csrf=False` leaves the token out; the test's session sees the outcome."""
        kwargs.setdefault("base_url", self.base_url)
        if csrf and kwargs.get("method", "GET") not in SAFE_METHODS:
            kwargs["headers"] = {"X-CSRFToken": self._csrf_token(), **(kwargs.get("headers") or {})}
        if self.watched is not None:
            self.watched.flush()
        response = super().open(*args, **kwargs)
        if self.watched is not None:
            self.watched.expire_all()
        return response

    def put_into_cookie(self, **values: object) -> None:
        """Put values into the signed cookie."""
        with self.session_transaction(base_url=self.base_url) as cookie:
            cookie.update(values)

    def _csrf_token(self) -> str:
        self.put_into_cookie(csrf_token=_CSRF_SECRET)
        signer = URLSafeTimedSerializer(self.application.secret_key or "", salt="wtf-csrf-token")
        return str(signer.dumps(_CSRF_SECRET))


@pytest.fixture
def new_client(app: Flask, session: Session) -> Callable[[], Client]:
    """Opens another browser."""

    def make() -> Client:
        client = app.test_client()
        assert isinstance(client, Client)
        client.watched = session
        return client

    return make


@pytest.fixture
def client(new_client: Callable[[], Client]) -> Client:
    """A browser in which nobody is signed in."""
    return new_client()


@pytest.fixture
def cli(app: Flask, session: Session) -> FlaskCliRunner:
    """Runs commands: cli.invoke(args=["status", "--format", "json"])."""
    return app.test_cli_runner()


@pytest.fixture
def sign_in(session: Session) -> Callable[[Client, Person], Client]:
    """Signs a person in without the page: sign_in(client, person)."""

    def sign(client: Client, person: Person) -> Client:
        session.flush()
        token = access.sign_in(session, person, user_agent="Test", keep=False, now=utc_now())
        client.put_into_cookie(sign_in=token)
        return client

    return sign


@pytest.fixture
def client_of(
    session: Session,
    new_client: Callable[[], Client],
    sign_in: Callable[[Client, Person], Client],
) -> Callable[..., Client]:
    """A browser of somebody new with these roles: client_of(Role.OFFICER); .person is who."""

    def make(*roles: Role, person: Person | None = None) -> Client:
        who = person or factories.make_person(session, roles=roles)
        client = sign_in(new_client(), who)
        client.person = who
        return client

    return make


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The browser: what scripts/test.py found, else one that is here."""
    found = os.environ.get("LMS_TEST_CHROMIUM") or chromium.find()
    if found is None:
        pytest.fail("no Chromium here: scripts/test.py installs one")
    return found


# ------------------------------------------------------------------------------------ the clock


@pytest.fixture
def clock() -> Generator[Callable[[dt.datetime], None]]:
    """For journeys only: clock(instant) stops the clock there, again at each call."""
    with ExitStack() as stack:

        def move_to(instant: dt.datetime) -> None:
            stack.enter_context(time_machine.travel(instant, tick=False))

        yield move_to


@pytest.fixture(scope="session")
def zone() -> ZoneInfo:
    """Where the organisation is."""
    return ZoneInfo("Europe/Berlin")


# ------------------------------------------------------------------------------ counted queries


@dataclass
class Counted:
    """What a block asked of the database; savepoints are not counted."""

    statements: list[str] = field(default_factory=list)
    rows: int = 0

    @property
    def queries(self) -> int:
        """How many statements."""
        return len(self.statements)


@pytest.fixture
def count_queries(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], AbstractContextManager[Counted]]:
    """Counts statements and the rows fetched for them: with count_queries() as counted: …"""

    @contextmanager
    def count() -> Generator[Counted]:
        counted = Counted()

        def remember(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not _BOOKKEEPING.match(statement):
                counted.statements.append(statement)

        with monkeypatch.context() as patch:
            _count_rows(patch, counted)
            event.listen(connection, "before_cursor_execute", remember)
            try:
                yield counted
            finally:
                event.remove(connection, "before_cursor_execute", remember)

    return count


def _count_rows(patch: pytest.MonkeyPatch, counted: Counted) -> None:
    """Count rows where SQLAlchemy takes them from the driver's cursor."""

    def wrapped(original: Callable[..., Any], *, is_one: bool) -> Callable[..., Any]:
        def fetch(*args: Any, **kwargs: Any) -> Any:
            found = original(*args, **kwargs)
            counted.rows += (found is not None) if is_one else len(found)
            return found

        return fetch

    for name in ("fetchone", "fetchmany", "fetchall"):
        original = getattr(CursorFetchStrategy, name)
        patch.setattr(CursorFetchStrategy, name, wrapped(original, is_one=name == "fetchone"))


@pytest.fixture
def assert_queries(
    count_queries: Callable[[], AbstractContextManager[Counted]],
) -> Callable[..., AbstractContextManager[Counted]]:
    """Exactly so many statements, at most so many rows: with assert_queries(4, rows=60): …"""

    @contextmanager
    def check(queries: int, *, rows: int | None = None) -> Generator[Counted]:
        with count_queries() as counted:
            yield counted
        assert counted.queries == queries, "\n".join(["", *counted.statements])
        assert rows is None or counted.rows <= rows

    return check
