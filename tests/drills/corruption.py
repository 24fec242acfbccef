"""A terminal's database is damaged in every way we know, again and again, and must be saved.

    python -m tests.drills.corruption 200
    python -m tests.drills.corruption 18 --rows 50000

Each round damages a fresh copy of the same real database, whose program had been killed, and opens
it as the kiosk does; every twentieth time the real program does it (`simulate 1`). Printed by kind:
the share of the responses that was saved, at least and on average, and the longest time (ms) until
the terminal could collect again.
"""
# ruff: noqa: T201 - it prints what it did

import argparse
import json
import logging
import random
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from device_config import clock
from device_config.road import pending_entries
from device_config.state import StateDirectory, open_state
from sync.outbox import Outbox, open_outbox
from sync.salvage.rescue import damaged_files, open_or_rescue
from tests.damage import ALL, OF_THE_FILE, filled_and_killed, tidy_up
from tests.world import run

REAL_EVERY = 20
MAY_DIFFER = ("flipped bytes", "a deleted log", "a deleted log and index")
"""Where a saved document may have another content: a letter became another, or it was older."""
NOT_THERE = ("all files lost",)

Key = tuple[int, int]


@dataclass
class Kind:
    """What came of one kind of damage."""

    rounds: int = 0
    shares: list[float] = field(default_factory=list)
    longest_ms: float = 0.0

    def told(self) -> dict[str, float]:
        return {
            "rounds": self.rounds,
            "saved_least": round(min(self.shares), 3),
            "saved_mean": round(sum(self.shares) / len(self.shares), 3),
            "longest_ms": round(self.longest_ms),
        }


@dataclass
class Result:
    """`wrong`: each broken promise, in words."""

    kinds: dict[str, Kind] = field(default_factory=lambda: {name: Kind() for name in ALL})
    wrong: list[str] = field(default_factory=list)
    by_real_program: int = 0

    @property
    def is_good(self) -> bool:
        return not self.wrong


class Drill:
    """Rounds on copies of one database. `opens` is what a kiosk does at its start."""

    def __init__(
        self,
        folder: Path,
        rows: int,
        seed: int,
        opens: Callable[[StateDirectory], Outbox] = lambda state: open_or_rescue(
            state, clock.read()
        ),
    ):
        self._folder = folder
        self._seed = seed
        self._opens = opens
        filled_and_killed(folder / "filled", rows)
        filled = open_state(folder / "filled" / "state")
        self._files = {path.name: path.read_bytes() for path in filled.path.iterdir()}
        with closing(open_outbox(filled)) as outbox:
            self._true = documents_of(outbox)
        self._open = max(self._true)  # the real program closes it

    def run(self, rounds: int) -> Result:
        result = Result()
        for number in range(rounds):
            name = list(ALL)[number % len(ALL)]
            self._round(name, number, result)
        return result

    def _round(self, name: str, number: int, result: Result) -> None:
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            state = open_state(Path(folder) / "state")
            for file, content in self._files.items():
                state.file(file).write_bytes(content)
            if name in OF_THE_FILE:
                tidy_up(state)
            ALL[name](state, random.Random(f"{self._seed} {number}"))
            kind = result.kinds[name]
            kind.rounds += 1
            begun_at = time.monotonic()
            if number % REAL_EVERY == REAL_EVERY - 1:
                result.by_real_program += 1
                run("simulate", 1, "--as-fast-as-possible", "--state", state.path)
            with closing(self._opens(state)) as outbox:
                kind.longest_ms = max(kind.longest_ms, 1000 * (time.monotonic() - begun_at))
                saved = {key: body for key, body in documents_of(outbox).items() if key[0] == 1}
                kind.shares.append(len(saved) / len(self._true))
                for wrong in self._wrong(name, saved, outbox, state):
                    result.wrong.append(f"round {number}, {name}: {wrong}")

    def _wrong(self, name, saved, outbox, state):
        """What was promised and is not so."""
        if any(key not in self._true for key in saved):
            yield "a response that there never was"
        changed = [key for key in saved if saved[key] != self._true.get(key) and key != self._open]
        if changed and name not in MAY_DIFFER:
            yield "a response with another content"
        events = [each for each in pending_entries(outbox.db, 1000) if each.kind == "salvage"]
        if outbox.counts().epoch == 1:
            if len(saved) < len(self._true):
                yield "responses are gone, and no new epoch says so"
            return
        if len(events) != 1:
            yield f"{len(events)} reports"
            return
        data = events[0].data
        kept = [path.name for path in damaged_files(state.database)]
        if kept != ([data["kept_as"]] if data["kept_as"] else []) or bool(kept) is (
            name in NOT_THERE
        ):
            yield "the damaged file was not kept"
        gone = {
            (gap["epoch"], seq)
            for gap in data["not_found"]
            for seq in range(gap["first_seq"], gap["last_seq"] + 1)
        }
        known = {each["epoch"]: each["seq"] for each in data["last_numbers"]}
        missing = {key for key in self._true if key not in saved and key[1] <= known.get(1, 0)}
        if data["not_found_count"] <= 100 and gone != missing:
            yield "the report does not name what is gone"
        if sum(data["saved"].values()) != len(saved):
            yield "the report does not count what was saved"


def documents_of(outbox: Outbox) -> dict[Key, bytes]:
    rows = outbox.db.conn.execute("SELECT epoch, seq, body FROM responses")
    return {(epoch, seq): body for epoch, seq, body in rows}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", type=int)
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    logging.disable()  # each rescue says itself what it did
    with tempfile.TemporaryDirectory() as folder:
        begun_at = time.monotonic()
        result = Drill(Path(folder), asked.rows, asked.seed).run(asked.rounds)
    for name, kind in result.kinds.items():
        if kind.rounds:
            print(f"{name:24}", json.dumps(kind.told()))
    print(f"{asked.rounds} rounds, {result.by_real_program} by the real program,", end=" ")
    print(f"{time.monotonic() - begun_at:.0f} s, wrong: {len(result.wrong)}")
    for wrong in result.wrong:
        print(wrong)
    sys.exit(not result.is_good)
