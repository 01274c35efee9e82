"""The one file that a backup is: a ZIP that any program opens, sealed by a hash over all its bytes.

ZIP and not tar, since it can be looked into everywhere and finds one member without reading all
before it. Its own checksums leave gaps (times, names, padding), so its comment, the last bytes of
the file, carries the SHA-256 of everything before them.
"""

import contextlib
import hashlib
import os
import shutil
import zipfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from lms.system.backups.manifest import BackupRefused, Manifest, Member, read_manifest

_MARK = b"lernstand-backup sha256="
_SEAL_BYTES = 64
_BLOCK = 1024 * 1024
_MANIFEST = "manifest.json"
_LARGEST_MANIFEST = 64 * _BLOCK
_DAMAGED = "is damaged: its bytes are not those that were written"


class ArchiveWriter:
    """Adds members one by one; what it read is what the manifest will say."""

    def __init__(self, stream: IO[bytes]) -> None:
        # Level 1: the highest takes five times as long for a tenth less.
        self._zip = zipfile.ZipFile(stream, "w", compresslevel=1)
        self.members: dict[str, Member] = {}

    def add(self, name: str, source: IO[bytes], *, is_packed: bool = False) -> None:
        """Copy a file in blocks. What `is_packed` (films, dumps) is not packed once more."""
        self._zip.compression = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
        digest, size = hashlib.sha256(), 0
        with self._zip.open(name, "w", force_zip64=True) as target:
            while block := source.read(_BLOCK):
                digest.update(block)
                size += len(block)
                target.write(block)
        self.members[name] = Member(size, digest.hexdigest())

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest and the table of contents, with room for the seal."""
        self._zip.writestr(_MANIFEST, manifest.to_json(), zipfile.ZIP_DEFLATED)
        self._zip.comment = _MARK + b"0" * _SEAL_BYTES
        self._zip.close()

    def give_up(self) -> None:
        """Let go of the stream after an error; what was written is thrown away by the caller."""
        with contextlib.suppress(OSError, ValueError):
            self._zip.close()


def seal(stream: IO[bytes]) -> str:
    """Write the hash of all that stands before it at the end of the file; returns it."""
    found = _hash_before_seal(stream)
    stream.seek(-_SEAL_BYTES, os.SEEK_END)
    stream.write(found.encode())
    stream.flush()
    os.fsync(stream.fileno())
    return found


def is_backup(path: Path) -> bool:
    """True when a file ends as backups do; says nothing about whether it is whole."""
    try:
        with path.open("rb") as stream:
            stream.seek(-_SEAL_BYTES - len(_MARK), os.SEEK_END)
            return stream.read(len(_MARK)) == _MARK
    except OSError:
        return False


def seal_of(path: Path) -> str:
    """The hash that the file carries, once it was found to be that of its bytes."""
    try:
        with path.open("rb") as stream:
            if not is_backup(path):
                raise BackupRefused(f"{path.name} is no backup of Lernstand, or was cut off")
            stated = _stated_seal(stream)
            if _hash_before_seal(stream) != stated:
                raise BackupRefused(f"{path.name} {_DAMAGED}")
    except OSError as error:
        raise BackupRefused(f"{path} cannot be read ({error.strerror})") from error
    return stated


def _stated_seal(stream: IO[bytes]) -> str:
    stream.seek(-_SEAL_BYTES, os.SEEK_END)
    return stream.read(_SEAL_BYTES).decode("ascii", errors="replace")


def _hash_before_seal(stream: IO[bytes]) -> str:
    left = stream.seek(0, os.SEEK_END) - _SEAL_BYTES
    stream.seek(0)
    digest = hashlib.sha256()
    while left > 0 and (block := stream.read(min(_BLOCK, left))):
        digest.update(block)
        left -= len(block)
    return digest.hexdigest()


class Archive:
    """An archive whose seal was checked, opened for reading."""

    def __init__(self, path: Path, opened: zipfile.ZipFile, sealed: str) -> None:
        self.path = path
        self.seal = sealed
        self._zip = opened
        entry = opened.getinfo(_MANIFEST)
        if entry.file_size > _LARGEST_MANIFEST:
            raise BackupRefused("its manifest is too large to be one")
        self.manifest = read_manifest(opened.read(entry))
        names = sorted(set(opened.namelist()) - {_MANIFEST})
        if names != sorted(self.manifest.members):
            raise BackupRefused("its members are not those that its manifest names")

    def unpack(self, name: str, target: Path) -> None:
        """Write one member to a new file, and compare its size and hash with the manifest."""
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            self._read(name, out)
            out.flush()
            os.fsync(out.fileno())

    def check(self, names: Iterable[str]) -> None:
        """Read members to their end and compare, without keeping anything."""
        for name in names:
            self._read(name, None)

    def _read(self, name: str, out: IO[bytes] | None) -> None:
        member, digest, size = self.manifest.members[name], hashlib.sha256(), 0
        with self._zip.open(name) as source:
            while block := source.read(_BLOCK):
                size += len(block)
                if size > member.size_bytes:
                    break
                digest.update(block)
                if out is not None:
                    out.write(block)
        if (size, digest.hexdigest()) != (member.size_bytes, member.sha256):
            raise BackupRefused(f"{name} is not what the manifest says")


@contextmanager
def opened(path: Path) -> Generator[Archive]:
    """A backup, found whole first; BackupRefused says what is wrong with it."""
    sealed = seal_of(path)
    try:
        with zipfile.ZipFile(path) as found:
            yield Archive(path, found, sealed)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, EOFError) as error:
        raise BackupRefused(f"{path.name} cannot be unpacked ({error})") from error


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder last through a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network shares cannot
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def free_bytes(folder: Path) -> int:
    """How much room there is."""
    return shutil.disk_usage(folder).free
