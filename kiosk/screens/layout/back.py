"""The way back, and with it the answer just given for as long as that can be changed. Pure."""

from dataclasses import replace

from kiosk.screens.fonts import Cut
from kiosk.screens.layout.box import Box
from kiosk.screens.layout.lines import Setting, narrowest_setting
from kiosk.screens.layout.page import Page, Wanted
from kiosk.screens.layout.plan import FacePlace, Target, Words

STANDING = 1.6
"""How high the way back is where the answer stands above its word, in usual targets."""
CHANGE_CUTS: tuple[Cut, ...] = ("narrow", "narrowest")
LONGEST_CHANGE = 1.3
"""How wide its word gets in narrow letters, in usual targets."""
ECHO_SHARE = 0.62
"""How large the echo's face is, in parts of the button's shorter side."""


def back_width(page: Page) -> float:
    """A square, or wider where it says "Change" for a while and then "Back"."""
    metrics = page.metrics
    if not page.view.back_words:
        return metrics.target
    return metrics.target * ECHO_SHARE + _change_width(page) + 3 * metrics.pad


def standing_back_width(page: Page) -> float:
    """How wide it is where there is height, but little width: the answer above its word."""
    if not page.view.back_words:
        return page.metrics.target
    return max(page.metrics.target, _change_width(page) + 2 * page.metrics.pad)


def _change_width(page: Page) -> float:
    return max(_change(page, label).width for label in page.view.back_words)


def _change(page: Page, label: str) -> Setting:
    """In narrow letters; in the narrowest where that is still a long word."""
    settings = [
        narrowest_setting(label, page.least((label, ""), cut), page.measure, 1)
        for cut in CHANGE_CUTS
    ]
    most = page.metrics.target * LONGEST_CHANGE
    return next((each for each in settings if each.width <= most), settings[-1])


def back(page: Page, box: Box, is_plain: bool = False) -> Target:
    """The way back, with the answer that it leads to while that can be changed.

    `is_plain` where there is no room for the answer.
    """
    view, metrics = page.view, page.metrics
    assert view.back is not None  # noqa: S101 - only placed where there is one
    if is_plain or not view.back_words:
        return page.sign(view.back, box)
    inside = box.inset(metrics.pad)
    if box.width > back_width(page) - 1:
        picture, words = inside.cut_left(metrics.target * ECHO_SHARE, metrics.pad)
    else:
        words, picture = inside.cut_bottom(page.line_px(), metrics.gap / 2)
    label = view.back.label
    setting = _change(page, label)
    target = Target(view.back, box, words=Words(view.back.id, setting, words))
    side = min(picture.width, picture.height)
    square = picture.centred(side, side)
    if view.echo is None:
        return replace(target, icon=view.back.icon, icon_box=square.inset(side * 0.1))
    if view.echo.mood is not None:
        return replace(target, face=FacePlace(square, view.echo.mood))
    if not view.echo.label:
        return replace(target, icon=view.back.icon, icon_box=square.inset(side * 0.1))
    wanted = Wanted(page.sizes(1.35), is_strong=True, most_lines=1)
    number = page.set_one(view.echo.label, wanted, picture.width, picture.height)
    return replace(target, number=Words("echo", number, picture))
