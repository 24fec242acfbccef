"""Which buttons are stuck: held down for so long that no finger does it. Pure, for all panels.

Times are seconds of one clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

STUCK_S = 30.0
FREED_S = 1.0


@dataclass(frozen=True, slots=True)
class Stuck:
    """The buttons of one panel that are down, and those that are stuck."""

    stuck: frozenset[int] = frozenset()
    """To be put aside: down for `STUCK_S` without a rest, and not open for `FREED_S` since."""
    down_since: Mapping[int, float] = field(default_factory=dict)
    open_since: Mapping[int, float] = field(default_factory=dict)
    """Of the stuck ones that are open now."""


def after(state: Stuck, now: float, down: frozenset[int]) -> Stuck:
    """The state at `now`, when these buttons are down and no other."""
    if not down and not state.stuck:
        return _NONE
    down_since = {button: state.down_since.get(button, now) for button in down}
    open_since = {button: state.open_since.get(button, now) for button in state.stuck - down}
    caught = {button for button, since in down_since.items() if now >= since + STUCK_S}
    freed = {button for button, since in open_since.items() if now >= since + FREED_S}
    for button in freed:
        del open_since[button]
    return Stuck((state.stuck | caught) - freed, down_since, open_since)


def due(state: Stuck) -> float | None:
    """When to ask again if no button moves before; None if time alone changes nothing."""
    falling_due = [
        *(
            since + STUCK_S
            for button, since in state.down_since.items()
            if button not in state.stuck
        ),
        *(since + FREED_S for since in state.open_since.values()),
    ]
    return min(falling_due, default=None)


_NONE = Stuck()
