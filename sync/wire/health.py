"""How a terminal is."""

from typing import Literal

from msgspec import Struct

from sync.wire.values import Location, Time


class PanelFact(Struct, frozen=True):
    """One button panel as the terminal sees it.

    It works; works but for a button that is held down; is gone; was never there, nor asked for.
    """

    kind: str
    id: str
    state: Literal["ok", "stuck", "lost", "absent"]


class Heartbeat(Struct, frozen=True, kw_only=True):
    """POST /heartbeats, and `palautepiste status --json`: how the terminal is."""

    state: Literal["ok", "offline", "attention"]
    terminal_id: str | None
    location: Location | None
    pending: int
    sent: int
    rejected: int
    last_seq: int
    oldest_pending_at: Time | None
    last_push_at: Time | None
    clock: Literal["synced", "unsynced"]
    disk_free_bytes: int
    panels: tuple[PanelFact, ...]
    software: str
    epoch: int = 1
    open: int = 0
    reasons: tuple[str, ...] = ()
    uptime_s: float | None = None
    temperature_c: float | None = None
    push_failures: dict[str, int] = {}
    rejected_by_reason: dict[str, int] = {}
    events_rejected: int = 0
    events_dropped: int = 0
    location_revision: int = 0


class HeartbeatReply(Struct, frozen=True):
    """The answer to a heartbeat: the configuration's ETag, quotes included."""

    config_etag: str
