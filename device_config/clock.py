"""What time it is, since when this machine runs, and whether its clock can be trusted."""

import ctypes
import functools
import time
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

STA_UNSYNC = 0x0040  # <sys/timex.h>: the clock is not synchronised
TIME_ERROR = 5  # what adjtimex returns then


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


def read() -> Reading:
    """The clocks now."""
    return Reading(
        wall=time.time(), boottime=boottime(), boot_id=boot_id(), is_synced=is_disciplined()
    )


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


class _Timex(ctypes.Structure):
    """struct timex of adjtimex(2): only the two first members are read."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


def is_disciplined() -> bool:
    """Whether the kernel says that something keeps this clock right (adjtimex(2))."""
    timex = _Timex()
    state = _libc().adjtimex(ctypes.byref(timex))
    return state not in (-1, TIME_ERROR) and not timex.status & STA_UNSYNC


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def rfc3339(wall: float, zone: tzinfo | None = None) -> str:
    """A POSIX time as RFC 3339 with offset, to the second, in `zone` or this machine's own."""
    return datetime.fromtimestamp(wall, UTC).astimezone(zone).isoformat(timespec="seconds")


def cut(wall: float, precision: str, zone: tzinfo | None = None) -> str:
    """A POSIX time as RFC 3339, cut to the `minute`, `hour` or `day`, never rounded up."""
    moment = datetime.fromtimestamp(wall, UTC).astimezone(zone)
    moment = moment.replace(second=0, microsecond=0)
    if precision in ("hour", "day"):
        moment = moment.replace(minute=0)
    if precision == "day":
        moment = moment.replace(hour=0)
    return moment.isoformat(timespec="seconds")
