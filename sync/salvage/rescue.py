"""Opening the outbox whatever has become of its file.

A damaged one is put aside, and a new one begun with all that could be saved. Only for whoever holds
the kiosk's place in the state directory. Cut short at any moment it begins anew, or goes on:
nothing is taken from the damaged file before the new one is whole on disk.
"""

import errno
import fcntl
import logging
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlite_utils import Migrations

from device_config.clock import Reading
from device_config.database import (
    BUSY_TIMEOUT_S,
    RESCUED,
    folder_locked,
    is_full,
    saving_locked,
)
from device_config.disk import mend, sync_directory
from device_config.errors import KioskError, StateNotWritable
from device_config.road import JournalEntry, entry_now
from device_config.state import StateDirectory
from device_config.wal import index_of, log_of, missing_part
from sync.high_water import HighWaterMark, Number, forgotten, known_of
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
    StateInUse or sqlite3.Error when the disk, or somebody who is sending, does not let it.
    """
    try:
        if _beside(state, RESCUED).exists():
            _take_its_place(state)
        elif (why := _damage(state, is_thorough=is_thorough)) is not None:
            log.error("%s: damaged (%s); saving what can be read", state.database, why)
            with saving_locked(state.database, fcntl.LOCK_EX, BUSY_TIMEOUT_S):
                _rescue(state, why, now, also)
                _take_its_place(state)
        return _opened(state, also)
    except KioskError:
        raise
    except OSError as error:
        path = Path(error.filename or state.database)
        raise StateNotWritable(f"{path}: {error.strerror}; {mend(error, path)}") from None


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
    if why is None and state.database.exists():
        why = damage_of(state.database, is_thorough=is_thorough)
    return why or forgotten(state)


def _opened(state: StateDirectory, also: tuple[Migrations, ...]) -> Outbox:
    outbox = open_outbox(state, also)
    # A power cut may have taken the newest from the mark.
    counts = outbox.counts()
    HighWaterMark.of(state).settle_at(Number(counts.epoch, counts.last_seq))
    return outbox


def _rescue(state: StateDirectory, why: str, now: Reading, also: tuple[Migrations, ...]) -> None:
    """Build the new database, which is the long part, and only then decide for it.

    Where there is no room for it, older damaged files go first.
    """
    given_up = 0
    while True:
        try:
            saved, kept_as = _rebuilt(state, why, now, also, given_up)
            break
        except (sqlite3.Error, StateNotWritable, OSError) as error:
            remove_leftovers(state.database)
            if is_full(error) and remove_oldest_damaged(state.database):
                given_up += 1
                log.warning("no room for what can be saved: an older damaged file has gone")
            elif isinstance(error, sqlite3.Error):
                what = f"{_beside(state, NEW)}: {error}; free some space"
                raise StateNotWritable(what) from error
            else:
                raise
    _beside(state, NEW).rename(_beside(state, RESCUED))
    sync_directory(state.path)
    log.warning(
        "saved %s responses; %d numbers were not found; %s",
        sum(saved.by_state.values()),
        saved.not_found_count,
        f"the damaged file is kept as {kept_as}" if kept_as else "there was no file to keep",
    )


def _rebuilt(
    state: StateDirectory, why: str, now: Reading, also: tuple[Migrations, ...], given_up: int
) -> tuple[Saved, str | None]:
    """Fill the new database; returns what was saved, and the name that the damaged one will get."""
    remove_leftovers(state.database)
    new = _beside(state, NEW)
    is_there = state.database.exists() or log_of(state.database).exists()
    kept_as = _next_aside(state.database).name if is_there else None

    def entry(saved: Saved) -> JournalEntry:
        data = _told(saved, why, kept_as) | ({"given_up": given_up} if given_up else {})
        return entry_now("salvage", data, now)

    saved = rebuild(state.database, new, also, known_of(state), entry)
    _refuse_unfinished(log_of(new))
    return saved, kept_as


def _refuse_unfinished(log_of_new: Path) -> None:
    """Raise OSError where a part of the new database is in its log: that takes no place."""
    if log_of_new.exists():
        raise OSError(errno.EIO, "a part of what was saved is still in it", str(log_of_new))


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


def _told(saved: Saved, why: str, kept_as: str | None) -> dict[str, Any]:
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
