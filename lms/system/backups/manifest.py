"""What a backup says about itself, and how that is compared with what was found; pure."""

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

FORMAT = 1
DATABASE_NAMES = {"sqlite": "database.sqlite", "postgresql": "database.dump"}
_FILE = re.compile(r"files/[0-9a-f]{2}/[0-9a-f]{64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class BackupRefused(Exception):
    """A backup cannot be made, trusted or put back; the text is one line for the operator."""


class DatabaseDamaged(BackupRefused):
    """The database itself is not sound any more."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file in the archive."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Chain:
    """The audit log at the moment of the backup: entries in the chain, waiting ones, its head."""

    linked: int
    waiting: int
    head: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database holds: its revision, how many rows in each table, its audit chain."""

    revision: str
    tables: Mapping[str, int]
    chain: Chain | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """No secrets: `key_check` only tells whether a key is the one that was in force."""

    created_at: str
    app_version: str
    database: str
    contents: Contents
    members: Mapping[str, Member]
    key_check: str

    @property
    def database_name(self) -> str:
        """The member that is the database."""
        return DATABASE_NAMES[self.database]

    @property
    def files(self) -> dict[str, Member]:
        """The members that are uploaded files and media."""
        return {name: one for name, one in self.members.items() if name != self.database_name}

    def to_json(self) -> bytes:
        """As it lies in the archive."""
        document = {"format": FORMAT, **asdict(self)}
        return json.dumps(document, indent=1, sort_keys=True).encode()


def read_manifest(content: bytes) -> Manifest:
    """The manifest of an archive; refused when it is none of ours."""
    try:
        given = json.loads(content)
        if given["format"] != FORMAT:
            raise BackupRefused(
                f"the backup has format {given['format']}, this code knows {FORMAT}:"
                " install the newer release"
            )
        found = _manifest(given)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupRefused(
            "its manifest cannot be read: this is no backup of Lernstand"
        ) from error
    _require_known_names(found)
    return found


def _manifest(given: Mapping[str, Any]) -> Manifest:
    contents, chain = given["contents"], given["contents"]["chain"]
    return Manifest(
        created_at=str(given["created_at"]),
        app_version=str(given["app_version"]),
        database=str(given["database"]),
        contents=Contents(
            revision=str(contents["revision"]),
            tables={str(name): int(count) for name, count in contents["tables"].items()},
            chain=Chain(int(chain["linked"]), int(chain["waiting"]), str(chain["head"]))
            if chain
            else None,
        ),
        members={
            str(name): Member(int(one["size_bytes"]), str(one["sha256"]))
            for name, one in given["members"].items()
        },
        key_check=str(given["key_check"]),
    )


def _require_known_names(found: Manifest) -> None:
    """Nothing but the database and files named by their hash: no name leads out of the archive."""
    if found.database not in DATABASE_NAMES or found.database_name not in found.members:
        raise BackupRefused("its manifest names no database that this code knows")
    for name, member in found.files.items():
        if not _FILE.fullmatch(name) or not name.endswith(member.sha256):
            raise BackupRefused(f"its manifest names a file that no backup holds: {name[:80]!r}")


def key_check(secret_key: str) -> str:
    """Tells two keys apart and tells neither."""
    return hmac.digest(secret_key.encode(), b"lernstand-backup", "sha256").hex()[:16]


def is_sha256(name: str) -> bool:
    """True for the names that the store of files gives."""
    return _SHA256.fullmatch(name) is not None


def differences(stated: Contents, found: Contents) -> list[str]:
    """What a restored database holds otherwise than the manifest says; empty when all is there."""
    wrong = []
    if stated.revision != found.revision:
        wrong.append(f"revision {found.revision} instead of {stated.revision}")
    for table in sorted({*stated.tables, *found.tables}):
        wanted, there = stated.tables.get(table), found.tables.get(table)
        if wanted != there:
            wrong.append(f"table {table} holds {_count(there)} rows instead of {_count(wanted)}")
    if stated.chain is not None and stated.chain != found.chain:
        wrong.append("the audit chain ends otherwise")
    return wrong


def _count(rows: int | None) -> str:
    return "no" if rows is None else str(rows)
