"""Reporting: the journal's events to the centre, and its verdicts written down."""

import logging
from collections.abc import Callable, Sequence

import msgspec
from sqlite_utils import Database

from device_config.clock import Reading, rfc3339
from device_config.road import JournalEntry, pending_entries, settle_entries
from sync.client import CentralClient
from sync.outcome import NotAllowed, Outcome, Settled, TooMuch, TryLater, push_outcome
from sync.push import ENVELOPE_BYTES, MOST_BATCHES
from sync.schedule import Line
from sync.way_round import WayRound
from sync.wire import MOST_BYTES, MOST_RESPONSES, Event, encode

log = logging.getLogger(__name__)

REPORT_S = 30.0

_Parcel = tuple[str, bytes]
"""An event as it travels: its id and its bytes."""


class Reporter:
    """Sends batches of events; knows how large they may be and which event stands in the way."""

    def __init__(
        self,
        db: Database,
        client: CentralClient,
        terminal_id: str,
        jitter: Callable[[], float],
        by_now: Callable[[], Reading],
    ) -> None:
        self._db = db
        self._client = client
        self._terminal_id = terminal_id
        self._jitter = jitter
        self._by_now = by_now
        self._most = MOST_RESPONSES
        self._way_round = WayRound()

    def report(self, now: Reading, line: Line) -> Line:
        """Send what waits until nothing does, or until the first answer that means later."""
        for _ in range(MOST_BATCHES):
            parcels = self._take()
            if not parcels:
                return line.succeeded(now.boottime, REPORT_S)
            ids = [event_id for event_id, _ in parcels]
            reply = self._client.report(self._encoded(parcels, now))
            # A call may take a minute: what is to be waited for counts from the reply.
            now = self._by_now()
            outcome = push_outcome(reply, ids, now)
            line = self._take_in(outcome, ids, now, line)
            if isinstance(outcome, NotAllowed | TryLater):
                return line
        return line.hurried(now.boottime)

    def _take(self) -> tuple[_Parcel, ...]:
        """The next batch: behind what is passed over, while others wait there."""
        parcels = self._taken(self._way_round.passed_over)
        if parcels or self._way_round.passed_over is None:
            return parcels
        self._way_round = self._way_round.from_the_front()
        return self._taken(None)

    def _taken(self, after: str | None) -> tuple[_Parcel, ...]:
        """The oldest events behind `after`, as many as a batch may hold; one at least if any."""
        parcels: list[_Parcel] = []
        impossible: list[str] = []
        size = ENVELOPE_BYTES
        most = min(self._most, self._way_round.most)
        for entry in pending_entries(self._db, most, after):
            try:
                body = _encoded_event(entry)
            except msgspec.ValidationError as error:
                log.warning("event %s is put aside: %s", entry.id, error)
                impossible.append(entry.id)
                continue
            size += len(body) + 1
            if parcels and size > MOST_BYTES:
                break
            parcels.append((entry.id, body))
        if not impossible:
            return tuple(parcels)
        settle_entries(self._db, [], impossible)
        return tuple(parcels) or self._taken(after)

    def _encoded(self, parcels: Sequence[_Parcel], now: Reading) -> bytes:
        return encode(
            {
                "terminal_id": self._terminal_id,
                "sent_at": rfc3339(now.wall),
                "events": [msgspec.Raw(body) for _, body in parcels],
            }
        )

    def _take_in(self, outcome: Outcome, ids: Sequence[str], now: Reading, line: Line) -> Line:
        """Write down what a reply says, and take its lesson about the next batch."""
        match outcome:
            case Settled(stored=stored, rejected=rejected):
                for event_id, reason in rejected:
                    log.warning("the centre refused event %s: %s", event_id, reason.code)
                settle_entries(self._db, list(stored), [event_id for event_id, _ in rejected])
                self._most = min(2 * self._most, MOST_RESPONSES)
                self._way_round = self._way_round.after_success()
                return Line()
            case TooMuch():
                # As with responses: halving finds the one that stands in the way.
                self._most = max(len(ids) // 2, 1)
                return line
            case NotAllowed():
                return line.failed(now.boottime, self._jitter(), None)
            case TryLater(after_s=after_s, is_about_these=is_about_these):
                line = line.failed(now.boottime, self._jitter(), after_s)
                if is_about_these:
                    self._way_round = self._way_round.after_stumbling(ids, line.failures)
                return line


def _encoded_event(entry: JournalEntry) -> bytes:
    """Its bytes; raises msgspec.ValidationError for what the contract has no room for."""
    return encode(msgspec.convert(entry, Event, from_attributes=True))
