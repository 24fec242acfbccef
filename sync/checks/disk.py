"""Whether the disk has room for what is to come, by the bounds of `status`."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from device_config.checks.finding import Finding, fail, ok, warn
from device_config.reserve import LAST_BYTES, RESERVE_BYTES
from device_config.settings import RetentionSettings
from sync.health import LOW_DISK_BYTES

FEW_INODES = 1000
MIB = 2**20
FREE = (
    "free some space: sudo journalctl --vacuum-size=50M; sudo apt clean; du -xh / | sort -h | tail"
)


@dataclass(frozen=True, slots=True)
class DiskFacts:
    """What is free, in bytes; `free_inodes` is None where a file system does not count them."""

    free: int
    free_inodes: int | None
    reserve: int | None
    """How large the space set aside is; None where there is no such file."""


def look_at_disk(folder: Path) -> DiskFacts:
    """The disk under a state directory; raises OSError."""
    found = os.statvfs(folder)
    try:
        reserve = (folder / "reserve").stat().st_size
    except FileNotFoundError:
        reserve = None
    inodes = found.f_favail if found.f_files else None
    return DiskFacts(found.f_bavail * found.f_frsize, inodes, reserve)


def disk_findings(
    facts: DiskFacts, retention: RetentionSettings, sent_bytes: int
) -> Iterator[Finding]:
    """Room now, room when the kept copies have grown to their bound, file entries, the reserve."""
    yield _room(facts, max(retention.sent_bytes - sent_bytes, 0))
    if facts.free_inodes is not None and facts.free_inodes < FEW_INODES:
        verdict = fail if not facts.free_inodes else warn
        mend = "remove small files: sudo du --inodes -x / | sort -n | tail shows where they are"
        yield verdict("file entries", f"{facts.free_inodes} left", mend)
    else:
        yield ok("file entries", "enough")
    yield _reserve(facts.reserve)


def _room(facts: DiskFacts, to_grow: int) -> Finding:
    free = facts.free
    said = f"{free // MIB} MiB free"
    if free < RESERVE_BYTES and (facts.reserve or 0) < RESERVE_BYTES:
        return fail("room", f"{said}: answers cannot be taken until there is room", FREE)
    if free < LOW_DISK_BYTES:
        return fail("room", f"{said}: below {LOW_DISK_BYTES // MIB} MiB", FREE)
    if free < LOW_DISK_BYTES + to_grow:
        says = f"{said}, and the copies of what was sent may grow by {to_grow // MIB} MiB yet"
        return warn("room", says, f"{FREE}; or config set retention.sent_bytes to less")
    return ok("room", said)


def _reserve(size: int | None) -> Finding:
    if size is not None and size >= RESERVE_BYTES:
        return ok("reserve", f"{size // MIB} MiB set aside for the worst")
    if size is not None and size <= LAST_BYTES:
        return warn("reserve", "given back: the disk was full", f"{FREE}; the kiosk keeps it anew")
    if size is not None:
        return warn("reserve", "smaller than it should be", "restart the kiosk: it sets it aside")
    return warn("reserve", "nothing is set aside yet", "start the kiosk: it sets it aside")
