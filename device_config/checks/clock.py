"""Whether the clock is right, and what keeps it so."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from device_config import clock
from device_config.checks.finding import Finding, fail, ok, warn
from device_config.clock_trust import (
    EARLIEST,
    LATEST,
    KernelClock,
    is_disciplined,
    kernel_clock,
    timesyncd_mark,
)

SERVICES = {
    "systemd-timesyncd": "run/systemd/timesync",
    "chrony": "run/chrony",
    "ntpd": "run/ntpd.pid",
    "ntpsec": "run/ntpsec.pid",
}
"""What may keep the clock, and what each leaves below the root while it runs."""


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """The wall clock in seconds since 1970, what the kernel says of it, and what may keep it."""

    wall: float
    kernel: KernelClock
    mark: float | None = None
    services: tuple[str, ...] = ()


def look_at_clock(root: Path = Path("/")) -> ClockFacts:
    """The clock now; `root` is where the machine's files are."""
    services = tuple(name for name, path in SERVICES.items() if (root / path).exists())
    return ClockFacts(clock.read().wall, kernel_clock(), timesyncd_mark(), services)


def clock_findings(facts: ClockFacts) -> Iterator[Finding]:
    """The year, then whether anything keeps the clock right."""
    if not EARLIEST <= facts.wall < LATEST:
        says = f"it is {clock.rfc3339(facts.wall)} here, which cannot be"
        yield fail("date", says, "sudo timedatectl set-time 'YEAR-MONTH-DAY HOUR:MINUTE'")
    else:
        yield ok("date", clock.rfc3339(facts.wall))
    by = f" by {' or '.join(facts.services)}" if facts.services else ""
    if is_disciplined(facts.wall, facts.kernel, facts.mark):
        yield ok("kept right", f"kept right{by}; may be off by {facts.kernel.max_error_s:.2f} s")
    elif facts.services:
        says = f"{' and '.join(facts.services)} has not set it right yet: answers go without a time"
        mend = "wait some minutes; else see to the network: NTP needs UDP port 123 out"
        yield warn("kept right", says, mend)
    else:
        says = "nothing keeps it right: answers go without a time"
        mend = "sudo apt install systemd-timesyncd; sudo timedatectl set-ntp true"
        yield warn("kept right", says, mend)
