"""What SQLite itself can still read of a damaged database, and whether it is damaged at all.

Nothing here writes: a connection that may not write does not tidy up the log either.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from device_config.wal import log_of
from sync.salvage.rows import COLUMNS, Row, checked_row

LARGEST_NUMBER = 2**53
"""Of an epoch or a seq, for the centre; above it, one that was read is damaged."""
MOST_FAILURES = 20_000
"""Readings that may fail before the rest is left to the scan of the pages: a second's work."""

DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
BAD_SECTOR = (sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ)

UNREADABLE = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What reading raises: SQLite's own words may hold damaged names, which are no text any more."""

SELECT = f"SELECT {', '.join(COLUMNS)} FROM responses"  # noqa: S608 - our own names


@contextmanager
def reading_only(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that leaves the file and its log as they are; raises sqlite3.Error."""
    # Without a log SQLite would make one; an immutable file is read as it stands.
    more = "" if log_of(path).exists() else "&immutable=1"
    # Beside an empty file it would delete the log, even here.
    is_empty = path.exists() and not path.stat().st_size
    place = "file::memory:" if is_empty else f"file:{quote(str(path))}?mode=ro{more}"
    with closing(sqlite3.connect(place, uri=True)) as connection:
        connection.text_factory = _text
        yield connection


def damage_of(path: Path, *, is_thorough: bool) -> str | None:
    """What is wrong with a database; None for a sound one, or one that was just begun.

    SQLite's own check of its structure, then each document that the centre does not hold yet. A
    thorough one also compares indexes with their tables. Raises sqlite3.OperationalError for what
    says nothing of the file, such as a lock.
    """
    check = "integrity_check" if is_thorough else "quick_check"
    try:
        with reading_only(path) as connection:
            [said] = connection.execute(f"PRAGMA {check}(1)").fetchone()
            if said != "ok":
                return str(said).replace("\n", " ")
            if connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None:
                return None
            rows = connection.execute(f"{SELECT} WHERE state != 'sent'")
            unreadable = next((each for each in rows if checked_row(each) is None), None)
    except UnicodeDecodeError:
        return "the names of its tables are damaged"
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            return str(error)
        raise
    if unreadable is not None:
        return f"the document of response {unreadable[0]}/{unreadable[1]} is damaged"
    return None


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether SQLite speaks of the file's content, or of a sector that cannot be read.

    A missing table is of it, too. Locks, full disks and missing rights are not.
    """
    code = error.sqlite_errorcode
    return code & 0xFF in DAMAGE or code in BAD_SECTOR


def last_numbers(connection: sqlite3.Connection) -> dict[int, int]:
    """By epoch the last number given, as far as it can be read."""
    with suppress(*UNREADABLE):
        rows = connection.execute("SELECT epoch, last_seq FROM epochs").fetchall()
        return {epoch: seq for epoch, seq in rows if _can_be(epoch, 1) and _can_be(seq, 0)}
    return {}


def _can_be(number: object, least: int) -> bool:
    # One is left for the epoch that follows.
    return isinstance(number, int) and least <= number < LARGEST_NUMBER


def rows_by_key(connection: sqlite3.Connection, last: dict[int, int]) -> Iterator[Row]:
    """Rows by ranges of their keys, which are halved around what cannot be read."""
    failures = 0
    ranges = [(epoch, 1, last[epoch]) for epoch in sorted(last, reverse=True)]
    while ranges and failures < MOST_FAILURES:
        epoch, first, beyond = ranges.pop()
        following = first
        try:
            rows = connection.execute(
                f"{SELECT} WHERE epoch = ? AND seq BETWEEN ? AND ? ORDER BY seq",
                (epoch, first, beyond),
            )
            for columns in rows:
                following = max(following, columns[1] + 1)
                row = checked_row(columns)
                if row is not None:
                    yield row
        except UNREADABLE:
            failures += 1
            if following < beyond:
                middle = (following + beyond) // 2
                ranges += [(epoch, middle + 1, beyond), (epoch, following, middle)]


def _text(raw: bytes) -> str | bytes:
    """A text column; what is no UTF-8 any more is no text, and no reason to stop reading."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw
