"""What surrounds every staff page: the band, and the ways back, on and out. Pure."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from kiosk.screens.fonts import Cut
from kiosk.screens.layout.box import Box
from kiosk.screens.layout.exceptions import LOW
from kiosk.screens.layout.lines import Align, Setting, narrowest_setting
from kiosk.screens.layout.page import ACTION, Page, Wanted
from kiosk.screens.layout.plan import Plan, Target, Words
from kiosk.screens.theme import LEAST_TARGET, Look
from kiosk.view.model import Choice

CUTS: tuple[Cut, ...] = ("usual", "narrow")
BAND_TITLE, LOWERED_TITLE = 1.6, 1.4
"""The largest type of a title on the band, and that for which a band without ways has room, in
steps of the scale."""
WIDE = 2
"""How wide a button in the middle is at least, in parts of its height."""
COLUMN = 1.75
"""How wide the column of the ways to other pages of a list is, in usual targets."""
HIGHEST_ROW = 1.4
"""How high a button of a column gets, in usual targets."""
MORE, PATH_MARK = "…", "›"
"""For what is left out; between the parts of a path, whose end says the most."""

Targets = tuple[Target, ...]


# The band


def band(page: Page, row: Box) -> Plan:
    """The band behind a row at the top, from edge to edge."""
    y = row.y - page.metrics.gap
    return Plan(band=Box(0, y, page.metrics.width, page.metrics.height - y))


def header(page: Page, area: Box, has_title: bool = True) -> tuple[Plan, Box]:
    """The band with the way back, whom the page is for, what it is, and the way out.

    In lowered mode both ways are not here, but in the row at the bottom.
    """
    view, metrics = page.view, page.metrics
    high = float(metrics.target)
    if page.is_lowered and has_title and metrics.height >= LOW:
        high = max(high, page.line_px() + page.line_px(LOWERED_TITLE) + metrics.line)
    row, rest = area.cut_top(high, metrics.gap * 2)
    ends: Targets = ()
    inside = row
    if not page.is_lowered:
        ends, inside = ends_of(page, row)
    line_px = page.line_px()
    wanted = Wanted(page.sizes(BAND_TITLE), is_strong=True)
    if not has_title:
        banner = in_one_line(page, view.banner, wanted, (inside.width, inside.height))
        return band(page, row) + Plan(ends, (_on_band("banner", banner, inside),)), rest
    title = page.set_line(view.title, wanted, inside.width)
    if title is None and metrics.is_upright:
        # There is height for what is too long for one line.
        row, rest = area.cut_top(3 * line_px, metrics.gap * 2)
        inside = replace(inside, y=row.y, height=row.height)
        two_lines = page.set_alike([(view.title, "")], wanted, inside.width, 2 * line_px)
        title = two_lines[0] if two_lines else None
    if title is None or title.height > inside.height - line_px:
        title = in_one_line(page, view.title, wanted, (inside.width, inside.height - line_px))
    banner = in_one_line(page, view.banner, Wanted(page.sizes(1.0)[-1:]), (inside.width, line_px))
    above, below = inside.cut_top(inside.height - title.height)
    words = (_on_band("banner", banner, above), _on_band("title", title, below))
    return band(page, row) + Plan(ends, words), rest


def _on_band(name: str, setting: Setting, room: Box) -> Words:
    return Words(name, setting, room, "left", "band")


def ends_of(page: Page, row: Box) -> tuple[Targets, Box]:
    """The way back at the start of a row and the way out at its end; what is left between."""
    view, gap = page.view, page.metrics.gap * 2
    targets: Targets = ()
    if view.back is not None:
        corner, row = row.cut_left(page.metrics.target, gap)
        targets = (page.sign(view.back, corner, "band"),)
    if view.actions:
        out = in_a_row(page, row, view.actions[-1:], look="band")
        return targets + out, row.cut_right(row.right - out[0].box.x, gap)[1]
    return targets, row


# The ways on


def bottom(page: Page, area: Box, choices: Sequence[Choice]) -> tuple[Plan, Box]:
    """A row with these at the end of the area; in lowered mode with the way back and out, too."""
    view, metrics = page.view, page.metrics
    if page.is_lowered:
        choices = (*choices, *view.actions[-1:])
    has_back = page.is_lowered and view.back is not None
    if not choices and not has_back and not view.languages:
        return Plan(), area
    row, area = area.cut_bottom(metrics.target, metrics.gap)
    targets: Targets = ()
    if view.back is not None and has_back:
        corner, row = row.cut_left(metrics.target, metrics.gap)
        targets = (page.sign(view.back, corner),)
    if view.languages:
        languages = in_a_row(page, row, view.languages, "left", "quiet")
        row = row.cut_left(languages[-1].box.right - row.x, metrics.gap)[1]
        targets += languages
    return Plan(targets + in_a_row(page, row, choices)), area


def in_a_row(
    page: Page,
    row: Box,
    choices: Sequence[Choice],
    align: Align = "right",
    look: Look = "button",
) -> Targets:
    """Buttons as wide as their labels ask; where that is too much, equally wide ones."""
    if not choices:
        return ()
    metrics = page.metrics
    gaps = metrics.gap * (len(choices) - 1)
    for size, lines, cut in product(page.sizes(ACTION), (1, 2), CUTS):
        labels = [_label(page, each, cut, size, lines) for each in choices]
        least = max(LEAST_TARGET, row.height * (WIDE if align == "center" else 1))
        pads = (2 if look == "quiet" else 3) * metrics.pad
        widths = [max(least, each.width + pads) for each in labels]
        is_high = any(each.height > row.height - 2 * metrics.line for each in labels)
        if sum(widths) + gaps <= row.width and not is_high:
            break
    else:
        boxes = row.columns(len(choices), metrics.gap)
        wanted = Wanted(page.sizes(ACTION), most_lines=2)
        room = (boxes[0].width - 2 * metrics.pad, row.height - 2 * metrics.line)
        return _buttons(page, choices, boxes, set_labels(page, choices, wanted, room), look)
    free = row.width - sum(widths) - gaps
    start = {"left": 0.0, "center": free / 2, "right": free}[align]
    boxes, rest = [], row.cut_left(start)[1]
    for width in widths:
        box, rest = rest.cut_left(width, metrics.gap)
        boxes.append(box)
    return _buttons(page, choices, boxes, labels, look)


def _label(page: Page, choice: Choice, cut: Cut, size: int, lines: int) -> Setting:
    type_ = page.type_of((choice.label, choice.language), False, cut, size)
    return narrowest_setting(choice.label, type_, page.measure, lines)


def _buttons(
    page: Page,
    choices: Sequence[Choice],
    boxes: Sequence[Box],
    labels: Sequence[Setting],
    look: Look,
) -> Targets:
    primary: Look = "band-primary" if look == "band" else "primary"
    return tuple(
        page.button(choice, box, label, primary if choice.is_primary else look)
        for choice, box, label in zip(choices, boxes, labels, strict=True)
    )


def turning(page: Page, area: Box, ways: Sequence[Choice]) -> tuple[Plan, Box]:
    """The ways to the other pages of a list in a column beside it, with the page's number."""
    metrics, page_of = page.metrics, page.view.page_of
    if page_of is None:
        return Plan(), area
    width = metrics.target * COLUMN
    column, rest = area.cut_right(width, metrics.gap * 2)
    lines = 4 if any(each.detail for each in page.view.answers) else 3
    whole = metrics.target * HIGHEST_ROW * lines + metrics.gap * (lines - 1)
    column, _ = column.cut_top(min(column.height, whole))
    # Turning over leaves both ways where they were.
    rooms = dict(zip(("previous", "next"), column.rows(2, column.height / 3), strict=True))
    high = min(column.height / 3, metrics.target * HIGHEST_ROW)
    rooms["previous"] = rooms["previous"].cut_top(high)[0]
    rooms["next"] = rooms["next"].cut_bottom(high)[0]
    boxes = [rooms.get(each.id, column) for each in ways]
    room = (width - metrics.pad, metrics.target)
    labels = page.set_all([(each.label, "") for each in ways], Wanted(page.sizes(1.0)), *room)
    number = page.words(
        "page",
        _page_number(page_of),
        Wanted(page.sizes(1.0)),
        column.centred(width, page.line_px()),
    )
    quiet = replace(number, tone="quiet")
    return Plan(_buttons(page, ways, boxes, labels, "button"), (quiet,)), rest


