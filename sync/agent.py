"""The sync agent: `tick(now)` does what is due and never sleeps. The loop is the retry."""

import logging
import random
import sqlite3
from collections.abc import Callable
from typing import TypeVar

import msgspec

from device_config.clock import Reading, rfc3339
from device_config.config_store import ConfigStore
from device_config.credentials import Credentials
from device_config.errors import ConfigurationProblems, UsageProblem
from device_config.location import LocationFile
from device_config.road import (
    JournalEntry,
    entry_now,
    finish_order,
    note,
    open_orders,
    pending_entries,
    settle_entries,
)
from device_config.state import StateDirectory
from sync.boots import note_anchor
from sync.client import CentralClient
from sync.corrections import correct_waiting, tell_corrections
from sync.enrolment import take_config
from sync.health import health
from sync.outbox import Outbox
from sync.outcome import Reply, Settled, TooMuch, TryLater, Unreachable, failure, push_outcome
from sync.push import Pusher
from sync.retention import keep_within
from sync.schedule import Line
from sync.wire import (
    MOST_RESPONSES,
    UNREADABLE,
    CentralConfig,
    Event,
    EventBatch,
    HeartbeatReply,
    encode,
    location_of,
)

log = logging.getLogger(__name__)

BEAT_S = 60.0
CONFIG_S = 300.0
REPORT_S = 30.0
CLOCK_S = 30.0
PURGE_S = 3600.0
PURGE_STEP_S = 1.0

Duty = Callable[[Reading, Line], Line]
Body = TypeVar("Body")


