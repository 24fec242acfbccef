"""Measures and draws lines of text, with Pillow: raqm joins and orders Arabic as it should.

Kivy's own label is not used: it sets lines as far apart as the font asks, and breaks them where
we did not. Here what is measured is what is drawn.
"""

from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from kiosk.screens.layout.lines import Align, Setting, Type

BLEED = 2
"""Pixels on both sides, for letters that lean out of their own width."""


@lru_cache(maxsize=64)
def _face(file: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file, size)


def measured_once(text: str, type_: Type) -> float:
    """How wide a line is, in pixels. For what somebody writes: nothing of it is kept."""
    return _face(type_.font.file, type_.font.letters_px(type_.size)).getlength(text)


measured = lru_cache(maxsize=8192)(measured_once)
"""The same for our own texts, which come again and again."""


def rise_px(setting: Setting) -> int:
    """Pixels above and below, for marks and tails that reach out of their line."""
    return round(setting.type.size / 3)


def drawn(setting: Setting, align: Align) -> Image.Image:
    """The lines as a mask: as light as a letter is there."""
    type_ = setting.type
    width, height = round(setting.width), max(1, round(setting.height))
    rise = rise_px(setting)
    mask = Image.new("L", (width + 2 * BLEED, height + 2 * rise), 0)
    pen = ImageDraw.Draw(mask)
    face = _face(type_.font.file, type_.font.letters_px(type_.size))
    if setting.is_alone and type_.font.letter_pitch is not None:
        left, top, right, bottom = pen.textbbox((0, 0), setting.lines[0], font=face, anchor="ls")
        place = (BLEED + (width - left - right) / 2, rise + (height - top - bottom) / 2)
        pen.text(place, setting.lines[0], fill=255, font=face, anchor="ls")
        return mask
    for number, line in enumerate(setting.lines):
        free = width - face.getlength(line)
        left = BLEED + {"left": 0.0, "center": free / 2, "right": free}[align]
        baseline = rise + number * type_.line_px + type_.font.baseline_px(type_.size)
        pen.text((round(left), baseline), line, fill=255, font=face, anchor="ls")
    return mask
