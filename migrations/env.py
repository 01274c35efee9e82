"""Runs migrations: with a connection handed in by the application, or offline as SQL."""

from logging import getLogger
from typing import Literal

from alembic import context
from sqlalchemy import Connection

from lms.kernel.db import UtcDateTime, make_engine
from lms.models import Model
from lms.settings import Settings
from migrations.triggers import recreate

_LOG = getLogger("lms.migrations")


def render_item(kind: str, item: object, autogen_context: object) -> str | Literal[False]:
    """Our own types never leak into a migration: it would break when they move."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def compare_type(
    context_: object, inspected: object, metadata: object, inspected_type: object, type_: object
) -> bool | None:
    """An instant is an instant: SQLite reports it without the zone."""
    return False if isinstance(type_, UtcDateTime) else None


def run(connection: Connection) -> None:
    """Migrate over an open connection and create the triggers again."""
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_server_default=True,
        compare_type=compare_type,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()
        if (
            context.get_context().opts.get("fn") is not None
            and context.get_context().get_current_heads()
        ):
            recreate(connection)


if context.is_offline_mode():
    context.configure(
        url=Settings.from_env().database_url, target_metadata=Model.metadata, literal_binds=True
    )
    with context.begin_transaction():
        context.run_migrations()
elif (given := context.config.attributes.get("connection")) is not None:
    run(given)
else:
    with (
        make_engine(Settings.from_env().database_url).execution_options(writes=True).begin() as own
    ):
        run(own)
