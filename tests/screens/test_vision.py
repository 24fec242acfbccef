"""The faces are told apart by the colour-blind too, and in greyscale."""

from itertools import pairwise

import pytest

from tests.screens import vision
from tests.screens.vision import GREYSCALE, MATRICES, VISIONS, difference, lab, simulated

PLAIN, SEEN = 10.0, 5.0
"""Colours that differ at a glance, and greys that are seen to differ side by side."""
LEAST_BEND = 0.1
"""Between the mouths of two neighbours, in radii: half a dozen pixels on the smallest panel."""
THEMES = pytest.mark.parametrize("theme", ["light", "dark"])


@pytest.fixture(scope="module")
def screens():
    """The faces screen in both themes."""
    return vision.faces_screens()


def skins(screen, seen_by):
    picture, places = screen
    return [simulated(vision.skin_of(picture, place), seen_by) for place in places]


@THEMES
@pytest.mark.parametrize("seen_by", ["usual vision", *MATRICES])
def test_neighbouring_faces_differ_in_colour_at_a_glance_for_everybody(screens, theme, seen_by):
    colours = skins(screens[theme], seen_by)

    assert min(difference(one, other) for one, other in pairwise(colours)) > PLAIN


@THEMES
def test_in_greyscale_a_happier_face_is_a_lighter_one(screens, theme):
    lightness = [lab(grey)[0] for grey in skins(screens[theme], GREYSCALE)]

    assert len(lightness) == 5
    assert min(after - before for before, after in pairwise(lightness)) > SEEN


@THEMES
def test_the_mouths_alone_tell_the_faces_apart_whatever_is_seen_of_the_colours(screens, theme):
    """Turned down, straight, turned up: measured where the picture is dark."""
    picture, places = screens[theme]

    for seen_by in VISIONS:
        as_seen = vision.picture_as_seen(picture, seen_by)
        smiles = [vision.smile_of(as_seen, place) for place in places]
        assert min(after - before for before, after in pairwise(smiles)) > LEAST_BEND
        assert smiles[1] < -LEAST_BEND < smiles[2] < LEAST_BEND < smiles[3]


def test_a_red_and_a_green_that_are_one_to_the_colour_blind_are_noticed():
    red, green = (212, 99, 76), (135, 132, 70)

    assert difference(red, green) > 4 * PLAIN
    assert difference(*(simulated(each, "deuteranopia") for each in (red, green))) < PLAIN


@pytest.mark.parametrize("seen_by", VISIONS)
def test_white_stays_white_and_black_stays_black(seen_by):
    assert simulated((255, 255, 255), seen_by) == (255, 255, 255)
    assert simulated((0, 0, 0), seen_by) == (0, 0, 0)


def test_the_sheet_has_both_themes_for_each_vision(screens):
    page = vision.sheet(screens)

    assert page.size == (960, len(VISIONS) * 318)
    assert len(page.getcolors(page.width * page.height)) > 100
