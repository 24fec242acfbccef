"""Which presses of boxes are settled, on disk: so that none counts twice across a restart.

A row is written in the same transaction as what the press caused, and kept for as long as its box
may offer the press again.
"""

import sqlite3

from sqlite_utils import Database, Migrations

from kiosk.panel.presses import REMEMBERED_S
from kiosk.session.effects import PressId

PRESSES = Migrations("kiosk")


@PRESSES()
def create_presses(db: Database) -> None:
    """The settled presses; `boottime` counts in the boot that `boot_id` names."""
    db.executescript(
        """
        CREATE TABLE presses (
            panel TEXT NOT NULL,
            box TEXT NOT NULL,
            number INTEGER NOT NULL,
            uptime_s INTEGER NOT NULL,
            boot_id TEXT NOT NULL,
            boottime REAL NOT NULL,
            PRIMARY KEY (panel, box, number)
        ) WITHOUT ROWID;
        """
    )


def record(conn: sqlite3.Connection, press: PressId, boot_id: str, now: float) -> None:
    """Write down, within the caller's transaction, that this press is settled.

    `now` is CLOCK_BOOTTIME in seconds.
    """
    conn.execute(
        "DELETE FROM presses WHERE boottime < ? OR (boot_id != ? AND ? > ?)",
        (now - REMEMBERED_S, boot_id, now, REMEMBERED_S),
    )
    conn.execute(
        "INSERT OR REPLACE INTO presses (panel, box, number, uptime_s, boot_id, boottime)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (press.panel, press.box, press.number, press.uptime_s, boot_id, now),
    )


def settled_presses(db: Database, boot_id: str, now: float) -> list[tuple[PressId, float]]:
    """What was settled lately, and when (CLOCK_BOOTTIME).

    How long the machine was off is not known: what an earlier boot settled counts as settled when
    this one began, so that a box with power of its own is not counted twice.
    """
    rows = db.conn.execute(
        "SELECT panel, box, number, uptime_s, boot_id, boottime FROM presses"
    ).fetchall()
    known = [
        (PressId(panel, box, number, uptime_s), boottime if boot == boot_id else 0.0)
        for panel, box, number, uptime_s, boot, boottime in rows
    ]
    return [(press, at) for press, at in known if now - at <= REMEMBERED_S]
