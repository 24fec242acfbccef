"""The pages for staff: a list to read and choose from, a code, corners to touch. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from kiosk.screens.layout.box import Box
from kiosk.screens.layout.exceptions import fills_low_screen
from kiosk.screens.layout.page import GREETING, HINT, Page, Wanted
from kiosk.screens.layout.plan import LampPlace, Plan, Target, Words
from kiosk.screens.layout.staff_parts import (
    BAND_TITLE,
    band,
    bottom,
    header,
    in_a_row,
    in_lines,
    in_one_line,
    turning,
)
from kiosk.screens.layout.staff_rows import facts, rows, rows_px
from kiosk.view.model import Choice

LAMP, LARGE_LAMP = 0.8, 1.25
"""How large a lamp is beside a title and above one, in usual targets."""
STATE = 1.7
"""The most height of a status in words with what to do, in usual targets."""
STATUS_TITLE = 1.9
"""The largest type of a title that is not on the band, in steps of the scale."""
CODE_SHARE, UPRIGHT_CODE_SHARE = 0.5, 0.55
"""The most of the area that a code takes, of its width or of an upright screen's height."""
TITLE_SHARE = 0.64
"""The most of the room that a title in the middle takes, where there is a hint below it."""
ALERT_LAMP, CLOSE_SIGN = 0.66, 0.46
"""How large lamp and sign of the line for staff are, in parts of its height."""
ALERT = "staff-alert"
TURNING = frozenset({"previous", "next"})


def staff_list(page: Page) -> Plan:
    """What is told and offered; where that is one thing only, large and in the middle."""
    page, view = _unlowered(page), page.view
    ways = view.actions[:-1]
    if not view.answers and not view.facts:
        return _said(page, ways)
    turns = [each for each in ways if each.id in TURNING]
    others = [each for each in ways if each.id not in TURNING]
    is_beside = not page.is_lowered and not page.metrics.is_upright
    below = [*others] if is_beside else [*turns, *others]
    beside_lamp: Sequence[Choice] = ()
    if is_beside and view.lamp is not None:
        below, beside_lamp = [], others
    head, area = header(page, page.content, has_title=view.lamp is None)
    base, area = bottom(page, area, below)
    if view.lamp is not None:
        state, area = _state(page, area, beside_lamp)
    else:
        state, area = _hint(page, area, rows_px(page, view.answers))
    column, area = turning(page, area, turns) if is_beside else (Plan(), area)
    told, area = facts(page, area, is_stacked=page.metrics.is_upright)
    return page.turned(head + base + state + column + told + rows(page, area, view.answers))


def staff_code(page: Page) -> Plan:
    """The code beside the facts; below them on an upright screen."""
    page, view, metrics = _unlowered(page), page.view, page.metrics
    head, area = header(page, page.content)
    base, area = bottom(page, area, view.actions[:-1])
    hint, area = _hint(page, area, 0)
    if metrics.is_upright:
        room, rest = area.cut_bottom(area.height * UPRIGHT_CODE_SHARE, metrics.gap * 2)
    else:
        room, rest = area.cut_right(area.width * CODE_SHARE, metrics.gap * 2)
    told, _ = facts(page, rest, is_stacked=True)
    return page.turned(head + base + hint + told + _code(page, room))


def _code(page: Page, room: Box) -> Plan:
    """As large as the room allows, with what it is for below it."""
    if page.view.code is None:
        return Plan()
    wanted = Wanted(page.sizes(1.0), most_lines=1)
    caption = page.set_one(page.view.code.caption, wanted, room.width, page.line_px() * 2)
    line, room = room.cut_bottom(caption.height, page.metrics.gap)
    side = min(room.width, room.height)
    square = room.centred(room.width, side).cut_top(side)[0].centred(side, side)
    return Plan(words=(Words("caption", caption, line, "center", "quiet"),), code=square)


def staff_corners(page: Page) -> Plan:
    """Five spots, in the corners and in the middle, and between them what they are for."""
    view, metrics = page.view, page.metrics
    side, area = metrics.target, page.content
    top, base = area.cut_top(side)[0], area.cut_bottom(side)[0]
    middle = area.centred(side, side)
    between = side + metrics.gap * 2
    line, ways = top.inset(between, 0), base.inset(between, 0)
    wanted = Wanted(page.sizes(BAND_TITLE), is_strong=True)
    banner = in_one_line(page, view.banner, wanted, (line.width, line.height))
    upper = Box(area.x, middle.top, area.width, top.y - middle.top).inset(0, metrics.gap * 2)
    lower = Box(area.x, base.top, area.width, middle.y - base.top).inset(0, metrics.gap * 2)
    title = Wanted(page.sizes(STATUS_TITLE), is_strong=True, most_lines=2)
    words = [
        Words("banner", banner, line, "center", "band"),
        page.words("title", view.title, title, upper),
    ]
    if view.hint:
        hint = page.set_one(view.hint, Wanted(page.sizes(1.0)), lower.width, lower.height)
        words.append(Words("hint", hint, lower, "center", "quiet"))
    plan = band(page, top) + _spots(page, top, middle, base) + Plan(words=tuple(words))
    if view.back is not None:
        corner, ways = ways.cut_left(side, metrics.gap)
        plan += Plan((page.sign(view.back, corner),))
    return plan + Plan(in_a_row(page, ways, view.actions, "center"))


