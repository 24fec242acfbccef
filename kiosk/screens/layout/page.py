"""The sheet of paper that a screen is laid out on: its size, its view, and its type. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from kiosk.screens.fonts import Cut, family_of
from kiosk.screens.layout.box import Box
from kiosk.screens.layout.exceptions import has_line_for_staff, line_for_staff_px
from kiosk.screens.layout.lines import Align, Measure, Setting, Type, hard_setting, setting_of
from kiosk.screens.layout.plan import Plan, Target, Words
from kiosk.screens.theme import Look, Metrics
from kiosk.view.model import Choice, View

Text = tuple[str, str]
"""A text and its language; empty for the view's."""

MOST_LINES = 8
"""More are tried for nothing but a long text in a narrow place."""

LABEL, ACTION, HINT, TITLE, GREETING = 1.35, 1.15, 1.15, 1.9, 2.3
UPRIGHT_TITLE = 2.8
"""The largest type of each kind of text, in steps of the type scale."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a text, or several that are to look the same, may be set.

    `sizes` are tried from the first; `most_lines` is kept to if any size allows it.
    """

    sizes: tuple[int, ...]
    is_strong: bool = False
    most_lines: int = 3
    is_alone: bool = False
    """For the letters on keys: see `Setting`."""


class Room(NamedTuple):
    """The room for a text."""

    width: float
    height: float
    most_lines: int


@dataclass(frozen=True, slots=True)
class Page:
    """A view on a screen."""

    view: View
    metrics: Metrics
    measure: Measure
    measure_written: Measure
    """The same for what somebody writes, of which nothing is to be kept."""

    @property
    def content(self) -> Box:
        """All but the margin, and the line for staff where there is one."""
        return self._split[1]

    @property
    def alert_row(self) -> Box:
        """The line for staff, above everything else."""
        return self._split[0]

    @property
    def _split(self) -> tuple[Box, Box]:
        whole = Box(0, 0, *self.metrics.size).inset(self.metrics.margin)
        height = line_for_staff_px(self.metrics) if self.has_alert else 0
        return whole.cut_top(height, self.metrics.gap if height else 0)

    @property
    def has_alert(self) -> bool:
        """Whether there is a line for staff on it."""
        return has_line_for_staff(self.view, self.metrics)

    @property
    def is_lowered(self) -> bool:
        """Whether what can be touched is to be in the lower part."""
        return self.view.preferences.lowered

    @property
    def line(self) -> float:
        """Up to where things can be touched in lowered mode, in pixels from below."""
        return self.metrics.lower_part

    @property
    def title_lines(self) -> int:
        """In how many lines a title looks best: it is large on an upright screen, too."""
        return 4 if self.metrics.is_upright else 2

    @property
    def title_steps(self) -> float:
        """The largest type of a title."""
        return UPRIGHT_TITLE if self.metrics.is_upright else TITLE

    def turned(self, plan: Plan) -> Plan:
        """The plan as this view's language is read."""
        is_turned = self.view.direction == "rtl"
        return plan.mirrored(self.metrics.width) if is_turned else plan

    # Type

    def sizes(self, largest: float) -> tuple[int, ...]:
        """The sizes from so many steps down to the least type."""
        return self.metrics.sizes(largest)

    def line_px(self, steps: float = 1.0) -> int:
        """The height of one line in the view's language, at so many steps of the scale."""
        font = family_of("", self.view.language).font(False, "usual")
        return font.line_px(round(self.metrics.least_type * steps))

    def types(self, wanted: Wanted) -> list[tuple[Cut, int]]:
        """Cuts and sizes: usual letters first, but for larger text the size comes first.

        The narrowest cut is the last resort.
        """
        cuts: tuple[Cut, ...] = ("usual", "narrow")
        if self.metrics.is_larger:
            return [(cut, size) for size in wanted.sizes for cut in cuts]
        return [(cut, size) for cut in cuts for size in wanted.sizes]

    def type_of(self, text: Text, is_strong: bool, cut: Cut, size: int) -> Type:
        """The type for a text in its language."""
        said, language = text
        family = family_of(said, language or self.view.language)
        return Type(family.font(is_strong, cut), size)

    def least(self, text: Text, cut: Cut = "usual") -> Type:
        """The least type for a text."""
        return self.type_of(text, False, cut, self.metrics.least_type)

    def set_alike(
        self, texts: Sequence[Text], wanted: Wanted, width: float, height: float
    ) -> tuple[Setting, ...] | None:
        """All texts in the largest size in which each fits; None if there is none.

        More lines than wanted come before the narrowest cut.
        """
        narrowest: list[tuple[Cut, int]] = [("narrowest", size) for size in wanted.sizes]
        for types in (self.types(wanted), narrowest):
            for most_lines in range(wanted.most_lines, MOST_LINES + 1):
                for cut, size in types:
                    settings = self._set(
                        texts, wanted, (cut, size), Room(width, height, most_lines)
                    )
                    if settings is not None:
                        return settings
        return None

    def _set(
        self, texts: Sequence[Text], wanted: Wanted, cut_and_size: tuple[Cut, int], room: Room
    ) -> tuple[Setting, ...] | None:
        """All texts in one type, in a room for so much each."""
        settings = []
        for text in texts:
            type_ = self.type_of(text, wanted.is_strong, *cut_and_size)
            line_px = type_.font.letter_px(type_.size) if wanted.is_alone else type_.line_px
            lines = int(min(room.most_lines, room.height // line_px))
            setting = setting_of(text[0], type_, room.width, self.measure, lines)
            if setting is None:
                return None
            settings.append(replace(setting, is_alone=wanted.is_alone))
        return tuple(settings)

    def set_all(
        self, texts: Sequence[Text], wanted: Wanted, width: float, height: float
    ) -> tuple[Setting, ...]:
        """Like `set_alike`; what fits in no size is set in the least, and seen to be too long."""
        settings = self.set_alike(texts, wanted, width, height)
        if settings is not None:
            return settings
        return tuple(
            hard_setting(
                text[0],
                self.type_of(text, wanted.is_strong, "narrowest", wanted.sizes[-1]),
                width,
                self.measure,
            )
            for text in texts
        )

    def set_line(self, text: str, wanted: Wanted, width: float) -> Setting | None:
        """One text in one line, in the largest size in which it fits; None if there is none."""
        narrowest: list[tuple[Cut, int]] = [("narrowest", size) for size in wanted.sizes]
        for cut_and_size in (*self.types(wanted), *narrowest):
            settings = self._set([(text, "")], wanted, cut_and_size, Room(width, math.inf, 1))
            if settings is not None:
                return settings[0]
        return None

    def set_one(self, text: str, wanted: Wanted, width: float, height: float) -> Setting:
        """One text in the largest size in which it fits."""
        return self.set_all([(text, "")], wanted, width, height)[0]

    # Pieces that every screen has

    def words(
        self, name: str, text: str, wanted: Wanted, room: Box, align: Align = "center"
    ) -> Words:
        """A text in a room."""
        return Words(name, self.set_one(text, wanted, room.width, room.height), room, align)

    def button(self, choice: Choice, box: Box, setting: Setting, look: Look = "button") -> Target:
        """A button with its label in the middle."""
        return Target(choice, box, look, Words(choice.id, setting, box.inset(self.metrics.line)))

    def sign(self, choice: Choice, box: Box, look: Look = "button") -> Target:
        """A button with a sign in the middle."""
        side = min(box.width, box.height) * 0.56
        return Target(choice, box, look, icon=choice.icon, icon_box=box.centred(side, side))
