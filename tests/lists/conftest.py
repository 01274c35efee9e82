"""Lists as files, and the commands that take them over."""

from dataclasses import dataclass

import pytest

from tests import duties, factories


@dataclass(frozen=True)
class Said:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def bring(cli, clock, tmp_path):
    """Brings a list on the day of the demonstration: bring("people", text, "--dry-run")."""
    clock(factories.NOW)

    def run(kind, text, *options):
        path = tmp_path / "list.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        result = cli.invoke(args=[kind, "import", str(path), *options])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def house(session):
    """An organisation with its calendar."""
    return duties.House(session)
