"""What is read and chosen on a staff page: rows, and facts with their lamps. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from kiosk.screens.layout.box import Box
from kiosk.screens.layout.exceptions import LOW, least_row
from kiosk.screens.layout.lines import Setting
from kiosk.screens.layout.page import Page, Wanted
from kiosk.screens.layout.plan import LampPlace, Plan, Target, Words
from kiosk.screens.layout.staff_parts import PATH_MARK, in_one_line, set_labels
from kiosk.screens.theme import Look
from kiosk.view.model import Choice, Fact

ROW, FACT = 1.35, 1.35
"""The largest type of each kind of text, in steps of the scale."""
HIGHEST_ROW = 1.4
"""How high a row gets, in usual targets."""
LABEL_SHARE = 0.44
"""The most of a fact's line that its label takes."""
LOOSE, LOOSE_PAIR = 1.5, 1.2
"""How far apart facts get, in parts of their one line or two."""
LAMP_SHARE = 0.8
"""How large a fact's lamp is, in parts of its line."""
CHECK = 30
"""The side of a check mark on the smallest panel."""


def rows_px(page: Page, choices: Sequence[Choice]) -> float:
    """How high these rows are at least."""
    metrics = page.metrics
    is_tall = any(choice.detail for choice in choices)
    count = -(-len(choices) // _across(page, choices))
    each = least_row(metrics) if is_tall else metrics.target
    return count * each + max(count - 1, 0) * metrics.gap


def _across(page: Page, choices: Sequence[Choice]) -> int:
    """How many buttons a row has."""
    if page.metrics.is_upright or any(choice.detail for choice in choices):
        return 1
    if not page.is_lowered or len(choices) < 3:
        return 2
    # Of four or five, pairs such as "quieter" and "louder" stay side by side where there is height.
    return 3 if len(choices) % 3 == 0 or page.metrics.height < LOW else 2


def rows(page: Page, area: Box, choices: Sequence[Choice], has_all: bool = True) -> Plan:
    """Rows of buttons; those with a second line over the whole width, and one below the other.

    Where not `has_all`, as many as there is room for: the first ones matter most.
    """
    if not choices:
        return Plan()
    metrics = page.metrics
    is_tall = any(choice.detail for choice in choices)
    across = _across(page, choices)
    if not has_all:
        room = int((area.height + metrics.gap) // (least_row(metrics) + metrics.gap))
        choices = choices[: max(room, 1) * across]
    count = -(-len(choices) // across)
    least = least_row(metrics) if is_tall else metrics.target
    high = (area.height - metrics.gap * (count - 1)) / count
    height = min(max(high, least), metrics.target * HIGHEST_ROW)
    block, _ = area.cut_top(height * count + metrics.gap * (count - 1))
    if page.is_lowered:
        block = replace(block, y=area.y)
    lines = block.rows(count, metrics.gap)
    boxes = [box for line in lines for box in line.columns(across, metrics.gap)]
    if is_tall:
        wanted = _alike(page, choices, _checked(page, boxes[0], True)[0])
        placed = zip(choices, boxes, strict=False)
        return Plan(tuple(_tall(page, choice, box, wanted) for choice, box in placed))
    return Plan(_plain(page, choices, boxes))


def _plain(page: Page, choices: Sequence[Choice], boxes: Sequence[Box]) -> tuple[Target, ...]:
    """One text each, all alike."""
    has_check = any(choice.is_chosen for choice in choices)
    rooms = [_checked(page, box, has_check)[0] for box in boxes]
    wanted = Wanted(page.sizes(ROW), most_lines=2)
    labels = set_labels(page, choices, wanted, (rooms[0].width, rooms[0].height))
    return tuple(
        replace(
            page.button(choice, box, label, _look(choice)),
            words=Words(choice.id, label, room),
            check_box=_checked(page, box, has_check)[1],
        )
        for choice, box, room, label in zip(choices, boxes, rooms, labels, strict=False)
    )


def _look(choice: Choice) -> Look:
    return "primary" if choice.is_primary else "toggle"


def _checked(page: Page, box: Box, has_check: bool) -> tuple[Box, Box | None]:
    """The room for a row's words, and at its end that for a check mark."""
    metrics = page.metrics
    inside = box.inset(metrics.pad * 1.5, metrics.line)
    if not has_check:
        return inside, None
    side = metrics.px(CHECK)
    check, inside = inside.cut_right(side, metrics.pad)
    return inside, check.centred(side, side)


def _alike(page: Page, choices: Sequence[Choice], room: Box) -> Wanted:
    """The largest type in which each name is one line; where none is, as each one allows."""
    for size in page.sizes(ROW):
        wanted = Wanted((size,), is_strong=True)
        names = [page.set_line(each.label, wanted, room.width) for each in choices]
        if all(each and each.height <= room.height - page.line_px() for each in names):
            return wanted
    return Wanted(page.sizes(1.0)[-1:], is_strong=True)


def _tall(page: Page, choice: Choice, box: Box, wanted: Wanted) -> Target:
    """A name, and below it a quieter line, or two where the row is high enough."""
    inside, check = _checked(page, box, True)
    room = (inside.width, inside.height - page.line_px())
    label = in_one_line(page, choice.label, wanted, room)
    detail = _detail(page, choice.detail, inside.width, inside.height - label.height)
    air = max(0.0, inside.height - label.height - detail.height) / 2
    above, below = inside.inset(0, air).cut_top(label.height)
    return Target(
        choice,
        box,
        _look(choice),
        Words(choice.id, label, above, "left"),
        number=Words(f"detail:{choice.id}", detail, below, "left", "quiet"),
        check_box=check,
    )


def _detail(page: Page, text: str, width: float, height: float) -> Setting:
    if height >= 2 * page.line_px():
        settings = page.set_alike(
            [(text, "")], Wanted(page.sizes(1.0), most_lines=1), width, height
        )
        if settings is not None:
            return settings[0]
    keeps_end = PATH_MARK in text
    return in_one_line(page, text, Wanted(page.sizes(1.0)), (width, page.line_px()), keeps_end)


# Facts


def facts(page: Page, area: Box, is_stacked: bool) -> tuple[Plan, Box]:
    """A line for each fact, or two where they are stacked; and what is left below them."""
    told = page.view.facts
    if not told:
        return Plan(), area
    metrics = page.metrics
    lines = 2 if is_stacked else 1
    lamp_px = page.line_px() * LAMP_SHARE if page.view.lamp is not None else 0.0
    room = (area.width - 2 * metrics.pad - lamp_px) * (1.0 if is_stacked else LABEL_SHARE)
    labels, pitch = _labels(page, room, lines, area.height / len(told))
    across = max(label.width for label in labels)
    plan, rest = Plan(), area
    for fact, label in zip(told, labels, strict=True):
        row, rest = rest.cut_top(pitch)
        row = row.inset(metrics.pad, 0)
        if lamp_px:
            lamp, row = row.cut_left(lamp_px, metrics.gap)
            if fact.lamp is not None:
                plan += Plan(lamps=(LampPlace(_at_line(lamp, label, lines, lamp_px), fact.lamp),))
        plan += _fact(page, fact, label, row, 0 if is_stacked else across)
    return plan, rest.cut_top(0, metrics.gap)[1]


def _labels(page: Page, width: float, lines: int, most: float) -> tuple[list[Setting], float]:
    """The labels in the largest type in which all facts have room; and how far apart facts are."""
    told = page.view.facts
    for size in page.sizes(FACT):
        height = page.least(("", "")).font.line_px(size) * lines
        whole = [page.set_line(fact.label, Wanted((size,)), width) for fact in told]
        labels = [each for each in whole if each is not None]
        if len(labels) == len(told) and height <= most:
            break
    else:
        least = Wanted((size,))
        labels = [in_one_line(page, fact.label, least, (width, height)) for fact in told]
    return labels, max(height, min(most, height * (LOOSE if lines == 1 else LOOSE_PAIR)))


def _at_line(room: Box, label: Setting, lines: int, side: float) -> Box:
    """A square in the middle of a fact's first line."""
    if lines > 1:
        room = room.centred(room.width, label.height * lines).cut_top(label.height)[0]
    return room.centred(side, side)


def _fact(page: Page, fact: Fact, label: Setting, row: Box, across: float) -> Plan:
    """Label and value, side by side or, without a width for labels, one above the other."""
    if across:
        before, after = row.cut_left(across, page.metrics.gap * 3)
    else:
        both = row.centred(row.width, label.height * 2)
        before, after = both.cut_top(label.height)
    size, least = label.type.size, page.metrics.least_type
    value = page.set_line(fact.value, Wanted((size,), is_strong=True), after.width)
    if value is None:
        wanted = Wanted((least,), is_strong=True)
        value = in_one_line(page, fact.value, wanted, (after.width, after.height))
    return Plan(
        words=(
            Words(f"fact:{fact.label}", label, before, "left", "quiet"),
            Words(f"value:{fact.label}", value, after, "left"),
        )
    )
