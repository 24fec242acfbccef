"""A small file that survives power cuts and damage: two copies, checksummed, renamed into place.

For what must outlive the database: epoch, settings, location, credentials. The newest copy whose
checksum fits wins; a damaged or missing one is written anew from it.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from device_config.errors import StateDamaged
from device_config.state import sync_directory

MAGIC = "palautepiste/1"
MOST_BYTES = 4 * 1024 * 1024
COPIES = (".1", ".2")


@dataclass(frozen=True, slots=True)
class _Copy:
    revision: int
    body: bytes


class DurableFile:
    """One JSON body kept in `<path>.1` and `<path>.2`, mode 0600."""

    def __init__(self, path: Path) -> None:
        self._paths = tuple(path.with_name(path.name + ending) for ending in COPIES)

    def read(self) -> Any:
        """The newest whole body, or None when it was never written.

        Raises StateDamaged when copies exist and none is whole.
        """
        copies = self._copies()
        whole = [copy for copy in copies if copy is not None]
        if not whole:
            if any(path.exists() for path in self._paths):
                raise StateDamaged(f"{self._paths[0]}: damaged, and so is its second copy")
            return None
        newest = max(whole, key=lambda copy: copy.revision)
        self._heal(copies, newest)
        return msgspec.json.decode(newest.body)

    def write(self, body: object) -> None:
        """Replace the body; when this returns, both copies are on disk."""
        revision = max((copy.revision for copy in self._copies() if copy), default=0) + 1
        encoded = msgspec.json.format(msgspec.json.encode(body), indent=2)
        for path in self._paths:
            _replace(path, _framed(revision, encoded))

    def fingerprint(self) -> tuple[int, ...]:
        """A number for each copy that changes whenever the file is written: its inode."""
        return tuple(path.stat().st_ino if path.exists() else 0 for path in self._paths)

    def _copies(self) -> tuple[_Copy | None, ...]:
        return tuple(_read_copy(path) for path in self._paths)

    def _heal(self, copies: tuple[_Copy | None, ...], newest: _Copy) -> None:
        for path, copy in zip(self._paths, copies, strict=True):
            if copy != newest and os.access(path.parent, os.W_OK):
                _replace(path, _framed(newest.revision, newest.body))


def _framed(revision: int, body: bytes) -> bytes:
    return f"{MAGIC} {revision} {_checksum(revision, body)}\n".encode() + body


def _checksum(revision: int, body: bytes) -> str:
    return hashlib.sha256(f"{revision}\n".encode() + body).hexdigest()


def _read_copy(path: Path) -> _Copy | None:
    try:
        if path.stat().st_size > MOST_BYTES:
            return None
        head, _, body = path.read_bytes().partition(b"\n")
        magic, revision, checksum = head.decode("ascii").split(" ")
        whole = magic == MAGIC and checksum == _checksum(int(revision), body)
    except (OSError, ValueError):
        return None
    return _Copy(int(revision), body) if whole else None


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_directory(path.parent)
