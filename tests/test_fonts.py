import pytest

from kiosk.screens.fonts import family_of, harmattan, missing_letters, noto_sans
from kiosk.texts import NAMES
from tests.screens.views import LANGUAGES, SCREENS, view_of
from tests.view_builders import words_of


def every_text(language):
    """Everything that any screen writes or says in a language, with the language of each text."""
    for screen in SCREENS:
        yield from words_of(view_of(screen, language, "plain"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_fonts_have_every_letter_of_every_text(language):
    missing = {text: missing_letters(text, own) for text, own in every_text(language)}

    assert len(missing) > 50
    assert {text: letters for text, letters in missing.items() if letters} == {}


def test_every_language_can_write_its_own_name():
    assert {
        code: missing for code, name in NAMES.items() if (missing := missing_letters(name, code))
    } == {}


def test_a_letter_that_no_font_has_is_missed():
    assert missing_letters("Kiitos 喂", "fi") == {"喂"}
    assert missing_letters("شكرًا 喂", "ar") == {"喂"}


def test_direction_marks_and_spaces_are_not_letters():
    assert missing_letters("\u2068Kiitos\u2069\u00a0\u200f!", "fi") == set()


def test_arabic_letters_are_set_in_harmattan_and_all_others_in_noto_sans():
    assert family_of("شكرًا", "ar") is harmattan()
    assert family_of("العربية", "fi") is harmattan()
    assert family_of("10", "ar") is noto_sans()
    assert family_of("English", "ar") is noto_sans()
