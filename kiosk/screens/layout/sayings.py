"""The screens that say something: the warning, thanks, closed, out of order. Pure."""

from collections.abc import Callable
from itertools import product

from kiosk.screens.layout.bar import bar
from kiosk.screens.layout.box import Box
from kiosk.screens.layout.lines import Setting, setting_of
from kiosk.screens.layout.notes import notes
from kiosk.screens.layout.page import GREETING, HINT, Page, Wanted
from kiosk.screens.layout.plan import FacePlace, Plan, Words
from kiosk.view.model import Choice

Picture = Callable[[Box], Plan]
"""Draws something into a square."""

SAID = 1.35
"""The largest type of what is said below a greeting, in steps of the scale."""
PICTURE_SHARES, LARGEST_PICTURE = (0.36, 0.3, 0.26, 0.22, 0.18), 2.6
"""How large the picture gets: in parts of the height, the first that leaves enough for the words,
and in usual targets."""
LARGEST_NUMBER = 10.0
"""The largest type of a number in a ring: as large as the ring allows."""
STORY_SHARE, FIRST_SHARE = 0.46, 0.56
"""How much of the room the thanks take beside the notes, and the first language above others."""
LEAST_BUTTON = 3
"""How wide the button of such a screen is at least, in usual targets."""


def warning(page: Page) -> Plan:
    """The seconds that are left, and a large way to have more."""
    more = next((each for each in page.view.actions if each.is_primary), None)
    base, area = bar(page, [each for each in page.view.actions if each is not more])
    below, area, button = _below(page, area, more)
    said = _beside(page, area, lambda box: _countdown(page, box), button)
    return base + page.turned(below + said)


def thanks(page: Page) -> Plan:
    """Thanks, with the answer for as long as it can be changed, and what becomes of it."""
    base, area = bar(page, ())
    change = next(iter(page.view.actions), None)
    has_more = bool(page.view.notes or page.view.code)
    more = Plan()
    if has_more and not page.metrics.is_upright:
        area, side = area.cut_left(area.width * STORY_SHARE, page.metrics.gap * 3)
        more = notes(page, side)
    below, area, button = _below(page, area, change)
    if has_more and page.metrics.is_upright:
        area, side = area.cut_top(area.height * STORY_SHARE, page.metrics.gap * 2)
        more = notes(page, side)
    said = _stacked(page, area, lambda box: _thanking(page, box), button)
    return base + page.turned(below + said + more)


def night(page: Page) -> Plan:
    """Closed: nothing but that."""
    return page.turned(_stacked(page, page.content.inset(page.metrics.margin), None, None))


def out_of_order(page: Page) -> Plan:
    """A plain face, and the same in every language."""
    base, area = bar(page, page.view.actions)
    first, *others = page.view.hint.split("\n")
    story, rest = area, area
    if others:
        story, rest = area.cut_top(area.height * FIRST_SHARE, page.metrics.gap)
    said = _stacked(page, story, lambda box: _face(page, box), None, first)
    return base + page.turned(said + _each_in_its_language(page, rest, others))


# What is said


def _below(page: Page, area: Box, button: Choice | None) -> tuple[Plan, Box, Choice | None]:
    """In lowered mode: the button at the bottom, the area above it, and no button any more."""
    if button is None or not page.is_lowered:
        return Plan(), area, button
    row, area = area.cut_bottom(page.metrics.target, page.metrics.gap)
    return _large(page, button, row), area, None


