"""The free text: its question, the field, and the on-screen keyboard. Pure."""

from kiosk.screens.layout.back import back, back_width
from kiosk.screens.layout.bar import bar
from kiosk.screens.layout.box import Box
from kiosk.screens.layout.exceptions import (
    KEY_GAP,
    LEAST_KEY_HEIGHT,
    LEAST_KEY_WIDTH,
    LEAST_LOWERED_KEY_HEIGHT,
)
from kiosk.screens.layout.field import field_at, field_height
from kiosk.screens.layout.heading import progress
from kiosk.screens.layout.lines import Align, Setting
from kiosk.screens.layout.page import TITLE, Page, Wanted
from kiosk.screens.layout.plan import Plan, Target, Words
from kiosk.view.model import Choice

HIGHEST_KEY = 1.1
"""How high a key gets, in parts of the usual target."""
KEY = 1.35
LARGE = 1.35
"""For people who want larger text the notice gets so large, where there is room."""
NOTICE_LINES = 2
"""The most lines of the notice, where it is too long for one."""
SPACE_SHARE, SIGN_SHARE = 4.0, 1.5
"""How wide the space bar and the keys with a sign are at least, in keys."""


def writing(page: Page) -> Plan:
    """The keyboard above the bar, and what is written above the keyboard."""
    view = page.view
    is_back_below = page.is_lowered and view.back is not None
    base, area = bar(page, view.actions, has_back=is_back_below)
    keys, area = area.cut_bottom(_keyboard_height(page, area), page.metrics.gap)
    above = _above(page, area, has_back=view.back is not None and not is_back_below)
    return base + page.turned(above) + keyboard(page, keys)


def _keyboard_height(page: Page, area: Box) -> float:
    """What a comfortable keyboard needs; less where it has to stay low."""
    rows, gap = len(page.view.keys), KEY_GAP
    comfortable = rows * page.metrics.target * HIGHEST_KEY + (rows - 1) * gap
    least = rows * LEAST_KEY_HEIGHT + (rows - 1) * gap
    if page.is_lowered:
        lowest = rows * LEAST_LOWERED_KEY_HEIGHT + (rows - 1) * gap
        return max(lowest, min(comfortable, page.line - area.y))
    return max(least, min(comfortable, area.height * 0.56))


# The keys


def keyboard(page: Page, area: Box) -> Plan:
    """The rows as the data gives them, whichever way the language is read."""
    rows = page.view.keys
    unit = min(_unit(row, area.width) for row in rows)
    if unit < LEAST_KEY_WIDTH:
        unit = min(_narrow_unit(row, area.width) for row in rows)
    labels = page.set_all(
        [(key.label, "") for row in rows for key in row if not key.icon],
        Wanted(page.sizes(KEY), most_lines=1, is_alone=True),
        unit - 2 * page.metrics.line,
        area.rows(len(rows), KEY_GAP)[0].height,
    )
    words = iter(labels)
    targets: list[Target] = []
    for row, line in zip(rows, area.rows(len(rows), KEY_GAP), strict=True):
        for key, box in zip(row, _keys(row, line, unit), strict=True):
            targets.append(_key(key, box, None if key.icon else next(words)))
    return Plan(tuple(targets))


def _key(key: Choice, box: Box, label: Setting | None) -> Target:
    if label is not None:
        return Target(key, box, "key", Words(key.id, label, box))
    side = min(box.width, box.height) * 0.62
    return Target(
        key,
        box,
        "key",
        icon=key.icon,
        icon_box=box.centred(side, side),
        is_repeating=key.icon == "backspace",
    )


def _least_share(key: Choice) -> float:
    if key.icon == "space":
        return SPACE_SHARE
    return SIGN_SHARE if key.icon or len(key.label) > 1 else 1.0


def _unit(row: tuple[Choice, ...], width: float) -> float:
    return (width - KEY_GAP * (len(row) - 1)) / sum(map(_least_share, row))


def _narrow_unit(row: tuple[Choice, ...], width: float) -> float:
    """The same, where a key with a sign is as narrow as a letter."""
    keys = sum(min(_least_share(key), 1.0) if key.icon != "space" else SPACE_SHARE for key in row)
    return (width - KEY_GAP * (len(row) - 1)) / keys


def _keys(row: tuple[Choice, ...], line: Box, unit: float) -> list[Box]:
    """Letters as wide as everywhere; the other keys share what is left of their row."""
    letters = sum(1 for key in row if _least_share(key) == 1)
    others = sum(_least_share(key) for key in row if _least_share(key) > 1)
    gaps = KEY_GAP * (len(row) - 1)
    if not others:
        whole = letters * unit + gaps
        return line.centred(whole, line.height).columns(letters, KEY_GAP)
    rest = (line.width - gaps - letters * unit) / others
    return line.shared(
        [unit if _least_share(key) == 1 else _least_share(key) * rest for key in row], KEY_GAP
    )


# Above the keys


def _above(page: Page, area: Box, has_back: bool) -> Plan:
    """Question, notice and field; the question goes where there is no room for all three."""
    metrics = page.metrics
    plan, area = _progress(page, area)
    is_tight = area.height < metrics.target + metrics.gap + page.line_px() + field_height(page, 2)
    if has_back:
        corner, beside = area.cut_left(back_width(page), metrics.gap * 2)
        plan += Plan((back(page, corner.cut_top(metrics.target)[0]),))
        if is_tight:
            area = beside
    if not is_tight:
        title_row, area = area.cut_top(metrics.target, metrics.gap)
        room = title_row.cut_left(back_width(page), metrics.gap * 2)[1] if has_back else title_row
        wanted = Wanted(page.sizes(TITLE), is_strong=True, most_lines=page.title_lines)
        align: Align = "left" if has_back else "center"
        plan += Plan(words=(page.words("title", page.view.title, wanted, room, align),))
    notice, area = _notice(page, area)
    most = field_height(page, 8)
    box, _ = area.cut_top(min(area.height, most))
    return plan + notice + Plan(field=field_at(page, box, is_asking=is_tight))


def _progress(page: Page, area: Box) -> tuple[Plan, Box]:
    """How far along, where there is room for it."""
    needed = page.metrics.target + page.metrics.gap * 2 + page.metrics.progress
    return progress(page, area) if area.height > needed else (Plan(), area)


def _notice(page: Page, area: Box) -> tuple[Plan, Box]:
    """What not to write, and how much more can be written; near the end only the latter."""
    view, metrics = page.view, page.metrics
    count = view.notes[0].heading if view.notes else ""
    texts = [text for text in (view.hint, count) if text]
    if not texts:
        return Plan(), area
    sizes = page.sizes(1.0)
    if area.height < sum(map(page.line_px, (LARGE, LARGE))) + field_height(page, 1):
        sizes = sizes[-1:]
    lines = [page.set_line(text, Wanted(sizes), area.width) for text in texts]
    said = [each for each in lines if each is not None]
    gaps = metrics.gap * 3 * (len(said) - 1)
    if len(said) == len(texts) and sum(each.width for each in said) + gaps <= area.width:
        settings = said
    else:
        wanted = Wanted(sizes, most_lines=1)
        settings = [page.set_one(texts[-1], wanted, area.width, page.line_px() * NOTICE_LINES)]
    row, rest = area.cut_top(max(each.height for each in settings), metrics.gap)
    words = [Words("notice", settings[0], row.cut_left(settings[0].width)[0], "left", "quiet")]
    if len(settings) > 1:
        words.append(Words("count", settings[1], row.cut_right(settings[1].width)[0], "right"))
    return Plan(words=tuple(words)), rest
