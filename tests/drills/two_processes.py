"""Two central services on one PostgreSQL, killed at random instants while terminals send to both.

    python -m tests.drills.two_processes 100

Terminals send with the real client to either service, give up in the midst of a call, send again
what was not acknowledged, sometimes what was, sometimes to both at once. Meanwhile a service or a
few of the database's connections are killed with SIGKILL, over and over. Then all of it is counted:
each acknowledged response is there once, the tallies are what counting the documents anew gives,
the sequences what the numbers give.
"""
# ruff: noqa: T201 - it prints what it did

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from sqlalchemy import Connection, select

from device_config.settings import settings_from
from device_config.settings_files import shipped_layer
from sync import wire
from sync.central.store import Store, open_store, utc_now
from sync.central.store.tables import ALL_UNITS, responses, sequences, tallies
from sync.client import CentralClient
from sync.outcome import Reply
from tests.drills.kills import MAIN, a_port
from tests.postgres import Cluster
from tests.test_central_builders import a_response, a_unit

VARIANTS = {
    "as it is": "",
    "answers before its commit": """
import threading
from sync import wire
from sync.central.store import Store
keep = Store.keep_responses
def keep_later(self, new, *rest):
    threading.Timer(1.0, keep, (self, new, *rest)).start()
    return tuple(wire.Verdict(id=good.response.id, status="stored") for good in new)
Store.keep_responses = keep_later
""",
    "counts what comes again": """
from sync import wire
from sync.central.store import responses
insert_once = responses.insert_once
def always_new(connection, table, rows):
    insert_once(connection, table, rows)
    return tuple(wire.Verdict(id=row["id"], status="stored") for row in rows)
responses.insert_once = always_new
""",
    "reads a count, adds, and writes it back": """
from sqlalchemy import select
from sync.central.store import tallies
from sync.central.store.database import dialect_insert
from sync.central.store.tables import tallies as table
def read_and_write(connection, more):
    for key, counts in sorted(more.items()):
        is_it = [table.c[name] == value for name, value in zip(tallies.KEY, key)]
        columns = [table.c[name] for name in tallies.COUNTS]
        before = connection.execute(select(*columns).where(*is_it)).one_or_none()
        after = [a + b for a, b in zip(before or [0] * len(counts), counts)]
        row = dict(zip(tallies.KEY, key)) | (new := dict(zip(tallies.COUNTS, after)))
        statement = dialect_insert(connection, table).values(row)
        connection.execute(statement.on_conflict_do_update(index_elements=tallies.KEY, set_=new))
tallies.add = read_and_write
""",
}
"""What is changed in both services, to see that it would be found out."""
TERMINALS = 3
MOST_IN_A_BATCH = 20
HASTY_S = 0.03  # how long a terminal in a hurry waits for an answer
UNDISTURBED_S = 1.0  # before the first kill
BETWEEN_KILLS_S = (0.1, 0.8)
PAUSE_S = 0.05
PATIENCE_S = 60.0


@dataclass
class Result:
    """What came of it. `wrong_tallies`, `wrong_sequences`: rows that differ from a count anew."""

    kills: Counter = field(default_factory=Counter)
    calls: Counter = field(default_factory=Counter)
    acknowledged: int = 0
    stored: int = 0
    lost: int = 0
    rejected: int = 0
    wrong_tallies: int = 0
    wrong_sequences: int = 0
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        bad = (self.lost, self.rejected, self.wrong_tallies, self.wrong_sequences)
        return self.acknowledged > 0 and not any(bad) and not self.calls["500"]


class Centre:
    """One of the two services: a process on a port of its own."""

    def __init__(self, folder: Path, url: str, variant: str):
        self.port = a_port()
        program = VARIANTS[variant] + MAIN
        options = ["--port", str(self.port), "--state", str(folder), "--database", url]
        self._command = [sys.executable, "-c", program, "central", *options]
        self._log = folder.with_suffix(".log")
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def wait(self) -> None:
        give_up_at = time.monotonic() + PATIENCE_S
        while time.monotonic() < give_up_at:
            try:
                urlopen(f"http://127.0.0.1:{self.port}{wire.API_PATH}/openapi.json").close()
                return
            except OSError:
                time.sleep(PAUSE_S)
        raise AssertionError(f"no service on port {self.port}: {self._log.read_text('utf-8')}")


class Sender(threading.Thread):
    """A terminal that sends until it is told to stop, and then what is still unacknowledged."""

    def __init__(self, terminal: tuple[str, str], ports: list[int], seed: str, result: Result):
        super().__init__(name=terminal[0])
        self._id, self._token = terminal
        self._ports = ports
        self._luck = random.Random(seed)
        self._result = result
        self._seq = 0
        self.acknowledged: set[str] = set()
        self.failed: BaseException | None = None
        self.should_stop = threading.Event()

    def run(self) -> None:
        try:
            before: list[dict] = []
            while not self.should_stop.is_set():
                batch = self._new_responses()
                self._deliver(batch)
                if before and self._luck.random() < 0.2:
                    self._deliver(before)
                before = batch
        except BaseException as error:  # noqa: BLE001 - the drill raises it
            self.failed = error

    def _new_responses(self) -> list[dict]:
        made = []
        for _ in range(self._luck.randint(1, MOST_IN_A_BATCH)):
            self._seq += 1
            flags = [{"rule": "burst"}] if self._luck.random() < 0.1 else []
            made.append(a_response(self._id, epoch=1, seq=self._seq, flags=flags))
        return made

    def _deliver(self, batch: list[dict]) -> None:
        """Send a batch until it is acknowledged whole."""
        body = wire.encode({"terminal_id": self._id, "sent_at": "", "responses": batch})
        give_up_at = time.monotonic() + PATIENCE_S
        while not self._send(body):
            assert time.monotonic() < give_up_at, f"{self._id} sends in vain: {self._result.calls}"
            time.sleep(self._luck.uniform(0, PAUSE_S))

    def _send(self, body: bytes) -> bool:
        if self._luck.random() > 0.1:
            return self._call(body, self._luck.choice(self._ports))
        with ThreadPoolExecutor() as at_once:
            return any(list(at_once.map(partial(self._call, body), self._ports)))

    def _call(self, body: bytes, port: int) -> bool:
        layer = shipped_layer()
        layer["central"]["url"] = f"http://127.0.0.1:{port}"
        call_s = HASTY_S if self._luck.random() < 0.3 else PATIENCE_S
        with closing(CentralClient(settings_from(layer).central, self._token, call_s)) as client:
            reply = client.push(body)
        if not isinstance(reply, Reply):
            self._result.calls[reply.why] += 1
            return False
        self._result.calls[str(reply.status)] += 1
        if reply.status != 200:
            return False
        for verdict in json.loads(reply.body)["results"]:
            if verdict["status"] == "rejected":
                self._result.rejected += 1
            else:
                self.acknowledged.add(verdict["id"])
        return True


