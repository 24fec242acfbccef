"""The kiosk is killed between a press and its acknowledgement, and after it, again and again.

    python -m tests.drills.kill 200

A real kiosk, a real database, the Pico's own firmware on a pseudo-terminal. After each life all
that the box pressed must be there once, in order; a press that a slow machine let grow older than
10 s may be put aside instead, which the journal then says.
"""
# ruff: noqa: T201 - it prints what it did

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.box_on_a_line import BoxOnALine
from tests.world import OFFSCREEN, PROGRAM, Terminal, answers_of, wait_for

KINDS = ("some time after the press", "acknowledged", "committed, not acknowledged")
LONGEST_S = 0.03
"""A press is committed and acknowledged well before."""
GUARD_S = 0.5
SETTINGS = """
[session]
follow_up = false
[[panel]]
kind = "serial"
port = "{port}"
"""


class HardOfHearingBox(BoxOnALine):
    """A box that hears nothing while `is_deaf`: what it is told meanwhile is lost."""

    is_deaf = False

    def _hear(self):
        if self.is_deaf and self._ends:
            os.read(self._ends[0], 4096)
        else:
            super()._hear()


@dataclass
class Result:
    """What came of all the lives."""

    lives: Counter = field(default_factory=Counter)
    lost: int = 0
    doubled: int = 0
    put_aside: int = 0

    @property
    def is_good(self) -> bool:
        return self.lost == self.doubled == 0


class Drill:
    """One terminal, one box, many lives. `forgets`: a kiosk that remembers no press is tried."""

    def __init__(self, folder: Path, seed: int, *, forgets: bool = False):
        port = folder / "box"
        self._terminal = Terminal(folder, "", SETTINGS.format(port=port))
        self._box = HardOfHearingBox()
        self._box.start(port)
        self._random = random.Random(seed)
        self._forgets = forgets
        self._pressed: list[int] = []
        self._kiosk = self._started()
        self._box.press(3)
        self._pressed.append(3)
        self._wait_until_heard()

    def run(self, lives: int) -> Result:
        """So many lives, of each kind in turn."""
        result = Result()
        try:
            for number in range(lives):
                kind = KINDS[number % len(KINDS)]
                self._live(kind)
                result.lives[kind] += 1
                self._count(result)
        finally:
            self._end()
            self._box.stop()
        return result

    def _live(self, kind: str) -> None:
        time.sleep(GUARD_S)
        self._box.is_deaf = kind == KINDS[2]
        before = len(self._values())
        self._pressed.append(self._random.randint(1, 5))
        self._box.press(self._pressed[-1])
        if kind == KINDS[0]:
            time.sleep(self._random.uniform(0, LONGEST_S))
        elif kind == KINDS[1]:
            self._wait_until_heard()
        else:
            wait_for(lambda: len(self._values()) > before, "the commit")
        self._kiosk.send_signal(signal.SIGKILL)
        self._kiosk.wait()
        self._box.is_deaf = False
        if self._forgets:
            with closing(sqlite3.connect(self._terminal.database)) as connection, connection:
                connection.execute("DELETE FROM presses")
        self._kiosk = self._started()
        self._wait_until_heard()

    def _count(self, result: Result) -> None:
        """What is on disk beside what was pressed; then start from what is there."""
        found = self._values()
        missing = len(self._pressed) - len(found)
        if found == self._pressed:
            return
        if missing > 0 and self._asides() > result.put_aside:
            result.put_aside += missing
        elif missing > 0:
            result.lost += missing
        else:
            result.doubled += max(-missing, 1)
        self._pressed = found

    def _started(self) -> subprocess.Popen:
        command = [*PROGRAM, "kiosk", "--windowed", *self._terminal.options]
        return subprocess.Popen(command, env={**os.environ, **OFFSCREEN})

    def _end(self) -> None:
        self._kiosk.send_signal(signal.SIGTERM)
        self._kiosk.wait(timeout=15)

    def _wait_until_heard(self) -> None:
        wait_for(lambda: not self._box.waiting(), "the acknowledgement")

    def _values(self) -> list[int]:
        return [answers_of(body)["usefulness"] for _, body in self._terminal.rows()]

    def _asides(self) -> int:
        with closing(sqlite3.connect(self._terminal.database)) as connection:
            kind = "panel-press-put-aside"
            row = connection.execute("SELECT count(*) FROM journal WHERE kind = ?", (kind,))
            return row.fetchone()[0]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lives", type=int)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = Drill(Path(folder), asked.seed).run(asked.lives)
    print(json.dumps(vars(result)))
    sys.exit(not result.is_good)
