"""Kiosk, agent and centre are killed at random instants, over and over, in one continuous run.

    python -m tests.drills.kills 200

Three real processes on one terminal's and one centre's files: `simulate` closes responses as fast
as it can, `sync` delivers them, `central` receives. Each is killed so many times with SIGKILL, on
its own and at the same time as the others: half of the times at any moment of its life, half of the
times shortly after it was seen at work. Then all come back, and what has arrived is counted.
"""
# ruff: noqa: T201 - it prints what it did

import argparse
import json
import random
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.world import Centre, Terminal, run, wait_for

MAIN = "from kiosk.cli import main; main(prog_name='palautepiste')"
VARIANTS = {
    "as it is": {},
    "an agent that settles before the verdict": {
        "agent": """
from sync.outbox import Outbox
take = Outbox.take
def take_and_settle(self, *arguments):
    parcels = take(self, *arguments)
    self.settle([parcel.id for parcel in parcels])
    return parcels
Outbox.take = take_and_settle
"""
    },
    "a centre that answers before its commit": {
        "centre": """
import threading
from sync import wire
from sync.central.store import Store
keep = Store.keep_responses
def keep_later(self, new, received_at):
    threading.Timer(2.0, keep, (self, new, received_at)).start()
    return tuple(wire.Verdict(id=good.response.id, status="stored") for good in new)
Store.keep_responses = keep_later
"""
    },
    "a centre that counts what comes again": {
        "agent": """
from sync.client import CentralClient
push = CentralClient.push
def push_twice(self, batch):
    push(self, batch)
    return push(self, batch)
CentralClient.push = push_twice
""",
        "centre": """
from sync import wire
from sync.central.store import responses
insert_once = responses.insert_once
def always_new(connection, table, rows):
    insert_once(connection, table, rows)
    return tuple(wire.Verdict(id=row["id"], status="stored") for row in rows)
responses.insert_once = always_new
""",
    },
}
"""What is changed in which program, to see that it would be found out."""
LONGEST_LIFE_S = 1.5
SHORTLY_S = 0.1
AT_WORK_WITHIN_S = 10.0
PAUSE_S = 0.02
MOST_CLIENTS = 100_000
MOST_PASSES = 50


@dataclass
class Result:
    """What came of all the lives. `holes`: numbers that the centre misses."""

    kills: Counter = field(default_factory=Counter)
    at_work: Counter = field(default_factory=Counter)
    printed: int = 0
    arrived: int = 0
    lost: int = 0
    doubled: int = 0
    holes: int = 0
    changed: int = 0
    rejected: int = 0
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        bad = (self.lost, self.doubled, self.holes, self.changed, self.rejected)
        return self.printed > 0 and not any(bad)


class Victim:
    """One of our programs, killed and started again. `progress` grows while it works."""

    def __init__(
        self, command: list[str], progress: Callable[[], int], output: Path, luck: random.Random
    ):
        self._command = command
        self._progress = progress
        self._output = output
        self._luck = luck
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        """Begin a life."""
        with self._output.open("ab") as output:
            errors = self._output.with_suffix(".log").open("ab")
            with errors:
                self._process = subprocess.Popen(self._command, stdout=output, stderr=errors)

    def live(self) -> bool:
        """Run until some moment, then be killed; returns whether that was at work."""
        waits_for_work = self._luck.random() < 0.5
        if waits_for_work:
            self._wait_for_work()
        time.sleep(self._luck.uniform(0, SHORTLY_S if waits_for_work else LONGEST_LIFE_S))
        self.kill()
        return waits_for_work

    def kill(self) -> None:
        """The end, without a warning."""
        self._process.kill()
        self._process.wait()

    def _wait_for_work(self) -> None:
        before, give_up_at = self._progress(), time.monotonic() + AT_WORK_WITHIN_S
        while self._progress() == before and time.monotonic() < give_up_at:
            time.sleep(PAUSE_S)


