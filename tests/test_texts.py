"""The kiosk's own words: every text has its Finnish and Swedish, and the catalogues are fresh."""

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

import kiosk
from device_config.assets import asset_path
from kiosk.texts import NAMES, direction, kiosk_text, language_name

TRANSLATED = ("fi", "sv")
every_catalogue = pytest.mark.parametrize("language", TRANSLATED)


def catalogue(language, ending="po"):
    path = asset_path("locales", language, "LC_MESSAGES", f"kiosk.{ending}")
    with path.open("rb") as file:
        return read_po(file) if ending == "po" else read_mo(file)


def texts_in_the_code():
    folder = Path(kiosk.__file__).parent
    return {
        message
        for path in sorted(folder.rglob("*.py"))
        for _, message, _, _ in extract_from_file("python", path, keywords={"kiosk_text": None})
    }


def test_the_view_has_texts_to_translate():
    assert {"Thank you!", "Skip", "Back"} <= texts_in_the_code()


@every_catalogue
def test_every_text_of_the_kiosk_is_in_the_catalogue_and_no_other(language):
    assert {message.id for message in catalogue(language) if message.id} == texts_in_the_code()


@every_catalogue
def test_no_text_is_untranslated_or_uncertain(language):
    lacking = [m.id for m in catalogue(language) if m.id and (not m.string or m.fuzzy)]

    assert lacking == []


@every_catalogue
def test_a_translation_says_something_else_than_the_english(language):
    assert all(message.string != message.id for message in catalogue(language) if message.id)


@every_catalogue
def test_the_compiled_catalogue_is_that_of_the_source(language):
    source = {m.id: m.string for m in catalogue(language) if m.id}
    compiled = {m.id: m.string for m in catalogue(language, "mo") if m.id}

    assert compiled == source


@every_catalogue
def test_a_text_is_read_from_the_catalogue(language):
    assert kiosk_text("Skip", language) == catalogue(language)["Skip"].string


def test_a_language_without_a_catalogue_reads_english():
    assert kiosk_text("Thank you!", "en") == "Thank you!"
    assert kiosk_text("Thank you!", "smn") == "Thank you!"


def test_a_language_is_named_in_itself_and_an_unknown_one_by_its_code():
    assert language_name("sv") == "Svenska"
    assert language_name("xx") == "xx"
    assert all(name.strip() for name in NAMES.values())


@pytest.mark.parametrize(("language", "way"), [("fi", "ltr"), ("ar", "rtl"), ("ar-SY", "rtl")])
def test_a_language_is_read_in_its_own_direction(language, way):
    assert direction(language) == way
