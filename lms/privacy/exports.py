"""What is stored about somebody as files: data with its schema, the access log, one ZIP."""

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Float, Integer, LargeBinary
from sqlalchemy.types import TypeEngine

from lms.privacy.queries.stored import HIDDEN, OTHERS, StoredTable
from lms.privacy.register import mark_of
from lms.web.tables import as_csv

_TYPES: tuple[tuple[type[TypeEngine[Any]], dict[str, Any]], ...] = (
    (Boolean, {"type": "boolean"}),
    (Integer, {"type": "integer"}),
    (Float, {"type": "number"}),
    (DateTime, {"type": "string", "format": "date-time"}),
    (Date, {"type": "string", "format": "date"}),
    (LargeBinary, {"type": "string"}),
)


def json_of_rows(
    tables: Iterable[StoredTable], *, organisation: str, made_at: dt.datetime
) -> bytes:
    """All rows about the person, by table."""
    document = {
        "$schema": "./data.schema.json",
        "organisation": organisation,
        "made_at": made_at.isoformat(timespec="seconds"),
        "tables": {one.table.name: one.rows for one in tables if one.rows},
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def json_schema(tables: Iterable[StoredTable]) -> bytes:
    """The JSON schema of `data.json`: for each column its type, what it tells, why, how long."""
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Lernstand: what is stored about one person",
        "description": f"{OTHERS}: another person's. {HIDDEN}: would let somebody in.",
        "type": "object",
        "required": ["organisation", "made_at", "tables"],
        "properties": {
            "organisation": {"type": "string"},
            "made_at": {"type": "string", "format": "date-time"},
            "tables": {
                "type": "object",
                "properties": {one.table.name: _rows_schema(one) for one in tables},
            },
        },
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _rows_schema(stored: StoredTable) -> dict[str, Any]:
    return {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {column.name: _column_schema(column) for column in stored.table.columns},
        },
    }


def _column_schema(column: Column[Any]) -> dict[str, Any]:
    schema = next((found for kind, found in _TYPES if isinstance(_plain(column), kind)), {})
    blotted = {"enum": [None, OTHERS, HIDDEN]}
    described: dict[str, Any] = {"anyOf": [schema, blotted]} if schema else {}
    mark = mark_of(column)
    if mark is not None:
        described["description"] = f"{mark.kind}; {mark.purpose}; kept: {mark.keep}"
    return described


def _plain(column: Column[Any]) -> TypeEngine[Any]:
    """The type that the database keeps, below one of our own."""
    return getattr(column.type, "impl_instance", column.type)


def access_log_csv(
    looks: Iterable[tuple[dt.datetime, str, str, str | None]], *, head: list[str]
) -> bytes:
    """Who looked, as a table that a spreadsheet opens: when, role, what, and who if it is said."""
    rows = [
        [at.isoformat(timespec="seconds"), role, what, who or ""] for at, role, what, who in looks
    ]
    return as_csv(head, rows).encode("utf-8-sig")


def zipped(files: Mapping[str, bytes]) -> bytes:
    """One ZIP of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()
