"""The fonts, and which of them sets a text. No font has every script, and Kivy has no fallback."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from PIL import ImageFont

from device_config.assets import asset_path

ARABIC_SCRIPT = frozenset({"ar", "fa", "ur", "ckb", "ps", "sd", "ug"})
"""Languages written in Arabic letters."""
NO_CHARACTER = "\uffff"
"""Never a character, so every font draws its sign for a missing one."""


@dataclass(frozen=True, slots=True)
class Font:
    """A font file, and what makes it sit well in a line, in parts of the type size."""

    file: str
    optical: float
    """How much larger it is set, to look as large as the others."""
    pitch: float
    """From one line to the next."""
    middle: float
    """How far above the baseline the middle of its letters is."""
    letter_pitch: float | None = None
    """How high a letter alone is, on a key: for letters that reach far above or below the line.
    It then stands in the middle by its own shape."""

    def letters_px(self, size: int) -> int:
        """The size at which the letters are drawn, where the type size is `size`."""
        return round(size * self.optical)

    def line_px(self, size: int) -> int:
        """The height of a line."""
        return round(size * self.pitch)

    def letter_px(self, size: int) -> int:
        """The height of a letter alone."""
        return round(size * (self.letter_pitch or self.pitch))

    def baseline_px(self, size: int) -> int:
        """From the top of a line down to its baseline: capitals stand in the line's middle."""
        return round(size * (self.pitch / 2 + self.middle))


Cut = Literal["usual", "narrow", "narrowest"]
"""How wide the letters are."""


@dataclass(frozen=True, slots=True)
class Family:
    """Each cut in two weights.

    Where the usual one is too wide the narrow one serves, and as the last resort the narrowest.
    """

    regular: Mapping[Cut, Font]
    strong: Mapping[Cut, Font]

    def font(self, is_strong: bool, cut: Cut) -> Font:
        """One of them."""
        return (self.strong if is_strong else self.regular)[cut]


def _noto(name: str) -> Font:
    return Font(str(asset_path("fonts", f"NotoSans-{name}.ttf")), 1.0, 1.22, 0.357)


def _harmattan(name: str) -> Font:
    file = str(asset_path("fonts", f"Harmattan-{name}.ttf"))
    return Font(file, 1.25, 1.36, 0.2, letter_pitch=1.1)


def _cuts(usual: Font, narrow: Font, narrowest: Font) -> Mapping[Cut, Font]:
    return {"usual": usual, "narrow": narrow, "narrowest": narrowest}


@lru_cache(maxsize=1)
def noto_sans() -> Family:
    """Latin, with all of Sámi, Greek and Cyrillic."""
    return Family(
        _cuts(*map(_noto, ("Regular", "Condensed", "ExtraCondensed"))),
        _cuts(*map(_noto, ("SemiBold", "CondensedSemiBold", "ExtraCondensedSemiBold"))),
    )


@lru_cache(maxsize=1)
def harmattan() -> Family:
    """Arabic letters, with Latin ones and digits between them. It is narrow as it is."""
    regular, strong = _harmattan("Regular"), _harmattan("Bold")
    return Family(_cuts(regular, regular, regular), _cuts(strong, strong, strong))


def family_of(text: str, language: str) -> Family:
    """The family for a text: by what is in it, and for no text by its language."""
    if text:
        return harmattan() if any(map(_is_arabic, text)) else noto_sans()
    return harmattan() if language.partition("-")[0] in ARABIC_SCRIPT else noto_sans()


def _is_arabic(letter: str) -> bool:
    return "\u0600" <= letter <= "\u08ff" or "\ufb50" <= letter <= "\ufefc"


def missing_letters(text: str, language: str) -> set[str]:
    """The letters of a text that one of the fonts it may be set in does not have."""
    family = family_of(text, language)
    fonts = (*family.regular.values(), *family.strong.values())
    files = {font.file for font in fonts}
    return {each for each in text if any(not _has(file, each) for file in files)}


@lru_cache(maxsize=4096)
def _has(file: str, letter: str) -> bool:
    if letter.isspace() or unicodedata.category(letter) == "Cf":  # joiners and direction marks
        return True
    return _glyph(file, letter) != _glyph(file, NO_CHARACTER)


def _glyph(file: str, letter: str) -> tuple[tuple[float, ...], bytes]:
    font = ImageFont.truetype(file, 40)
    return font.getbbox(letter), bytes(font.getmask(letter))
