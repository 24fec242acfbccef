"""Buttons in columns and rows: the reasons, and the sheets of languages and of people. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from kiosk.screens.layout.bar import bar
from kiosk.screens.layout.box import Box
from kiosk.screens.layout.exceptions import LEAST_LOWERED_ROW
from kiosk.screens.layout.heading import lower_row, top
from kiosk.screens.layout.lines import Align, Setting
from kiosk.screens.layout.page import Page, Wanted
from kiosk.screens.layout.plan import Plan, Target, Words
from kiosk.screens.theme import LEAST_TARGET, Look

BUTTON = 1.35
WIDEST, HIGHEST = 5.6, 1.5
"""How large a button of a grid gets, in usual targets."""


@dataclass(frozen=True, slots=True)
class Grid:
    """So many columns of buttons this large, with their labels."""

    columns: int
    width: float
    height: float
    labels: tuple[Setting, ...]


def reasons(page: Page) -> Plan:
    """Up to six reasons, of which several can be chosen."""
    columns = (1, 2, 3) if page.metrics.is_upright else (2, 3)
    return _screen(page, columns, "toggle")


def sheet(page: Page) -> Plan:
    """Up to twelve choices, of which one is made."""
    count = len(page.view.answers)
    wide = (3, 2, 4) if count > 4 else (count, 2, 3)
    if page.view.screen == "who":  # sentences, not names
        wide = (1, count, 2)
    upright = (1, 2, 3) if count <= 5 else (2, 3, 1)
    return _screen(page, upright if page.metrics.is_upright else wide, "button")


def _screen(page: Page, columns: Sequence[int], look: Look) -> Plan:
    if page.is_lowered:
        return _lowered(page, columns, look)
    base, area = bar(page, page.view.actions)
    # Where a large title leaves too little, it is small.
    for title_px in (None, 2 * page.line_px(), page.line_px()):
        above, below = top(page, area, title_px)
        grid = _first_that_fits(page, below, columns, look)
        if grid is not None:
            break
    grid = grid or _any(page, below, columns[-1], look)
    return base + page.turned(above + _laid(page, below, grid, look))


def _lowered(page: Page, columns: Sequence[int], look: Look) -> Plan:
    """The grid in the lower part; where that is too low, with low rows, or else rising above."""
    more = (*columns, *(each for each in (3, 4, 2) if each not in columns))
    base, area = bar(page, page.view.actions)
    way_back, lower, upper = lower_row(page, area)
    grid = _first_that_fits(page, lower, more, look)
    if grid is None:
        base, area = bar(page, page.view.actions, has_back=page.view.back is not None)
        way_back = Plan()
        grid, lower, upper = _rising(page, area, more, look)
    above, _ = top(page, upper, upper.height)
    return base + page.turned(way_back + above + _laid(page, lower, grid, look))


def _rising(page: Page, area: Box, columns: Sequence[int], look: Look) -> tuple[Grid, Box, Box]:
    """A grid with low rows, as few as its labels allow; and the parts below and above."""
    count, gap = len(page.view.answers), page.metrics.gap
    two_lines = 2 * (page.line_px() + page.metrics.line)
    fewest_rows_first = sorted(columns, key=lambda each: -(-count // each))
    for row_px, across in product((LEAST_LOWERED_ROW, two_lines), fewest_rows_first):
        rows = -(-count // across)
        height = rows * row_px + gap * (rows - 1)
        lower, upper = area.cut_bottom(max(height, page.line - area.y), gap)
        grid = _grid(page, lower, across, look, LEAST_LOWERED_ROW)
        if grid is not None:
            break
    return grid or _any(page, lower, across, look), lower, upper


def _first_that_fits(
    page: Page, area: Box, columns: Sequence[int], look: Look, least: float = LEAST_TARGET
) -> Grid | None:
    for count in columns:
        grid = _grid(page, area, count, look, least)
        if grid is not None:
            return grid
    return None


def _grid(page: Page, area: Box, columns: int, look: Look, least: float) -> Grid | None:
    metrics, choices = page.metrics, page.view.answers
    rows = -(-len(choices) // columns)
    height = (area.height - metrics.gap * (rows - 1)) / rows
    width = (area.width - metrics.gap * (columns - 1)) / columns
    if height < least:
        return None
    height, width = min(height, metrics.target * HIGHEST), min(width, metrics.target * WIDEST)
    # A border is twice as thick while it is pressed; letters keep away from that if they can.
    for edge in (2 * metrics.line, metrics.line):
        labels = page.set_alike(
            [(choice.label, choice.language) for choice in choices],
            Wanted(page.sizes(BUTTON), most_lines=2),
            width - metrics.pad - _check_px(page, look),
            height - 2 * edge,
        )
        if labels:
            return Grid(columns, width, height, labels)
    return None


def _any(page: Page, area: Box, columns: int, look: Look) -> Grid:
    """What is there although it does not fit."""
    choices, metrics = page.view.answers, page.metrics
    rows = -(-len(choices) // columns)
    box = area.rows(rows, metrics.gap)[0].columns(columns, metrics.gap)[0]
    labels = page.set_all(
        [(choice.label, choice.language) for choice in choices],
        Wanted(page.sizes(BUTTON), most_lines=2),
        box.width - metrics.pad - _check_px(page, look),
        box.height,
    )
    return Grid(columns, box.width, box.height, labels)


def _check_px(page: Page, look: Look) -> float:
    """The room for a toggle's check mark."""
    return page.metrics.px(30) + 2 * page.metrics.pad if look == "toggle" else 0


def _laid(page: Page, area: Box, grid: Grid, look: Look) -> Plan:
    """In reading order; a last row that is not full begins where the others do."""
    metrics, choices = page.metrics, page.view.answers
    rows = -(-len(choices) // grid.columns)
    block = area.centred(
        grid.columns * grid.width + metrics.gap * (grid.columns - 1),
        rows * grid.height + metrics.gap * (rows - 1),
    )
    boxes = [
        box
        for row in block.rows(rows, metrics.gap)
        for box in row.columns(grid.columns, metrics.gap)
    ]
    targets = []
    for choice, box, label in zip(choices, boxes, grid.labels, strict=False):
        inside = box.inset(metrics.pad / 2, metrics.line)
        check = None
        if look == "toggle":
            side = metrics.px(30)
            square, inside = inside.inset(metrics.pad / 2, 0).cut_left(side, metrics.pad)
            check = square.centred(side, side)
        align: Align = "left" if look == "toggle" else "center"
        words = Words(choice.id, label, inside, align)
        targets.append(Target(choice, box, look, words, check_box=check))
    return Plan(tuple(targets))
