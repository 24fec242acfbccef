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

from device_config.disk import mend, mend_reading, open_private, replace_file, say_once
from device_config.errors import KioskError, StateDamaged, StateNotWritable

MAGIC = "palautepiste/1"
MOST_BYTES = 4 * 1024 * 1024
COPIES = (".1", ".2")


@dataclass(frozen=True, slots=True)
class _Copy:
    revision: int
    body: bytes


class DurableFile:
    """One JSON body kept in `<path>.1` and `<path>.2`, mode 0600.

    A damaged copy is written anew at a reading, unless `heals` is off.
    """

    def __init__(self, path: Path, *, heals: bool = True) -> None:
        self._paths = tuple(path.with_name(path.name + ending) for ending in COPIES)
        self._lock = path.with_name(path.name + ".lock")
        self._heals = heals

    def read(self) -> Any:
        """The newest whole body, or None when it was never written.

        Raises StateDamaged when copies exist and none is whole.
        """
        copies = self._copies()
        whole = [copy for copy in copies if copy is not None]
        if not whole:
            self._refuse_lost()
            return None
        newest = _newest(whole)
        is_mendable = self._heals and os.access(self._lock.parent, os.W_OK)
        if is_mendable and any(copy != newest for copy in copies):
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
                    replace_file(path, _framed(revision, encoded), 0o600)
        except KioskError:
            raise
        except OSError as error:
            path = self._paths[0]
            raise StateNotWritable(f"{path}: {error.strerror}; {mend(error, path)}") from None

    def wholeness(self) -> tuple[bool | None, ...]:
        """Of each copy whether it is whole; None for one that is not there."""
        return tuple(
            (_read_copy(path) is not None) if os.path.lexists(path) else None
            for path in self._paths
        )

    def fingerprint(self) -> tuple[int, ...]:
        """Numbers that change whenever the file is written."""
        return tuple(number for path in self._paths for number in file_fingerprint(path))

    def _refuse_lost(self) -> None:
        """Raise StateDamaged for copies that are there and cannot be read."""
        for path in self._paths:
            try:
                path.open("rb").close()
            except FileNotFoundError:
                continue
            except OSError as error:
                what = mend_reading(error, path, "its second copy is of no use either")
                raise StateDamaged(f"{path}: {error.strerror}; {what}") from None
            raise StateDamaged(f"{self._paths[0]}: damaged, and so is its second copy")

    def _copies(self) -> tuple[_Copy | None, ...]:
        return tuple(_read_copy(path) for path in self._paths)

    def _heal(self) -> None:
        """Write a damaged or missing copy anew; where that fails, the whole one must do."""
        with suppress(OSError), self._alone():
            copies = self._copies()
            newest = _newest([copy for copy in copies if copy is not None])
            for path, copy in zip(self._paths, copies, strict=True):
                if copy != newest:
                    replace_file(path, _framed(newest.revision, newest.body), 0o600)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # The kiosk reads a file as soon as its first copy is new, while the agent still writes
        # the second: both would use, and rename, the same temporary file.
        descriptor = open_private(self._lock)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def file_fingerprint(path: Path) -> tuple[int, int]:
    """A file's inode and time of change; an inode alone may be given out again.

    (0, 0) for a file that is not there, and for one that may not be looked at, which is logged.
    """
    try:
        stat = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return (0, 0)
    except OSError as error:
        say_once(f"{path}: {error.strerror}; {mend_reading(error, path, 'passed over')}")
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
