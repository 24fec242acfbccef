"""The pictures of a representative set of screens, compared with those that were kept."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFilter

from tests.screens.references import KEPT, SAMPLES, draw, faults, name_of, side_by_side, small
from tests.screens.walk import size_of

DIFFERING = Path("pictures/differing").absolute()
EVERY = [(size, name_of(size, sample)) for size, samples in SAMPLES.items() for sample in samples]
MOST_BYTES = 40_000
MOST_PAPER = 0.995
"""The night screen is two lines of words."""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A folder with all samples, drawn now."""
    folder = tmp_path_factory.mktemp("drawn")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda size: draw(size, folder), SAMPLES))
    return folder


def picture_of(path):
    with Image.open(path) as picture:
        return picture.convert("RGB")


def test_what_is_kept_is_what_is_drawn_and_small():
    kept = {path.name: path.stat().st_size for path in KEPT.glob("*.png")}

    assert set(kept) == {name for _size, name in EVERY}
    assert max(kept.values()) < MOST_BYTES


@pytest.mark.parametrize("name", [name for _size, name in EVERY])
def test_a_screen_looks_as_it_did(drawn, name):
    picture, kept = small(picture_of(drawn / name)), picture_of(KEPT / name)

    if found := faults(picture, kept):
        DIFFERING.mkdir(parents=True, exist_ok=True)
        side_by_side(picture, kept).save(DIFFERING / name)
        pytest.fail(
            f"{name} has changed: {'; '.join(found)}.\n"
            f"{DIFFERING / name} shows it now, as it was, and the difference.\n"
            "If it is meant: python -m tests.screens.references"
        )


@pytest.mark.parametrize(("size", "name"), EVERY, ids=[name for _size, name in EVERY])
def test_a_picture_has_the_size_of_its_screen_and_something_on_it(drawn, size, name):
    picture = picture_of(drawn / name)
    commonest, _paper = max(picture.getcolors(picture.width * picture.height))

    assert picture.size == size_of(size)
    assert commonest / (picture.width * picture.height) < MOST_PAPER


# What is noticed, and what is not


@pytest.fixture(scope="module")
def start():
    """The kept picture of a start screen."""
    return picture_of(KEPT / name_of("800x480", SAMPLES["800x480"][0]))


def patch_of(picture, box):
    """A place with something on it."""
    assert len(picture.crop(box).getcolors()) > 2
    return picture.crop(box)


PLACES = pytest.mark.parametrize(
    "box",
    [(5, 120, 100, 190), (8, 205, 95, 250), (10, 260, 70, 285)],
    ids=["a face", "words", "a button"],
)


@PLACES
def test_something_that_is_hidden_is_noticed(start, box):
    broken = start.copy()
    patch_of(start, box)
    broken.paste(start.getpixel((2, 2)), box)

    assert faults(broken, start)


@PLACES
def test_something_that_moved_by_a_few_pixels_is_noticed(start, box):
    broken = start.copy()
    broken.paste(patch_of(start, box), (box[0] + 4, box[1] + 3))

    assert faults(broken, start)


def test_a_picture_of_another_size_is_noticed(start):
    assert faults(start.resize((480, 300)), start)


def test_edges_that_another_driver_smooths_otherwise_are_not(drawn):
    picture = picture_of(drawn / EVERY[0][1])
    softer = Image.blend(picture, picture.filter(ImageFilter.SMOOTH), 0.3)

    assert ImageChops.difference(picture, softer).getbbox()
    assert not faults(small(softer), small(picture))
