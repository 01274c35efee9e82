"""An empty database of each kind, for migrations that really commit."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import Engine


@pytest.fixture
def empty(
    new_database: Callable[[Path | None], AbstractContextManager[Engine]], tmp_path: Path
) -> Generator[Engine]:
    """No table yet."""
    with new_database(tmp_path / "empty.db") as engine:
        yield engine
