"""The way round a response over which the centre stumbles without a verdict. Pure.

A 500, or a list of verdicts without one on what was sent, may be the fault of one response. It
settles nothing, and must not hold up the others for ever either.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sync.wire import MOST_RESPONSES

PATIENCE = 8
"""Failures in a row before one that stands alone is passed over: minutes, so that a short trouble
of the centre's own leaves the order of `seq` alone."""


@dataclass(frozen=True, slots=True)
class WayRound:
    """How many responses the next batch may hold, and behind which it begins."""

    most: int = MOST_RESPONSES
    passed_over: str | None = None

    def after_stumbling(self, ids: Sequence[str], failures: int) -> "WayRound":
        """Half of these next time; one alone is passed over when it has failed often enough."""
        if len(ids) > 1:
            return replace(self, most=len(ids) // 2)
        if failures < PATIENCE:
            return replace(self, most=1)
        return WayRound(1, ids[0])

    def after_success(self) -> "WayRound":
        """Whole batches again; a centre that had trouble of its own is not asked bit by bit."""
        return replace(self, most=MOST_RESPONSES)

    def from_the_front(self) -> "WayRound":
        """The others have had their turn: what was passed over has its own again."""
        return replace(self, passed_over=None)
