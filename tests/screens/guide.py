"""Draws the pictures of the staff guide: `python -m tests.screens.guide docs/pictures`."""

import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from device_config.assets import asset_path
from kiosk.staff.frame import LANGUAGES
from tests.screens.staff import staff_view
from tests.screens.stage import Stage
from tests.screens.views import view_of

SIZE = (800, 480)
COLOURS = 64
PAGES = {
    "menu": "menu",
    "status": "status, works",
    "location": "location",
    "entry": "entry, statement",
    "support": "support",
}
"""By the name of the picture: the page as the tests bring it about."""
TOUCH_PX, AWAY_PX = 34, 46
BAND, WHITE = "#0B4A66", "#FFFFFF"


def _save(picture: Image.Image, path: Path) -> None:
    picture.quantize(COLOURS, kmeans=3).save(path, optimize=True)
    sys.stdout.write(f"{path}\n")


def with_knock(picture: Image.Image) -> Image.Image:
    """The start screen with the four touches that open the pages: 1 and 3, 2 and 4."""
    font = ImageFont.truetype(str(asset_path("fonts", "NotoSans-SemiBold.ttf")), 26)
    drawn = picture.copy()
    pen = ImageDraw.Draw(drawn)
    for x, words in ((AWAY_PX, "1 · 3"), (picture.width - AWAY_PX, "2 · 4")):
        box = (x - TOUCH_PX, AWAY_PX - TOUCH_PX, x + TOUCH_PX, AWAY_PX + TOUCH_PX)
        pen.ellipse(box, fill=BAND, outline=WHITE, width=3)
        pen.text((x, AWAY_PX), words, fill=WHITE, font=font, anchor="mm")
    return drawn


def draw(folder: Path) -> None:
    """Each picture in each language of the guide."""
    stage = Stage(SIZE)
    for language in LANGUAGES:
        start = stage.picture(view_of("start", language, "plain"))
        _save(with_knock(start), folder / f"staff-knock-{language}.png")
        for name, screen in PAGES.items():
            picture = stage.picture(staff_view(screen, language, "plain"))
            _save(picture, folder / f"staff-{name}-{language}.png")


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
