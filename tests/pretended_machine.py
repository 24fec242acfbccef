"""A machine whose clock is stepped, lost and set right, and the truth beside it. No tests."""

from dataclasses import dataclass
from datetime import datetime

from builders import NOON

from device_config.clock import Reading
from sync.wire import Answered

LONGEST_STEP_S = {"minute": 60, "hour": 3600, "day": 25 * 3600}


@dataclass
class PretendedMachine:
    """Its clocks; `true` is the POSIX time that it would tell if all was well.

    `drift` is by how much its crystal is too fast; `ahead` by how much its clock is.
    """

    true: float = NOON
    drift: float = 0.0
    ahead: float = 0.0
    boottime: float = 10.0
    boot: int = 1
    is_synced: bool = False

    def reading(self) -> Reading:
        wall = self.true + self.ahead
        return Reading(wall, self.boottime, f"boot-{self.boot}", self.is_synced)

    def wait(self, seconds: float) -> None:
        """Let time pass, suspended or not: CLOCK_BOOTTIME counts both."""
        self.true += seconds
        self.boottime += seconds * (1 + self.drift)
        if not self.is_synced:
            self.ahead += seconds * self.drift

    def set_right(self, ahead: float = 0.0) -> None:
        """A time service finds the time, to a few seconds."""
        self.ahead = ahead
        self.is_synced = True

    def step(self, by: float) -> None:
        """Somebody sets the clock: the kernel then says that it is not synchronised."""
        self.ahead += by
        self.is_synced = False

    def lose_sync(self) -> None:
        """No time service for hours."""
        self.is_synced = False

    def restart(self, off_s: float, ahead: float) -> None:
        """Switched off so long; without a clock chip it comes back with any time."""
        self.true += off_s
        self.ahead = ahead
        self.boottime = 10.0
        self.boot += 1
        self.is_synced = False


def problem_with(answered: Answered, true: float) -> str | None:
    """What a claim about a moment gets wrong: None when it is true, or claims nothing.

    A time may be off by less than a minute before it is cut.
    """
    if answered.at is not None:
        at = datetime.fromisoformat(answered.at).timestamp()
        is_right = at - 60 <= true < at + LONGEST_STEP_S[answered.precision] + 60
        return None if is_right else f"{answered} but it was {true - at:+.0f} s from there"
    for bound, sign in ((answered.earliest, 1), (answered.latest, -1)):
        if bound is not None and sign * (true - datetime.fromisoformat(bound).timestamp()) < 0:
            return f"{answered} but it was {true}"
    return None
