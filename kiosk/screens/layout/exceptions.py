"""Where the rules for things to touch are not kept, and by how much. Pure.

The rules: at least 80×80 pixels, 8 pixels apart, and in lowered mode in the lower part of the
screen. What is not here keeps them on every screen.
"""

from dataclasses import dataclass

from kiosk.screens.theme import LEAST_GAP, LEAST_TARGET, SMALLEST, Metrics
from kiosk.view.model import View

# The keyboard has forty keys, and rows of up to twelve: on 720×1280 the Russian ones are 52 wide.
KEY_GAP = 6
LEAST_KEY_WIDTH, LEAST_KEY_HEIGHT = 52, 48
LEAST_LOWERED_KEY_HEIGHT = 40
"""In lowered mode keys are lower; on 800×480, and with the five rows of the Sámi languages on
1024×600, they still rise above the lower part."""

# The eleven numbers stand in one row on 800×480 in lowered mode: narrow, but high.
LEAST_LOWERED_NUMBER = (62, 120)

# In lowered mode on 800×480, and where need be on 1024×600, the rows of six reasons and of a sheet
# of languages are lower, each for two lines, and rise above the lower part.
LEAST_LOWERED_ROW = 76

# A tap into the text field only places the cursor; the keys can do without it. So it may be low,
# and it stands above the keys even in lowered mode.
LEAST_FIELD_HEIGHT = 44

LOW = 1.5 * SMALLEST[1]
"""Screens lower than this are 800×480 and 1024×600."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for things of one kind on one screen."""

    width: float = LEAST_TARGET
    height: float = LEAST_TARGET
    gap: float = LEAST_GAP
    may_rise: bool = False
    """Whether it may be above the lower part in lowered mode."""


def rule_for(kind: str, view: View, metrics: Metrics) -> Rule:
    """The rule for a "key", an "answer" or any "other" thing to touch."""
    is_lowered = view.preferences.lowered
    is_low = metrics.height < LOW
    is_smallest = metrics.height < SMALLEST[1] * 1.25
    if kind == "key":
        height = LEAST_LOWERED_KEY_HEIGHT if is_lowered else LEAST_KEY_HEIGHT
        return Rule(LEAST_KEY_WIDTH, height, KEY_GAP, may_rise=is_low)
    if kind == "answer" and is_lowered:
        if view.screen == "numbers" and is_smallest:
            return Rule(*LEAST_LOWERED_NUMBER)
        if view.screen in ("reasons", "languages") and is_low:
            return Rule(height=LEAST_LOWERED_ROW, may_rise=True)
    return Rule()
