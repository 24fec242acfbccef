"""No letter is cut off by the picture of its text: not the dots below, not the signs above."""

from dataclasses import replace

import pytest
from PIL import ImageStat

from kiosk.screens.layout import arrange
from kiosk.screens.letters import drawn, measured
from tests.screens.views import LANGUAGES, wanted_views

SIZES = ((800, 480), (720, 1280))
MODES = ("plain", "larger")
LEAST_KEPT = 0.995
"""Of the ink of a line: the smoothed edge of one letter may be lost."""


def texts_of(plan):
    """Everything that is written on a screen, with how it is aligned."""
    own = [words for each in plan.targets for words in (each.words, each.number) if words]
    placeholder = plan.field.placeholder if plan.field else None
    for words in (*plan.words, *own, *([placeholder] if placeholder else ())):
        yield words.setting, words.align


def ink(setting, align):
    return ImageStat.Stat(drawn(setting, align)).sum[0]


def with_room(setting, line):
    """One line of a text, with empty lines above and below it."""
    return replace(setting, lines=(" ", line, " "), is_alone=False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_letter_is_cut_off(language):
    settings = {
        text
        for size in SIZES
        for _name, view in wanted_views([language], MODES)
        for text in texts_of(arrange(view, size, measured))
    }

    cut = set()
    for setting, align in settings:
        whole = sum(ink(with_room(setting, line), align) for line in setting.lines)
        if whole and ink(setting, align) < LEAST_KEPT * whole:
            cut.add(f"{' '.join(setting.lines)}, {setting.type.size} px")

    assert len(settings) > 100
    assert cut == set()