def _page_number(page_of: tuple[int, int]) -> str:
    number, count = page_of
    return f"{number} / {count}"


# Texts that may be longer than any place: names of units and of networks


def in_one_line(
    page: Page, text: str, wanted: Wanted, room: tuple[float, float], keeps_end: bool = False
) -> Setting:
    """A text in one line; what is too long in any type loses its end, or else its beginning."""
    width, height = room
    sizes = tuple(
        each for each in wanted.sizes if page.least((text, "")).font.line_px(each) <= height
    )
    wanted = replace(wanted, sizes=sizes or wanted.sizes[-1:], most_lines=1)
    setting = page.set_line(text, wanted, width)
    if setting is not None:
        return setting
    least = replace(wanted, sizes=wanted.sizes[-1:])
    too_many = bisect_left(
        range(1, len(text)),
        True,
        key=lambda count: page.set_line(_cut(text, count, keeps_end), least, width) is None,
    )
    shortest = _cut(text, too_many, keeps_end)
    return page.set_line(shortest, least, width) or page.set_one(shortest, least, width, height)


def in_lines(page: Page, text: str, wanted: Wanted, room: tuple[float, float]) -> Setting:
    """A text in as many lines as fit; what is too long for them all is shortened to one."""
    settings = page.set_alike([(text, "")], wanted, *room)
    return settings[0] if settings else in_one_line(page, text, wanted, room)


def set_labels(
    page: Page, choices: Sequence[Choice], wanted: Wanted, room: tuple[float, float]
) -> Sequence[Setting]:
    """Labels that look alike, each in so much room; where one is too long each by itself."""
    labels = page.set_alike([(each.label, each.language) for each in choices], wanted, *room)
    return labels or [in_lines(page, each.label, wanted, room) for each in choices]


def _cut(text: str, count: int, keeps_end: bool) -> str:
    if keeps_end:
        end = text[len(text) - count :]
        # Of a path whole parts are left out, not parts of a word.
        return f"{MORE} {end[max(end.find(PATH_MARK), 0) :].lstrip()}"
    return f"{text[:count].rstrip()}{MORE}"
