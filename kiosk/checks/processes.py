"""Whether the kiosk and the agent run, by the kernel's list of locks: no lock is touched."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from device_config.checks.finding import Finding, fail, ok, warn
from device_config.state import StateDirectory
from kiosk.checks.machine import Machine

ROLES = {"kiosk": "palautepiste-kiosk", "sync": "palautepiste-sync"}
"""Who may hold a state directory, and the unit of each."""
STATES = {"T": "stopped", "t": "stopped", "D": "waiting for the disk", "Z": "dead"}
"""Of proc_pid_stat(5), those in which a process gets nothing done."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that holds the state directory in one role, and since how many seconds."""

    pid: int
    runs_for_s: float | None = None
    state: str = ""


def holder(state: StateDirectory, role: str, machine: Machine) -> Holder | None:
    """Who is the terminal's `kiosk` or `sync` now; None where nobody is."""
    path = state.file(f"{role}.lock")
    try:
        inode = path.stat().st_ino
        pid = int(path.read_text("ascii").strip() or 0)
        lines = machine.at("proc/locks").read_text("ascii").splitlines()
    except (OSError, ValueError):
        return None
    if not any(_is_held(line.split(), inode, pid) for line in lines):
        return None
    return _holder(pid, machine)


def _is_held(words: list[str], inode: int, pid: int) -> bool:
    """Whether this line, as `1: FLOCK ADVISORY WRITE 123 fe:00:2949349 0 EOF`, is that lock."""
    return (
        words[1:4] == ["FLOCK", "ADVISORY", "WRITE"]
        and words[4] == str(pid)
        and words[5].rpartition(":")[2] == str(inode)
    )


def _holder(pid: int, machine: Machine) -> Holder:
    try:
        # The name before them, in brackets, may hold anything.
        words = (
            machine.at(f"proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        )
        uptime_s = float(machine.at("proc/uptime").read_text("ascii").split()[0])
        began_s = int(words[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return Holder(pid)
    return Holder(pid, max(uptime_s - began_s, 0.0), words[0])


def process_findings(holders: dict[str, Holder | None]) -> Iterator[Finding]:
    """Both roles."""
    for role, unit in ROLES.items():
        found = holders[role]
        if found is None:
            mend = f"sudo systemctl enable --now {unit}; if it ends again: journalctl -u {unit}"
            yield warn(role, "does not run", mend)
        elif found.state in STATES:
            says = f"process {found.pid} is {STATES[found.state]}"
            yield fail(role, says, f"sudo systemctl restart {unit}")
        else:
            since = f", for {_span(found.runs_for_s)}" if found.runs_for_s is not None else ""
            yield ok(role, f"process {found.pid} runs{since}")


def _span(seconds: float) -> str:
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} seconds"
