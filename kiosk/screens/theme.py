"""The look in one place: colours, lengths, type sizes, motion. Pure.

Layout and widgets read it and have no numbers of their own. Lengths are those of an 800×480
panel; `Metrics` turns them into pixels of this screen.
"""

import math
from dataclasses import dataclass, field
from typing import Literal

from kiosk.view.model import Lamp

Colour = tuple[float, float, float, float]
Size = tuple[int, int]


def _hex(code: str) -> Colour:
    red, green, blue = (int(code[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return (red, green, blue, 1.0)


# Colours


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme. Text has 7:1, shapes that mean something 3:1, on what they lie."""

    paper: Colour
    card: Colour
    ink: Colour
    quiet: Colour
    edge: Colour
    """Borders, and what is yet to come of the progress."""
    accent: Colour
    on_accent: Colour
    chosen: Colour
    pressed: Colour
    face_line: Colour
    """Around a face or a lamp."""
    band: Colour
    """Behind the top of a staff page."""
    on_band: Colour


LIGHT = Palette(
    paper=_hex("FAF7F1"),
    card=_hex("FFFFFF"),
    ink=_hex("1B2733"),
    quiet=_hex("404B56"),
    edge=_hex("857C6D"),
    accent=_hex("0B4A66"),
    on_accent=_hex("FFFFFF"),
    chosen=_hex("DDECF3"),
    pressed=_hex("D3E6EF"),
    face_line=_hex("4A3F35"),
    band=_hex("0B4A66"),
    on_band=_hex("FFFFFF"),
)
DARK = Palette(
    paper=_hex("0E1216"),
    card=_hex("1A2026"),
    ink=_hex("FFFFFF"),
    quiet=_hex("D7DDE3"),
    edge=_hex("9AA6B1"),
    accent=_hex("8FD4F2"),
    on_accent=_hex("06202C"),
    chosen=_hex("12384A"),
    pressed=_hex("1B5068"),
    face_line=_hex("FFFFFF"),
    band=_hex("12384A"),
    on_band=_hex("FFFFFF"),
)

FACES = tuple(_hex(code) for code in ("D4634C", "E88C48", "F2B541", "DBD662", "BDF0B0"))
"""Saddest to happiest, each lighter than the one before, so that greyscale keeps the order."""
FEATURES = _hex("1B2733")
"""Eyes and mouth: the skins are the same in both themes, and so are these."""

LAMPS: dict[Lamp, tuple[Colour, Colour]] = {
    "ok": (_hex("2F7D4F"), _hex("FFFFFF")),
    "attention": (_hex("F2B541"), _hex("1B2733")),
    "bad": (_hex("B3261E"), _hex("FFFFFF")),
}
"""A lamp and the sign on it, in both themes."""

CLEAR: Colour = (0.0, 0.0, 0.0, 0.0)
CODE_DARK, CODE_LIGHT = _hex("000000"), _hex("FFFFFF")
"""A QR code is dark on light in every theme: many readers know no other."""


def palette(is_dark: bool) -> Palette:
    """The colours for light on dark, or for dark on light."""
    return DARK if is_dark else LIGHT


def skin(mood: float) -> Colour:
    """The colour of a face with this mood, -1 to 1."""
    return FACES[round((mood + 1) / 2 * (len(FACES) - 1))]


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours, as WCAG 2 counts it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# How things that can be touched are painted

Look = Literal["button", "primary", "toggle", "key", "quiet", "face", "band", "band-primary"]
"""`band`, `band-primary`: on the band at the top of a staff page; the line for staff, too."""


@dataclass(frozen=True, slots=True)
class Paint:
    """The colours of a button, and how thick its border is in parts of a `line`."""

    fill: Colour
    edge: Colour
    ink: Colour
    lines: int = 1


def paint(look: Look, is_chosen: bool, is_pressed: bool, colours: Palette) -> Paint:
    """How something to touch is painted; what is chosen has a thicker border, not only a colour."""
    if look == "primary":
        fill = colours.ink if is_pressed else colours.accent
        return Paint(fill, fill, colours.paper if is_pressed else colours.on_accent)
    if look in ("band", "band-primary") and not is_pressed:
        fill, ink = colours.band, colours.on_band
        return Paint(ink, ink, fill) if look == "band-primary" else Paint(fill, ink, ink)
    if is_pressed:
        return Paint(colours.pressed, colours.accent, colours.ink, 2)
    if is_chosen:
        return Paint(colours.chosen, colours.accent, colours.ink, 2)
    if look in ("face", "quiet"):
        return Paint(CLEAR, CLEAR, colours.ink)
    return Paint(colours.card, colours.edge, colours.ink)


# Lengths and type

SMALLEST: Size = (800, 480)
UPRIGHT: Size = (720, 1200)
"""The upright screen on which lengths are those of 800×480."""
LEAST_TARGET = 80
LEAST_TYPE = 28
LEAST_GAP = 8
LEAST_MARGIN = 12
LOWER_PART, LOWER_PART_UPRIGHT = 0.5, 0.45
"""In lowered mode nothing that can be touched is above this share of the height."""

STEPS = (1.0, 1.15, 1.35, 1.6, 1.9, 2.3, 2.8, 3.4, 4.2)
"""The type scale. Few sizes: each is one more set of letters in the graphics memory."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """Lengths and type sizes in pixels of one screen."""

    width: int
    height: int
    is_larger: bool = False
    unit: float = field(init=False)
    growth: float = field(init=False)

    def __post_init__(self) -> None:
        width, height = self.size
        across, along = UPRIGHT if self.is_upright else SMALLEST
        unit = max(1.0, min(width / across, height / along))
        object.__setattr__(self, "unit", unit)
        object.__setattr__(self, "growth", math.sqrt(unit))

    @property
    def size(self) -> Size:
        """Width and height of the screen."""
        return (self.width, self.height)

    @property
    def is_upright(self) -> bool:
        """Whether the screen is higher than wide."""
        return self.height > self.width

    def px(self, length: float) -> int:
        """A length of the smallest panel in pixels here, for spacing and shapes."""
        return round(length * self.unit)

    @property
    def lower_part(self) -> float:
        """How high the part is in which lowered mode has everything that can be touched."""
        return self.height * (LOWER_PART_UPRIGHT if self.is_upright else LOWER_PART)

    @property
    def margin(self) -> int:
        """Free room at the edge of the screen."""
        return self.px(LEAST_MARGIN)

    @property
    def gap(self) -> int:
        """Free room between two things."""
        return self.px(LEAST_GAP)

    @property
    def pad(self) -> int:
        """Free room inside a button, beside its words."""
        return self.px(8)

    @property
    def target(self) -> int:
        """The usual side of something to touch."""
        return round(LEAST_TARGET * self.growth)

    @property
    def radius(self) -> int:
        """Of a button's corners."""
        return self.px(14)

    @property
    def line(self) -> int:
        """The thickness of a border."""
        return max(2, self.px(2))

    @property
    def progress(self) -> int:
        """The height of the progress row."""
        return self.px(8)

    @property
    def least_type(self) -> int:
        """No text is smaller. Upright screens are narrow columns, and stay at the smallest."""
        return LEAST_TYPE if self.is_upright else round(LEAST_TYPE * self.growth)

    def sizes(self, largest: float) -> tuple[int, ...]:
        """The sizes of the scale from `largest` (in steps of STEPS) down to the least type.

        For larger text they begin about 1.3 times as large.
        """
        most = largest * 1.36 if self.is_larger else largest
        return tuple(round(self.least_type * step) for step in reversed(STEPS) if step <= most)


# Motion

RELEASE_S = 0.15
"""How long a button takes to come back up; it goes down at once."""
TAP_TRAVEL = 60
"""A finger that went further than this, in pixels of the smallest panel, wiped."""
TAP_S = 10.0
"""A touch that lasts longer is a palm or a cloth."""
REPEAT_AFTER_S, REPEAT_EVERY_S = 0.5, 0.12
"""A held backspace."""
