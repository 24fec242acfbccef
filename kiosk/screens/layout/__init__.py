"""Where everything is on a screen: `arrange(view, size, measure) -> Plan`. Pure.

The one authority for geometry: widgets take their rectangles from the plan. Nothing here draws,
and how wide a text is comes in as a function.
"""

from collections.abc import Callable

from kiosk.screens.layout.faces import faces
from kiosk.screens.layout.grids import reasons, sheet
from kiosk.screens.layout.lines import Measure
from kiosk.screens.layout.numbers import numbers
from kiosk.screens.layout.page import Page
from kiosk.screens.layout.plan import Plan
from kiosk.screens.layout.sayings import night, out_of_order, thanks, warning
from kiosk.screens.layout.staff import alert, staff_code, staff_corners, staff_list
from kiosk.screens.layout.staff_keys import staff_keys
from kiosk.screens.layout.writing import writing
from kiosk.screens.theme import Metrics, Size
from kiosk.view.model import Screen, View

__all__ = ["Plan", "arrange"]

LAYOUTS: dict[Screen, Callable[[Page], Plan]] = {
    "faces": faces,
    "numbers": numbers,
    "reasons": reasons,
    "text": writing,
    "who": sheet,
    "languages": sheet,
    "warning": warning,
    "thanks": thanks,
    "night": night,
    "out-of-order": out_of_order,
    "staff-list": staff_list,
    "staff-keys": staff_keys,
    "staff-code": staff_code,
    "staff-corners": staff_corners,
}


def arrange(
    view: View, size: Size, measure: Measure, measure_written: Measure | None = None
) -> Plan:
    """The whole screen.

    `measure` may keep what it is given; `measure_written`, for what somebody writes, must not.
    """
    metrics = Metrics(*size, is_larger=view.preferences.larger)
    page = Page(view, metrics, measure, measure_written or measure)
    plan = LAYOUTS[view.screen](page)
    return plan + alert(page, page.alert_row) if page.has_alert else plan
