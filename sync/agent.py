"""The sync agent: `tick(now)` does what is due and never sleeps. The loop is the retry."""

import logging
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from device_config import clock
from device_config.clock import Reading
from device_config.config_store import ConfigStore
from device_config.credentials import Credentials
from device_config.location import LocationFile
from device_config.state import StateDirectory
from device_config.units import UnitsFile
from sync.access import Access
from sync.boot_file_reader import BootFileReader
from sync.boots import note_anchor
from sync.client import CentralClient
from sync.config_reply import read_config
from sync.config_take import ConfigTaker
from sync.corrections import FRONT, correct_waiting, tell_corrections
from sync.duty import Duty, done
from sync.health import health
from sync.location_report import date_places, tell_places
from sync.orders.carry_out import carry_out_orders
from sync.orders.desk import Desk
from sync.outbox import Outbox
from sync.outcome import Reply, TryLater, Unreachable, failure
from sync.push import Pusher
from sync.report import Reporter
from sync.retention import keep_within
from sync.schedule import START_SPREAD_S, Line, first_wait_s
from sync.units_pull import UnitsPuller
from sync.wire import UNREADABLE, HeartbeatReply

log = logging.getLogger(__name__)

BEAT_S = 60.0
CONFIG_S = 300.0
AGAIN_S = 10.0
"""After a pull that left some of the centre's questionnaires for the next one."""
CLOCK_S = 30.0
LOCATION_S = 2.0
PURGE_S = 3600.0
PURGE_STEP_S = 1.0
FIRST_WITHIN_S = {
    "push": START_SPREAD_S,
    "report": START_SPREAD_S,
    "beat": BEAT_S,
    "pull": CONFIG_S,
    "units": CONFIG_S,
}
"""Within so many seconds of its start an agent first makes these calls, at a random moment."""

Body = TypeVar("Body")