class Agent:
    """One terminal's deliveries. `jitter` gives random numbers in 0…1."""

    def __init__(  # noqa: PLR0913 - the collaborators that the composition root built
        self,
        state: StateDirectory,
        store: ConfigStore,
        outbox: Outbox,
        client: CentralClient,
        credentials: Credentials,
        *,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._state = state
        self._store = store
        self._outbox = outbox
        self._client = client
        self._credentials = credentials
        self._jitter = jitter
        self._etag: str | None = None
        self._most_events = MOST_RESPONSES
        self._pusher = Pusher(outbox, client, credentials.terminal_id, jitter)
        self._duties: dict[str, Duty] = {
            "orders": self._carry_out_orders,
            "clock": self._keep_time,
            "push": self._pusher.push_news,
            "report": self._report,
            "beat": self._beat,
            "pull": self._pull,
            "purge": self._purge,
        }
        self._lines = dict.fromkeys(self._duties, Line())

    def tick(self, now: Reading) -> None:
        """Do what is due; each duty goes on when another fails.

        Raises sqlite3.DatabaseError: then the database is to be opened anew.
        """
        for name, duty in self._duties.items():
            line = self._lines[name]
            if line.is_due(now.boottime):
                self._lines[name] = self._done(name, duty, now, line)

    def one_pass(self, now: Reading) -> bool:
        """Everything once, ignoring earlier back-off; returns whether nothing waits any more."""
        duties = {**self._duties, "push": self._pusher.push_all}
        for name in ("clock", "push", "report", "beat", "pull"):
            self._lines[name] = self._done(name, duties[name], now, self._lines[name])
        return not self._outbox.has_pending()

    def _done(self, name: str, duty: Duty, now: Reading, line: Line) -> Line:
        try:
            return duty(now, line)
        except sqlite3.DatabaseError:
            raise  # no duty can go on without the database
        except Exception:
            log.exception("%s: the agent goes on after an error of ours", name)
            return line.failed(now.boottime, 1.0, None)

    def _carry_out_orders(self, now: Reading, line: Line) -> Line:
        """Do what the kiosk asked for; it stands first, so that what it hurries goes at once."""
        for order in open_orders(self._outbox.db):
            if order.kind == "send-now":
                self._lines = {
                    name: line.hurried(now.boottime) for name, line in self._lines.items()
                }
                finish_order(self._outbox.db, order.id, {"done": True})
            else:
                log.warning("order %d is of an unknown kind: %s", order.id, order.kind)
                finish_order(self._outbox.db, order.id, {"error": "unknown order"})
        return line.succeeded(now.boottime, 0.0)

    def _keep_time(self, now: Reading, line: Line) -> Line:
        """Write down that the clock is right, and tell the times that were sent without."""
        if not now.is_synced:
            return line
        if note_anchor(self._outbox.db, now):
            correct_waiting(self._outbox.db)
        tell_corrections(self._outbox.db, now)
        return line.succeeded(now.boottime, CLOCK_S)

    def _report(self, now: Reading, line: Line) -> Line:
        """Send the journal's entries."""
        entries = pending_entries(self._outbox.db, self._most_events)
        if not entries:
            return line.succeeded(now.boottime, REPORT_S)
        batch = EventBatch(
            terminal_id=self._credentials.terminal_id,
            sent_at=rfc3339(now.wall),
            events=tuple(_event(entry) for entry in entries),
        )
        reply = self._client.report(encode(batch))
        outcome = push_outcome(reply, [entry.id for entry in entries], now.wall)
        if isinstance(outcome, TooMuch):
            # As with responses: halving finds the one that stands in the way.
            self._most_events = max(len(entries) // 2, 1)
            return line.hurried(now.boottime)
        if not isinstance(outcome, Settled):
            return self._later(now, line, reply)
        self._most_events = min(2 * self._most_events, MOST_RESPONSES)
        refused = [event_id for event_id, _ in outcome.rejected]
        settle_entries(self._outbox.db, list(outcome.stored), refused)
        return line.succeeded(now.boottime, REPORT_S)

    def _beat(self, now: Reading, line: Line) -> Line:
        """Say how the terminal is; the answer tells whether the configuration is news."""
        place = LocationFile.of(self._state).current(self._store.effective().settings.location)
        heartbeat = health(self._state, self._outbox, self._credentials, place, now)
        reply = self._client.beat(heartbeat)
        body = _decoded(reply, HeartbeatReply)
        if body is None:
            return self._later(now, line, reply)
        if body.config_etag != self._etag:
            self._lines["pull"] = self._lines["pull"].hurried(now.boottime)
        return line.succeeded(now.boottime, BEAT_S)

    def _pull(self, now: Reading, line: Line) -> Line:
        """Take the configuration, if it is news."""
        reply = self._client.pull_config(self._etag)
        if isinstance(reply, Reply) and reply.status == 304:
            return line.succeeded(now.boottime, CONFIG_S)
        config = _decoded(reply, CentralConfig)
        if config is None or not isinstance(reply, Reply):
            return self._later(now, line, reply)
        self._take(config, now)
        self._etag = reply.headers.get("etag")
        return line.succeeded(now.boottime, CONFIG_S)

    def _take(self, config: CentralConfig, now: Reading) -> None:
        try:
            has_moved = take_config(self._state, self._store, config, now)
        except (ConfigurationProblems, UsageProblem) as error:
            log.error("the centre's configuration is not taken: %s", error)  # noqa: TRY400
            problems = error.problems if isinstance(error, ConfigurationProblems) else (str(error),)
            note(
                self._outbox.db, entry_now("config-refused", {"problems": list(problems[:20])}, now)
            )
            return
        if has_moved:
            place = LocationFile.of(self._state).current(self._store.effective().settings.location)
            location = msgspec.to_builtins(location_of(place))
            note(
                self._outbox.db,
                entry_now("location-changed", {**location, "revision": place.revision}, now),
            )

    def _purge(self, now: Reading, line: Line) -> Line:
        """Delete copies of what the centre holds, a small step at a time."""
        bounds = self._store.effective().settings.retention
        is_more = keep_within(self._outbox, bounds, now)
        return line.succeeded(now.boottime, PURGE_STEP_S if is_more else PURGE_S)

    def _later(self, now: Reading, line: Line, reply: Reply | Unreachable) -> Line:
        outcome = failure(reply, now.wall)
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


def _event(entry: JournalEntry) -> Event:
    return msgspec.convert(
        {
            "id": entry.id,
            "kind": entry.kind,
            "at": entry.at,
            "clock": entry.clock,
            "data": entry.data,
        },
        Event,
    )
