"""The bar at the bottom: the comforts in their corner, the languages, the ways on. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from kiosk.screens.fonts import Cut
from kiosk.screens.layout.back import back, back_width
from kiosk.screens.layout.box import Box
from kiosk.screens.layout.lines import Setting, narrowest_setting
from kiosk.screens.layout.page import ACTION, Page, Wanted
from kiosk.screens.layout.plan import Plan, Target
from kiosk.screens.theme import LEAST_TARGET, Look
from kiosk.view.model import Choice, View

USUAL: tuple[Cut, ...] = ("usual", "narrow")
PADS, LEAST_PAD = (14, 10, 8), 5
"""Free room beside an action's label: as much as there is."""

Targets = tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class _Manner:
    """How generously the actions are set."""

    pad: float
    cut: Cut
    is_back_plain: bool = False
    """Whether the way back does without the answer that it leads to."""


def bar(page: Page, actions: Sequence[Choice], has_back: bool = False) -> tuple[Plan, Box]:
    """The bar with these actions, and what is left above it.

    Actions that do not fit beside the corner get a row of their own above it. `has_back` puts the
    way back in front of them.
    """
    view, metrics = page.view, page.metrics
    if not (view.comforts or view.languages or view.more_languages or actions):
        return Plan(), page.content
    row, rest = page.content.cut_bottom(metrics.target, metrics.gap)
    corner, row = _corner(page, row)
    # What stands in the corner is the same at every question. An upright screen has height for
    # the ways on in a row of their own, and so width for the languages.
    has_own_row = metrics.is_upright and bool(actions)
    in_one = None if has_own_row else _one_row(page, row, actions, has_back)
    if in_one is not None:
        return Plan(corner + in_one), rest
    if not actions and not has_back:
        return Plan(corner), rest
    above, rest = rest.cut_bottom(metrics.target, metrics.gap)
    switch = _one_row(page, row, (), has_back=False) or ()
    return Plan(corner + switch + _own_row(page, above, actions, has_back)), rest


def _is_in_session(view: View) -> bool:
    """Whether somebody has begun to answer."""
    return view.step > 0 or view.screen == "warning"


def _offers(page: Page) -> list[tuple[Choice, ...]]:
    """The languages by name, or the way to them all.

    At the questions of a wide screen, whose ways on need the width, always the latter.
    """
    view = page.view
    if view.more_languages is None:
        return [view.languages]
    is_short = _is_in_session(view) and not page.metrics.is_upright
    return [(view.more_languages,)] if is_short else [view.languages, (view.more_languages,)]


def _one_row(page: Page, row: Box, actions: Sequence[Choice], has_back: bool) -> Targets | None:
    """Languages and ways on beside the corner; the languages step back for the ways on."""
    manners = [_Manner(pad, cut) for pad in PADS for cut in USUAL]
    manners += [_Manner(pad, "narrowest") for pad in (*PADS, LEAST_PAD)]
    if has_back and page.view.back_words:
        manners += [replace(manner, is_back_plain=True) for manner in manners]
    for manner, offer in product(manners, _offers(page)):
        switch, beside = _languages(page, row, offer, manner.cut)
        ways_on = _ways_on(page, beside, actions, has_back, manner)
        if ways_on is not None:
            return switch + ways_on
    return None


def look_of(choice: Choice) -> Look:
    """How a way on looks."""
    return "primary" if choice.is_primary else "button"


def _corner(page: Page, row: Box) -> tuple[Targets, Box]:
    """The comforts: squares in the lower left, whichever way the language is read."""
    targets = []
    for choice in page.view.comforts:
        box, row = row.cut_left(page.metrics.target, page.metrics.gap)
        targets.append(page.sign(choice, box))
    return tuple(targets), row


def _languages(page: Page, row: Box, offer: tuple[Choice, ...], cut: Cut) -> tuple[Targets, Box]:
    metrics, targets = page.metrics, []
    for choice in offer:
        if choice.icon is not None:
            box, row = row.cut_left(metrics.target, metrics.gap)
            targets.append(page.sign(choice, box))
            continue
        type_ = page.least((choice.label, choice.language), cut)
        label = narrowest_setting(choice.label, type_, page.measure, 1)
        width = max(metrics.target, label.width + 2 * metrics.pad)
        box, row = row.cut_left(width, metrics.gap)
        targets.append(page.button(choice, box, label, "quiet"))
    return tuple(targets), row


