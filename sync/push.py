"""Pushing: the oldest waiting responses to the centre, and its verdicts written down."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import Literal

import msgspec

from device_config import clock
from device_config.clock import Reading, rfc3339
from device_config.road import fact, state_fact_if_room
from sync import batch_size
from sync.client import CentralClient
from sync.health import read_push
from sync.outbox import Outbox, Parcel
from sync.outcome import (
    NotAllowed,
    Outcome,
    Reply,
    Settled,
    TooMuch,
    TryLater,
    Unreachable,
    push_outcome,
)
from sync.schedule import LONGEST_RETRY_AFTER_S, Line
from sync.way_round import WayRound
from sync.wire import MOST_BYTES, MOST_RESPONSES, encode

log = logging.getLogger(__name__)

MOST_BATCHES = 20
"""Batches at a time, so that a long backlog does not hold up heartbeats and configuration."""
ENVELOPE_BYTES = 4096

Result = Literal["done", "more", "later"]


@dataclass(frozen=True, slots=True)
class _Flight:
    """A batch under way."""

    ids: list[str]
    call: Future[tuple[Reply | Unreachable, float]]


class Pusher:
    """Sends batches; knows how large they may be and how the last one went."""

    def __init__(
        self,
        outbox: Outbox,
        client: CentralClient,
        terminal_id: str,
        jitter: Callable[[], float],
        by_now: Callable[[], Reading],
    ) -> None:
        self._outbox = outbox
        self._client = client
        self._terminal_id = terminal_id
        self._jitter = jitter
        self._by_now = by_now
        self._most = MOST_RESPONSES
        self._way_round = WayRound()
        self._fact = read_push(outbox)
        self._sent_version: int | None = None
        # An earlier agent's Retry-After, as boot id and boottime: it counts for `--once`, too.
        self._asked_until: dict[str, float] = (
            fact(outbox.db, "sync", "asked-until", dict[str, float]) or {}
        )

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
        asked_until = self._asked_until.get(now.boot_id, 0.0)
        if asked_until > now.boottime + LONGEST_RETRY_AFTER_S:
            asked_until = 0.0  # damaged: nobody can have asked for that
        return now.boottime < max(line.asked_until, asked_until)

    def _batches(self, now: Reading, line: Line, most: int) -> tuple[Result, Line]:
        """Send so many batches at most, one after the other, and write down how it went."""
        before = self._fact
        # Leaving the block waits for a call that is under way.
        with ThreadPoolExecutor(max_workers=1) as thread:
            result, line = self._one_after_another(thread, now, line, most)
        if self._fact != before:
            state_fact_if_room(self._outbox.db, "sync", "push", asdict(self._fact))
        return result, line

    def _one_after_another(
        self, thread: ThreadPoolExecutor, now: Reading, line: Line, most: int
    ) -> tuple[Result, Line]:
        """While the centre takes them, a batch leaves as soon as the one before has its verdicts.

        While it is under way, those are written down, and the next one is made ready.
        """
        result: Result = "more"
        flight = self._begin(thread, now, self._take())
        # Behind a batch that is not full, there is nothing to make ready.
        is_full = flight is not None and len(flight.ids) == self._most
        is_flowing = is_full and self._fact.failure is None
        for left in reversed(range(most)):
            if flight is None:
                return "done", Line()
            ahead = self._take(flight.ids[-1]) if is_flowing and left else ()
            reply, took_s = flight.call.result()
            # A call may take a minute: what is to be waited for counts from the reply.
            now = self._by_now()
            outcome = push_outcome(reply, flight.ids, now)
            is_flowing = _settles_all(outcome, flight.ids)
            following = self._begin(thread, now, ahead) if is_flowing else None
            result, line = self._take_in(outcome, flight.ids, took_s, now, line)
            if result == "later":
                break
            flight = following or (self._begin(thread, now, self._take()) if left else None)
        return result, line

    def _take(self, after: str | None = None) -> tuple[Parcel, ...]:
        """The next batch: behind `after`, or behind what is passed over while others wait."""
        most = min(self._most, self._way_round.most)
        most_bytes = MOST_BYTES - ENVELOPE_BYTES
        behind = after or self._way_round.passed_over
        parcels = self._outbox.take(most, most_bytes, self._terminal_id, behind)
        if parcels or after or behind is None:
            return parcels
        self._way_round = self._way_round.from_the_front()
        return self._outbox.take(most, most_bytes, self._terminal_id)

    def _begin(
        self, thread: ThreadPoolExecutor, now: Reading, parcels: tuple[Parcel, ...]
    ) -> _Flight | None:
        """Let a batch leave; None when there is nothing in it."""
        if not parcels:
            return None
        call = thread.submit(self._send, parcels, now)
        return _Flight([parcel.id for parcel in parcels], call)

    def _send(self, parcels: tuple[Parcel, ...], now: Reading) -> tuple[Reply | Unreachable, float]:
        """The reply to a batch, and how many seconds it took."""
        began = clock.boottime()
        reply = self._client.push(self._encoded(parcels, now))
        return reply, clock.boottime() - began

    def _take_in(
        self, outcome: Outcome, ids: list[str], took_s: float, now: Reading, line: Line
    ) -> tuple[Result, Line]:
        """Write down what a reply says, and take its lesson about the size of the next batch."""
        sent = len(ids)
        match outcome:
            case Settled(stored=stored, rejected=rejected):
                self._outbox.settle(stored, rejected)
                self._most = batch_size.after_success(self._most, sent, took_s)
                self._way_round = self._way_round.after_success()
                # No time rather than one that may be wrong.
                last_at = rfc3339(now.wall) if now.is_synced else None
                self._fact = replace(self._fact, failure=None, last_at=last_at)
                return "more", Line()
            case TooMuch():
                # Halving finds the one that stands in the way in a few requests.
                self._most = batch_size.after_too_much(sent)
                return "more", line
            case NotAllowed(status=status):
                return "later", self._failed(now, line, f"http-{status}", None)
            case TryLater(why=why, after_s=after_s, is_about_these=is_about_these):
                self._most = batch_size.after_no_reply(self._most, sent, took_s)
                line = self._failed(now, line, why, after_s)
                if is_about_these:
                    self._way_round = self._way_round.after_stumbling(ids, line.failures)
                return "later", line

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
        failures = dict(self._fact.failures or {})
        failures[why] = failures.get(why, 0) + 1
        self._fact = replace(self._fact, failure=why, failures=failures)
        if after_s is not None:
            self._asked_until = {now.boot_id: line.asked_until}
            state_fact_if_room(self._outbox.db, "sync", "asked-until", self._asked_until)
        return line


def _settles_all(outcome: Outcome, ids: list[str]) -> bool:
    return isinstance(outcome, Settled) and len(outcome.stored) + len(outcome.rejected) == len(ids)
