"""Mishaps that may come by the thousand, told now and then with their number. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace

QUIET_S = 600.0


@dataclass(frozen=True, slots=True)
class Tally:
    """Mishaps of one kind: how many in all, and how many were not told yet.

    The first `patience` of them are not worth a word; then the number is due at once, and from
    then on every `QUIET_S` seconds at most.
    """

    patience: int = 0
    total: int = 0
    untold: int = 0
    told_at: float = float("-inf")

    def add(self, count: int = 1) -> "Tally":
        """With so many more."""
        return replace(self, total=self.total + count, untold=self.untold + count)

    def is_due(self, now: float) -> bool:
        """Whether the number is to be told now."""
        is_heard = self.untold > self.patience if self.told_at < 0 else self.untold > 0
        return is_heard and now - self.told_at >= QUIET_S

    def told(self, now: float) -> "Tally":
        """When the number has been told."""
        return replace(self, untold=0, told_at=now)


def tell_when_due(tally: Tally, now: float, tell: Callable[[int], None]) -> Tally:
    """The tally after `tell` was given its number, if that was due."""
    if not tally.is_due(now):
        return tally
    tell(tally.untold)
    return tally.told(now)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many presses a box may still make at once: no hand makes `MOST_AT_ONCE`."""

    left: float
    at: float


MOST_AT_ONCE = 64
"""A box keeps as many for a terminal that was away (assets/firmware)."""
MOST_A_SECOND = 20.0


def allowed(allowance: Allowance | None, now: float) -> tuple[Allowance, bool]:
    """The allowance after one more press, and whether that press was within it."""
    if allowance is None:
        allowance = Allowance(MOST_AT_ONCE, now)
    passed = max(now - allowance.at, 0.0)
    left = min(allowance.left + passed * MOST_A_SECOND, MOST_AT_ONCE)
    if left < 1:
        return Allowance(left, now), False
    return Allowance(left - 1, now), True