def _stacked(
    page: Page,
    area: Box,
    picture: Picture | None,
    button: Choice | None,
    hint: str | None = None,
) -> Plan:
    """Picture, title, hint and button, one below the other, in the middle."""
    metrics = page.metrics
    text = page.view.hint if hint is None else hint
    button_px = metrics.target if button else 0
    title_wanted = Wanted(page.sizes(GREETING), True, 3 if metrics.is_upright else 2)
    wanted = Wanted(page.sizes(SAID), most_lines=4)
    # The largest picture with which the words are set in usual letters, or else at all.
    for is_choosy, share in product((True, False), PICTURE_SHARES if picture else (0.0,)):
        side = min(area.height * share, metrics.target * LARGEST_PICTURE)
        room = area.height - side - button_px - metrics.gap * 3
        title = page.set_one(page.view.title, title_wanted, area.width, room * 0.55)
        said = page.set_alike([(text, "")], wanted, area.width, room - title.height)
        if said is not None and not (is_choosy and _is_narrow(page, text, said[0])):
            break
    below = page.set_one(text, wanted, area.width, room - title.height)
    heights = [side, title.height, below.height if text else 0, button_px]
    air = min(metrics.px(20), max(metrics.gap, (area.height - sum(heights)) / 5))
    place, title_room, hint_room, button_row = area.stacked(heights, air)
    plan = Plan(words=(Words("title", title, title_room),))
    if text:
        plan += Plan(words=(Words("hint", below, hint_room, tone="quiet"),))
    if picture:
        plan += picture(place.centred(side, side))
    return plan + _large(page, button, button_row) if button else plan


def _is_narrow(page: Page, text: str, setting: Setting) -> bool:
    return setting.type != page.type_of((text, ""), False, "usual", setting.type.size)


def _beside(page: Page, area: Box, picture: Picture, button: Choice | None) -> Plan:
    """The picture at the start and the words beside it; one below the other where it is narrow."""
    if page.metrics.is_upright:
        return _stacked(page, area, picture, button)
    column, words = area.cut_left(area.width * 0.36, page.metrics.gap * 2)
    side = min(column.width * 0.82, column.height * 0.7)
    return picture(column.centred(side, side)) + _stacked(page, words, None, button)


def _large(page: Page, choice: Choice, row: Box) -> Plan:
    """The one button of such a screen, as wide as its label asks."""
    metrics = page.metrics
    inside = row.inset(metrics.pad * 3, metrics.line)
    wanted = Wanted(page.sizes(SAID), True, 1)
    label = page.set_one(choice.label, wanted, inside.width, inside.height)
    width = max(label.width + metrics.pad * 6, metrics.target * LEAST_BUTTON)
    box = row.centred(min(row.width, width), row.height)
    return Plan((page.button(choice, box, label, "primary"),))


# Pictures


def _face(page: Page, box: Box) -> Plan:
    return Plan(faces=(FacePlace(box, page.view.face or 0.0),))


def _countdown(page: Page, box: Box) -> Plan:
    return _number(page, box, str(page.view.seconds_left or 0), "seconds")


def _thanking(page: Page, box: Box) -> Plan:
    """The answer given, or a thankful face."""
    echo = page.view.echo
    if echo is not None and echo.mood is not None:
        return Plan(faces=(FacePlace(box, echo.mood),))
    if echo is not None and echo.label:
        return _number(page, box, echo.label, "echo")
    return _face(page, box)


def _number(page: Page, box: Box, number: str, name: str) -> Plan:
    """A large number in a ring."""
    inside = box.centred(box.width * 0.66, box.height * 0.7)
    wanted = Wanted(page.sizes(LARGEST_NUMBER), is_strong=True, most_lines=1)
    setting = page.set_one(number, wanted, inside.width, inside.height)
    return Plan(words=(Words(name, setting, box),), ring=box)


def _each_in_its_language(page: Page, area: Box, lines: list[str]) -> Plan:
    """As many of the lines as there is room for, in one size."""
    gap = page.metrics.gap
    for count in range(len(lines), 0, -1):
        for cut, size in page.types(Wanted(page.sizes(HINT))):
            types = [page.type_of((line, ""), False, cut, size) for line in lines[:count]]
            said = [
                setting_of(line, type_, area.width, page.measure)
                for line, type_ in zip(lines, types, strict=False)
            ]
            settings = [each for each in said if each is not None]
            heights = [each.height for each in settings]
            if len(settings) == count and sum(heights) + gap * (count - 1) <= area.height:
                rooms = area.stacked(heights, gap)
                return Plan(
                    words=tuple(
                        Words(f"hint:{number}", each, room, tone="quiet")
                        for number, (each, room) in enumerate(zip(settings, rooms, strict=True))
                    )
                )
    return Plan()
