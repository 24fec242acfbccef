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

# On the pages for staff a row has two lines of text: lower than a usual target on 800×480, so that
# two rows stand above the keyboard, and four on a list. Its keys are a little lower, too.
LEAST_STAFF_KEY_HEIGHT = 44


def least_row(metrics: Metrics) -> int:
    """How high a row with two lines of text is at least, in pixels."""
    return round(2 * metrics.least_type * TWO_LINES) + 2 * metrics.line


TWO_LINES = 1.22
"""The height of a line, in parts of its type."""


def fills_low_screen(view: View, metrics: Metrics) -> bool:
    """Whether a staff page has more to read than a low screen has room for above a lower row.

    Its ways back, on and out are then in the band at the top in lowered mode, too; it closes by
    itself.
    """
    is_full = bool(view.facts) or any(each.detail for each in view.answers)
    return metrics.height < LOW and view.screen in ("staff-list", "staff-code") and is_full


LEAST_LINE_FOR_STAFF = 56
"""The line for staff is lower than other things on a low screen: the question needs the room."""


LEAST_NUMBER_BELOW_LINE = 56
"""While staff enter a form the line is above every question; on 800×480 the two rows of numbers
are then lower, and wider than they are high."""


def line_for_staff_px(metrics: Metrics) -> int:
    """How high the line for staff is."""
    return LEAST_LINE_FOR_STAFF if metrics.height < LOW else metrics.target


def has_line_for_staff(view: View, metrics: Metrics) -> bool:
    """Whether the line for staff is on this screen.

    A low screen has no room for it while a visitor has lowered what can be touched; it is there
    again when the next one comes.
    """
    return view.alert is not None and not (view.preferences.lowered and metrics.height < LOW)


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
    if kind == "key" and not view.screen.startswith("staff-"):
        height = LEAST_LOWERED_KEY_HEIGHT if is_lowered else LEAST_KEY_HEIGHT
        return Rule(LEAST_KEY_WIDTH, height, KEY_GAP, may_rise=is_low)
    if view.screen.startswith("staff-"):
        return _staff_rule(kind, view, metrics)
    if kind == "line for staff":  # the first thing on the screen, above the question
        return Rule(height=line_for_staff_px(metrics), may_rise=True)
    if kind == "answer" and view.screen == "numbers" and is_smallest:
        return _number_rule(view)
    is_list = view.screen in ("reasons", "languages")
    if kind == "answer" and is_list and is_lowered and is_low:
        return Rule(height=LEAST_LOWERED_ROW, may_rise=True)
    return Rule()


def _number_rule(view: View) -> Rule:
    """On the smallest screen."""
    if view.preferences.lowered:
        return Rule(*LEAST_LOWERED_NUMBER)
    return Rule() if view.alert is None else Rule(height=LEAST_NUMBER_BELOW_LINE)


def _staff_rule(kind: str, view: View, metrics: Metrics) -> Rule:
    """On the pages for staff.

    In lowered mode the ways back, on and out are in the lower part, and so are the keys. Rows rise
    above it where there are more than fit, and so does everything beside a whole keyboard on a
    wide screen. The spots of the corner test are in the corners.
    """
    is_beside_keys = view.screen == "staff-keys" and not metrics.is_upright
    if kind == "key":
        return Rule(LEAST_KEY_WIDTH, LEAST_STAFF_KEY_HEIGHT, KEY_GAP, may_rise=metrics.height < LOW)
    if kind == "answer":
        tall = any(each.detail for each in view.answers)
        return Rule(height=least_row(metrics) if tall else LEAST_TARGET, may_rise=True)
    is_spread = view.screen == "staff-corners" or fills_low_screen(view, metrics)
    return Rule(may_rise=is_beside_keys or is_spread)
