"""What waits, and what was refused: from what `status` says."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from device_config.checks.finding import Finding, ok, skip, warn
from device_config.clock import Reading
from device_config.credentials import Credentials
from device_config.location import Place
from device_config.road import count_open_orders
from device_config.state import StateDirectory
from sync.checks.database import read_only
from sync.health import health, read_push, read_warnings
from sync.outbox import Outbox
from sync.status_screen import FAILURE_WORDS, REASON_WORDS
from sync.units_pull import good_at
from sync.wire import Heartbeat

LONG_S = 3600.0
"""A response leaves within a second of its closing; one that has waited an hour is stuck."""
NOT_ALLOWED = ("http-401", "http-403")


@dataclass(frozen=True, slots=True)
class DeliveryFacts:
    """What the database tells: `beat` as `status` has it, and what that does not say.

    `said` is what the kiosk last had to leave out of its settings, `units_at` when the list of
    units was last known to be the centre's.
    """

    beat: Heartbeat
    push_failure: str | None
    said: tuple[str, ...]
    sent_bytes: int
    open_orders: int = 0
    units_at: str | None = None


def look_at_delivery(
    state: StateDirectory, credentials: Credentials | None, place: Place, now: Reading
) -> DeliveryFacts:
    """The facts, with nothing written; raises sqlite3.Error, KioskError or OSError."""
    with read_only(state.database) as db:
        outbox = Outbox(db)
        return DeliveryFacts(
            health(state, outbox, credentials, place, now),
            read_push(outbox).failure,
            tuple(read_warnings(outbox)),
            outbox.sent_bytes(),
            count_open_orders(db),
            good_at(db),
        )


def delivery_findings(
    facts: DeliveryFacts, now: Reading, *, is_agent_running: bool
) -> Iterator[Finding]:
    """The queue, dead letters, the last push, orders, and what the kiosk said of its settings."""
    beat = facts.beat
    yield _waiting(beat, now)
    if beat.rejected:
        reasons = ", ".join(f"{count} × {why}" for why, count in beat.rejected_by_reason.items())
        says = f"{beat.rejected} refused by the centre, kept here: {reasons}"
        yield warn("refused", says, "when the centre has mended why: palautepiste requeue")
    else:
        yield ok("refused", "none")
    if beat.events_rejected:
        says = f"{beat.events_rejected} events refused by the centre: no answer is among them"
        yield warn("events", says, "tell who runs the centre")
    yield _last_push(beat, facts.push_failure)
    if facts.open_orders and not is_agent_running:
        says = f"{facts.open_orders} from the staff pages, and nobody carries them out"
        yield warn("orders", says, "sudo systemctl enable --now palautepiste-sync")
    for line in facts.said:
        mend = "palautepiste config show; a running kiosk takes what was mended"
        yield warn("kiosk says", " ".join(line.split()), mend)


def _waiting(beat: Heartbeat, now: Reading) -> Finding:
    if not beat.pending:
        return ok("waiting", f"nothing; {beat.sent} sent are still here")
    oldest = beat.oldest_pending_at
    since = f"{beat.pending}, the oldest from {oldest or 'a time not known yet'}"
    if oldest is not None and now.wall - datetime.fromisoformat(oldest).timestamp() > LONG_S:
        mend = "see what is wrong at the centre and the processes; then: palautepiste sync --once"
        return warn("waiting", since, mend)
    return ok("waiting", since)


def _last_push(beat: Heartbeat, failure: str | None) -> Finding:
    if failure is None and beat.last_push_at is None and not beat.sent:
        return skip("last push", "there was none yet")
    if failure is None:
        return ok("last push", beat.last_push_at or "at a time not known")
    words = f"failed: {FAILURE_WORDS.get(failure, failure)}; went well: {beat.last_push_at or '-'}"
    mend = REASON_WORDS["not-allowed"] if failure in NOT_ALLOWED else "see the centre's lines"
    return warn("last push", words, mend)
