"""Where uploaded files and course media lie: a folder or a shared folder, names are hashes.

Five functions, so that a store in another place needs no change elsewhere; the database row is
the truth about what a file is.
"""

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import BinaryIO

_NAME = re.compile(r"[0-9a-f]{64}")


class BadFileName(ValueError):
    """A name that is no SHA-256 in hexadecimal digits never reaches the file system."""


def _path(root: Path, sha256: str) -> Path:
    if not _NAME.fullmatch(sha256):
        raise BadFileName(sha256)
    return root / sha256[:2] / sha256


def name_of(content: bytes) -> str:
    """The name under which these bytes are kept: their SHA-256."""
    return hashlib.sha256(content).hexdigest()


def save(root: Path, content: bytes) -> str:
    """Keep the bytes and return their SHA-256; the same bytes twice are kept once."""
    sha256 = name_of(content)
    target = _path(root, sha256)
    if target.exists():
        return sha256
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return sha256


def open_file(root: Path, sha256: str) -> BinaryIO:
    """A readable, seekable stream; FileNotFoundError when it is not there."""
    return _path(root, sha256).open("rb")


def exists(root: Path, sha256: str) -> bool:
    """True when the bytes are there."""
    return _path(root, sha256).exists()


def delete(root: Path, sha256: str) -> None:
    """Forget the bytes; nothing happens when they are gone already."""
    _path(root, sha256).unlink(missing_ok=True)
