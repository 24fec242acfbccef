"""Opening the outbox whatever has become of its file.

A damaged one is put aside, and a new one begun with all that could be saved. Only for whoever holds
the kiosk's place in the state directory. Cut short at any moment it begins anew, or goes on:
nothing is taken from the damaged file before the new one is whole on disk.
"""

import fcntl
import logging
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlite_utils import Migrations

from device_config.clock import Reading
from device_config.database import RESCUED, folder_locked
from device_config.disk import sync_directory
from device_config.durable_file import DurableFile
from device_config.errors import StateDamaged, StateNotWritable
from device_config.road import JournalEntry, entry_now
from device_config.state import StateDirectory
from device_config.wal import index_of, log_of, missing_part
from sync.outbox import Outbox, open_outbox
from sync.salvage.reading import damage_of
from sync.salvage.rebuild import Saved, rebuild

log = logging.getLogger(__name__)

NEW = ".new"
ASIDE = ".damaged-"
MOST_KEPT = 3
"""Damaged files that are kept; the oldest makes room."""


def open_or_rescue(
    state: StateDirectory,
    now: Reading,
    also: tuple[Migrations, ...] = (),
    *,
    is_thorough: bool = False,
) -> Outbox:
    """The outbox of a state directory, after saving what can be saved if its file is damaged.

    `is_thorough` looks closer, and slower: for when writing has failed. Raises StateNotWritable,
    OSError or sqlite3.Error when the disk does not let it.
    """
    if not _beside(state, RESCUED).exists():
        why = _damage(state, is_thorough=is_thorough)
        if why is None:
            return open_outbox(state, also)
        log.error("%s: damaged (%s); saving what can be read", state.database, why)
        _rescue(state, why, now, also)
    _take_its_place(state)
    return open_outbox(state, also)


def damaged_files(database: Path) -> tuple[Path, ...]:
    """The damaged databases that were put aside, oldest first; of some only the log is left."""
    return tuple(_aside(database, number) for number in _numbers_aside(database))


def remove_leftovers(database: Path) -> int:
    """Delete what a rescue that was cut short left behind; returns how many files."""
    new = database.with_name(database.name + NEW)
    found = [path for path in (new, log_of(new), index_of(new)) if path.exists()]
    for path in found:
        path.unlink()
    return len(found)


def remove_oldest_damaged(database: Path) -> int:
    """Delete the oldest of the damaged files that were put aside; returns how many."""
    oldest = damaged_files(database)[:1]
    for path in oldest:
        log_of(path).unlink(missing_ok=True)
        path.unlink(missing_ok=True)
    return len(oldest)


def _damage(state: StateDirectory, *, is_thorough: bool) -> str | None:
    why = missing_part(state.database)
    if why is not None or not state.database.exists():
        return why
    return damage_of(state.database, is_thorough=is_thorough)


def _rescue(state: StateDirectory, why: str, now: Reading, also: tuple[Migrations, ...]) -> None:
    """Build the new database, which is the long part, and only then decide for it."""
    remove_leftovers(state.database)
    new = _beside(state, NEW)
    kept_as = _next_aside(state.database).name

    def entry(saved: Saved) -> JournalEntry:
        return entry_now("salvage", _told(saved, why, kept_as), now)

    try:
        saved = rebuild(state.database, new, also, _known_epoch(state), entry)
    except (sqlite3.Error, OSError) as error:
        remove_leftovers(state.database)
        raise StateNotWritable(f"{new}: {error}; free some space") from None
    new.rename(_beside(state, RESCUED))
    sync_directory(state.path)
    log.warning(
        "saved %s responses; %d numbers were not found; the damaged file is kept as %s",
        sum(saved.by_state.values()),
        saved.not_found_count,
        kept_as,
    )


def _take_its_place(state: StateDirectory) -> None:
    """Put the damaged files aside and the new one in their place, each step on disk in turn."""
    rescued, aside = _beside(state, RESCUED), _next_aside(state.database)
    with folder_locked(state.path, fcntl.LOCK_EX):
        # The log goes first: beside another database SQLite would read it into that.
        for part, kept in ((log_of(state.database), log_of(aside)), (state.database, aside)):
            with suppress(FileNotFoundError):
                part.rename(kept)
            index_of(state.database).unlink(missing_ok=True)
            sync_directory(state.path)
        rescued.rename(state.database)
        sync_directory(state.path)
    while len(damaged_files(state.database)) > MOST_KEPT:
        remove_oldest_damaged(state.database)


def _told(saved: Saved, why: str, kept_as: str) -> dict[str, Any]:
    """For the centre: what was saved, and which numbers of which epochs were not found."""
    return {
        "why": why,
        "kept_as": kept_as,
        "saved": saved.by_state,
        "state_unknown": saved.state_unknown,
        "new_epoch": saved.new_epoch,
        "last_numbers": [{"epoch": epoch, "seq": seq} for epoch, seq in saved.last_numbers.items()],
        "not_found": saved.not_found,
        "not_found_count": saved.not_found_count,
    }


def _known_epoch(state: StateDirectory) -> int:
    try:
        return int((DurableFile(state.file("epoch")).read() or {}).get("epoch", 0))
    except StateDamaged:
        return 0


def _beside(state: StateDirectory, ending: str) -> Path:
    return state.database.with_name(state.database.name + ending)


def _next_aside(database: Path) -> Path:
    """Where the damaged file goes; the same place again after a rescue that was cut short."""
    numbers = _numbers_aside(database)
    last = numbers[-1] if numbers else 0
    is_half_done = last and not _aside(database, last).exists() and database.exists()
    return _aside(database, last if is_half_done else last + 1)


def _aside(database: Path, number: int) -> Path:
    return database.with_name(f"{database.name}{ASIDE}{number}")


def _numbers_aside(database: Path) -> list[int]:
    begin = database.name + ASIDE
    names = (path.name.removesuffix("-wal") for path in database.parent.glob(f"{begin}*"))
    return sorted({int(end) for name in names if (end := name.removeprefix(begin)).isdigit()})