class Drill:
    """One terminal, one centre, many lives of the three programs."""

    def __init__(self, folder: Path, seed: int, variant: str = "as it is"):
        self._centre = Centre(folder / "centre")
        port = a_port()
        self._terminal = Terminal(folder / "terminal", f"http://127.0.0.1:{port}")
        with self._centre.open(port):
            self._terminal.enrol(self._centre)
        self._ids = folder / "kiosk.out"
        self._arrivals = self._centre.folder / "central.db"
        clients = ["simulate", str(MOST_CLIENTS), "--as-fast-as-possible"]
        serve = ["central", "--port", str(port), "--state", str(self._centre.folder)]
        lives = {
            "kiosk": ([*clients, *self._terminal.options], self._size_of_ids),
            "agent": (["sync", *self._terminal.options], self._sent),
            "centre": (serve, self._arrived),
        }
        self._victims = {
            name: Victim(
                [sys.executable, "-c", VARIANTS[variant].get(name, "") + MAIN, *arguments],
                progress,
                folder / f"{name}.out",
                random.Random(f"{seed} {name}"),
            )
            for name, (arguments, progress) in lives.items()
        }
        self._ids.touch()

    def run(self, kills: int) -> Result:
        """Kill each so many times, then let everything arrive and count it."""
        result, begun_at = Result(), time.monotonic()
        threads = [
            threading.Thread(target=self._live, args=(name, kills, result))
            for name in self._victims
        ]
        for victim in self._victims.values():
            victim.start()
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            # On a busy machine a few lives may all have ended before the first response.
            wait_for(self._size_of_ids, "a response")
            self._victims["kiosk"].kill()
            self._victims["agent"].kill()
            self._deliver_the_rest()
        finally:
            for victim in self._victims.values():
                victim.kill()
        self._count(result)
        result.seconds = round(time.monotonic() - begun_at, 1)
        return result

    def _live(self, name: str, kills: int, result: Result) -> None:
        for _ in range(kills):
            result.at_work[name] += self._victims[name].live()
            result.kills[name] += 1
            self._victims[name].start()

    def _deliver_the_rest(self) -> None:
        passes = iter(range(MOST_PASSES))

        def is_done() -> bool:
            assert next(passes, None) is not None, "something is never delivered"
            return run("sync", "--once", *self._terminal.options, check=False).returncode == 0

        wait_for(is_done, "an empty outbox")

    def _count(self, result: Result) -> None:
        """What the centre has, beside what was printed and what the terminal holds."""
        printed = Counter(self._ids.read_text("ascii").split())
        rows = self._terminal.rows()
        ours = {document["id"]: document for _, document in rows}
        theirs = self._centre.responses()
        for document in theirs:
            del document["received_at"]
        arrived = {document["id"]: document for document in theirs}
        numbers = Counter((each["epoch"], each["seq"]) for each in theirs)
        result.printed, result.arrived = len(printed), len(theirs)
        result.lost = len((printed.keys() | ours.keys()) - arrived.keys())
        result.doubled = (
            sum(count - 1 for count in (*printed.values(), *numbers.values()))
            + len(theirs)
            - len(arrived)
            + abs(self._counted() - len(theirs))
        )
        highest = dict(sorted((each["epoch"], each["seq"]) for each in ours.values()))
        result.holes = sum(highest.values()) - len(numbers)
        result.changed = sum(ours.get(each["id"]) != each for each in theirs)
        result.rejected = sum(state == "rejected" for state, _ in rows)

    # How far each has come

    def _size_of_ids(self) -> int:
        return self._ids.stat().st_size

    def _sent(self) -> int:
        query = "SELECT count(*) FROM responses WHERE state = 'sent'"
        return asked(self._terminal.database, query)

    def _arrived(self) -> int:
        return asked(self._arrivals, "SELECT count(*) FROM responses")

    def _counted(self) -> int:
        query = "SELECT coalesce(sum(n0), 0) FROM tallies WHERE unit = '*' AND item = ''"
        return asked(self._arrivals, query)


def asked(database: Path, query: str) -> int:
    """The one number that a query gives; 0 while there is nothing to ask."""
    try:
        with closing(
            sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)
        ) as connection:
            return connection.execute(query).fetchone()[0]
    except sqlite3.OperationalError:
        return 0


def a_port() -> int:
    """A port that nobody gets by chance while our service is dead: below the ephemeral ones."""
    while True:
        with socket.socket() as listener:
            port = random.randint(20_000, 30_000)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--variant", choices=VARIANTS, default="as it is")
    asked_for = parser.parse_args()
    with TemporaryDirectory() as folder:
        result = Drill(Path(folder), asked_for.seed, asked_for.variant).run(asked_for.kills)
    print(json.dumps({**vars(result), "is_good": result.is_good}))
    sys.exit(not result.is_good)
