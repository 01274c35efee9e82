"""How one entry of the log is chained to the one before it (trust.md 6.4); pure."""

import datetime as dt
import hashlib
import json
from typing import Any

FIRST = "0" * 64


def entry_hash(
    previous: str,
    *,
    entry_id: int,
    at: dt.datetime,
    actor: str,
    verb: str,
    object_kind: str,
    object_id: int | None,
    details: dict[str, Any],
) -> str:
    """SHA-256 (hexadecimal) of the previous hash and the entry as canonical JSON."""
    canonical = json.dumps(
        {
            "id": entry_id,
            "at": at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
            "actor": actor,
            "verb": verb,
            "object": [object_kind, object_id],
            "details": details,
        },
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return hashlib.sha256((previous + canonical).encode()).hexdigest()