class Agent:
    """One terminal's deliveries. `jitter` gives random numbers in 0…1, `boottime` seconds.

    At the start its calls wait for a random moment within `spread_s` seconds; only an answer that
    was given since then does not wait, nor does what a person asked for.
    """

    def __init__(  # noqa: PLR0913 - the collaborators that the composition root built
        self,
        state: StateDirectory,
        store: ConfigStore,
        outbox: Outbox,
        client: CentralClient,
        credentials: Credentials,
        *,
        jitter: Callable[[], float] = random.random,
        spread_s: float = 0.0,
        boottime: Callable[[], float] = clock.boottime,
        boot_files: Sequence[Path] = (),
    ) -> None:
        self._state = state
        self._store = store
        self._outbox = outbox
        self._client = client
        self._credentials = credentials
        self._jitter = jitter
        self._spread_s = spread_s
        self._boottime = boottime
        # When the tick that is under way began, by the reading that it was given and by our own.
        self._began: tuple[Reading, float] | None = None
        self._has_begun = False
        # Boottime of the start, while the push of what waited then is held back.
        self._held_since: float | None = None
        self._correct_from: tuple[int, int] | None = None
        self._etag: str | None = None
        self._has_all = True
        self._config = ConfigTaker(state, store, outbox.db, client)
        self._told_at: tuple[int, ...] = ()
        self._pusher = Pusher(outbox, client, credentials.terminal_id, jitter, self._by_now)
        units = UnitsPuller(outbox.db, UnitsFile.of(state), client, jitter, self._by_now)
        reporter = Reporter(outbox.db, client, credentials.terminal_id, jitter, self._by_now)
        self._access = Access(outbox.db)
        self._desk = Desk(state, store, outbox.db, self._hurry_all, client)
        self._duties: dict[str, Duty] = {
            "orders": self._carry_out_orders,
            "clock": self._keep_time,
            "push": self._pusher.push_news,
            "report": reporter.report,
            "beat": self._beat,
            "pull": self._pull,
            "units": units.pull,
            "location": self._tell_places,
            "boot-file": BootFileReader(self._desk, boot_files).take,
            "purge": self._purge,
        }
        self._lines = dict.fromkeys(self._duties, Line())

    def tick(self, now: Reading) -> None:
        """Do what is due; each duty goes on when another fails.

        Raises sqlite3.DatabaseError: then the database is to be opened anew.
        """
        self._began = now, self._boottime()
        if not self._has_begun:
            self._begin(now)
        self._hurry_fresh_answers(now)
        for name, duty in self._duties.items():
            line = self._lines[name]
            if line.is_due(now.boottime):
                self._lines[name] = done(name, duty, now, line, self._by_now)

    def _begin(self, now: Reading) -> None:
        self._has_begun = True
        self._held_since = now.boottime
        self._config.tell_taken_back(now)
        for name, interval_s in FIRST_WITHIN_S.items():
            wait_s = first_wait_s(interval_s, self._spread_s, self._jitter())
            self._lines[name] = Line(due_at=now.boottime + wait_s)

    def _hurry_fresh_answers(self, now: Reading) -> None:
        """Let an answer that was given since the start go at once, with what waits before it."""
        push = self._lines["push"]
        if self._held_since is None:
            return
        if push.failures or push.is_due(now.boottime):
            self._held_since = None
        elif self._outbox.has_waiting_since(now.boot_id, self._held_since):
            self._held_since = None
            self._lines["push"] = push.hurried(now.boottime)

    def one_pass(self, now: Reading) -> bool:
        """Everything once, ignoring earlier back-off; returns whether nothing waits any more."""
        self._began = now, self._boottime()
        self._has_begun = True
        self._config.tell_taken_back(now)
        duties = {**self._duties, "push": self._pusher.push_all}
        for name in ("clock", "push", "location", "report", "beat", "pull", "units"):
            self._lines[name] = done(name, duties[name], now, self._lines[name], self._by_now)
        return not self._outbox.has_pending()

    def _by_now(self) -> Reading:
        """The clocks as they are by now: since the tick began, calls may have taken minutes."""
        assert self._began is not None  # noqa: S101 - nothing is done outside a tick
        now, began = self._began
        return now.after(self._boottime() - began)

    def _carry_out_orders(self, now: Reading, line: Line) -> Line:
        """Do what the kiosk asked for; it stands first, so that what it hurries goes at once."""
        carry_out_orders(self._desk, now)
        return line.succeeded(now.boottime, 0.0)

    def _hurry_all(self) -> None:
        self._hurry(self._by_now(), *FIRST_WITHIN_S)

    def _keep_time(self, now: Reading, line: Line) -> Line:
        """Write down that the clock is right, and tell the times that were sent without."""
        if not now.is_synced:
            return line
        if note_anchor(self._outbox.db, now):
            self._correct_from = FRONT
            date_places(self._outbox.db, LocationFile.of(self._state))
        if self._correct_from is not None:
            # A step a tick, so that the kiosk's saves come in between.
            self._correct_from = correct_waiting(self._outbox.db, self._correct_from)
        tell_corrections(self._outbox.db, now)
        return line.succeeded(now.boottime, CLOCK_S if self._correct_from is None else 0.0)

    def _beat(self, now: Reading, line: Line) -> Line:
        """Say how the terminal is; the answer tells whether the configuration is news."""
        place = LocationFile.of(self._state).current(self._store.effective().settings.location)
        heartbeat = health(self._state, self._outbox, self._credentials, place, now)
        reply = self._client.beat(heartbeat)
        self._access.note(reply)
        body = _decoded(reply, HeartbeatReply)
        if body is None:
            return self._later(line, reply)
        # Before the first pull nothing can be news; it has a moment of its own.
        if self._etag is not None and body.config_etag != self._etag:
            self._hurry(now, "pull", "units")
        return line.succeeded(now.boottime, BEAT_S)

    def _pull(self, now: Reading, line: Line) -> Line:
        """Take the configuration, if it is news."""
        reply = self._client.pull_config(self._etag if self._has_all else None)
        if isinstance(reply, Reply) and reply.status == 304:
            return line.succeeded(now.boottime, CONFIG_S)
        if not isinstance(reply, Reply) or reply.status != 200:
            return self._later(line, reply)
        try:
            config, unreadable = read_config(reply.body)
        except UNREADABLE:
            return self._later(line, reply)
        pulled = self._config.take(config, now, unreadable)
        self._etag = reply.headers.get("etag")
        self._has_all = pulled.is_whole
        if pulled.later is not None:
            return self._later(line, pulled.later)
        return line.succeeded(now.boottime, CONFIG_S if pulled.is_whole else AGAIN_S)

    def _tell_places(self, now: Reading, line: Line) -> Line:
        """Tell the centre where the terminal stands, when somebody changed that."""
        location = LocationFile.of(self._state)
        fingerprint = location.file.fingerprint()
        if fingerprint != self._told_at:
            if tell_places(self._outbox.db, location):
                self._hurry(now, "report", "beat")
            self._told_at = fingerprint
        return line.succeeded(now.boottime, LOCATION_S)

    def _hurry(self, now: Reading, *names: str) -> None:
        for name in names:
            self._lines[name] = self._lines[name].hurried(now.boottime)

    def _purge(self, now: Reading, line: Line) -> Line:
        """Delete copies of what the centre holds, a small step at a time."""
        bounds = self._store.effective().settings.retention
        is_more = keep_within(self._outbox, bounds, now)
        return line.succeeded(now.boottime, PURGE_STEP_S if is_more else PURGE_S)

    def _later(self, line: Line, reply: Reply | Unreachable) -> Line:
        now = self._by_now()
        outcome = failure(reply, now)
        after_s = outcome.after_s if isinstance(outcome, TryLater) else None
        return line.failed(now.boottime, self._jitter(), after_s)


def _decoded(reply: Reply | Unreachable, kind: type[Body]) -> Body | None:
    """A successful reply's body; None for any other reply."""
    if not isinstance(reply, Reply) or reply.status != 200:
        return None
    try:
        return msgspec.json.decode(reply.body, type=kind)
    except UNREADABLE:
        return None
