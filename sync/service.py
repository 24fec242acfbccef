"""The sync process, put together: the one place where the agent's parts meet."""

import logging
import signal
import threading
from pathlib import Path

from device_config import clock
from device_config.config_store import ConfigStore
from device_config.credentials import Credentials, read_credentials
from device_config.durable_file import DurableFile
from device_config.errors import NotSetUp, StateInUse
from device_config.settings import CentralSettings
from device_config.state import StateDirectory, hold, open_state
from sync.agent import Agent
from sync.client import CentralClient
from sync.outbox import Outbox, open_outbox

log = logging.getLogger(__name__)

WATCH_S = 0.1
"""How often the loop looks whether something was closed: a response leaves within this."""
REOPEN_S = 2.0


def run_agent(state_path: Path, config_file: Path | None) -> None:
    """Deliver until SIGTERM; raises NotSetUp or StateInUse."""
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    state = open_state(state_path)
    store = ConfigStore(state, config_file)
    _set_up(state, store)
    with hold(state, "sync"):
        while not stopping.is_set():
            _deliver(state, store, stopping)


def run_once(state_path: Path, config_file: Path | None) -> bool:
    """One pass; returns whether nothing waits any more. Raises NotSetUp or StateInUse."""
    state = open_state(state_path)
    store = ConfigStore(state, config_file)
    settings, credentials = _set_up(state, store)
    with hold(state, "sync"):
        outbox = open_outbox(state)
        _close_abandoned(state, outbox)
        client = CentralClient(settings, credentials.token)
        return Agent(state, store, outbox, client, credentials).one_pass(clock.read())


def _set_up(state: StateDirectory, store: ConfigStore) -> tuple[CentralSettings, Credentials]:
    settings = store.effective().settings.central
    if not settings.url:
        raise NotSetUp("no central service: set [central] url in terminal.toml, or enrol")
    credentials = read_credentials(state, settings)
    if credentials is None:
        raise NotSetUp("this terminal is not enrolled; get a code and run: palautepiste enrol CODE")
    return settings, credentials


def _deliver(state: StateDirectory, store: ConfigStore, stopping: threading.Event) -> None:
    """Tick until stopped, or until the files under us were replaced and must be opened anew."""
    settings, credentials = _set_up(state, store)
    outbox = open_outbox(state)
    _close_abandoned(state, outbox)
    client = CentralClient(settings, credentials.token)
    agent = Agent(state, store, outbox, client, credentials)
    opened, checked_at = _files(state, store), clock.boottime()
    try:
        while not stopping.wait(WATCH_S):
            agent.tick(clock.read())
            if clock.boottime() - checked_at > REOPEN_S:
                checked_at = clock.boottime()
                if _files(state, store) != opened:
                    log.info("database or settings replaced; opening them anew")
                    return
    finally:
        client.close()
        outbox.close()


def _files(state: StateDirectory, store: ConfigStore) -> tuple[int, ...]:
    database = state.database.stat().st_ino if state.database.exists() else 0
    credentials = DurableFile(state.file("credentials")).fingerprint()
    return (database, *store.fingerprint(), *credentials)


def _close_abandoned(state: StateDirectory, outbox: Outbox) -> None:
    """Close what a dead kiosk left open, unless one is running."""
    try:
        with hold(state, "kiosk"):
            outbox.close_abandoned()
    except StateInUse:
        return
