"""What a terminal keeps, for how long, and what it gives up for an answer when the disk is full.

In this order: leftovers; copies of what the centre has; telemetry; damaged databases that were put
aside. Never a response that waits or was rejected, nor an event that says something of responses.
Programs' logs are the system journal's, which keeps bounds of its own.
"""

import logging
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from device_config.clock import Reading
from device_config.database import immediate, is_busy
from device_config.reserve import is_short_of_space
from device_config.road import KEPT_LONGER
from device_config.settings import RetentionSettings
from sync.outbox import Outbox
from sync.salvage.rescue import remove_leftovers, remove_oldest_damaged

log = logging.getLogger(__name__)

STEP_ROWS = 500
"""Rows at a time: the kiosk's writer waits for no more than one such step."""
FREE_PAGES_KEPT = 1024
"""Empty pages that stay in the database for the next answers; more go back to the disk."""
STEP_PAGES = 500
FEW_ROWS = 50
FEW_PAGES = 20
"""A step for which the log has room in what is kept for the last (`device_config.reserve`)."""
DAY_S = 24 * 3600.0

GivingUp = Callable[[Outbox], int]


def keep_within(outbox: Outbox, bounds: RetentionSettings, now: Reading) -> bool:
    """Delete a step's worth of sent copies that are older or more than `bounds` allow.

    Returns whether more is to be done. Age is left alone while the clock may be wrong; that of an
    answer whose time is never learnt counts from when that is clear.
    """
    deleted = 0
    if now.is_synced:
        deleted = outbox.delete_sent(STEP_ROWS, before_wall=now.wall - bounds.sent_days * DAY_S)
    if not deleted and outbox.sent_bytes() > bounds.sent_bytes:
        deleted = outbox.delete_sent(STEP_ROWS)
    return _tidied(outbox) or deleted > 0


def give_up(outbox: Outbox, has_room: Callable[[], bool]) -> dict[str, int]:
    """Give up one thing after the other until there is room; returns how many of each went.

    A thing that even giving it up needs space for comes again once another one has freed some.
    Raises sqlite3.Error where the disk is too full for anything to be given up.
    """
    given: dict[str, int] = {}
    while (step := _first_that_gives(outbox, is_anything_given=bool(given))) is not None:
        what, gone = step
        given[what] = given.get(what, 0) + gone
        _return_pages(outbox)
        if has_room():
            break
    return given


def _first_that_gives(outbox: Outbox, *, is_anything_given: bool) -> tuple[str, int] | None:
    """Take the first step in the declared order that gives anything up; None if none does."""
    too_full: sqlite3.OperationalError | None = None
    for what, step in GIVEN_UP:
        try:
            gone = step(outbox)
        except sqlite3.OperationalError as error:
            if is_busy(error):
                raise
            too_full = error
            continue
        if gone:
            return what, gone
    if too_full is not None and not is_anything_given:
        raise too_full
    return None


def give_up_files(database: Path) -> dict[str, int]:
    """Give up one thing for which the database need not be opened; returns what, empty if none.

    For when a full disk does not let it be opened: nothing goes while there is space. Raises
    OSError.
    """
    if not is_short_of_space(database.parent):
        return {}
    if gone := remove_leftovers(database):
        return {"leftovers": gone}
    if gone := remove_oldest_damaged(database):
        return {"damaged_files": gone}
    return {}


def _leftovers(outbox: Outbox) -> int:
    return remove_leftovers(outbox.path) if outbox.path else 0


def _sent_copies(outbox: Outbox) -> int:
    try:
        return outbox.delete_sent(STEP_ROWS)
    except sqlite3.OperationalError as error:
        if is_busy(error):
            raise
        return outbox.delete_sent(FEW_ROWS)


def _telemetry(outbox: Outbox) -> int:
    kept = ", ".join("?" * len(KEPT_LONGER))
    with immediate(outbox.db) as conn:
        return conn.execute(
            "DELETE FROM journal WHERE number IN (SELECT number FROM journal"  # noqa: S608 - ours
            f" WHERE kind NOT IN ({kept}) ORDER BY number LIMIT ?)",
            (*KEPT_LONGER, STEP_ROWS),
        ).rowcount


def _damaged_files(outbox: Outbox) -> int:
    return remove_oldest_damaged(outbox.path) if outbox.path else 0


GIVEN_UP: tuple[tuple[str, GivingUp], ...] = (
    ("leftovers", _leftovers),
    ("sent", _sent_copies),
    ("events", _telemetry),
    ("damaged_files", _damaged_files),
)
"""The declared order."""


def _tidied(outbox: Outbox) -> bool:
    """Give some empty pages back to the disk, if there are many; returns whether it did."""
    conn = outbox.db.conn
    # Only a database that was begun this way can give pages back; an older one uses them again.
    can_shrink = conn.execute("PRAGMA auto_vacuum").fetchone()[0] == 2
    if not can_shrink or conn.execute("PRAGMA freelist_count").fetchone()[0] <= FREE_PAGES_KEPT:
        return False
    _vacuum(outbox, STEP_PAGES)
    return True


def _return_pages(outbox: Outbox) -> None:
    """Give every empty page back to the disk, and the log's space with them.

    A few at a time where there is no room to log them all at once.
    """
    for pages, times in ((0, 1), (FEW_PAGES, STEP_PAGES // FEW_PAGES)):
        with suppress(sqlite3.OperationalError):  # still too full, or somebody reads: later, then
            _empty_log(outbox)
            for _ in range(times):
                _vacuum(outbox, pages)
                _empty_log(outbox)
            return


def _empty_log(outbox: Outbox) -> None:
    outbox.db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _vacuum(outbox: Outbox, pages: int) -> None:
    """Give so many empty pages back, 0 for all."""
    # As a script: `execute` takes one step of this pragma, which is one page.
    outbox.db.conn.executescript(f"PRAGMA incremental_vacuum({pages})")
