"""What time it is, since when this machine runs, and whether its clock can be trusted."""

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from device_config.clock_trust import is_trusted, kernel_clock, timesyncd_mark

LOOKS = 5
"""How often the clocks are read anew because somebody has just set them."""
SAME_MOMENT_S = 0.5
"""Clocks that drift apart by more between two looks were stepped, not slow to be read."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The clocks, read together.

    `wall` is POSIX time and `boottime` CLOCK_BOOTTIME, both in seconds; `boot_id` names the boot
    in which `boottime` counts.
    """

    wall: float
    boottime: float
    boot_id: str
    is_synced: bool

    def wall_at(self, boottime: float) -> float:
        """The wall time of an earlier moment of the same boot."""
        return self.wall - (self.boottime - boottime)

    def after(self, seconds: float) -> "Reading":
        """The clocks so many seconds later, if nobody sets them."""
        return replace(self, wall=self.wall + seconds, boottime=self.boottime + seconds)


def read() -> Reading:
    """The clocks now."""
    return steady(_look, lambda wall: is_trusted(wall, kernel_clock(), timesyncd_mark()))


def steady(look: Callable[[], Reading], is_right: Callable[[float], bool]) -> Reading:
    """The clocks and whether they are right, from one moment.

    `look` gives a reading that is not trusted. The clock may be set right between a look and the
    question whether it is right: then the time from before would pass for right.
    """
    before = look()
    for _ in range(LOOKS):
        is_synced = is_right(before.wall)
        after = look()
        if abs(after.wall_at(before.boottime) - before.wall) < SAME_MOMENT_S:
            return replace(after, is_synced=is_synced)
        before = after
    return before


def _look() -> Reading:
    return Reading(time.time(), boottime(), boot_id(), is_synced=False)


def boottime() -> float:
    """Seconds since this machine started, suspended time included: never steps back."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@functools.cache
def boot_id() -> str:
    """The kernel's name for this boot; empty where it cannot be read."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def rfc3339(wall: float, zone: tzinfo | None = None) -> str:
    """A POSIX time as RFC 3339 with offset, to the second, in `zone` or this machine's own."""
    return datetime.fromtimestamp(wall, UTC).astimezone(zone).isoformat(timespec="seconds")


STEPS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(hours=26),  # into the next day, were this one 23 or 25 hours long
}


def cut(wall: float, precision: str, zone: tzinfo | None = None) -> str:
    """A POSIX time as RFC 3339, cut to the `minute`, `hour` or `day`, never rounded up."""
    return _cut(datetime.fromtimestamp(wall, UTC), precision, zone).isoformat()


def cut_up(wall: float, precision: str, zone: tzinfo | None = None) -> str:
    """A POSIX time as RFC 3339: the first whole `minute`, `hour` or `day` that is not before it."""
    whole = _cut(datetime.fromtimestamp(wall, UTC), precision, zone)
    if whole.timestamp() < wall:
        whole = _cut(whole.astimezone(UTC) + STEPS[precision], precision, zone)
    return whole.isoformat()


def _cut(moment: datetime, precision: str, zone: tzinfo | None) -> datetime:
    local = moment.astimezone(zone).replace(second=0, microsecond=0)
    if precision == "minute":
        return local
    local = local.replace(minute=0)
    if precision == "hour":
        return local
    midnight = local.replace(hour=0, fold=0)
    # This machine's own zone knows only the offset of now, and the clocks may change today.
    return midnight if zone else midnight.replace(tzinfo=None).astimezone()
