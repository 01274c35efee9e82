"""Proving that a backup restores: by restoring it aside and comparing all that it says."""

from dataclasses import dataclass
from pathlib import Path

from lms.audit.queries import verify_chain
from lms.kernel.db import Sessions, reading
from lms.settings import Settings
from lms.system import migrating
from lms.system.backups import archive
from lms.system.backups.counting import contents_of
from lms.system.backups.creating import Copies, clear_errors, copies_of, workdir_in
from lms.system.backups.manifest import BackupRefused, Manifest, differences
from lms.system.backups.sqlite_copy import SqliteCopies
from lms.system.schema import is_known

_PREFIX = ".lernstand-verify-"


@dataclass(frozen=True, slots=True)
class Verified:
    """A backup that was restored aside and is what it says."""

    path: Path
    manifest: Manifest
    seal: str


def verify(settings: Settings, path: Path, *, scratch: str | None = None) -> Verified:
    """Restore a backup aside and compare seal, files, rows, soundness and audit chain.

    BackupRefused says what is wrong. Nothing of this installation is touched.
    """
    with (
        workdir_in(settings.data_dir, _PREFIX) as workdir,
        clear_errors(settings.data_dir),
        archive.opened(path) as found,
    ):
        require_known(found.manifest)
        found.check(found.manifest.files)
        copies = _copies_for(settings, found.manifest, scratch, workdir)
        dump = workdir / found.manifest.database_name
        found.unpack(dump.name, dump)
        with copies.restored_aside(dump, workdir) as sessions:
            compare(found.manifest, sessions)
        return Verified(found.path, found.manifest, found.seal)


def _copies_for(
    settings: Settings, manifest: Manifest, scratch: str | None, workdir: Path
) -> Copies:
    """A SQLite backup is verified anywhere, a PostgreSQL one needs a server."""
    if manifest.database == "sqlite":
        return SqliteCopies(f"sqlite:///{workdir / 'none.db'}")
    if settings.database_url.startswith("sqlite"):
        raise BackupRefused("a backup of PostgreSQL needs a server: set LMS_DATABASE_URL")
    return copies_of(settings, scratch)


def compare(manifest: Manifest, sessions: Sessions) -> None:
    """Rows and revision as written down; then, with this code's tables, the audit chain."""
    wrong = differences(manifest.contents, contents_of(sessions))
    if wrong:
        more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        raise BackupRefused(
            "what was restored is not what was saved: " + "; ".join(wrong[:3]) + more
        )
    migrating.upgrade(sessions)
    with reading(sessions) as session:
        broken = verify_chain(session).broken_id
    if broken is not None:
        raise BackupRefused(f"its audit log was changed: entry {broken} does not fit the chain")


def require_known(manifest: Manifest) -> None:
    """Refuse what a newer release has written."""
    if not is_known(manifest.contents.revision):
        raise BackupRefused(
            f"the backup is newer than this code (revision {manifest.contents.revision} is unknown"
            " here): install the newer release"
        )
