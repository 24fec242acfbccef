"""What the faces look like to the colour-blind and in greyscale: `… vision OUT.png`.

The simulation is that of G. M. Machado, M. M. Oliveira and L. A. F. Fernandes, "A
Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE Transactions on
Visualization and Computer Graphics 15 (2009), with its matrices of severity 1.0 for linear RGB.
"""

import io
import json
import subprocess
import sys
from base64 import b64decode, b64encode
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from tests.screens.contrast import luminance

SIZE = (800, 480)
MATRICES = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
GREYSCALE = "greyscale"
VISIONS = ("usual vision", *MATRICES, GREYSCALE)

# Colours


def _linear(value):
    part = value / 255
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _screen_value(part):
    part = min(max(part, 0.0), 1.0)
    curved = 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055
    return round(255 * curved)


@lru_cache(maxsize=65536)
def simulated(colour, vision):
    """A colour of the screen as it looks with this vision."""
    if vision == GREYSCALE:
        return (_screen_value(luminance(colour)),) * 3
    if vision not in MATRICES:
        return colour
    linear = tuple(map(_linear, colour))
    return tuple(
        _screen_value(sum(a * b for a, b in zip(row, linear, strict=True)))
        for row in MATRICES[vision]
    )


def lab(colour):
    """A colour in CIE L*a*b* (D65)."""
    red, green, blue = map(_linear, colour)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089

    def curve(part):
        return part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116

    x, y, z = map(curve, (x, y, z))
    return (116 * y - 16, 500 * (x - y), 200 * (y - z))


def difference(one, other):
    """How different two colours look (CIE 1976): 2 is just seen, 10 at a glance."""
    pairs = zip(lab(one), lab(other), strict=True)
    return sum((a - b) ** 2 for a, b in pairs) ** 0.5


def picture_as_seen(picture, vision):
    """A picture with this vision."""
    changed = picture.copy()
    changed.putdata([simulated(colour, vision) for colour in picture.get_flattened_data()])
    return changed


# Faces in a picture; a place is (left, top, right, bottom)


def skin_of(picture, place):
    """The most common colour in a face."""
    left, top, right, bottom = place
    inset = round((right - left) * 0.2)
    crop = picture.crop((left + inset, top + inset, right - inset, bottom - inset))
    return max(crop.getcolors(crop.width * crop.height))[1]


def smile_of(picture, place):
    """How far the middle of the mouth is below its ends, in radii: below 0 it is turned down."""
    left, top, right, bottom = place
    radius, x, y = (right - left) / 2, (left + right) / 2, (top + bottom) / 2

    def height_at(share):
        """Where the mouth is at a place across the face."""
        column = round(x + share * radius)
        rows = range(round(y + 0.05 * radius), round(y + 0.8 * radius))
        skin = luminance(skin_of(picture, place))
        dark = [row for row in rows if luminance(picture.getpixel((column, row))) < 0.4 * skin]
        return sum(dark) / len(dark)

    return (height_at(0) - (height_at(-0.4) + height_at(0.4)) / 2) / radius


# Pictures of the real screen


def faces_screens():
    """By theme: the picture of the faces screen, and the places of its faces."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.screens.vision", "--faces"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return {
        theme: (Image.open(io.BytesIO(b64decode(picture))).convert("RGB"), places)
        for theme, (picture, places) in json.loads(done.stdout).items()
    }


def _draw_faces_screens():
    from tests.screens.stage import Stage
    from tests.screens.views import view_of

    stage, drawn = Stage(SIZE), {}
    for theme, mode in (("light", "plain"), ("dark", "contrast")):
        picture, file = stage.picture(view_of("start", "fi", mode)), io.BytesIO()
        picture.save(file, "png")
        buttons = [
            button for name, button in stage.screen.places().items() if name.startswith("answer:")
        ]
        places = [_place(button._face) for button in buttons]
        drawn[theme] = (b64encode(file.getvalue()).decode(), places)
    sys.stdout.write(json.dumps(drawn))


def _place(face):
    top = SIZE[1] - face.top
    return [round(each) for each in (face.x, top, face.right, top + face.height)]


# The sheet


def sheet(screens):
    """Both themes with every vision, one below the other."""
    width, height, caption = 480, 288, 30
    page = Image.new("RGB", (2 * width, len(VISIONS) * (height + caption)), "white")
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(18)
    for column, (theme, (picture, _)) in enumerate(screens.items()):
        small = picture.resize((width, height), Image.Resampling.LANCZOS)
        for row, vision in enumerate(VISIONS):
            x, y = column * width, row * (height + caption)
            pen.text((x + 8, y + 4), f"{vision}, {theme}", fill="black", font=font)
            page.paste(picture_as_seen(small, vision), (x, y + caption))
    return page


if __name__ == "__main__":
    if sys.argv[1] == "--faces":
        _draw_faces_screens()
    else:
        sheet(faces_screens()).quantize(256, kmeans=3).save(sys.argv[1], optimize=True)