class Drill:
    """One database, two services, a few terminals."""

    def __init__(self, folder: Path, seed: int, variant: str = "as it is"):
        self._folder = folder
        self._seed = seed
        self._variant = variant
        self._luck = random.Random(seed)

    def run(self, kills: int) -> Result:
        cluster = Cluster()
        try:
            return self._run_on(cluster, kills)
        finally:
            cluster.stop()

    def _run_on(self, cluster: Cluster, kills: int) -> Result:
        began, result = time.monotonic(), Result()
        url = cluster.new_database(cluster.template)
        with closing(open_store(url)) as store:
            terminals = self._enrolled(store)
        centres = [Centre(self._folder / str(n), url, self._variant) for n in (1, 2)]
        for centre in centres:
            centre.start()
        try:
            for centre in centres:
                centre.wait()
            ports = [centre.port for centre in centres]
            senders = [Sender(each, ports, f"{self._seed} {each[0]}", result) for each in terminals]
            for sender in senders:
                sender.start()
            try:
                time.sleep(UNDISTURBED_S)
                for _ in range(kills):
                    time.sleep(self._luck.uniform(*BETWEEN_KILLS_S))
                    self._kill_something(cluster, centres, result)
            finally:
                for sender in senders:
                    sender.should_stop.set()
                for sender in senders:
                    sender.join()
        finally:
            for centre in centres:
                centre.kill()
        for sender in senders:
            if sender.failed is not None:
                raise sender.failed
        with closing(open_store(url)) as store, store.reading() as connection:
            count(connection, set().union(*(each.acknowledged for each in senders)), result)
        result.seconds = round(time.monotonic() - began, 1)
        return result

    def _enrolled(self, store: Store) -> list[tuple[str, str]]:
        store.add_units([a_unit()])
        enrolled = []
        for number in range(TERMINALS):
            wanted = wire.EnrolmentRequest(
                code=store.new_code(a_unit().unit), hardware_id=f"h{number}", software="0.1"
            )
            let_in = store.enrol(wanted, utc_now(), random.SystemRandom())
            enrolled.append((let_in.terminal.id, let_in.token))
        return enrolled

    def _kill_something(self, cluster: Cluster, centres: list[Centre], result: Result) -> None:
        if self._luck.random() < 0.6:
            victim = self._luck.choice(centres)
            if self._luck.random() < 0.8:  # else maybe while it starts
                victim.wait()
                time.sleep(self._luck.uniform(0, PAUSE_S))
            victim.kill()
            victim.start()
            result.kills["service"] += 1
            return
        cluster.wait()  # it comes back by itself, with all connections cut
        backends = cluster.backends()
        for pid in self._luck.sample(backends, min(len(backends), self._luck.randint(1, 3))):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            result.kills["connection"] += 1


def count(connection: Connection, acknowledged: set[str], result: Result) -> None:
    """Count anew what is stored, and note what differs."""
    names = ("id", "terminal_id", "epoch", "seq", "day", "standing", "document")
    rows = connection.execute(select(*(responses.c[name] for name in names))).all()
    result.acknowledged, result.stored = len(acknowledged), len(rows)
    result.lost = len(acknowledged - {row.id for row in rows})

    counted: Counter = Counter()
    numbers = defaultdict(set)
    for row in rows:
        document = json.loads(row.document)
        numbers[row.terminal_id, row.epoch].add(row.seq)
        for unit in (document["location"]["unit"], ALL_UNITS):
            for item, column in said(document):
                counted[unit, row.day, row.standing, item, column] += 1
    columns = [*(f"n{value}" for value in range(11)), "skipped", "not_applicable"]
    kept = Counter()
    for row in connection.execute(select(tallies)):
        for column in columns:
            kept[row.unit, row.day, row.standing, row.item, column] += getattr(row, column)
    result.wrong_tallies = sum(counted[key] != kept[key] for key in counted.keys() | kept.keys())

    expected = {key: (max(each), len(each)) for key, each in numbers.items()}
    found = {
        (row.terminal_id, row.epoch): (row.highest, row.count)
        for row in connection.execute(select(sequences))
    }
    result.wrong_sequences = sum(
        expected.get(key) != found.get(key) for key in expected.keys() | found.keys()
    )


def said(document: dict) -> Iterator[tuple[str, str]]:
    """Item and column of each thing that a response says; the response itself has no item."""
    yield "", "n0"
    for answer in document["answers"]:
        status = answer.get("status")
        column = f"n{answer['value']}" if status is None else status.replace("-", "_")
        yield answer["item"], column


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
