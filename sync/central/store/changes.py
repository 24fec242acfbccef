"""Hears of what was stored, whichever process stored it.

PostgreSQL: LISTEN and NOTIFY, the notification being part of the transaction that it tells of.
SQLite: `PRAGMA data_version`, which changes with every other connection's commit.
"""

import logging
import threading
from collections.abc import Callable, Collection
from contextlib import closing
from typing import TYPE_CHECKING, Any, Protocol, cast

from sqlalchemy import Connection, Engine, PoolProxiedConnection, text

if TYPE_CHECKING:
    import psycopg

log = logging.getLogger(__name__)

CHANNEL = "palautepiste_changes"
MOST_TOLD = 2000  # bytes of a notification; PostgreSQL takes 8000
LOOK_EVERY_S = 0.1  # on SQLite
HEAR_EVERY_S = 0.25  # how soon a listener sees that it should end
PROVE_EVERY_S = 15.0  # that the listening connection still lives
SHORTEST_WAIT_S, LONGEST_WAIT_S = 0.1, 5.0  # before the database is tried again

Units = frozenset[str] | None
OnChange = Callable[[Units], object]
"""Called from the watching thread with the units that a change is about; None: maybe any."""


def announce(connection: Connection, units: Collection[str]) -> None:
    """Tell every process that something about these units was stored, once it is committed.

    Units as `tallies` names them, "" for none. On SQLite everyone sees it without being told.
    """
    if connection.dialect.name == "postgresql":
        said = " ".join(sorted(units))
        if len(said.encode()) > MOST_TOLD or any(" " in unit for unit in units):
            said = "*"
        statement = text("SELECT pg_notify(:channel, :said)")
        connection.execute(statement, {"channel": CHANNEL, "said": said})


class Listener(Protocol):
    """A connection that hears of changes."""

    def wait(self) -> list[Units]:
        """What has changed in the last moment, maybe nothing; raises when the connection fails."""

    def close(self) -> None:
        """Give the connection back."""


class Watch:
    """Watches a database in a thread, and comes back to it whenever it was away."""

    def __init__(self, engine: Engine, on_change: OnChange) -> None:
        self._engine = engine
        self._on_change = on_change
        self._is_closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="changes", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop watching; nothing is told after this."""
        self._is_closing.set()
        self._thread.join()

    def _run(self) -> None:
        wait_s = SHORTEST_WAIT_S
        while not self._is_closing.is_set():
            try:
                with closing(_listener(self._engine)) as listener:
                    # What was stored while nobody listened was told to nobody.
                    self._on_change(None)
                    wait_s = SHORTEST_WAIT_S
                    self._listen(listener)
            except Exception as error:  # noqa: BLE001 - whatever it is, the pages must hear again
                log.warning("not hearing of changes, trying again: %s", str(error).strip())
                self._is_closing.wait(wait_s)
                wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    def _listen(self, listener: Listener) -> None:
        while not self._is_closing.is_set():
            for units in listener.wait():
                self._on_change(units)


def _listener(engine: Engine) -> Listener:
    pooled = engine.raw_connection()
    connection = cast("Any", pooled.driver_connection)
    pooled.detach()  # it is ours for long, and the pool may have another one
    if engine.dialect.name == "postgresql":
        return _Notified(pooled, connection)
    return _Looking(pooled, connection)


class _Notified:
    """PostgreSQL tells us."""

    def __init__(
        self, pooled: PoolProxiedConnection, connection: "psycopg.Connection[Any]"
    ) -> None:
        self._pooled = pooled
        self._connection = connection
        self._unproven_s = 0.0
        connection.autocommit = True
        connection.execute(f"LISTEN {CHANNEL}")

    def wait(self) -> list[Units]:
        heard = list(self._connection.notifies(timeout=HEAR_EVERY_S, stop_after=1))
        self._unproven_s = 0.0 if heard else self._unproven_s + HEAR_EVERY_S
        if self._unproven_s >= PROVE_EVERY_S:
            self._connection.execute("SELECT 1")
            self._unproven_s = 0.0
        return [_units_in(each.payload) for each in heard]

    def close(self) -> None:
        self._pooled.close()


def _units_in(said: str) -> Units:
    return None if said == "*" else frozenset(said.split(" "))


class _Looking:
    """SQLite has to be looked at: microseconds, a few times a second."""

    def __init__(self, pooled: PoolProxiedConnection, connection: Any) -> None:
        self._pooled = pooled
        self._connection = connection
        self._seen = self._version()
        self._pause = threading.Event()

    def wait(self) -> list[Units]:
        self._pause.wait(LOOK_EVERY_S)
        before, self._seen = self._seen, self._version()
        return [] if self._seen == before else [None]

    def close(self) -> None:
        self._pooled.close()

    def _version(self) -> int:
        row: tuple[int] = self._connection.execute("PRAGMA data_version").fetchone()
        return row[0]
