"""The terminal's SQLite database: opened safely, migrated by name."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database, Migrations

from device_config.disk import open_private, sync_directory
from device_config.errors import StateDamaged, StateNotWritable

BUSY_TIMEOUT_S = 5.0


def open_database(path: Path, migration_sets: tuple[Migrations, ...]) -> Database:
    """A connection in WAL with `synchronous=FULL`, every migration applied.

    It belongs to the thread that opened it. Raises StateDamaged when the file is no database,
    StateNotWritable when it cannot be opened, or cannot be had for ourselves in time.
    """
    try:
        if not path.exists():
            os.close(open_private(path))
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)
    except (OSError, sqlite3.OperationalError) as error:
        raise StateNotWritable(f"{path}: {error}; give another directory with --state") from None
    db = Database(connection)
    try:
        _enable_wal(db)
        # FULL: a kiosk gets unplugged, and NORMAL may lose the last commits then.
        db.conn.execute("PRAGMA synchronous=FULL")
        db.conn.execute("PRAGMA foreign_keys=ON")
        _migrate(db, migration_sets)
    except sqlite3.OperationalError as error:
        db.conn.close()
        raise StateNotWritable(f"{path}: {error}; free some space, then try again") from None
    except sqlite3.DatabaseError as error:
        db.conn.close()
        raise StateDamaged(f"{path}: {error}; keep the file and call support") from None
    sync_directory(path.parent)
    return db


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