def _spots(page: Page, top: Box, middle: Box, base: Box) -> Plan:
    """In reading order; what was touched has a check mark instead of its label."""
    side = middle.width
    boxes = [
        *(top.cut_left(side)[0], top.cut_right(side)[0]),
        middle,
        *(base.cut_left(side)[0], base.cut_right(side)[0]),
    ]
    targets = []
    for choice, box in zip(page.view.answers, boxes, strict=False):
        if choice.is_chosen:
            targets.append(Target(choice, box, "toggle", check_box=box.inset(side / 4)))
            continue
        label = page.set_one(choice.label, Wanted(page.sizes(1.0)), side, side)
        targets.append(Target(choice, box, "toggle", Words(choice.id, label, box)))
    return Plan(tuple(targets))


def alert(page: Page, row: Box) -> Plan:
    """The line for staff: with a warning, or with the sign that it closes what is below it."""
    choice, metrics = page.view.alert, page.metrics
    if choice is None:
        return Plan()
    inside = row.inset(metrics.pad * 1.5, metrics.line)
    side = row.height * ALERT_LAMP
    wanted = Wanted(page.sizes(1.35), is_strong=True, most_lines=1)
    if choice.id == ALERT:
        lamp, words = inside.cut_left(side, metrics.gap * 2)
        label = page.set_one(choice.label, wanted, words.width, words.height)
        target = Target(choice, row, "band", Words(choice.id, label, words, "left"))
        return Plan((target,), lamps=(LampPlace(lamp.centred(side, side), "attention"),))
    sign, words = inside.cut_right(side, metrics.gap * 2)
    label = page.set_one(choice.label, wanted, words.width, words.height)
    square = sign.centred(row.height * CLOSE_SIGN, row.height * CLOSE_SIGN)
    said = Words(choice.id, label, words, "left")
    return Plan((Target(choice, row, "band", said, icon="close", icon_box=square),))


# Parts


def _unlowered(page: Page) -> Page:
    """The page with its ways in the band after all, where a low screen has no room below."""
    if not fills_low_screen(page.view, page.metrics):
        return page
    preferences = replace(page.view.preferences, lowered=False)
    return replace(page, view=replace(page.view, preferences=preferences))


def _hint(page: Page, area: Box, needed: float) -> tuple[Plan, Box]:
    """The quiet line below the band, or two; small where so much is needed below it."""
    if not page.view.hint:
        return Plan(), area
    most = max(area.height - needed - page.metrics.gap, page.line_px())
    sizes = page.sizes(HINT)
    setting = page.set_line(page.view.hint, Wanted(sizes), area.width)
    if setting is None or setting.height > most:
        wanted = Wanted(page.sizes(1.0), most_lines=1)
        setting = in_lines(page, page.view.hint, wanted, (area.width, most))
    line, rest = area.cut_top(setting.height, page.metrics.gap)
    return Plan(words=(Words("hint", setting, line, "left", "quiet"),)), rest


def _state(page: Page, area: Box, ways: Sequence[Choice]) -> tuple[Plan, Box]:
    """The lamp with its title and what to do, and the ways on at the end of the row."""
    view, metrics = page.view, page.metrics
    side = metrics.target * LAMP
    targets = in_a_row(page, area.cut_top(metrics.target)[0], ways)
    start = min((each.box.x for each in targets), default=area.right + metrics.gap)
    width = start - metrics.gap - area.x - side - metrics.gap * 2
    hint, most = None, metrics.target * 1.1
    if view.hint:
        free = area.height - len(view.facts) * page.line_px() - metrics.gap
        wanted = Wanted(page.sizes(1.0)[-1:], most_lines=2)
        hint = page.set_one(
            view.hint, wanted, width, min(page.line_px() * 3, free - page.line_px())
        )
        most = max(page.line_px(), min(metrics.target * STATE, free) - hint.height)
    title = in_lines(page, view.title, Wanted(page.sizes(STATUS_TITLE), True, 2), (width, most))
    whole = title.height + (hint.height if hint else 0)
    row, rest = area.cut_top(max(metrics.target, whole), metrics.gap)
    lamp, words = row.cut_left(side, metrics.gap * 2)
    words = words.cut_left(width)[0].centred(width, whole)
    above, below = words.cut_top(title.height)
    plan = Plan(targets, (Words("title", title, above, "left"),))
    if hint is not None:
        plan += Plan(words=(Words("hint", hint, below, "left", "quiet"),))
    if view.lamp is not None:
        plan += Plan(lamps=(LampPlace(lamp.centred(side, side), view.lamp),))
    return plan, rest


def _said(page: Page, ways: Sequence[Choice]) -> Plan:
    """Lamp, title, hint and the ways on, in the middle."""
    view, metrics = page.view, page.metrics
    head, area = header(page, page.content, has_title=False)
    if page.is_lowered:
        base, area = bottom(page, area, ways)
        head, ways = head + base, ()
    side = metrics.target * LARGE_LAMP if view.lamp else 0.0
    button_px = metrics.target if ways else 0.0
    room = area.height - side - button_px - metrics.gap * 4
    wanted = Wanted(page.sizes(GREETING), True, 3)
    share = TITLE_SHARE if view.hint else 1
    title = in_lines(page, view.title, wanted, (area.width, room * share))
    heights = [side, title.height, 0.0, button_px]
    hint = None
    if view.hint:
        wanted = Wanted(page.sizes(1.35), most_lines=3)
        hint = in_lines(page, view.hint, wanted, (area.width, room - title.height))
        heights[2] = hint.height
    air = min(metrics.px(24), max(metrics.gap, (area.height - sum(heights)) / 5))
    place, above, below, row = area.stacked(heights, air)
    plan = head + Plan(in_a_row(page, row, ways, "center"), (Words("title", title, above),))
    if hint is not None:
        plan += Plan(words=(Words("hint", hint, below, "center", "quiet"),))
    if view.lamp is not None:
        plan += Plan(lamps=(LampPlace(place.centred(side, side), view.lamp),))
    return page.turned(plan)
