"""What no column can say: triggers, created again after every migration.

Batch mode rebuilds a table on SQLite and drops its triggers without a word, and `alembic check`
does not see triggers; so they stand in one list here, apart from the migrations.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, inspect, text

_EVIDENCE_FIXED = (
    "person_id", "course_id", "course_version_id", "kind", "completed_on", "valid_from",
    "valid_until", "interval_months", "anchor_on", "k", "recorded_at", "recorded_by", "batch_id",
    "file_sha256", "source_key", "reference", "serial", "id",
)  # fmt: skip
_AUDIT_FIXED = ("id", "at", "actor", "verb", "object_kind", "object_id", "details")
_RETENTION_IS_OPEN = "EXISTS (SELECT 1 FROM retention_passes WHERE closed_at IS NULL)"


@dataclass(frozen=True)
class Rule:
    """Refuse `event` on `table` when `forbidden` (SQL over OLD and NEW) holds."""

    name: str
    table: str
    event: str
    sqlite: str
    postgresql: str
    message: str


def _changed(columns: tuple[str, ...], sign: str) -> str:
    return " OR ".join(f"NEW.{column} {sign} OLD.{column}" for column in columns)


def _same(name: str, table: str, event: str, forbidden: str, message: str) -> Rule:
    return Rule(name, table, event, forbidden, forbidden, message)


def _fixed(name: str, table: str, columns: tuple[str, ...], message: str) -> Rule:
    return Rule(
        name,
        table,
        "UPDATE",
        _changed(columns, "IS NOT"),
        " OR ".join(
            f"NEW.{column}::text IS DISTINCT FROM OLD.{column}::text" for column in columns
        ),
        message,
    )


def _overlap(table: str, same: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM {table} AS other WHERE {same} AND other.id <> NEW.id"  # noqa: S608 - our own names
        " AND other.from_on <= COALESCE(NEW.until_on, '9999-12-31')"
        " AND COALESCE(other.until_on, '9999-12-31') >= NEW.from_on)"
    )


_ABSENCE = _overlap("absences", "other.person_id = NEW.person_id")
_EXEMPTION = _overlap(
    "exemptions", "other.person_id = NEW.person_id AND other.course_id = NEW.course_id"
)

RULES = (
    _fixed("evidence_is_immutable", "evidence", _EVIDENCE_FIXED, "evidence is immutable"),
    _same(
        "evidence_is_revoked_once",
        "evidence",
        "UPDATE",
        "OLD.revoked_on IS NOT NULL",
        "evidence is already revoked",
    ),
    _same(
        "evidence_is_kept",
        "evidence",
        "DELETE",
        f"NOT {_RETENTION_IS_OPEN}",
        "evidence is deleted in a retention pass only",
    ),
    _fixed("audit_is_immutable", "audit_entries", _AUDIT_FIXED, "the audit log is immutable"),
    _same(
        "audit_is_linked_once",
        "audit_entries",
        "UPDATE",
        "OLD.hash IS NOT NULL OR NEW.hash IS NULL OR NEW.position IS NULL",
        "an audit entry is linked once, and not changed otherwise",
    ),
    _same(
        "audit_is_kept",
        "audit_entries",
        "DELETE",
        f"NOT {_RETENTION_IS_OPEN}",
        "audit entries are deleted in a retention pass only",
    ),
    _fixed(
        "revision_is_immutable",
        "requirement_revisions",
        (
            "id",
            "requirement_id",
            "course_id",
            "number",
            "since",
            "interval_months",
            "renewal_base",
            "window_days",
            "grace_days",
            "initial_due_days",
            "return_grace_days",
            "fixed_month",
            "fixed_day",
            "min_valid_months",
            "stages",
            "overdue_every_days",
            "overdue_count",
            "alternatives",
        ),
        "a requirement revision is immutable",
    ),
    _fixed(
        "version_is_immutable",
        "course_versions",
        (
            "id",
            "course_id",
            "number",
            "published_on",
            "retrain",
            "retrain_due_days",
            "origin",
            "digest",
            "titles",
            "changes",
            "document",
        ),
        "a published course version is immutable",
    ),
)

# Overlaps: SQLite has no exclusion constraint, a trigger looks instead; PostgreSQL has one.
_SQLITE_ONLY = tuple(
    _same(f"{table}_do_not_overlap_on_{event.lower()}", table, event, forbidden, f"{table} overlap")
    for table, forbidden in (("absences", _ABSENCE), ("exemptions", _EXEMPTION))
    for event in ("INSERT", "UPDATE")
)


def recreate(connection: Connection) -> None:
    """Drop and create every trigger whose table exists."""
    tables = set(inspect(connection).get_table_names())
    if connection.dialect.name == "sqlite":
        _recreate_on_sqlite(connection, tables)
    else:
        _recreate_on_postgresql(connection, tables)


def _recreate_on_sqlite(connection: Connection, tables: set[str]) -> None:
    for rule in (*RULES, *_SQLITE_ONLY):
        if rule.table not in tables:
            continue
        connection.execute(text(f"DROP TRIGGER IF EXISTS {rule.name}"))
        connection.execute(
            text(
                f"CREATE TRIGGER {rule.name} BEFORE {rule.event} ON {rule.table}"
                f" WHEN {rule.sqlite} BEGIN SELECT RAISE(ABORT, '{rule.message}'); END"
            )
        )


def _recreate_on_postgresql(connection: Connection, tables: set[str]) -> None:
    for rule in RULES:
        if rule.table not in tables:
            continue
        row = "OLD" if rule.event == "DELETE" else "NEW"
        connection.execute(
            text(
                f"CREATE OR REPLACE FUNCTION {rule.name}() RETURNS trigger LANGUAGE plpgsql AS $$"
                f" BEGIN IF {rule.postgresql} THEN RAISE EXCEPTION '{rule.message}'"
                f" USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {row}; END $$"
            )
        )
        connection.execute(text(f"DROP TRIGGER IF EXISTS {rule.name} ON {rule.table}"))
        connection.execute(
            text(
                f"CREATE TRIGGER {rule.name} BEFORE {rule.event} ON {rule.table}"
                f" FOR EACH ROW EXECUTE FUNCTION {rule.name}()"
            )
        )
