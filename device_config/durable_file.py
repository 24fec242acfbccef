"""A small file that survives power cuts and damage: two copies, checksummed, renamed into place.

For what must outlive the database: epoch, settings, location, credentials. The newest copy whose
checksum fits wins; a damaged or missing one is written anew from it.
"""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from device_config.errors import KioskError, StateDamaged, StateNotWritable
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
        self._lock = path.with_name(path.name + ".lock")

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
        newest = _newest(whole)
        if any(copy != newest for copy in copies) and os.access(self._lock.parent, os.W_OK):
            self._heal()
        return msgspec.json.decode(newest.body)

    def write(self, body: object) -> None:
        """Replace the body; when this returns, both copies are on disk.

        Raises StateNotWritable; then the newest whole body is the old one or the new one.
        """
        self.update(lambda _before: body)

    def update(self, change: Callable[[Any], object]) -> None:
        """Replace the body by what `change` makes of it, with nobody else writing in between.

        `change` is given None when there is no whole body. Raises StateNotWritable, as `write`.
        """
        try:
            with self._alone():
                whole = [copy for copy in self._copies() if copy is not None]
                before = _newest(whole) if whole else None
                body = change(msgspec.json.decode(before.body) if before else None)
                revision = before.revision + 1 if before else 1
                encoded = msgspec.json.format(msgspec.json.encode(body), indent=2)
                for path in self._paths:
                    _replace(path, _framed(revision, encoded))
        except KioskError:
            raise
        except OSError as error:
            raise StateNotWritable(
                f"{self._paths[0]}: {error.strerror}; free some space or mount it writable"
            ) from None

    def fingerprint(self) -> tuple[int, ...]:
        """Numbers that change whenever the file is written."""
        return tuple(number for path in self._paths for number in file_fingerprint(path))

    def _copies(self) -> tuple[_Copy | None, ...]:
        return tuple(_read_copy(path) for path in self._paths)

    def _heal(self) -> None:
        """Write a damaged or missing copy anew; where that fails, the whole one must do."""
        with suppress(OSError), self._alone():
            copies = self._copies()
            newest = _newest([copy for copy in copies if copy is not None])
            for path, copy in zip(self._paths, copies, strict=True):
                if copy != newest:
                    _replace(path, _framed(newest.revision, newest.body))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # The kiosk reads a file as soon as its first copy is new, while the agent still writes
        # the second: both would use, and rename, the same temporary file.
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def file_fingerprint(path: Path) -> tuple[int, int]:
    """A file's inode and time of change; an inode alone may be given out again."""
    try:
        stat = path.stat()
    except OSError:
        return (0, 0)
    return (stat.st_ino, stat.st_mtime_ns)


def _newest(copies: list[_Copy]) -> _Copy:
    return max(copies, key=lambda copy: copy.revision)


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