def _ways_on(
    page: Page, row: Box, choices: Sequence[Choice], has_back: bool, manner: _Manner
) -> Targets | None:
    """The ways on at the right end of a row, and the way back before them; None without room."""
    gap = page.metrics.gap
    is_plain = manner.is_back_plain
    width = (page.metrics.target if is_plain else back_width(page)) + gap if has_back else 0
    actions = _actions(page, row.cut_left(width)[1], choices, manner)
    if actions is None or not has_back:
        return actions
    if page.view.direction == "ltr":
        start = min((each.box.x for each in actions), default=row.x + width) - width
        return (_back(page, Box(start, row.y, width - gap, row.height), is_plain), *actions)
    moved = tuple(each.moved(-width) for each in actions)
    box = Box(row.right - width + gap, row.y, width - gap, row.height)
    return (_back(page, box, is_plain), *moved)


def _back(page: Page, box: Box, is_plain: bool = False) -> Target:
    """The way back, as the language is read: the bar as a whole is not turned."""
    target = back(page, box, is_plain)
    is_turned = page.view.direction == "rtl"
    return target.mirrored(2 * box.x + box.width) if is_turned else target


def _actions(page: Page, row: Box, choices: Sequence[Choice], manner: _Manner) -> Targets | None:
    if not choices:
        return () if row.width >= -page.metrics.gap else None
    for size, most_lines in product(page.sizes(ACTION), (1, 2)):
        labels = [_label(page, each, manner, size, most_lines) for each in choices]
        widths = _widths(page, row, labels, manner)
        if widths is not None:
            return _at_the_right(page, row, choices, labels, widths)
    return None


def _label(page: Page, choice: Choice, manner: _Manner, size: int, most_lines: int) -> Setting:
    type_ = page.type_of((choice.label, ""), False, manner.cut, size)
    return narrowest_setting(choice.label, type_, page.measure, most_lines)


def _widths(page: Page, row: Box, labels: Sequence[Setting], manner: _Manner) -> list[float] | None:
    """A width for each label, with some air where there is any; None without room."""
    metrics = page.metrics
    least = [max(LEAST_TARGET, each.width + 2 * metrics.px(manner.pad)) for each in labels]
    free = row.width - sum(least) - metrics.gap * (len(labels) - 1)
    is_too_high = any(each.height > metrics.target - 2 * metrics.line for each in labels)
    if free < 0 or is_too_high:
        return None
    air = min(free / len(labels), metrics.px(16))
    return [each + air for each in least]


def _at_the_right(
    page: Page,
    row: Box,
    choices: Sequence[Choice],
    labels: Sequence[Setting],
    widths: Sequence[float],
) -> Targets:
    """The last one outermost, or innermost where the language is read from the right."""
    placed = list(zip(choices, labels, widths, strict=True))
    if page.view.direction == "ltr":
        placed.reverse()
    targets = []
    for choice, label, width in placed:
        box, row = row.cut_right(width, page.metrics.gap)
        targets.append(page.button(choice, box, label, look_of(choice)))
    return tuple(targets)


def _own_row(page: Page, row: Box, choices: Sequence[Choice], has_back: bool) -> Targets:
    """The ways on over the whole width."""
    metrics, targets = page.metrics, []
    is_turned = page.view.direction == "rtl"
    if has_back:
        cut = row.cut_right if is_turned else row.cut_left
        box, row = cut(back_width(page), metrics.gap)
        targets.append(_back(page, box))
    ordered = choices[::-1] if is_turned else choices
    boxes = row.columns(len(ordered), metrics.gap) if ordered else []
    labels = page.set_all(
        [(each.label, "") for each in ordered],
        Wanted(page.sizes(ACTION), most_lines=2),
        min((box.width for box in boxes), default=0) - 2 * metrics.pad,
        row.height - 2 * metrics.line,
    )
    targets += [
        page.button(choice, box, label, look_of(choice))
        for choice, box, label in zip(ordered, boxes, labels, strict=True)
    ]
    return tuple(targets)
