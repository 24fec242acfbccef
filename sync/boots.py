"""The boots that this terminal has seen, and when in each of them its clock was right.

Beside the responses, in the same database: an anchor is worth as much as the answers that wait
for it.
"""

import sqlite3

from sqlite_utils import Database, Migrations

from device_config.clock import Reading
from device_config.database import immediate
from sync.answered import Anchor, Boot

CLOCK = Migrations("clock")

ANCHOR_EVERY_S = 600.0
"""How far the newest anchor may fall behind; in so long the clock drifts 0.3 s at most."""
MOST_BOOTS = 1000
"""Boots that are kept; older ones only for responses that may still need them."""
MOST_UNTIMED = 100_000
"""Responses whose time the centre is still to be told; beyond, the oldest stay without."""


@CLOCK()
def create_boots_and_untimed(db: Database) -> None:
    """Each boot with its first and its last anchor, and what travelled without a time."""
    db.executescript(
        """
        CREATE TABLE boots (
            number INTEGER PRIMARY KEY,
            boot_id TEXT NOT NULL UNIQUE,
            first_boottime REAL,
            first_wall REAL,
            last_boottime REAL,
            last_wall REAL
        );
        CREATE TABLE untimed (
            epoch INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            boot_id TEXT NOT NULL,
            boottime REAL NOT NULL,
            precision TEXT NOT NULL,
            PRIMARY KEY (epoch, seq)
        ) WITHOUT ROWID;
        """
    )


def note_boot(conn: sqlite3.Connection, boot_id: str) -> None:
    """Put a boot in its place among the others, when something of it is first written."""
    if boot_id:  # else the kernel did not name it, and it could be any
        is_new = conn.execute("INSERT OR IGNORE INTO boots (boot_id) VALUES (?)", (boot_id,))
        if is_new.rowcount:
            _make_room(conn)


def note_anchor(db: Database, now: Reading) -> bool:
    """Write down that the clock is right now: at once in a new boot, then now and again.

    Returns whether it was written.
    """
    if not (now.is_synced and now.boot_id) or _has_anchor_near(db, now):
        return False
    with immediate(db) as conn:
        note_boot(conn, now.boot_id)
        conn.execute(
            "UPDATE boots SET first_boottime = ?, first_wall = ?"
            " WHERE boot_id = ? AND first_boottime IS NULL",
            (now.boottime, now.wall, now.boot_id),
        )
        conn.execute(
            "UPDATE boots SET last_boottime = ?, last_wall = ? WHERE boot_id = ?",
            (now.boottime, now.wall, now.boot_id),
        )
    return True


def known_boots(conn: sqlite3.Connection) -> tuple[Boot, ...]:
    """The boots in the order in which they were, with their anchors; none that is damaged."""
    rows = conn.execute(
        "SELECT boot_id, first_boottime, first_wall, last_boottime, last_wall FROM boots"
        " ORDER BY number"
    )
    boots = []
    for boot_id, *numbers in rows:
        anchors = () if None in numbers else (Anchor(*numbers[:2]), Anchor(*numbers[2:]))
        boots.append(Boot(boot_id, tuple(each for each in anchors if each.is_possible)))
    return tuple(boots)


def _has_anchor_near(db: Database, now: Reading) -> bool:
    row = db.conn.execute("SELECT last_boottime FROM boots WHERE boot_id = ?", (now.boot_id,))
    (last,) = row.fetchone() or (None,)
    return last is not None and last <= now.boottime < last + ANCHOR_EVERY_S


def _make_room(conn: sqlite3.Connection) -> None:
    conn.execute(
        "DELETE FROM untimed WHERE (epoch, seq) IN"
        " (SELECT epoch, seq FROM untimed ORDER BY epoch DESC, seq DESC LIMIT -1 OFFSET ?)",
        (MOST_UNTIMED,),
    )
    conn.execute(
        "DELETE FROM boots WHERE number <= (SELECT max(number) FROM boots) - ? AND boot_id NOT IN"
        " (SELECT boot_id FROM untimed UNION SELECT boot_id FROM responses WHERE state <> 'sent')",
        (MOST_BOOTS,),
    )
