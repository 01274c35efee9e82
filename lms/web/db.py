"""The database session of a request: opened late, committed once, or rolled back.

An unsafe request that answers with a status below 400 commits; everything else rolls back. A
safe request never writes. Three side writes (sign-in attempts, last-seen, access log) go beside
the request: before its first statement or after its last, never between, since on SQLite they
would wait for the lock that their own request holds.
"""

import datetime as dt
import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask, Response, current_app, g, request
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from lms.kernel.clock import local_date, utc_now
from lms.kernel.db import Sessions, transaction
from lms.settings import Settings

_LOG = logging.getLogger("lms.request")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class SafeRequestWrote(AssertionError):
    """A GET changed something: it would vanish silently, so it is a mistake of ours."""


class BesideTheRequestTooLate(AssertionError):
    """A side write was asked for while the request's own transaction is open."""


@dataclass(frozen=True, slots=True)
class House:
    """What views and commands need of the installation."""

    settings: Settings
    sessions: Sessions

    def today(self) -> dt.date:
        """The present calendar day in the organisation's zone."""
        return local_date(utc_now(), self.settings.time_zone)


def house() -> House:
    """The installation of the running application."""
    found: House = current_app.extensions["lms"]
    return found


def db_session() -> Session:
    """The session of this request, the same at each call."""
    if "db_session" not in g:
        sessions = house().sessions
        is_safe = request.method in SAFE_METHODS
        g.db_session = sessions.reading() if is_safe else sessions.writing()
    found: Session = g.db_session
    return found


def end_transaction() -> None:
    """Let go of the database, for what takes long (hashing) or writes beside the request."""
    if "db_session" in g:
        g.db_session.rollback()


@contextmanager
def beside_the_request() -> Generator[Session]:
    """A tiny transaction of its own; only sign-in attempts, last-seen and the access log."""
    if "db_session" in g and g.db_session.in_transaction():
        raise BesideTheRequestTooLate
    with transaction(house().sessions) as session:
        yield session


def after_the_request(write: Callable[[Session], None], *, may_wait: bool = False) -> None:
    """Do a side write once the request's transaction has ended well.

    One that `may_wait` is left to the next request while the database is busy; without any other
    the page is not shown.
    """
    g.setdefault("side_writes", []).append((write, may_wait))


def once_saved(deed: Callable[[], None]) -> None:
    """Do something outside of the database once the request's transaction has been committed.

    For what cannot be taken back, such as deleting a file; nothing of it happens after a rollback.
    """
    g.setdefault("once_saved", []).append(deed)


def init_db(
    app: Flask,
    settings: Settings,
    sessions: Sessions,
    *,
    conflict_page: Callable[[], Response],
    away_page: Callable[[OperationalError], Response],
) -> None:
    """Attach the installation and the commit policy to the application."""
    app.extensions["lms"] = House(settings, sessions)

    @app.after_request
    def finish(response: Response) -> Response:
        try:
            _finish(g.get("db_session"), response)
            _write_beside(response)
        except IntegrityError:
            end_transaction()
            return conflict_page()
        except OperationalError as error:
            end_transaction()
            return away_page(error)
        return response

    @app.teardown_appcontext
    def close(_error: BaseException | None) -> None:
        session: Session | None = g.pop("db_session", None)
        if session is not None:
            session.close()


def _finish(session: Session | None, response: Response) -> None:
    if session is None:
        return
    if request.method in SAFE_METHODS:
        if current_app.testing and (session.new or session.dirty or session.deleted):
            raise SafeRequestWrote(request.path)
        session.rollback()
    elif response.status_code < 400:
        session.commit()
        for deed in g.pop("once_saved", []):
            deed()
    else:
        session.rollback()


def _write_beside(response: Response) -> None:
    writes: list[tuple[Callable[[Session], None], bool]] = g.pop("side_writes", [])
    if not writes or response.status_code >= 400:
        return
    try:
        with transaction(house().sessions) as session:
            for write, _may_wait in writes:
                write(session)
    except OperationalError as error:
        # What an unsafe request asked for is saved by now: its answer must say so.
        if request.method in SAFE_METHODS and not all(may_wait for _write, may_wait in writes):
            raise
        _LOG.warning("a side write is left out: %s", type(error.orig).__name__)
