"""What is told beside the thanks: a few notes, and a code for one's own phone. Pure."""

from dataclasses import dataclass

from kiosk.screens.fonts import Cut
from kiosk.screens.layout.box import Box
from kiosk.screens.layout.lines import Setting, setting_of
from kiosk.screens.layout.page import Page, Wanted
from kiosk.screens.layout.plan import Plan, Words
from kiosk.view.model import Code, Note

NOTE = 1.15
CODE = 1.85
"""The side of the code, in usual targets."""
INSIDE = 14
"""Free room inside the card."""


@dataclass(frozen=True, slots=True)
class _Manner:
    """How all of a card is set."""

    page: Page
    cut: Cut
    size: int

    def set(self, text: str, width: float, is_strong: bool = False) -> Setting | None:
        """A text in lines; None if a word is too wide."""
        type_ = self.page.type_of((text, ""), is_strong, self.cut, self.size)
        return setting_of(text, type_, width, self.page.measure)


def notes(page: Page, area: Box) -> Plan:
    """As much as there is room for: the last note is left out first, then the code."""
    told, code = page.view.notes, page.view.code
    for some, also in ((told, code), (told[:1], code), (told[:1], None), ((), code)):
        for cut, size in page.types(Wanted(page.sizes(NOTE))):
            plan = _card(_Manner(page, cut, size), area, some, also)
            if plan is not None:
                return plan
    return Plan()


def _card(manner: _Manner, area: Box, told: tuple[Note, ...], code: Code | None) -> Plan | None:
    """One card with everything in it; None if it does not fit."""
    metrics = manner.page.metrics
    width = area.width - 2 * metrics.px(INSIDE)
    blocks = [_block(manner, note, width) for note in told]
    side = metrics.target * CODE
    heights = [sum(each.height for each in block if each) for block in blocks if all(block)]
    if code is not None:
        heights.append(side)
    gap = metrics.gap * 2
    whole = sum(heights) + gap * (len(heights) - 1) + 2 * metrics.px(INSIDE)
    if len(heights) < len(told) + bool(code) or not heights or whole > area.height:
        return None
    card = area.centred(area.width, whole)
    plan = Plan(cards=(card,))
    rooms = card.inset(metrics.px(INSIDE)).stacked(heights, gap)
    for number, (block, room) in enumerate(zip(blocks, rooms, strict=False)):
        plan += _note(block, room, number)
    beside = None if code is None else _code(manner, rooms[-1], code)
    return plan if code is None else beside and plan + beside


Block = tuple[Setting | None, Setting | None]


def _block(manner: _Manner, note: Note, width: float) -> Block:
    return (manner.set(note.heading, width, is_strong=True), manner.set(note.text, width))


def _note(block: Block, room: Box, number: int) -> Plan:
    heading, text = block
    assert heading is not None  # noqa: S101 - only placed once it fits
    assert text is not None  # noqa: S101 - likewise
    above, below = room.cut_top(heading.height)
    return Plan(
        words=(
            Words(f"heading:{number}", heading, above, "left"),
            Words(f"note:{number}", text, below, "left", "quiet"),
        )
    )


def _code(manner: _Manner, row: Box, code: Code) -> Plan | None:
    """The code at the start of the row, and beside it what it is for."""
    square, beside = row.cut_left(row.height, manner.page.metrics.px(INSIDE))
    caption = manner.set(code.caption, beside.width)
    if caption is None or caption.height > beside.height:
        return None
    return Plan(words=(Words("caption", caption, beside, "left"),), code=square)
