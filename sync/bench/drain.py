"""A backlog's way to the centre: the real agent, beside `requests` posting the same bytes.

Whoever sends is a process of its own, with a memory of its own; the receiver is this one.
"""

import importlib.util
import multiprocessing
import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import requests

from device_config import clock
from device_config.config_store import ConfigStore
from device_config.credentials import Credentials
from device_config.errors import KioskError
from device_config.settings import settings_from
from device_config.settings_files import shipped_layer
from device_config.state import open_state
from sync.agent import Agent
from sync.bench.backlog import fill, write_batches
from sync.bench.receiver import receiving
from sync.client import CentralClient
from sync.outbox import open_outbox
from sync.wire import API_PATH, Content, EnrolmentRequest, Unit

Result = TypeVar("Result")
UNIT = Unit(unit="1.2.246.10.2085212.10.1314", name={"fi": "Esimerkki"}, path={})


@dataclass(frozen=True, slots=True)
class Centre:
    """Somewhere to send to: its root, whose credentials, and how many responses it has now."""

    url: str
    credentials: Credentials
    count: Callable[[], int]


Opening = Callable[[Path], AbstractContextManager[Centre]]
PLAIN, ZIPPED = "plain", "zipped"


@dataclass(frozen=True, slots=True)
class Sending:
    """How the agent's sending went: seconds, and by how many bytes its memory grew.

    `grown_first` is the growth in the agent's first turn, `grown` that up to the end.
    """

    seconds: float
    grown_first: int
    grown: int


@dataclass(frozen=True, slots=True)
class Drained:
    """A backlog sent three times: by the agent, and raw, plain or zipped beforehand."""

    agent: Sending
    plain_s: float
    zipped_s: float

    @property
    def share(self) -> float:
        """The agent's speed in that of the quicker one of the raw ways."""
        return min(self.plain_s, self.zipped_s) / self.agent.seconds


@contextmanager
def least_centre(_: Path) -> Iterator[Centre]:
    """A receiver that stores nothing."""
    with receiving() as receiver:
        credentials = Credentials(terminal_id="t-bench", token="a-token-for-the-bench")  # noqa: S106

        def count() -> int:
            if repeated := receiver.times.total() - len(receiver.times):
                raise KioskError(f"{repeated} responses came more than once")
            return len(receiver.times)

        yield Centre(receiver.url, credentials, count)


def has_reference_centre() -> bool:
    """Whether the reference central service can be run here."""
    return all(importlib.util.find_spec(name) for name in ("litestar", "sqlalchemy", "uvicorn"))


@contextmanager
def reference_centre(folder: Path) -> Iterator[Centre]:
    """The reference central service with SQLite; its libraries must be there."""
    from sync.central.admin import database_url, open_store
    from sync.central.server import serving
    from sync.central.service import Service

    folder.mkdir()
    with closing(open_store(database_url(folder))) as store, serving(Service(store)) as url:
        store.add_units([UNIT])
        wanted = EnrolmentRequest(code=store.new_code(UNIT.unit), hardware_id="-", software="-")
        let_in = store.enrol(wanted, datetime.now(UTC), random.SystemRandom())
        if isinstance(let_in, str):
            raise KioskError(f"the reference centre does not let the terminal in: {let_in}")
        credentials = Credentials(terminal_id=let_in.terminal.id, token=let_in.token)
        yield Centre(url.rstrip("/"), credentials, store.count_responses)


def measure(folder: Path, centre_at: Opening, samples: Sequence[Content], count: int) -> Drained:
    """Send a backlog of `count` responses to three new centres, one after the other.

    Raises KioskError when a response did not arrive, or came more than once.
    """
    state = open_state(folder / "state")
    fill(state, samples, count)
    batches = (folder / PLAIN, folder / ZIPPED)
    seconds = [_posted(folder, centre_at, batch, count) for batch in batches]
    with centre_at(folder / "centre") as centre:
        agent = in_a_process(drain, state.path, centre.url, centre.credentials)
        check(centre, count)
    return Drained(agent, *seconds)


def _posted(folder: Path, centre_at: Opening, batches: Path, count: int) -> float:
    """How many seconds `requests` takes for the whole backlog."""
    with centre_at(folder / f"centre-{batches.name}") as centre:
        terminal_id = centre.credentials.terminal_id
        write_batches(
            open_state(folder / "state"), terminal_id, batches, zipped=batches.name == ZIPPED
        )
        seconds = in_a_process(post, batches, centre.url, centre.credentials.token)
        check(centre, count)
    return seconds


def check(centre: Centre, count: int) -> None:
    """Raises KioskError unless so many responses arrived, each once."""
    if (arrived := centre.count()) != count:
        raise KioskError(f"{arrived} responses of {count} arrived")


# In the process that sends


def in_a_process(work: Callable[..., Result], *arguments: object) -> Result:
    """What `work` returns in a fresh process."""
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=fresh) as pool:
        return pool.submit(work, *arguments).result()


def drain(folder: Path, url: str, credentials: Credentials) -> Sending:
    """Let the agent deliver all that waits; raises KioskError when it stops before.

    Its turns follow each other at once, as with `sync --once`.
    """
    state = open_state(folder)
    layer = shipped_layer()
    layer["central"]["url"] = url
    settings = settings_from(layer).central
    with (
        closing(open_outbox(state)) as outbox,
        closing(CentralClient(settings, credentials.token)) as client,
    ):
        agent = Agent(state, ConfigStore(state, None), outbox, client, credentials)
        before, grown_first = _peak_bytes(), None
        began = time.perf_counter()
        waiting = outbox.counts().pending
        while waiting:
            agent.tick(clock.read())
            grown_first = _peak_bytes() - before if grown_first is None else grown_first
            if (left := outbox.counts().pending) == waiting:
                raise KioskError(f"the agent stopped with {left} responses waiting")
            waiting = left
        seconds = time.perf_counter() - began
        return Sending(seconds, grown_first or 0, _peak_bytes() - before)


def post(folder: Path, url: str, token: str) -> float:
    """Post a folder's files over one kept connection; returns seconds."""
    bodies = [path.read_bytes() for path in sorted(folder.iterdir())]
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {token}"
        session.headers["Content-Type"] = "application/json"
        if folder.name == ZIPPED:
            session.headers["Content-Encoding"] = "gzip"
        began = time.perf_counter()
        for body in bodies:
            session.post(f"{url}{API_PATH}/responses", data=body, timeout=60).raise_for_status()
        return time.perf_counter() - began


def _peak_bytes() -> int:
    """The most memory that this process has had resident so far."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    peak = next(line for line in lines if line.startswith("VmHWM:"))
    return int(peak.split()[1]) * 1024
