"""Pushing: the oldest waiting responses to the centre, and its verdicts written down."""

import logging
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Literal

import msgspec

from device_config.clock import Reading, rfc3339
from device_config.road import fact, state_fact
from sync.client import CentralClient
from sync.health import read_push
from sync.outbox import Outbox, Parcel
from sync.outcome import NotAllowed, Settled, TooMuch, TryLater, push_outcome
from sync.schedule import Line
from sync.wire import MOST_BYTES, MOST_RESPONSES, encode

log = logging.getLogger(__name__)

MOST_BATCHES = 20
"""Batches at a time, so that a long backlog does not hold up heartbeats and configuration."""
ENVELOPE_BYTES = 4096

Result = Literal["done", "more", "later"]


class Pusher:
    """Sends batches; knows how large they may be and how the last one went."""

    def __init__(
        self,
        outbox: Outbox,
        client: CentralClient,
        terminal_id: str,
        jitter: Callable[[], float],
    ) -> None:
        self._outbox = outbox
        self._client = client
        self._terminal_id = terminal_id
        self._jitter = jitter
        self._most = MOST_RESPONSES
        self._fact = read_push(outbox)
        self._sent_version: int | None = None
        # An earlier agent's Retry-After, as boot id and boottime: it counts for `--once`, too.
        self._asked_until: dict[str, float] = fact(outbox.db, "sync", "asked-until") or {}

    def push_news(self, now: Reading, line: Line) -> Line:
        """Send what is new, or what an earlier failure left; cheap when there is neither."""
        if self._has_to_wait(now, line):
            return line
        version = self._outbox.data_version()
        if line.failures == 0 and version == self._sent_version:
            return line
        result, line = self._batches(now, line, MOST_BATCHES)
        if result == "done":
            self._sent_version = version
        return line

    def push_all(self, now: Reading, line: Line) -> Line:
        """Send until nothing waits, or until the first answer that means later."""
        if self._has_to_wait(now, line):
            return line
        result: Result = "more"
        while result == "more":
            result, line = self._batches(now, line, MOST_BATCHES)
        return line

    def _has_to_wait(self, now: Reading, line: Line) -> bool:
        return now.boottime < max(line.asked_until, self._asked_until.get(now.boot_id, 0.0))

    def _batches(self, now: Reading, line: Line, most: int) -> tuple[Result, Line]:
        result: Result = "more"
        for _ in range(most):
            result, line = self._batch(now, line)
            if result != "more":
                break
        return result, line

    def _batch(self, now: Reading, line: Line) -> tuple[Result, Line]:
        parcels = self._outbox.take(self._most, MOST_BYTES - ENVELOPE_BYTES, self._terminal_id)
        if not parcels:
            return "done", Line()
        reply = self._client.push(self._encoded(parcels, now))
        match push_outcome(reply, [parcel.id for parcel in parcels], now.wall):
            case Settled(stored=stored, rejected=rejected):
                self._outbox.settle(stored, rejected)
                self._most = min(2 * self._most, MOST_RESPONSES)
                self._write_down(now, None)
                return "more", Line()
            case TooMuch():
                # Halving finds the one that stands in the way in a few requests.
                self._most = max(len(parcels) // 2, 1)
                return "more", line
            case NotAllowed(status=status):
                return "later", self._failed(now, line, f"http-{status}", None)
            case TryLater(why=why, after_s=after_s):
                return "later", self._failed(now, line, why, after_s)

    def _encoded(self, parcels: tuple[Parcel, ...], now: Reading) -> bytes:
        return encode(
            {
                "terminal_id": self._terminal_id,
                "sent_at": rfc3339(now.wall),
                "responses": [msgspec.Raw(parcel.body) for parcel in parcels],
            }
        )

    def _failed(self, now: Reading, line: Line, why: str, after_s: float | None) -> Line:
        line = line.failed(now.boottime, self._jitter(), after_s)
        log.warning("push failed: %s; %d in a row", why, line.failures)
        self._write_down(now, why)
        if after_s is not None:
            self._asked_until = {now.boot_id: line.asked_until}
            state_fact(self._outbox.db, "sync", "asked-until", self._asked_until)
        return line

    def _write_down(self, now: Reading, failure: str | None) -> None:
        """For `status`: when a push last worked, why the last one did not, how often which."""
        failures = dict(self._fact.failures or {})
        if failure is None:
            self._fact = replace(self._fact, failure=None, last_at=rfc3339(now.wall))
        else:
            failures[failure] = failures.get(failure, 0) + 1
            self._fact = replace(self._fact, failure=failure, failures=failures)
        state_fact(self._outbox.db, "sync", "push", asdict(self._fact))
