"""The sync process, put together: the one place where the agent's parts meet."""

import logging
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from device_config import clock
from device_config.clock import Reading
from device_config.config_store import ConfigStore
from device_config.credentials import Credentials, read_credentials
from device_config.durable_file import DurableFile, file_fingerprint
from device_config.errors import KioskError, NotSetUp, StateDamaged, StateInUse
from device_config.settings import CentralSettings
from device_config.state import StateDirectory, hold, open_state
from sync.access import read_access
from sync.agent import Agent
from sync.before_enrolment import BeforeEnrolment
from sync.boot_file_reader import BOOT_FILES
from sync.client import CentralClient
from sync.health import begin_with
from sync.outbox import Outbox, open_outbox
from sync.schedule import START_SPREAD_S, next_delay
from sync.steady_store import SteadyStore

log = logging.getLogger(__name__)

WATCH_S = 0.1
"""How often the loop looks whether something was closed: a response leaves within this."""
REOPEN_S = 2.0
MOST_FAILURES = 5
"""The back-off after trouble with our own files grows to 32 s, and no further."""
CALM_S = 60.0
"""After so long without trouble the next one is a first one."""


def run_agent(
    state_path: Path,
    config_file: Path | None,
    spread_s: float = START_SPREAD_S,
    boot_files: Sequence[Path] = BOOT_FILES,
) -> None:
    """Deliver until SIGTERM; raises KioskError for what is wrong at the start.

    A terminal that is not enrolled yet waits for a code. The first calls come at a random moment
    within `spread_s` seconds of the start. What goes wrong later is logged, and tried anew.
    """
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    state = open_state(state_path)
    store = SteadyStore(state, config_file)
    store.effective()
    with hold(state, "sync"):
        open_outbox(state).close()
        _keep_delivering(state, store, stopping, spread_s, boot_files)


@dataclass(frozen=True, slots=True)
class Passed:
    """What one pass left: whether nothing waits any more, and whether the centre lets us in."""

    has_sent_all: bool
    is_let_in: bool


def run_once(state_path: Path, config_file: Path | None) -> Passed:
    """One pass. Raises NotSetUp or StateInUse."""
    state = open_state(state_path)
    store = ConfigStore(state, config_file)
    settings, credentials = _set_up(state, store)
    with hold(state, "sync"):
        outbox = open_outbox(state)
        _close_abandoned(state, outbox)
        begin_with(outbox, credentials)
        client = CentralClient(settings, credentials.token)
        has_sent_all = Agent(state, store, outbox, client, credentials).one_pass(clock.read())
        return Passed(has_sent_all, is_let_in=read_access(outbox.db) != "revoked")


def _set_up(state: StateDirectory, store: ConfigStore) -> tuple[CentralSettings, Credentials]:
    settings = store.effective().settings.central
    if not settings.url:
        raise NotSetUp("no central service: set [central] url in terminal.toml, or enrol")
    credentials = read_credentials(state, settings)
    if credentials is None:
        raise NotSetUp("this terminal is not enrolled; get a code and run: palautepiste enrol CODE")
    return settings, credentials


def _keep_delivering(
    state: StateDirectory,
    store: ConfigStore,
    stopping: threading.Event,
    spread_s: float,
    boot_files: Sequence[Path],
) -> None:
    failures = 0
    while not stopping.is_set():
        begun_at = clock.boottime()
        try:
            _work(state, store, stopping, spread_s, boot_files)
        except (KioskError, sqlite3.Error, OSError) as error:
            is_first = clock.boottime() - begun_at > CALM_S
            failures = 1 if is_first else min(failures + 1, MOST_FAILURES)
            wait_s = next_delay(failures, 1.0)
            # One line without a traceback: the disk's trouble, or a person's, not ours.
            log.error("delivery stopped: %s; trying anew in %.0f s", error, wait_s)  # noqa: TRY400
            stopping.wait(wait_s)
        else:
            failures = 0
        spread_s = 0.0  # a fleet starts in one moment, but opens its files anew in many


def _work(
    state: StateDirectory,
    store: ConfigStore,
    stopping: threading.Event,
    spread_s: float,
    boot_files: Sequence[Path],
) -> None:
    """Tick until stopped, or until the files under us were replaced and must be opened anew."""
    opened, checked_at = _files(state, store), clock.boottime()
    with (
        closing(open_outbox(state)) as outbox,
        _worker(state, store, outbox, spread_s, boot_files) as tick,
    ):
        _close_abandoned(state, outbox)
        while not stopping.wait(WATCH_S):
            tick(clock.read())
            if clock.boottime() - checked_at > REOPEN_S:
                checked_at = clock.boottime()
                if _files(state, store) != opened:
                    log.info("database or settings replaced; opening them anew")
                    return


@contextmanager
def _worker(
    state: StateDirectory,
    store: ConfigStore,
    outbox: Outbox,
    spread_s: float,
    boot_files: Sequence[Path],
) -> Iterator[Callable[[Reading], None]]:
    """What to do again and again: deliver, or wait for a code."""
    ready = _ready(state, store)
    if ready is None:
        yield BeforeEnrolment(state, store, outbox, boot_files).tick
        return
    settings, credentials = ready
    begin_with(outbox, credentials)
    with closing(CentralClient(settings, credentials.token)) as client:
        yield Agent(
            *(state, store, outbox, client, credentials), spread_s=spread_s, boot_files=boot_files
        ).tick


def _ready(state: StateDirectory, store: ConfigStore) -> tuple[CentralSettings, Credentials] | None:
    """What it takes to deliver; None while something of it is missing, or damaged."""
    try:
        return _set_up(state, store)
    except (NotSetUp, StateDamaged) as error:
        log.warning("%s; waiting for a code", error)
        return None


def _files(state: StateDirectory, store: ConfigStore) -> tuple[int, ...]:
    database, _ = file_fingerprint(state.database)
    credentials = DurableFile(state.file("credentials")).fingerprint()
    return (database, *store.fingerprint(), *credentials)


def _close_abandoned(state: StateDirectory, outbox: Outbox) -> None:
    """Close what a dead kiosk left open, unless one is running."""
    try:
        with hold(state, "kiosk"):
            outbox.close_abandoned()
    except StateInUse:
        return
