"""The look in one place: colours, type, spacing. The .kv files read it and have no own numbers.

Lengths are in design pixels of a 1280×800 screen; `Scale` turns them into pixels of this one.
"""

from dataclasses import dataclass

from device_config.assets import asset_path

Colour = tuple[float, float, float, float]


def _hex(code: str) -> Colour:
    red, green, blue = (int(code[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return (red, green, blue, 1.0)


PAPER = _hex("FAF7F1")
CARD = _hex("FFFFFF")
INK = _hex("1C2733")
QUIET = _hex("44505C")
LINE = _hex("D9D2C5")
ACCENT = _hex("0B4F6C")
ON_ACCENT = _hex("FFFFFF")
CHOSEN = _hex("DCEBF1")
CLEAR: Colour = (0.0, 0.0, 0.0, 0.0)

# Saddest to happiest. They also differ in lightness, so that greyscale keeps some order; the
# mouth, the label and the place say the same.
FACES = tuple(_hex(code) for code in ("E4705F", "F2A65A", "F6D365", "B5D56A", "6FBF73"))

REGULAR = str(asset_path("fonts", "NotoSans-Regular.ttf"))
SEMIBOLD = str(asset_path("fonts", "NotoSans-SemiBold.ttf"))

DESIGN_SIZE = (1280.0, 800.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """Pixels for this screen."""

    factor: float

    @classmethod
    def of(cls, width: float, height: float) -> "Scale":
        """The scale at which the design fits a screen, lying or upright."""
        long, short = max(width, height), min(width, height)
        return cls(min(long / DESIGN_SIZE[0], short / DESIGN_SIZE[1]))

    def px(self, length: float) -> float:
        """A length of the design in pixels, for spacing and shapes."""
        return round(length * self.factor)

    def type_px(self, length: float, least: float) -> float:
        """A type size in pixels, never below the least that people can read from a chair."""
        return max(round(length * self.factor), least)

    def target_px(self, length: float) -> float:
        """The side of something to touch, never below what a finger hits."""
        return max(round(length * self.factor), LEAST_TARGET)


TITLE = (56.0, 48.0, 42.0, 36.0)
"""Sizes a title may take; the largest that fits is used."""
TITLE_LEADING = 1.0
LABEL = (30.0, 28.0, 26.0, 24.0)
NUMBER = 44.0
SHORT_LABEL = 10
"""Letters; a shorter action is given as much room as one of these."""
LEAST_TARGET = 68.0
LEAST_TITLE = 28.0
LEAST_TYPE = 22.0
"""Pixels below which nothing is set, however small the screen."""
