"""The recommendation question, 0 to 10. Pure."""

from collections.abc import Sequence

from kiosk.screens.layout.bar import bar
from kiosk.screens.layout.box import Box
from kiosk.screens.layout.heading import lower_row, title_px, top
from kiosk.screens.layout.page import HINT, Page, Wanted
from kiosk.screens.layout.plan import Plan, Target, Words
from kiosk.screens.theme import LEAST_TARGET
from kiosk.view.model import Choice

NUMBER = 1.6
HIGHEST = 1.7
"""How high a number's target gets, in parts of its width or of the usual target."""


def numbers(page: Page) -> Plan:
    """One row of numbers, or two where one would be too narrow; below them what the ends mean."""
    if page.is_lowered:
        return _lowered(page)
    base, area = bar(page, page.view.actions)
    gap = page.metrics.gap
    rows = _rows(page, area.width)
    least = LEAST_TARGET * len(rows) + gap * (len(rows) - 1)
    below = least + _ends_height(page, area.width, 0) + 2 * gap
    free = area.height - below - page.metrics.progress - gap
    above, area = top(page, area, min(title_px(page, area), free))
    ends_px = _ends_height(page, area.width, area.height - least - gap)
    most = _most_height(page, rows)
    block_px = min(most, area.height - ends_px - gap)
    block = area.centred(area.width, block_px + gap + ends_px)
    cells, ends = block.cut_top(block_px, gap)
    return base + page.turned(above + Plan(_cells(page, cells, rows), _ends(page, ends)))


def _lowered(page: Page) -> Plan:
    """In one row, with what the ends mean above it; the way back in the bar if need be."""
    view, gap = page.view, page.metrics.gap
    base, area = bar(page, view.actions)
    way_back, lower, _ = lower_row(page, area)
    rows = _rows(page, lower.width)
    least = LEAST_TARGET * len(rows) + gap * (len(rows) - 1)
    if lower.height < least:
        rows = [view.answers]
        base, area = bar(page, view.actions, has_back=view.back is not None)
        way_back = Plan()
        lower, _ = area.cut_bottom(page.line - area.y, gap)
    cells = lower.centred(lower.width, min(_most_height(page, rows), lower.height))
    upper = area.above(cells.top + gap)
    two_lines = 2 * page.line_px()
    ends_px = _ends_height(page, area.width, min(two_lines, upper.height - two_lines))
    ends, upper = upper.cut_bottom(ends_px, gap)
    above, _ = top(page, upper, upper.height)
    targets = _cells(page, cells, rows)
    return base + page.turned(way_back + above + Plan(targets, _ends(page, ends)))


def _rows(page: Page, width: float) -> list[Sequence[Choice]]:
    answers, gap = page.view.answers, page.metrics.gap
    if (width - gap * (len(answers) - 1)) / len(answers) >= LEAST_TARGET:
        return [answers]
    half = (len(answers) + 1) // 2
    return [answers[:half], answers[half:]]


def _cells(page: Page, area: Box, rows: list[Sequence[Choice]]) -> tuple[Target, ...]:
    """All of the same size; a shorter row stands in the middle."""
    gap = page.metrics.gap
    width = area.columns(len(rows[0]), gap)[0].width
    lines = area.rows(len(rows), gap)
    labels = page.set_all(
        [(choice.label, "") for choice in page.view.answers],
        Wanted(page.sizes(NUMBER), is_strong=True, most_lines=1),
        width - 2 * page.metrics.line,
        lines[0].height - 2 * page.metrics.line,
    )
    targets: list[Target] = []
    for row, line in zip(rows, lines, strict=True):
        whole = width * len(row) + gap * (len(row) - 1)
        for choice, box in zip(
            row, line.centred(whole, line.height).columns(len(row), gap), strict=True
        ):
            targets.append(page.button(choice, box, labels[len(targets)]))
    return tuple(targets)


def _said_ends(page: Page) -> list[tuple[str, str]]:
    """No "=" sign: not every script's font has one."""
    answers, (low, high) = page.view.answers, page.view.ends
    return [(f"{answers[0].label}: {low}", ""), (f"{answers[-1].label}: {high}", "")]


def _most_height(page: Page, rows: list[Sequence[Choice]]) -> float:
    return page.metrics.target * HIGHEST * len(rows) + page.metrics.gap * (len(rows) - 1)


def _ends_height(page: Page, width: float, most: float) -> float:
    """The height of what the ends mean, in the largest type that fits; else in the least."""
    wanted = Wanted(page.sizes(HINT), most_lines=2)
    said, half = _said_ends(page), _half(page, width)
    settings = page.set_alike(said, wanted, half, most)
    if settings is None:
        settings = page.set_all(said, Wanted(wanted.sizes[-1:], most_lines=2), half, float("inf"))
    return max(each.height for each in settings)


def _ends(page: Page, area: Box) -> tuple[Words, Words]:
    """Each at its end of the row."""
    half = _half(page, area.width)
    wanted = Wanted(page.sizes(HINT), most_lines=2)
    low, high = page.set_all(_said_ends(page), wanted, half, area.height)
    left = area.cut_left(half)[0].cut_top(low.height)[0]
    right = area.cut_right(half)[0].cut_top(high.height)[0]
    return (Words("low", low, left, "left", "quiet"), Words("high", high, right, "right", "quiet"))


def _half(page: Page, width: float) -> float:
    return (width - 2 * page.metrics.gap) / 2
