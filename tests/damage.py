"""Ways in which a terminal's database is damaged, on a real one. Holds no tests."""

import functools
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

from device_config.road import pending_entries
from device_config.state import StateDirectory, open_state
from device_config.wal import frames_of, index_of, log_of
from sync.outbox import Outbox

FILLED_AND_KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from damage import fill
fill(Path(sys.argv[1]), int(sys.argv[2]))
os.kill(os.getpid(), 9)
"""
PAGE = 4096


def fill(folder: Path, count: int) -> None:
    """So many responses: the first half sent but for one refused, the last one still open."""
    from builders import TERMINAL, a_content, a_reading, an_outbox

    from sync.wire import Reason, Text

    outbox = an_outbox(folder)
    for number in range(1, count + 1):
        text = Text(plain=f"Kiitos {number}. " * 100) if number % 10 == 0 else None
        outbox.put(a_content(number, text=text, ended=None), a_reading(number))
        if number < count:
            outbox.put(a_content(number, text=text), a_reading(number))
        if number == count // 2:
            ids = [parcel.id for parcel in outbox.take(count, 10**9, TERMINAL)]
            outbox.settle(ids[1:], [(ids[0], Reason("no", "because"))])


def filled_and_killed(folder: Path, count: int) -> None:
    """The same by a program that is then killed: its log stays behind."""
    script = [sys.executable, "-c", FILLED_AND_KILLED, folder, str(count), Path(__file__).parent]
    subprocess.run(list(map(str, script)), check=False, cwd=Path(__file__).parent.parent)


def tidy_up(state: StateDirectory) -> None:
    """All that is in the log goes into the database file."""
    with closing(sqlite3.connect(state.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def overwrite(path: Path, begin: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(begin)
        file.write(content)


def overwrite_pages(state: StateDirectory, chance: random.Random) -> None:
    """One page in twenty, never the first."""
    pages = state.database.stat().st_size // PAGE
    for number in chance.sample(range(1, pages), max(pages // 20, 1)):
        overwrite(state.database, number * PAGE, chance.randbytes(PAGE))


def truncate(state: StateDirectory, chance: random.Random) -> None:
    """The file ends somewhere in its second half."""
    size = state.database.stat().st_size
    os.truncate(state.database, chance.randrange(size // 2, size))


def zero_header(state: StateDirectory, _: random.Random) -> None:
    overwrite(state.database, 0, bytes(100))


def zero_first_page(state: StateDirectory, _: random.Random) -> None:
    overwrite(state.database, 0, bytes(PAGE))


def flip_bytes(state: StateDirectory, chance: random.Random) -> None:
    size = state.database.stat().st_size
    for place in chance.sample(range(size), 40):
        overwrite(state.database, place, chance.randbytes(1))


def delete_log(state: StateDirectory, _: random.Random) -> None:
    log_of(state.database).unlink()


def delete_log_and_index(state: StateDirectory, _: random.Random) -> None:
    """What is left looks like a sound database that was closed some time ago."""
    log_of(state.database).unlink()
    index_of(state.database).unlink()


def lose_all(state: StateDirectory, _: random.Random) -> None:
    """The database is gone with all that belongs to it."""
    for path in (state.database, log_of(state.database), index_of(state.database)):
        path.unlink()


def damage_log(state: StateDirectory, chance: random.Random) -> None:
    """One byte in the first half of the log; what comes after SQLite would forget."""
    log = log_of(state.database)
    frames = frames_of(BytesIO(log.read_bytes()))
    place = chance.randrange(32, frames[len(frames) // 2].offset)
    overwrite(log, place, bytes([log.read_bytes()[place] ^ 0x10]))


def lose_file(state: StateDirectory, _: random.Random) -> None:
    """The database is gone, its log is left."""
    state.database.unlink()


def empty_file(state: StateDirectory, _: random.Random) -> None:
    os.truncate(state.database, 0)


@functools.cache
def _filled_files(count: int) -> dict[str, bytes]:
    """The files of a terminal with so many responses in every state, whose program was killed."""
    with tempfile.TemporaryDirectory() as folder:
        filled_and_killed(Path(folder), count)
        return {path.name: path.read_bytes() for path in (Path(folder) / "state").iterdir()}


def a_copy(folder: Path, count: int) -> StateDirectory:
    """Such a terminal in a folder of its own."""
    state = open_state(folder / "state")
    for name, content in _filled_files(count).items():
        state.file(name).write_bytes(content)
    return state


Damage = Callable[[StateDirectory, random.Random], None]

OF_THE_FILE: dict[str, Damage] = {
    "overwritten pages": overwrite_pages,
    "a truncated file": truncate,
    "a zeroed header": zero_header,
    "a zeroed first page": zero_first_page,
    "flipped bytes": flip_bytes,
}
OF_THE_LOG: dict[str, Damage] = {
    "a deleted log": delete_log,
    "a deleted log and index": delete_log_and_index,
    "all files lost": lose_all,
    "a damaged log": damage_log,
    "a lost file": lose_file,
    "an emptied file": empty_file,
}


ALL = {**OF_THE_FILE, **OF_THE_LOG}


def damaged(state: StateDirectory, name: str, seed: int = 1) -> StateDirectory:
    """The same terminal, damaged in this way."""
    if name in OF_THE_FILE:
        tidy_up(state)
    ALL[name](state, random.Random(seed))
    return state


def told(outbox: Outbox) -> dict[str, Any]:
    """What the one event about the rescue says."""
    [event] = [each for each in pending_entries(outbox.db, 100) if each.kind == "salvage"]
    return event.data


def rows_of(outbox: Outbox) -> dict[tuple[int, int], tuple[Any, ...]]:
    """The responses by epoch and seq: (epoch, seq, id, state, body, is_fixed)."""
    rows = outbox.db.conn.execute("SELECT epoch, seq, id, state, body, is_fixed FROM responses")
    return {row[:2]: row for row in rows}


def forget_the_index(state: StateDirectory) -> None:
    """As after a restart of the machine."""
    index_of(state.database).unlink(missing_ok=True)
