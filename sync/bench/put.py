"""What keeping one closed response costs, beside other ways to keep or send the same bytes.

All ways take turns, one response at a time and each time another one first, so that what else the
machine does hits all alike.
"""

import importlib.util
import sqlite3
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import msgspec
import requests

from device_config import clock
from device_config.state import open_state
from sync.bench.backlog import contents
from sync.bench.receiver import receiving
from sync.outbox import open_outbox
from sync.wire import API_PATH, Content, Response, encode

OURS, PLAIN = "Outbox.put", "one plain SQLite insert, WAL and FULL"
POST = "one POST a response, to a receiver here"
WARM_UP = 20

Keep = Callable[[Content, bytes], object]


def medians(folder: Path, samples: Sequence[Content], count: int) -> dict[str, float]:
    """The median time of each way to keep a response, in seconds, over `count` turns."""
    with ExitStack() as stack:
        ways = _ways(folder, stack)
        times: dict[str, list[float]] = {name: [] for name in ways}
        for number, content in enumerate(contents(samples, WARM_UP + count)):
            body = encode(Response(epoch=1, seq=number + 1, **msgspec.structs.asdict(content)))
            # Each goes first as often as any other: what one leaves behind, the next one pays.
            order = [*ways][number % len(ways) :] + [*ways][: number % len(ways)]
            for name in order:
                began = time.perf_counter()
                ways[name](content, body)
                times[name].append(time.perf_counter() - began)
        return {name: statistics.median(each[WARM_UP:]) for name, each in times.items()}


def has_persist_queue() -> bool:
    """Whether the rivals from PyPI can be measured here."""
    return importlib.util.find_spec("persistqueue") is not None


def _ways(folder: Path, stack: ExitStack) -> dict[str, Keep]:
    outbox = stack.enter_context(closing(open_outbox(open_state(folder / "state"))))
    moment = clock.read()
    ways: dict[str, Keep] = {
        OURS: lambda content, _: outbox.put(content, moment),
        PLAIN: _plain(folder / "plain.db", stack),
    }
    if has_persist_queue():
        ways |= _persist_queues(folder, stack)
    return ways | {POST: _posting(stack)}


def _plain(path: Path, stack: ExitStack) -> Keep:
    connection = stack.enter_context(closing(sqlite3.connect(path)))
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE responses (number INTEGER PRIMARY KEY, body BLOB)")

    def keep(_: Content, body: bytes) -> None:
        with connection:
            connection.execute("INSERT INTO responses (body) VALUES (?)", (body,))

    return keep


def _persist_queues(folder: Path, stack: ExitStack) -> dict[str, Keep]:
    persistqueue = importlib.import_module("persistqueue")

    def putting(queue: Any) -> Keep:
        return lambda _, body: queue.put(body)

    in_sqlite = {
        "persist-queue SQLiteQueue": persistqueue.SQLiteQueue,
        "persist-queue SQLiteAckQueue": persistqueue.SQLiteAckQueue,
    }
    ways: dict[str, Keep] = {}
    for name, kind in in_sqlite.items():
        queue = kind(str(folder / kind.__name__), auto_commit=True)
        stack.callback(queue.close)
        ways[name] = putting(queue)
    files = persistqueue.Queue(str(folder / "files"), autosave=True)
    return ways | {"persist-queue Queue (not flushed)": putting(files)}


def _posting(stack: ExitStack) -> Keep:
    receiver = stack.enter_context(receiving())
    session = stack.enter_context(requests.Session())
    session.trust_env = False
    session.headers["Content-Type"] = "application/json"

    def keep(_: Content, body: bytes) -> None:
        batch = {"terminal_id": "t-bench", "sent_at": "", "responses": [msgspec.Raw(body)]}
        url = f"{receiver.url}{API_PATH}/responses"
        session.post(url, data=encode(batch), timeout=60).raise_for_status()

    return keep
