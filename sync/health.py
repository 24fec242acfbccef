"""How the terminal is: the facts behind `status` and the heartbeat."""

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from device_config.clock import Reading
from device_config.credentials import Credentials
from device_config.location import Place
from device_config.out_of_order import is_out_of_order
from device_config.reserve import RESERVE_BYTES, is_set_aside
from device_config.road import dropped_entries, fact, refused_entries, state_fact
from device_config.software import software
from device_config.state import StateDirectory
from sync.access import FACT as ACCESS
from sync.access import read_access
from sync.corrections import oldest_waiting_at
from sync.outbox import Outbox
from sync.outbox_reader import Counts
from sync.salvage.rescue import damaged_files
from sync.wire import Heartbeat, PanelFact, location_of

NOT_ALLOWED = ("http-401", "http-403")
CREDENTIALS = "credentials"
"""The fact that names the token in use, by a part of its hash."""
LOW_DISK_BYTES = 100 * 1024 * 1024
THERMAL = Path("/sys/class/thermal/thermal_zone0/temp")


@dataclass(frozen=True, slots=True)
class PushFact:
    """How the agent's last push went. `failure` is None after a success."""

    last_at: str | None = None
    failure: str | None = None
    failures: dict[str, int] | None = None


def health(  # noqa: PLR0913, PLR0917 - every fact that is said
    state: StateDirectory,
    outbox: Outbox | None,
    credentials: Credentials | None,
    place: Place,
    now: Reading,
    warnings: Sequence[str] | None = None,
) -> Heartbeat:
    """Everything that `status --json` and the heartbeat say.

    `warnings` are those of the settings; without them, what the kiosk last said of them counts.
    """
    counts = outbox.counts() if outbox else Counts(0, 0, 0, 0, 1, 0)
    push = read_push(outbox)
    panels = read_panels(outbox)
    disk_free = shutil.disk_usage(state.path).free
    is_settings = bool(read_warnings(outbox) if warnings is None else warnings)
    is_damaged = bool(damaged_files(state.database))
    reasons = attention(
        credentials,
        place,
        counts,
        push,
        panels,
        disk_free,
        is_settings,
        is_damaged=is_damaged,
        is_revoked=outbox is not None and read_access(outbox.db) == "revoked",
        is_out_of_order=is_out_of_order(state.path),
        has_reserve=is_set_aside(state.file("reserve")),
    )
    return Heartbeat(
        state="attention" if reasons else "offline" if push.failure else "ok",
        reasons=tuple(reasons),
        terminal_id=credentials.terminal_id if credentials else None,
        location=location_of(place),
        location_revision=place.revision,
        open=counts.open,
        pending=counts.pending,
        sent=counts.sent,
        rejected=counts.rejected,
        rejected_by_reason=outbox.refused_by_reason() if outbox else {},
        events_rejected=refused_entries(outbox.db) if outbox else 0,
        events_dropped=dropped_entries(outbox.db) if outbox else 0,
        epoch=counts.epoch,
        last_seq=counts.last_seq,
        oldest_pending_at=oldest_waiting_at(outbox.db, now) if outbox else None,
        last_push_at=push.last_at,
        push_failures=push.failures or {},
        clock="synced" if now.is_synced else "unsynced",
        uptime_s=round(now.boottime, 1),
        temperature_c=temperature_c(),
        disk_free_bytes=disk_free,
        panels=tuple(panels),
        software=software(),
    )


def attention(  # noqa: PLR0913, PLR0917 - every fact that can ask for a person
    credentials: Credentials | None,
    place: Place,
    counts: Counts,
    push: PushFact,
    panels: Sequence[PanelFact],
    disk_free: int,
    is_settings: bool,
    *,
    is_damaged: bool = False,
    is_revoked: bool = False,
    is_out_of_order: bool = False,
    has_reserve: bool = False,
) -> list[str]:
    """Why a person is needed, in the order of worth; empty when nobody is."""
    # While the kiosk holds its space, answers are taken however full the disk is.
    is_full = disk_free < RESERVE_BYTES and not has_reserve
    reasons = {
        "out-of-order": is_out_of_order,
        "settings": is_settings,
        "disk-full": is_full,
        "damaged-files": is_damaged,
        "disk-low": disk_free < LOW_DISK_BYTES and not is_full,
        "not-enrolled": credentials is None,
        "not-allowed": is_revoked or push.failure in NOT_ALLOWED,
        "no-location": place.unit is None,
        "dead-letters": counts.rejected > 0,
        "panel-lost": any(panel.state == "lost" for panel in panels),
        "button-stuck": any(panel.state == "stuck" for panel in panels),
    }
    return [reason for reason, is_so in reasons.items() if is_so]


def read_push(outbox: Outbox | None) -> PushFact:
    """What the agent last said of its pushes."""
    said: PushFact | None = fact(outbox.db, "sync", "push", PushFact) if outbox else None
    return said or PushFact()


def begin_with(outbox: Outbox, credentials: Credentials) -> None:
    """Forget what the centre said to other credentials: it says nothing about these."""
    used = hashlib.sha256(credentials.token.encode()).hexdigest()[:16]
    if fact(outbox.db, "sync", CREDENTIALS, str) == used:
        return
    push = read_push(outbox)
    if push.failure in NOT_ALLOWED:
        state_fact(outbox.db, "sync", "push", asdict(replace(push, failure=None)))
    if read_access(outbox.db) == "revoked":
        state_fact(outbox.db, "sync", ACCESS, "ok")
    state_fact(outbox.db, "sync", CREDENTIALS, used)


def read_warnings(outbox: Outbox | None) -> Sequence[str]:
    """What the kiosk last had to leave out of its settings, or why it did not take them."""
    said: list[str] | None = fact(outbox.db, "kiosk", "settings", list[str]) if outbox else None
    return said or ()


def read_panels(outbox: Outbox | None) -> list[PanelFact]:
    """What the kiosk last said of its panels."""
    said: list[PanelFact] | None = (
        fact(outbox.db, "kiosk", "panels", list[PanelFact]) if outbox else None
    )
    return said or []


def temperature_c() -> float | None:
    """The processor's temperature where the kernel tells it."""
    try:
        return int(THERMAL.read_text("ascii")) / 1000
    except (OSError, ValueError):
        return None
