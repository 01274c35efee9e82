"""Bringing the database to this code's tables, and back."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from lms.kernel.db import Sessions, reading
from lms.system.schema import Fit, schema_state

_ROOT = Path(__file__).parent.parent.parent
_LOCK = 5_107_003


class DatabaseIsNewer(Exception):
    """A newer release has changed the tables: this code must not touch them."""


def config() -> Config:
    """Alembic's settings of this repository."""
    found = Config(str(_ROOT / "alembic.ini"))
    found.set_main_option("script_location", str(_ROOT / "migrations"))
    return found


def upgrade(sessions: Sessions) -> bool:
    """Go to the newest tables; False when there was nothing to do.

    Raises DatabaseIsNewer. Several hosts may start at once: on PostgreSQL one lock makes the
    others wait, on SQLite the write lock does.
    """
    with reading(sessions) as session:
        state = schema_state(session)
    if state.fit is Fit.NEWER:
        raise DatabaseIsNewer(state.reason)
    if state.fit is Fit.SAME:
        return False
    with sessions.engine.execution_options(writes=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        settings = config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
    return True


def downgrade(sessions: Sessions, revision: str) -> None:
    """Go back to a revision."""
    with sessions.engine.execution_options(writes=True).begin() as connection:
        settings = config()
        settings.attributes["connection"] = connection
        command.downgrade(settings, revision)


def check(sessions: Sessions) -> None:
    """Raise alembic's CommandError when the models say something that no migration does."""
    with sessions.engine.connect() as connection:
        settings = config()
        settings.attributes["connection"] = connection
        command.check(settings)
