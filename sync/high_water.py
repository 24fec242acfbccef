"""What stands beside the database of the numbers given: shows that a database is an old one.

A database whose log is taken away while nothing runs looks whole, and would give the numbers of the
log a second time. The mark is written over in place right after a commit, without a sync, so it
costs an answer some microseconds: a kill leaves it as it is, and a power cut takes from it what the
kernel had not written yet, half a minute as a rule. So it is never ahead of the truth.
"""

import os
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

from device_config.disk import open_private, say_once, sync_directory
from device_config.durable_file import DurableFile
from device_config.errors import StateDamaged
from device_config.state import StateDirectory
from sync.salvage.reading import last_numbers, reading_only

MAGIC = "palautepiste/1"
BYTES = 64
"""Far below a sector, so that it is written whole or not at all."""


class Number(NamedTuple):
    """Where a response stands among all of its terminal; a higher epoch is higher."""

    epoch: int
    seq: int


class HighWaterMark:
    """A number in a small file of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def of(cls, state: StateDirectory) -> Self:
        """The mark of a terminal."""
        return cls(state.file("highest"))

    def read(self) -> Number | None:
        """The number; None where it is not there, or not whole."""
        try:
            with self._path.open("rb") as file:
                magic, epoch, seq, checksum = file.read(BYTES).decode("ascii").split()
            number = Number(int(epoch), int(seq))
        except (OSError, ValueError):
            return None
        return number if (magic, checksum) == (MAGIC, _checksum(number)) else None

    def raise_to(self, number: Number) -> None:
        """Write down that this number was given, when that is on disk itself.

        A mark that cannot be written is logged: answers go on without it.
        """
        try:
            descriptor = self._opened()
            try:
                os.pwrite(descriptor, _framed(number), 0)
            finally:
                os.close(descriptor)
        except OSError as error:
            say_once(f"{self._path}: {error.strerror}; numbers go on without this mark")

    def _opened(self) -> int:
        # The usual case alone: giving a file to its owner each time would make every flush of the
        # database wait for one more change of the folder's file system.
        try:
            return os.open(self._path, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            return open_private(self._path)

    def settle_at(self, number: Number) -> None:
        """The same, on disk when this returns: for the start, after which nothing is in doubt."""
        if self.read() == number:
            return
        self.raise_to(number)
        with suppress(OSError), self._path.open("rb") as file:
            os.fsync(file.fileno())
            sync_directory(self._path.parent)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known without the database: the last epoch (0: none) and the highest number."""

    epoch: int
    highest: Number | None


def known_of(state: StateDirectory) -> Known:
    """What stands beside a terminal's database, as far as it is whole."""
    try:
        epoch = int((DurableFile(state.file("epoch")).read() or {}).get("epoch", 0))
    except StateDamaged:
        epoch = 0
    return Known(epoch, HighWaterMark.of(state).read())


def forgotten(state: StateDirectory) -> str | None:
    """How the database is older than what was given; None if it knows of all that.

    Raises sqlite3.Error or UnicodeDecodeError where it cannot be read.
    """
    known = known_of(state)  # first: the database is ahead of it
    if known == Known(0, None):
        return None
    if not state.database.exists():
        return "the file is gone"
    with reading_only(state.database) as connection:
        # A full disk or a lock says nothing of the file: it is no reason to find no numbers in it.
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        last = last_numbers(connection)
    if known.highest is not None and last.get(known.highest.epoch, 0) < known.highest.seq:
        missing = f"response {known.highest.epoch}/{known.highest.seq}"
    elif known.epoch > max(last, default=0):
        missing = f"epoch {known.epoch}"
    else:
        return None
    return f"it is an old one, from before {missing}; was its log deleted?"


def _framed(number: Number) -> bytes:
    line = f"{MAGIC} {number.epoch} {number.seq} {_checksum(number)}"
    return line.ljust(BYTES - 1).encode() + b"\n"


def _checksum(number: Number) -> str:
    return f"{zlib.crc32(f'{number.epoch} {number.seq}'.encode()):08x}"
