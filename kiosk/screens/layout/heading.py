"""The top of a screen: how far along, the way back, the question. Pure."""

from kiosk.screens.layout.back import STANDING, back, back_width, standing_back_width
from kiosk.screens.layout.box import Box
from kiosk.screens.layout.lines import Setting
from kiosk.screens.layout.page import HINT, Page, Wanted
from kiosk.screens.layout.plan import Plan, Progress, Words

TITLE_SHARE, LARGER_TITLE_SHARE = 0.29, 0.38
"""The most of an area that a title takes."""


def progress(page: Page, area: Box) -> tuple[Plan, Box]:
    """A short bar for each step, above everything else."""
    view, metrics = page.view, page.metrics
    if view.step == 0 or view.steps < 2:
        return Plan(), area
    row, rest = area.cut_top(metrics.progress, metrics.gap)
    bars = row.columns(view.steps, metrics.gap)
    return Plan(progress=Progress(tuple(bars), view.step)), rest


def top(
    page: Page, area: Box, most: float | None = None, has_hint: bool = True
) -> tuple[Plan, Box]:
    """Progress, title and hint; the title in its share of the area, or in so much of it.

    The way back is there too, unless it is to be in the lower part.
    """
    metrics = page.metrics
    hint = _hint_in(page, area.width) if has_hint else None
    steps, below = progress(page, area)
    if below.height < (page.line_px() + metrics.gap if hint else 0) + 2 * page.line_px():
        steps, below = Plan(), area
    if page.view.back is not None and not page.is_lowered:
        return _beside_back(page, below, steps, most)
    hint_px = hint.height + metrics.gap if hint else 0
    most_px = min(title_px(page, below) if most is None else most, below.height - hint_px)
    wanted = Wanted(page.sizes(page.title_steps), is_strong=True, most_lines=page.title_lines)
    title = page.set_one(page.view.title, wanted, below.width, max(0, most_px))
    row, rest = below.cut_top(title.height, metrics.gap)
    plan = steps + Plan(words=(Words("title", title, row),))
    if hint is None:
        return plan, rest
    row, rest = rest.cut_top(hint.height, metrics.gap)
    return plan + Plan(words=(Words("hint", hint, row, tone="quiet"),)), rest


def _beside_back(page: Page, area: Box, steps: Plan, most: float | None) -> tuple[Plan, Box]:
    """Title and hint beside the way back, beginning there; both in its height if they fit."""
    metrics = page.metrics
    width = back_width(page)
    room = area.cut_left(width, metrics.gap * 2)[1]
    hint = _hint_in(page, room.width)
    hint_px = hint.height if hint else 0
    most_px = max(metrics.target - hint_px, title_px(page, area) if most is None else most)
    wanted = Wanted(page.sizes(page.title_steps), is_strong=True, most_lines=page.title_lines)
    title = page.set_one(page.view.title, wanted, room.width, min(most_px, area.height - hint_px))
    row, rest = area.cut_top(max(metrics.target, title.height + hint_px), metrics.gap)
    box = row.cut_top(metrics.target)[0].cut_left(width)[0]
    beside = row.cut_left(width, metrics.gap * 2)[1]
    beside = beside.centred(beside.width, title.height + hint_px)
    above, below = beside.cut_top(title.height)
    plan = steps + Plan((back(page, box),), (Words("title", title, above, "left"),))
    if hint is not None:
        plan += Plan(words=(Words("hint", hint, below, "left", "quiet"),))
    return plan, rest


def title_px(page: Page, area: Box) -> float:
    """The height that a title may take."""
    return area.height * (LARGER_TITLE_SHARE if page.metrics.is_larger else TITLE_SHARE)


def _hint_in(page: Page, width: float) -> Setting | None:
    """The quiet line below the title, if the view has one.

    One line in the least type, or two larger ones where there is height.
    """
    text = page.view.hint
    if not text:
        return None
    if not page.metrics.is_upright:
        return page.set_line(text, Wanted(page.sizes(1.0)), width)
    wanted = Wanted(page.sizes(HINT), most_lines=2)
    settings = page.set_alike([(text, "")], wanted, width, 2 * page.line_px(HINT * 1.36))
    return settings[0] if settings else None


def lower_row(page: Page, area: Box, is_below: bool = False) -> tuple[Plan, Box, Box]:
    """In lowered mode: the way back, the rest of the lower part, and the part above.

    The way back stands before the rest, or below it where that needs the whole width.
    """
    metrics, view = page.metrics, page.view
    lower, upper = area.cut_bottom(page.line - area.y, metrics.gap)
    if view.back is None:
        return Plan(), lower, upper
    if is_below:
        row, lower = lower.cut_bottom(metrics.target, metrics.gap)
        return Plan((back(page, row.cut_left(back_width(page))[0]),)), lower, upper
    column, lower = lower.cut_left(standing_back_width(page), metrics.gap)
    height = metrics.target * (STANDING if view.back_words else 1)
    box = column.centred(column.width, min(column.height, height))
    return Plan((back(page, box),)), lower, upper
