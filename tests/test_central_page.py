"""What all pages share: their language, how figures are written, colours that can be read."""

import re
from pathlib import Path

import pytest

import sync.central.pages
from sync.central.pages.render import chosen_language, nps, number, percent

PAGES = Path(sync.central.pages.__file__).parent


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        ("sv", "en", "sv"),
        ("", "sv-FI,sv;q=0.9,en;q=0.8", "sv"),
        ("", "en;q=0.5, fi;q=0.9", "fi"),
        ("", "de, en;q=0.1", "en"),
        ("", "en;q=0, *", "fi"),
        ("", "en;q=x", "fi"),
        ("xx", "", "fi"),
    ],
)
def test_the_language_is_the_one_asked_for_else_the_readers_else_finnish(asked, accepted, language):
    assert chosen_language(asked, accepted) == language


def test_numbers_are_written_as_the_language_writes_them():
    assert number(1234.5, "fi", 2) == "1\N{NO-BREAK SPACE}234,50"
    assert number(1234.5, "en", 2) == "1,234.50"
    assert percent(0.625, "sv") == "63\N{NO-BREAK SPACE}%"
    assert percent(None, "en") == nps(None) == "–"


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("text", ["ink", "quiet", "spruce", "lost"])
@pytest.mark.parametrize("ground", ["paper", "card"])
def test_every_text_has_a_contrast_of_seven_to_one(text, ground):
    colours = dict(re.findall(r"--([\w-]+): (#\w{6});", (PAGES / "static/site.css").read_text()))

    dark, light = luminance(colours[text]), luminance(colours[ground])

    assert (light + 0.05) / (dark + 0.05) >= 7
