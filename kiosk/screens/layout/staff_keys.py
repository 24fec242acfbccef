"""The staff pages on which something is typed: a PIN on a keypad, a search, a code. Pure."""

from dataclasses import replace

from kiosk.screens.layout.box import Box
from kiosk.screens.layout.exceptions import (
    KEY_GAP,
    LEAST_KEY_HEIGHT,
    LEAST_STAFF_KEY_HEIGHT,
    LOW,
    least_row,
)
from kiosk.screens.layout.field import field_at, field_height
from kiosk.screens.layout.page import Page, Wanted
from kiosk.screens.layout.plan import Plan, Target, Words
from kiosk.screens.layout.staff_parts import (
    band,
    bottom,
    ends_of,
    header,
    in_a_row,
    in_lines,
    in_one_line,
)
from kiosk.screens.layout.staff_rows import rows
from kiosk.screens.layout.writing import keyboard
from kiosk.screens.theme import Look

HIGHEST_KEY, LARGEST_KEYPAD_KEY = 1.1, 1.5
"""How high a key gets, in usual targets."""
KEY, DOTS = 1.9, 2.8
"""The largest type on a keypad and of the dots, in steps of the scale."""
WIDEST_KEYPAD, CARD = 7.2, 1.2
"""How wide a keypad gets, and how high the card with the dots, in usual targets."""
HINT = 1.35
"""The largest type of what is to be known about a PIN, in steps of the scale."""
KEYPAD_SHARE, UPRIGHT_KEYPAD_SHARE = 0.49, 0.7
"""How much the keypad takes of a wide screen's width, and of an upright one's height."""
FULL = 4
"""Rows of a whole keyboard: it leaves little of a wide screen."""
MOST_ROWS, MOST_ROWS_LOW = 3, 2
"""For so many rows of results there is room above a whole keyboard."""
DOT = "•"


def staff_keys(page: Page) -> Plan:
    """A keypad, or a keyboard with what it finds above it."""
    if max(map(len, page.view.keys), default=0) <= 3:
        return _keypad(page)
    if len(page.view.keys) >= FULL and not page.metrics.is_upright:
        return _whole_keyboard(page)
    return _keyboard(page)


# A keypad


def _keypad(page: Page) -> Plan:
    """Beside what is typed on a wide screen, below it on an upright one."""
    metrics = page.metrics
    head, area = header(page, page.content)
    others = page.view.actions[:-1]
    count = len(page.view.keys)
    if metrics.is_upright:
        base, area = bottom(page, area, others)
        most = metrics.target * LARGEST_KEYPAD_KEY * count + KEY_GAP * (count - 1)
        high = page.line - area.y if page.is_lowered else area.height * UPRIGHT_KEYPAD_SHARE
        keys, area = area.cut_bottom(min(most, high), metrics.gap * 2)
        keys = keys.centred(min(keys.width, metrics.target * WIDEST_KEYPAD), keys.height)
        near = metrics.target * CARD + metrics.gap * 2 + page.line_px(HINT) * 3
        area, _ = area.cut_bottom(min(near, area.height))
        return page.turned(head + base + _typed(page, area)) + _pad(page, keys)
    keys, area = area.cut_right(area.width * KEYPAD_SHARE, metrics.gap * 3)
    if page.is_lowered:
        keys = keys.cut_bottom(page.line - keys.y)[0]
        languages, area = _languages(page, area)
        base, area = bottom(replace(page, view=replace(page.view, languages=())), area, others)
        return page.turned(head + languages + base + _typed(page, area)) + _pad(page, keys)
    base, area = bottom(page, area, others)
    return page.turned(head + base + _typed(page, area)) + _pad(page, keys)


def _languages(page: Page, area: Box) -> tuple[Plan, Box]:
    if not page.view.languages:
        return Plan(), area
    row, rest = area.cut_bottom(page.metrics.target, page.metrics.gap)
    return Plan(in_a_row(page, row, page.view.languages, "left", "quiet")), rest


def _typed(page: Page, area: Box) -> Plan:
    """The dots on a card, and what is to be known below it."""
    view, metrics = page.view, page.metrics
    card, rest = area.cut_top(min(metrics.target * CARD, area.height), metrics.gap * 2)
    plan = _dots(page, card)
    if view.hint and rest.height >= page.line_px():
        wanted = Wanted(page.sizes(HINT), most_lines=3)
        hint = page.set_one(view.hint, wanted, rest.width, rest.height)
        line, _ = rest.cut_top(hint.height)
        plan += Plan(words=(Words("hint", hint, line, "left", "quiet"),))
    return plan


def _dots(page: Page, card: Box) -> Plan:
    """A dot for each character of a secret, the last ones where there are many."""
    plan = Plan(cards=(card,))
    if not page.view.dots:
        return plan
    inside = card.inset(page.metrics.pad * 1.5, 0)
    wanted = Wanted(page.sizes(DOTS))
    room = (inside.width, inside.height)
    dots = in_one_line(page, DOT * page.view.dots, wanted, room, keeps_end=True)
    return plan + Plan(words=(Words("dots", dots, inside),))


def _written(page: Page, box: Box) -> Plan:
    """The field, or dots where what is written is a secret."""
    if page.view.dots is not None:
        return _dots(page, box)
    return Plan(field=field_at(page, box, is_asking=True, is_short=True))


