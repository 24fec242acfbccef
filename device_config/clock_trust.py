"""Whether this machine's clock is right: what keeps it says so, and it is not absurd.

The kernel's own word comes first (adjtimex(2)). A step by hand takes that word away: setting the
clock resets the kernel's NTP state to "unsynchronised" until a time service has set it right.
chrony gives it only with `rtcsync`, which Debian's chrony.conf has.
"""

import ctypes
import functools
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

STA_UNSYNC = 0x0040  # <sys/timex.h>: the clock is not synchronised
TIME_ERROR = 5  # what adjtimex returns then
LARGEST_ERROR_S = 16.0
"""The kernel's NTP_PHASE_LIMIT (<linux/timex.h>): a clock that may be further off than this counts
as unsynchronised; so it does after every start and every step by hand."""
LARGEST_DRIFT = 500e-6
"""The kernel's MAXFREQ (<linux/timex.h>): by so much per second it lets the error grow that a clock
may have when nobody looks after it."""

MARK = Path("/run/systemd/timesync/synchronized")
"""timesyncd touches it whenever it has set the clock right in this boot (its manual page)."""

EARLIEST = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
"""The year in which this release was built: no terminal can have run it before."""
LATEST = datetime(2041, 1, 1, tzinfo=UTC).timestamp()
"""15 years later: what systemd takes for possible at most (its `clock-valid-range-usec-max`)."""


@dataclass(frozen=True, slots=True)
class KernelClock:
    """What the kernel says of its clock; `max_error_s` is how far off it may be."""

    is_unsynced: bool
    max_error_s: float


def is_trusted(wall: float, kernel: KernelClock, mark: float | None) -> bool:
    """Whether this POSIX time is right. `mark` is when timesyncd set the clock last, if it did."""
    return EARLIEST <= wall < LATEST and is_disciplined(wall, kernel, mark)


def is_disciplined(wall: float, kernel: KernelClock, mark: float | None) -> bool:
    """Whether something keeps the clock right.

    Where the clock chip runs in local time, timesyncd leaves the kernel's flag alone, but not the
    largest error: so its mark counts while that is below the limit, that is, while nobody has
    stepped the clock since. A mark from the future says that somebody has.
    """
    if not kernel.is_unsynced:
        return True
    return mark is not None and mark <= wall + 1.0 and kernel.max_error_s < LARGEST_ERROR_S


class _Timex(ctypes.Structure):
    """struct timex of adjtimex(2), as far as it is read."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


def kernel_clock() -> KernelClock:
    """What adjtimex(2) says now; the worst where it cannot be asked."""
    timex = _Timex()
    state = _libc().adjtimex(ctypes.byref(timex))
    if state == -1:
        return KernelClock(is_unsynced=True, max_error_s=LARGEST_ERROR_S)
    is_unsynced = state == TIME_ERROR or bool(timex.status & STA_UNSYNC)
    return KernelClock(is_unsynced, timex.maxerror / 1e6)


def timesyncd_mark(path: Path = MARK) -> float | None:
    """When timesyncd last set the clock right in this boot (POSIX time); None if it did not."""
    try:
        return path.stat().st_mtime
    except OSError:
        return None


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
