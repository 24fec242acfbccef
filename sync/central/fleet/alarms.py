"""What is the matter with a terminal, and how badly. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sync import wire
from sync.central.behaviour import AlarmKind, Behaviour
from sync.central.receiving.checking import moment
from sync.central.store.heartbeats import Beat
from sync.central.store.terminals import Terminal

ALARMS: dict[AlarmKind, Literal["fault", "warning"]] = {
    "out-of-order": "fault",
    "silent": "fault",
    "never-seen": "fault",
    "disk-full": "fault",
    "dead-letters": "fault",
    "panel-lost": "fault",
    "clock-off": "warning",
    "waiting": "warning",
    "damaged-files": "warning",
    "settings": "warning",
    "disk-low": "warning",
    "button-stuck": "warning",
    "no-location": "warning",
    "hot": "warning",
    "old-version": "warning",
}
"""Every alarm, the worst first: a fault costs answers or may; a warning can wait a day."""

Standing = Literal["fault", "warning", "works", "revoked", "retired"]
STANDINGS: tuple[Standing, ...] = ("fault", "warning", "works", "revoked", "retired")
"""How a terminal stands, the worst first."""

AHEAD_S = 300
"""What a terminal dates so far after its coming here was dated by a wrong clock."""
SAID: tuple[AlarmKind, ...] = (
    "out-of-order",
    "disk-full",
    "disk-low",
    "damaged-files",
    "settings",
    "no-location",
    "panel-lost",
    "button-stuck",
    "dead-letters",
)
"""Alarms that a terminal raises itself, under the same names."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that is the matter; `since` is when it began, where that is known."""

    kind: AlarmKind
    since: datetime | None = None

    @property
    def is_fault(self) -> bool:
        """Whether it costs answers, or may."""
        return ALARMS[self.kind] == "fault"


def alarms(
    terminal: Terminal,
    beat: Beat | None,
    now: datetime,
    behaviour: Behaviour,
    newest_version: str = "",
) -> tuple[Alarm, ...]:
    """What is the matter with a terminal, the worst first.

    Nothing is with one that is let in no more, or taken out of use. Of one that is silent only
    that is told, and what was the matter when it was last heard.
    """
    if terminal.revoked_at is not None:
        return ()
    found = dict.fromkeys(_alarms(terminal, beat, now, behaviour, newest_version))
    wanted = [alarm for alarm in found if alarm.kind not in behaviour.alarms_off]
    order = tuple(ALARMS)
    return tuple(sorted(wanted, key=lambda alarm: order.index(alarm.kind)))


def _alarms(
    terminal: Terminal,
    beat: Beat | None,
    now: datetime,
    behaviour: Behaviour,
    newest_version: str,
) -> Iterator[Alarm]:
    silence = timedelta(seconds=behaviour.silent_after_s)
    if beat is None:
        if now - terminal.enrolled_at >= silence:
            yield Alarm("never-seen", terminal.enrolled_at)
        return
    if now - beat.received_at >= silence:
        yield Alarm("silent", beat.received_at)
    said = beat.said
    yield from (Alarm(kind) for kind in SAID if kind in said.reasons)
    if said.rejected > 0:
        yield Alarm("dead-letters")
    if any(panel.state == "lost" for panel in said.panels):
        yield Alarm("panel-lost")
    yield from _of_clock(beat, behaviour)
    oldest = moment(said.oldest_pending_at) if said.oldest_pending_at else None
    if said.pending and oldest and _gap_s(oldest, beat.received_at) >= behaviour.waiting_after_s:
        yield Alarm("waiting", oldest)
    if said.temperature_c is not None and said.temperature_c >= behaviour.hot_c:
        yield Alarm("hot")
    if () != version_of(said.software) < version_of(newest_version):
        yield Alarm("old-version")


def _of_clock(beat: Beat, behaviour: Behaviour) -> Iterator[Alarm]:
    """Unsynchronised for long, or ahead of us: what it says that it did has not come yet."""
    since = beat.unsynced_since
    if since is not None and _gap_s(since, beat.received_at) >= behaviour.clock_off_s:
        yield Alarm("clock-off", since)
        return
    said = (beat.said.last_push_at, beat.said.oldest_pending_at)
    times = [time for text in said if text and (time := moment(text)) is not None]
    if any(_gap_s(beat.received_at, time) >= AHEAD_S for time in times):
        yield Alarm("clock-off")


def _gap_s(before: datetime, after: datetime) -> float:
    return (after - before).total_seconds()


def standing(terminal: Terminal, found: Iterable[Alarm]) -> Standing:
    """How a terminal stands, with these alarms."""
    if terminal.retired_at is not None:
        return "retired"
    if terminal.revoked_at is not None:
        return "revoked"
    levels = {ALARMS[alarm.kind] for alarm in found}
    return "fault" if "fault" in levels else "warning" if levels else "works"


def version_of(software: str) -> tuple[int, ...]:
    """The version in "palautepiste 1.2.3" as numbers; of what names none, the empty one."""
    found = re.search(r"(?<![0-9A-Za-z.])[0-9]{1,6}(?:\.[0-9]{1,6}){0,5}", software)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def newest_software(heartbeats: Iterable[wire.Heartbeat]) -> str:
    """The software of the highest version among these; empty where none names one."""
    return max((beat.software for beat in heartbeats), key=version_of, default="")
