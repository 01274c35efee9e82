"""What a database holds, asked in words that every release of the tables understands."""

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from lms.audit.rules import FIRST
from lms.kernel.db import Sessions, reading
from lms.system.backups.manifest import Chain, Contents


def contents_of(sessions: Sessions, *, with_chain: bool = True) -> Contents:
    """Revision, rows of each table and audit chain of a whole database."""
    with reading(sessions) as session:
        return contents(session, with_chain=with_chain)


def contents(session: Session, *, with_chain: bool = True) -> Contents:
    """The same of what this transaction sees."""
    connection = session.connection()
    names = inspect(connection).get_table_names()
    quote = connection.dialect.identifier_preparer.quote
    tables = {
        name: session.scalar(text(f"SELECT count(*) FROM {quote(name)}")) or 0  # noqa: S608 - names of its own tables
        for name in sorted(names)
    }
    return Contents(
        revision=_revision(session, tables),
        tables=tables,
        chain=_chain(session) if with_chain and "audit_entries" in tables else None,
    )


def continues(session: Session, chain: Chain) -> bool | None:
    """Whether the audit log here goes on from a backup's; None when it has no entry so far on.

    The backup is the copy outside without which somebody who owns the database could write the
    whole chain anew (trust.md 6.4).
    """
    found = session.scalar(
        text("SELECT hash FROM audit_entries WHERE position = :position"),
        {"position": chain.linked},
    )
    return None if found is None else found == chain.head


def _revision(session: Session, tables: dict[str, int]) -> str:
    if "alembic_version" not in tables:
        return ""
    return session.scalar(text("SELECT version_num FROM alembic_version")) or ""


def _chain(session: Session) -> Chain:
    last = session.execute(
        text(
            "SELECT position, hash FROM audit_entries WHERE position IS NOT NULL"
            " ORDER BY position DESC LIMIT 1"
        )
    ).one_or_none()
    waiting = session.scalar(text("SELECT count(*) FROM audit_entries WHERE hash IS NULL"))
    return Chain(last[0] if last else 0, waiting or 0, last[1] if last else FIRST)
