"""From a press on a box to its acknowledgement on the wire: a real kiosk, a pseudo-terminal.

The baseline is the least that the promise costs: one row committed to SQLite on the same disk,
flushed, at the same time and as often.
"""

import os
import select
import sqlite3
import statistics
import tempfile
import time
import tty
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from device_config.database import open_database
from device_config.errors import KioskError
from kiosk.panel.sentences import acknowledgement, frame
from kiosk.reach import Reach

OFFSCREEN = {"SDL_VIDEODRIVER": "offscreen"}
ROW = b"x" * 700
"""As long as a response is."""
REST_S = 0.5
"""Until the next press counts as one of its own."""
PATIENCE_S = 10.0
SETTINGS = """
[session]
follow_up = false
[[panel]]
kind = "serial"
port = "{port}"
"""


def lines(presses: int) -> Iterable[str]:
    """The report; raises KioskError when a press was not answered, or not stored."""
    with tempfile.TemporaryDirectory() as folder:
        ours, commits = _measure(Path(folder), presses)
    yield f"{'':<26}{'p50':>8}{'p95':>8}{'p99':>8}{'most':>8}  ms, {presses} presses"
    yield _row("press to acknowledgement", ours)
    yield _row("one commit (baseline)", commits)
    ratio = statistics.median(ours) / statistics.median(commits)
    yield f"{'median, in commits':<26}{ratio:>8.1f}"


def _row(name: str, seconds: Sequence[float]) -> str:
    ordered = sorted(1000 * each for each in seconds)
    shares = (0.5, 0.95, 0.99, 1.0)
    marks = (ordered[min(int(share * len(ordered)), len(ordered) - 1)] for share in shares)
    return f"{name:<26}" + "".join(f"{mark:>8.1f}" for mark in marks)


def _measure(folder: Path, presses: int) -> tuple[list[float], list[float]]:
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    config = folder / "terminal.toml"
    config.write_text(SETTINGS.format(port=os.ttyname(theirs)), "utf-8")
    state = folder / "state"
    reach = Reach(["--state", str(state), "--config", str(config)], OFFSCREEN)
    try:
        reach.ready()
        _wait_for(ours, frame("PASK"))
        os.write(ours, frame("PHELLO,1,bench,5,1"))
        with closing(_table(folder / "baseline.db")) as baseline:
            pairs = [_pair(ours, baseline, number) for number in range(presses)]
    finally:
        reach.close()
        os.close(ours)
        os.close(theirs)
    stored = _stored(state / "device.db")
    if stored != presses:
        raise KioskError(f"{presses} presses were acknowledged, and {stored} are stored")
    return [press for press, _ in pairs], [commit for _, commit in pairs]


def _pair(box: int, baseline: sqlite3.Connection, number: int) -> tuple[float, float]:
    time.sleep(REST_S)
    began = time.perf_counter()
    with baseline:
        baseline.execute("INSERT INTO rows (body) VALUES (?)", (ROW,))
    committed = time.perf_counter()
    os.write(box, frame(f"PBTN,{number},{number % 5 + 1},0"))
    _wait_for(box, acknowledgement(number))
    return time.perf_counter() - committed, committed - began


def _wait_for(box: int, sentence: bytes) -> None:
    heard = b""
    while sentence not in heard:
        if not select.select([box], [], [], PATIENCE_S)[0]:
            raise KioskError(f"waited {PATIENCE_S:.0f} s in vain for {sentence!r}")
        heard += os.read(box, 4096)


def _table(path: Path) -> sqlite3.Connection:
    connection = open_database(path, ()).conn
    connection.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, body BLOB)")
    return connection


def _stored(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute("SELECT count(*) FROM responses").fetchone()
    return int(row[0])
