"""The agent of a terminal that may not deliver yet: it waits for a code, and keeps house."""

from collections.abc import Sequence
from pathlib import Path

from device_config.clock import Reading
from device_config.config_store import ConfigStore
from device_config.state import StateDirectory
from sync.boot_file_reader import BOOT_FILES, BootFileReader
from sync.boots import note_anchor
from sync.duty import Duty, done
from sync.orders.carry_out import carry_out_orders
from sync.orders.desk import Desk
from sync.outbox import Outbox
from sync.retention import keep_within
from sync.schedule import Line

CLOCK_S = 30.0
PURGE_S = 3600.0
PURGE_STEP_S = 1.0


class BeforeEnrolment:
    """What an agent does without credentials, or without the centre's address."""

    def __init__(
        self,
        state: StateDirectory,
        store: ConfigStore,
        outbox: Outbox,
        boot_files: Sequence[Path] = BOOT_FILES,
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._desk = Desk(state, store, outbox.db, hurry=lambda: None)
        self._duties: dict[str, Duty] = {
            "orders": self._carry_out_orders,
            "boot-file": BootFileReader(self._desk, boot_files).take,
            "clock": self._keep_time,
            "purge": self._purge,
        }
        self._lines = dict.fromkeys(self._duties, Line())

    def tick(self, now: Reading) -> None:
        """Do what is due; each duty goes on when another fails. Raises sqlite3.DatabaseError."""
        for name, duty in self._duties.items():
            line = self._lines[name]
            if line.is_due(now.boottime):
                self._lines[name] = done(name, duty, now, line, lambda: now)

    def _carry_out_orders(self, now: Reading, line: Line) -> Line:
        carry_out_orders(self._desk, now)
        return line.succeeded(now.boottime, 0.0)

    def _keep_time(self, now: Reading, line: Line) -> Line:
        """Write down that the clock is right: what is given meanwhile gets its time by that."""
        if not now.is_synced:
            return line
        note_anchor(self._outbox.db, now)
        return line.succeeded(now.boottime, CLOCK_S)

    def _purge(self, now: Reading, line: Line) -> Line:
        bounds = self._store.effective().settings.retention
        is_more = keep_within(self._outbox, bounds, now)
        return line.succeeded(now.boottime, PURGE_STEP_S if is_more else PURGE_S)
