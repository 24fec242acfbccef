"""The pictures that are kept, to notice when a screen changes.

`python -m tests.screens.references` makes them anew. Run it after a change that is meant, look at
what it made, and commit that.
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageChops

KEPT = Path(__file__).parent / "references"
WIDTH, COLOURS = 480, 256
SAMPLES = {
    "800x480": (
        ("start", "fi", "plain"),
        ("reasons-two-ticked", "sv", "contrast"),
        ("text-written", "fi", "plain"),
        ("warning", "en", "larger"),
        ("staff-location", "fi", "plain"),
        ("staff-alert-no-location", "sv", "plain"),
    ),
    "1024x600": (
        ("availability", "ar", "plain"),
        ("text-in-numbers", "se", "contrast"),
        ("languages-in-between", "fi", "plain"),
        ("staff-location-earlier", "en", "lowered"),
    ),
    "1280x800": (
        ("nps", "ru", "plain"),
        ("who", "sv", "lowered"),
        ("thanks-with-undo", "fi", "contrast"),
        ("staff-status-bad", "sv", "contrast"),
    ),
    "1920x1080": (("thanks", "en", "plain"), ("start", "se", "contrast+larger+lowered")),
    "720x1280": (
        ("start", "ar", "contrast"),
        ("text-nearly-full", "sv", "larger"),
        ("staff-pin", "en", "plain"),
    ),
    "800x1280": (
        ("nps", "fi", "lowered"),
        ("night", "en", "plain"),
        ("out-of-order", "fi", "plain"),
        ("staff-support", "fi", "plain"),
    ),
}
"""By size: (screen, language, mode). Each kind of screen, each language and mode, once or twice."""

MOST_ON_AVERAGE, MOST_OFF, MOST_IN_A_TILE = 1.5, 0.004, 12
"""The most that a picture may differ: of 255 on average, the part of its pixels that is off by
more than OFF, and of 255 on average in the worst tile. Another Mesa smooths edges otherwise,
which shows thinly everywhere; what has moved shows in one place."""
OFF, TILE = 40, 24


def name_of(size, sample):
    """The name of a sample's picture."""
    screen, language, mode = sample
    return f"{size}-{screen}-{language}-{mode}.png"


def draw(size: str, folder: Path) -> None:
    """Draw the samples of a size into a folder, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.screens.references", size, str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr)


def _draw_here(size: str, folder: Path) -> None:
    from tests.screens import staff, views
    from tests.screens.stage import Stage
    from tests.screens.walk import size_of

    screens = {name: (screen, views.view_of) for screen, name in views.NAMES.items()}
    screens |= {name: (screen, staff.staff_view) for screen, name in staff.NAMES.items()}
    stage = Stage(size_of(size))
    for sample in SAMPLES[size]:
        screen, language, mode = sample
        screen, view_of = screens[screen]
        stage.picture(view_of(screen, language, mode)).save(
            folder / name_of(size, sample), compress_level=1
        )


def small(picture: Image.Image) -> Image.Image:
    """A picture as it is kept and compared, but for its colours."""
    height = round(picture.height * WIDTH / picture.width)
    return picture.convert("RGB").resize((WIDTH, height), Image.Resampling.BOX)


def faults(picture: Image.Image, kept: Image.Image) -> list[str]:
    """In what a small picture differs from the one that was kept: nothing, if all is well."""
    if picture.size != kept.size:
        return [f"{picture.size} instead of {kept.size}"]
    apart = ImageChops.difference(picture, kept.convert("RGB"))
    loudest = ImageChops.lighter(ImageChops.lighter(*apart.split()[:2]), apart.getchannel(2))
    counts, pixels = loudest.histogram(), picture.width * picture.height
    average = sum(value * count for value, count in enumerate(counts)) / pixels
    off = sum(counts[OFF + 1 :]) / pixels
    tiles = (max(1, picture.width // TILE), max(1, picture.height // TILE))
    worst = loudest.resize(tiles, Image.Resampling.BOX).getextrema()[1]
    found = []
    if average > MOST_ON_AVERAGE:
        found.append(f"{average:.2f} of 255 off on average, {MOST_ON_AVERAGE} allowed")
    if off > MOST_OFF:
        found.append(f"{off:.2%} of the pixels are off, {MOST_OFF:.2%} allowed")
    if worst > MOST_IN_A_TILE:
        found.append(f"{worst} of 255 off in one place, {MOST_IN_A_TILE} allowed")
    return found


def side_by_side(picture: Image.Image, kept: Image.Image) -> Image.Image:
    """What is drawn, what was kept, and where they differ."""
    kept = kept.convert("RGB")
    apart = ImageChops.difference(picture, kept.resize(picture.size))
    page = Image.new("RGB", (3 * picture.width, picture.height))
    for number, each in enumerate((picture, kept, apart.point(lambda value: min(255, 3 * value)))):
        page.paste(each, (number * picture.width, 0))
    return page


def remake() -> None:
    """Draw all samples anew and keep them."""
    KEPT.mkdir(exist_ok=True)
    for old in KEPT.glob("*.png"):
        old.unlink()
    with TemporaryDirectory() as place, ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda size: draw(size, Path(place)), SAMPLES))
        for path in sorted(Path(place).glob("*.png")):
            with Image.open(path) as picture:
                kept = small(picture).quantize(COLOURS, kmeans=3)
            kept.save(KEPT / path.name, optimize=True)
            sys.stdout.write(f"{KEPT / path.name}\n")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        _draw_here(sys.argv[1], Path(sys.argv[2]))
    else:
        remake()