def _pad(page: Page, area: Box) -> Plan:
    """All keys equally large."""
    targets = []
    lines = area.rows(len(page.view.keys), KEY_GAP)
    places = [
        (key, box)
        for row, line in zip(page.view.keys, lines, strict=True)
        for key, box in zip(row, line.columns(len(row), KEY_GAP), strict=True)
    ]
    labels = iter(
        page.set_all(
            [(key.label, "") for key, _ in places if not key.icon],
            Wanted(page.sizes(KEY), most_lines=1, is_alone=True),
            min(box.width for _, box in places) - 2 * page.metrics.pad,
            places[0][1].height,
        )
    )
    for key, box in places:
        look: Look = "primary" if key.is_primary else "key"
        if key.icon:
            side = min(box.width, box.height) * 0.5
            place = box.centred(side, side)
            is_repeating = key.icon == "backspace"
            targets.append(
                Target(key, box, look, icon=key.icon, icon_box=place, is_repeating=is_repeating)
            )
        else:
            targets.append(Target(key, box, look, Words(key.id, next(labels), box)))
    return Plan(tuple(targets))


# A keyboard


def _whole_keyboard(page: Page) -> Plan:
    """The field in the band, so that there is room for what is found.

    What the keyboard takes depends on the screen alone: nothing moves while somebody types.
    """
    metrics, view = page.metrics, page.view
    row, area = page.content.cut_top(metrics.target, metrics.gap * 2)
    head = band(page, row)
    ends, row = ends_of(page, row)
    others = in_a_row(page, row, view.actions[:-1], look="band")
    start = min((each.box.x for each in others), default=row.right + metrics.gap)
    field = row.cut_left(start - metrics.gap - row.x)[0]
    head += Plan(ends + others) + _written(page, field)
    keys, area = area.cut_bottom(_whole_px(page, area), metrics.gap)
    return page.turned(head + _found(page, area)) + keyboard(page, keys)


def _whole_px(page: Page, area: Box) -> float:
    """How high a whole keyboard is, so that rows of results and a line fit above it."""
    metrics, count = page.metrics, len(page.view.keys)
    is_low = metrics.height < LOW
    rows_above = MOST_ROWS_LOW if is_low else MOST_ROWS
    above = rows_above * (least_row(metrics) + metrics.gap)
    if not is_low:
        above += page.line_px() + metrics.gap
    gaps = KEY_GAP * (count - 1)
    most = metrics.target * HIGHEST_KEY * count + gaps
    return max(LEAST_STAFF_KEY_HEIGHT * count + gaps, min(area.height - above, most))


def _keyboard(page: Page) -> Plan:
    """Title, field, what is found, and the keys below."""
    metrics, view = page.metrics, page.view
    head, area = header(page, page.content)
    if page.is_lowered:
        base, area = bottom(page, area, view.actions[:-1])
        head += base
    count = len(view.keys)
    gaps = KEY_GAP * (count - 1)
    most = metrics.target * HIGHEST_KEY * count + gaps
    row, area = area.cut_top(max(metrics.target, field_height(page, 1)), metrics.gap)
    hint_px = page.line_px() + metrics.gap if view.hint else 0
    high = page.line - area.y if page.is_lowered else area.height - hint_px - metrics.gap * 2
    keys, area = area.cut_bottom(
        max(LEAST_KEY_HEIGHT * count + gaps, min(high, most)), metrics.gap * 2
    )
    if not page.is_lowered:
        others = in_a_row(page, row, view.actions[:-1])
        start = min((each.box.x for each in others), default=row.right + metrics.gap)
        row = row.cut_left(start - metrics.gap - row.x)[0]
        head += Plan(others)
    head += _written(page, row)
    return page.turned(head + _found(page, area, has_title=False)) + keyboard(page, keys)


def _found(page: Page, area: Box, has_title: bool = True) -> Plan:
    """What is to be known, then what was found: rows, or short answers side by side."""
    view, metrics = page.view, page.metrics
    is_tall = any(each.detail for each in view.answers)
    needed = 0.0
    if view.answers:
        needed = (least_row(metrics) if is_tall else metrics.target) + metrics.gap
    plan = Plan()
    # What the page asks is read first; where there is room for one line, the hint matters more.
    lines = 2 * page.line_px() if view.hint else page.line_px()
    has_rows = is_tall and metrics.height < LOW  # the rows have the place of the title
    has_title = has_title and not has_rows and area.height >= needed + lines + metrics.gap
    for text, name in ((view.title if has_title else "", "title"), (view.hint, "hint")):
        if not text or area.height < needed + page.line_px():
            continue
        wanted = Wanted(page.sizes(1.0))
        setting = page.set_line(text, wanted, area.width)
        if setting is None:
            setting = in_lines(page, text, wanted, (area.width, area.height - needed))
        line, area = area.cut_top(setting.height, metrics.gap)
        plan += Plan(words=(Words(name, setting, line, "left", "quiet"),))
    if is_tall or not view.answers:
        return plan + rows(page, area, view.answers, has_all=False)
    return plan + Plan(in_a_row(page, area.cut_top(metrics.target)[0], view.answers, "left"))
