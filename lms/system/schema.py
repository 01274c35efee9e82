"""Whether the database's tables are those that this code knows."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

_MIGRATIONS = Path(__file__).parent.parent.parent / "migrations"


class Fit(StrEnum):
    """The database compared with the code."""

    SAME = "same"
    OLDER = "older"
    NEWER = "newer"


@dataclass(frozen=True, slots=True)
class SchemaState:
    """The database's revision (None: no tables yet), the code's, and how they compare."""

    current: str | None
    head: str
    fit: Fit

    @property
    def reason(self) -> str:
        """What is wrong and what to do; empty when nothing is."""
        if self.fit is Fit.OLDER:
            return "database is older than this code: run flask db upgrade"
        if self.fit is Fit.NEWER:
            return (
                f"database is newer than this code (revision {self.current} is unknown here):"
                " install the newer release"
            )
        return ""


def schema_state(session: Session) -> SchemaState:
    """Compare the database with the migrations of this code."""
    head, known = _revisions()
    current = _current(session)
    if current == head:
        fit = Fit.SAME
    else:
        fit = Fit.OLDER if current is None or current in known else Fit.NEWER
    return SchemaState(current, head, fit)


def is_known(revision: str) -> bool:
    """True for a revision that this code can read or upgrade."""
    return revision in _revisions()[1]


def _current(session: Session) -> str | None:
    if not inspect(session.connection()).has_table("alembic_version"):
        return None
    found: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
    return found


@cache
def _revisions() -> tuple[str, frozenset[str]]:
    """The newest revision and all of them, read from the files: a web worker needs no Alembic."""
    texts = [path.read_text("utf-8") for path in _MIGRATIONS.glob("versions/*.py")]
    known = {_value(text, "revision") for text in texts}
    older = {_value(text, "down_revision") for text in texts}
    return next(iter(known - older)), frozenset(known)


def _value(text: str, name: str) -> str:
    found = re.search(rf'^{name} = "?(\w+)"?$', text, re.MULTILINE)
    return found[1] if found else ""
