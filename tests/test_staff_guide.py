"""The staff guide: what it tells staff to touch is on the screen, in each of its languages."""

import re
from pathlib import Path

import pytest
from PIL import Image

from kiosk.staff.frame import LANGUAGES
from tests.screens.guide import PAGES, SIZE
from tests.screens.staff import staff_view
from tests.staff_builders import STAFF_SCREENS

DOCS = Path("docs").absolute()
HEADINGS = {"fi": "## Suomeksi", "sv": "## På svenska", "en": "## In English"}
MOST_BYTES = 100_000
EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)


def section(language):
    """The part of the guide in this language."""
    guide = (DOCS / "staff-guide.md").read_text("utf-8")
    return guide.split(f"{HEADINGS[language]}\n")[1].split("\n## ")[0].split("\n---")[0]


def named(language):
    """What the guide says is on the screen: in italics, not bold."""
    flowing = section(language).replace("\n", " ")
    return set(re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", flowing))


def seen(language):
    """What is on any staff page."""
    for screen in STAFF_SCREENS:
        view = staff_view(screen, language, "plain")
        yield from (view.title, view.banner, *(each.label for each in view.choices()))


@EVERY_LANGUAGE
def test_all_that_the_guide_names_is_on_a_screen_in_those_words(language):
    shown = list(seen(language))
    missing = {words for words in named(language) if not any(s.startswith(words) for s in shown)}

    assert len(named(language)) > 10
    assert missing == set()


@EVERY_LANGUAGE
def test_each_language_has_its_own_pictures_and_they_are_small(language):
    pictures = re.findall(r"\]\((pictures/[^)]+)\)", section(language))

    assert pictures == [
        f"pictures/staff-{each}-{language}.png"
        for each in ("knock", "menu", "location", "status", "entry", "support")
    ]
    assert {"knock", *PAGES} == {each.split("-")[1] for each in pictures}
    for each in pictures:
        assert (DOCS / each).stat().st_size < MOST_BYTES
        with Image.open(DOCS / each) as picture:
            assert picture.size == SIZE
