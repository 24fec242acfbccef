import itertools

import pytest

from kiosk.screens.theme import DARK, FACES, FEATURES, LIGHT, contrast, paint

THEMES = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
LOOKS = ("button", "primary", "toggle", "key", "quiet", "face")


def painted(colours):
    return [
        (look, paint(look, is_chosen, is_pressed, colours))
        for look in LOOKS
        for is_chosen in (False, True)
        for is_pressed in (False, True)
    ]


def under(paint_, colours):
    """What is seen below a button's words: its own fill, or what it lies on."""
    return [paint_.fill] if paint_.fill[3] else [colours.paper, colours.card]


@THEMES
def test_text_has_seven_to_one_on_whatever_it_lies_on(colours):
    for ink in (colours.ink, colours.quiet):
        assert contrast(ink, colours.paper) >= 7
        assert contrast(ink, colours.card) >= 7
    for look, each in painted(colours):
        assert min(contrast(each.ink, fill) for fill in under(each, colours)) >= 7, look


@THEMES
def test_borders_have_three_to_one_on_both_of_their_sides(colours):
    for look, each in painted(colours):
        if each.edge[3] and each.edge != each.fill:
            assert contrast(each.edge, each.fill) >= 3, look
        if each.edge[3]:
            assert contrast(each.edge, colours.paper) >= 3, look


@THEMES
def test_progress_and_the_outline_of_a_face_have_three_to_one(colours):
    for colour in (colours.accent, colours.edge):
        assert contrast(colour, colours.paper) >= 3
    for behind in (colours.paper, colours.card, colours.chosen, colours.pressed):
        assert contrast(colours.face_line, behind) >= 3


def test_eyes_and_mouth_have_three_to_one_on_every_skin():
    assert min(contrast(FEATURES, skin) for skin in FACES) >= 3


def test_skins_are_lighter_the_happier_so_that_greyscale_keeps_their_order():
    from_black = [contrast(skin, (0, 0, 0, 1)) for skin in FACES]

    assert from_black == sorted(from_black)
    assert all(b / a > 1.1 for a, b in itertools.pairwise(from_black))


@THEMES
def test_what_is_chosen_has_a_thicker_border_too(colours):
    for look in ("button", "toggle", "key", "quiet", "face"):
        chosen, other = paint(look, True, False, colours), paint(look, False, False, colours)
        assert chosen.lines > other.lines
        assert chosen.edge[3] == 1
