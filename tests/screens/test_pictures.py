import pytest
from PIL import Image

from kiosk.screens import theme
from tests.screens.draw import SIZES, draw


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_screen_in_every_language_draws_all_of_its_words(size, tmp_path):
    clipped = draw(tmp_path, size)

    assert len(clipped) == 3 * 9 + 1
    assert {name: texts for name, texts in clipped.items() if texts} == {}
    for name in clipped:
        with Image.open(tmp_path / name) as picture:
            assert picture.size == size
            assert _share_of_paper(picture) < 0.98, f"{name} is all but empty"


def _share_of_paper(picture):
    paper = tuple(round(255 * part) for part in theme.PAPER[:3])
    colours = picture.convert("RGB").getcolors(picture.width * picture.height)
    return (
        sum(count for count, colour in colours if colour == paper) / picture.width / picture.height
    )
