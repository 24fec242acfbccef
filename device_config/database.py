"""The terminal's SQLite database: opened safely, migrated by name."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlite_utils import Database, Migrations

from device_config.disk import open_private, sync_directory
from device_config.errors import KioskError, StateDamaged, StateInUse, StateNotWritable
from device_config.reserve import NO_ROOM
from device_config.wal import missing_part

BUSY_TIMEOUT_S = 5.0
SAVING = ".saving"
"""Ends the name of the file whose lock is held by whoever saves or sends."""
RESCUED = ".rescued"
"""Ends the name of a new database, whole on disk, that is about to take a damaged one's place."""
MEND = "a kiosk that starts saves what can be read; if none does, keep the file and call support"


def open_database(
    path: Path,
    migration_sets: tuple[Migrations, ...],
    forgotten: Callable[[], str | None] = lambda: None,
) -> Database:
    """A connection in WAL with `synchronous=FULL`, every migration applied.

    It belongs to the thread that opened it. `forgotten` says how the file is older than what the
    caller knows to be in it, None if it is not. Raises StateDamaged when the file is no database,
    StateNotWritable when it cannot be opened, or cannot be had for ourselves in time.
    """
    try:
        with folder_locked(path.parent, fcntl.LOCK_SH):
            _refuse_damaged(path, forgotten)
            if not path.exists():
                os.close(open_private(path))
            return _opened(path, migration_sets)
    except KioskError:
        raise
    except (OSError, sqlite3.OperationalError) as error:
        raise StateNotWritable(f"{path}: {error}; give another directory with --state") from None


def _refuse_damaged(path: Path, forgotten: Callable[[], str | None]) -> None:
    """Raise StateDamaged for what SQLite would take for a database without answers."""
    if path.with_name(path.name + RESCUED).exists():
        raise StateDamaged(f"{path}: is being saved; {MEND}")
    missing = missing_part(path)
    if missing is None:
        with suppress(sqlite3.Error, UnicodeDecodeError):  # opening it says more
            missing = forgotten()
    if missing is not None:
        raise StateDamaged(f"{path}: {missing}; {MEND}")


def _opened(path: Path, migration_sets: tuple[Migrations, ...]) -> Database:
    db = Database(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S))
    try:
        # Of a new database only: what retention frees can go back to the disk, page by page.
        db.conn.execute("PRAGMA auto_vacuum=INCREMENTAL")
        _enable_wal(db)
        # FULL: a kiosk gets unplugged, and NORMAL may lose the last commits then.
        db.conn.execute("PRAGMA synchronous=FULL")
        db.conn.execute("PRAGMA foreign_keys=ON")
        _migrate(db, migration_sets)
    except sqlite3.OperationalError as error:
        db.conn.close()
        mend = "free some space, then try again"
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            mend = "another program writes to it; try again in a minute"
        raise StateNotWritable(f"{path}: {error}; {mend}") from None
    # UnicodeDecodeError: SQLite's own words, about names that are damaged.
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        db.conn.close()
        raise StateDamaged(f"{path}: {error}; {MEND}") from None
    # A row whose text a bad disk has damaged must not keep all others from being read.
    db.conn.text_factory = lambda text: text.decode("utf-8", "replace")
    sync_directory(path.parent)
    return db


@contextmanager
def folder_locked(folder: Path, how: int) -> Iterator[None]:
    """Keep others from opening a database in this folder (LOCK_EX), or from replacing it (LOCK_SH).

    Whoever opened one while it is replaced would bring its log to the new one.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def saving_locked(database: Path, how: int, wait_s: float = 0.0) -> Iterator[None]:
    """Let a damaged database be saved (LOCK_EX), or sent from (LOCK_SH), never both at a time.

    What is sent while it is saved would be sent again with other bytes. A lock of our own, since
    SQLite's are gone with a log's index. Raises StateInUse after `wait_s`, OSError.
    """
    descriptor = open_private(database.with_name(database.name + SAVING))
    try:
        give_up_at = time.monotonic() + wait_s
        while not _flocked(descriptor, how):
            if time.monotonic() >= give_up_at:
                whose = (
                    "is being saved" if how == fcntl.LOCK_SH else "another program sends from it"
                )
                raise StateInUse(f"{database}: {whose}; try again in a minute")
            time.sleep(0.02)
        yield
    finally:
        os.close(descriptor)


def _flocked(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _enable_wal(db: Database) -> None:
    # Changing the journal mode does not wait out the busy timeout when two processes start at
    # once on a new file, so we wait ourselves.
    give_up_at = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            db.enable_wal()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > give_up_at:
                raise
            time.sleep(0.02)
        else:
            return


def _migrate(db: Database, migration_sets: tuple[Migrations, ...]) -> None:
    if not any(migrations.pending(db) for migrations in migration_sets):
        return
    with immediate(db):
        for migrations in migration_sets:
            migrations.apply(db)


@contextmanager
def immediate(db: Database) -> Iterator[sqlite3.Connection]:
    """A write transaction that takes its lock at once, so that it can wait for another writer.

    `atomic()` begins deferred: a read in it followed by a write fails at once as "locked",
    busy timeout or not.
    """
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield db.conn
    except BaseException:
        if db.conn.in_transaction:
            db.conn.rollback()
        raise
    else:
        db.conn.commit()


def is_busy(error: BaseException) -> bool:
    """Whether somebody else has had the database for too long, which no free space mends."""
    return _code(error) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def is_full(error: BaseException) -> bool:
    """Whether the disk had no room for the database, its log or the log's index."""
    if isinstance(error, OSError):
        return error.errno in NO_ROOM
    return _code(error) in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE}


def mend_for(error: sqlite3.Error) -> str:
    """What a person can do about an error of SQLite's."""
    if is_busy(error):
        return "another program holds it: try again later"
    if is_full(error):
        return "free some space, then try again"
    return "keep device.db and call support"


def _code(error: BaseException) -> int:
    # What SQLite said stands behind an error of ours.
    said = error.__context__ if isinstance(error, KioskError) else error
    code: int = getattr(said, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code
