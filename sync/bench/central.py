"""How fast the reference central service receives, beside the bare database; and when it shows it.

The service and each terminal are processes of their own, as in life; the database is real.
"""

import gzip
import multiprocessing
import random
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, cycle, islice
from multiprocessing.connection import Connection as Pipe
from typing import Any, cast

import msgspec
import requests
from sqlalchemy import Connection

from device_config.errors import KioskError
from sync import wire
from sync.central.receiving.checking import GoodResponse
from sync.central.store import Store, open_store
from sync.central.store.bulk import Values, insert_many
from sync.central.store.responses import row_of
from sync.central.store.tables import responses
from sync.wire import API_PATH, MOST_RESPONSES, Content, EnrolmentRequest, Unit, encode

UNIT = Unit(unit="1.2.246.10.2085212.10.1314", name={"fi": "Esimerkki"}, path={}, county="20")
TERMINALS = 3
START_WITHIN_S = 60.0
SHOWN_WITHIN_S = 30.0
_epochs = count(1)


@dataclass(frozen=True, slots=True)
class Sender:
    """A terminal that was let in."""

    id: str
    token: str


@contextmanager
def served(url: str) -> Iterator[str]:
    """The service on this database in a process of its own, open to everybody; its address."""
    fresh = multiprocessing.get_context("spawn")
    here, there = fresh.Pipe()
    process = fresh.Process(target=_serve, args=(url, there), daemon=True)
    process.start()
    try:
        if not here.poll(START_WITHIN_S):
            raise KioskError("the central service did not start")
        yield here.recv().rstrip("/")
    finally:
        process.terminate()
        process.join()


def _serve(url: str, parent: Pipe) -> None:
    from sync.central.server import listen, serve
    from sync.central.service import Service

    with closing(open_store(url)) as store:
        serve(Service(store, is_open=True), listen("127.0.0.1", 0), parent.send)


def enrolled(store: Store, number: int) -> tuple[Sender, ...]:
    """So many new terminals of the one unit."""
    store.add_units([UNIT])
    found = []
    for _ in range(number):
        code = store.new_code(UNIT.unit)
        wanted = EnrolmentRequest(code=code, hardware_id=str(uuid.uuid4()), software="-")
        let_in = store.enrol(wanted, datetime.now(UTC), random.SystemRandom())
        if isinstance(let_in, str):
            raise KioskError(f"the reference centre does not let the terminal in: {let_in}")
        found.append(Sender(let_in.terminal.id, let_in.token))
    return tuple(found)


def made(samples: Sequence[Content], sender: Sender, number: int) -> list[wire.Response]:
    """So many responses of a terminal, each one of its own."""
    epoch = next(_epochs)
    answered = wire.Answered(at=datetime.now(UTC).isoformat(), clock="synced")
    place = wire.Location(county="20", unit=UNIT.unit, service=None, place=None, since=None)
    changes = {"terminal_id": sender.id, "answered": answered, "location": place}
    return [
        wire.Response(
            epoch=epoch,
            seq=seq,
            **msgspec.structs.asdict(
                msgspec.structs.replace(sample, id=str(uuid.uuid4()), **changes)
            ),
        )
        for seq, sample in enumerate(islice(cycle(samples), number), start=1)
    ]


def batches(found: Sequence[wire.Response], sender: Sender) -> list[bytes]:
    """Bodies as the agent sends them."""
    return [
        gzip.compress(_body(found[start : start + MOST_RESPONSES], sender), 6, mtime=0)
        for start in range(0, len(found), MOST_RESPONSES)
    ]


def _body(found: Sequence[wire.Response], sender: Sender) -> bytes:
    now = datetime.now(UTC).isoformat()
    return encode({"terminal_id": sender.id, "sent_at": now, "responses": found})


def raw_seconds(store: Store, found: Sequence[wire.Response], *, by_copy: bool = False) -> float:
    """How long the bare rows take: the same columns, a commit for each batch, nothing else.

    `by_copy`: by PostgreSQL's COPY, which knows no duplicates, instead of INSERT.
    """
    now = datetime.now(UTC)
    rows = [row_of(GoodResponse(each, encode(each).decode(), "valid"), now) for each in found]
    began = time.perf_counter()
    for start in range(0, len(rows), MOST_RESPONSES):
        batch = rows[start : start + MOST_RESPONSES]
        with store.writing() as connection:
            if by_copy:
                _copy(connection, batch)
            else:
                insert_many(connection, responses, batch)
    return time.perf_counter() - began


def _copy(connection: Connection, rows: Sequence[Values]) -> None:
    statement = f"COPY responses ({', '.join(rows[0])}) FROM STDIN"
    cursor = cast("Any", connection.connection.cursor())
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(tuple(row.values()))


def service_seconds(url: str, sent: Sequence[tuple[Sender, Sequence[bytes]]]) -> float:
    """How long the service takes for the bodies of these terminals, all sending at once."""
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=len(sent), mp_context=fresh) as pool:
        list(pool.map(_ready, range(len(sent))))
        spans = list(pool.map(_post, [(url, sender.token, bodies) for sender, bodies in sent]))
    return max(end for _, end in spans) - min(start for start, _ in spans)


def _ready(number: int) -> int:
    time.sleep(0.2)  # so that each process takes one
    return number


def _post(sent: tuple[str, str, Sequence[bytes]]) -> tuple[float, float]:
    """Post bodies over one kept connection; when it began and ended."""
    url, token, bodies = sent
    with _session(token) as session:
        began = time.perf_counter()
        for body in bodies:
            reply = session.post(f"{url}{API_PATH}/responses", data=body, timeout=60)
            reply.raise_for_status()
        return began, time.perf_counter()


def _session(token: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = f"Bearer {token}"
    session.headers["Content-Type"] = "application/json"
    session.headers["Content-Encoding"] = "gzip"
    return session


def delays(
    shown_by: str, sent_to: str, sender: Sender, found: Sequence[wire.Response]
) -> list[float]:
    """Seconds from sending each response to one service until a page of another shows it."""
    luck = random.Random(1)  # noqa: S311 - a benchmark's
    seconds = []
    with (
        _session(sender.token) as session,
        requests.get(f"{shown_by}/live", stream=True, timeout=SHOWN_WITHIN_S) as stream,
    ):
        lines = stream.iter_lines(chunk_size=1)
        _next_picture(lines)
        for each in found:
            time.sleep(luck.uniform(0.3, 0.6))  # between two pictures of one page
            body = gzip.compress(_body([each], sender), 6, mtime=0)
            began = time.perf_counter()
            session.post(f"{sent_to}{API_PATH}/responses", data=body, timeout=60).raise_for_status()
            _next_picture(lines)
            seconds.append(time.perf_counter() - began)
    return seconds


def _next_picture(lines: Iterator[bytes]) -> None:
    """Read up to the end of the next picture."""
    is_picture = False
    for line in lines:
        is_picture = is_picture or line == b"event: picture"
        if is_picture and not line:
            return
    raise KioskError("the live page's stream ended")
