"""A language comes with files alone: its statements, its words, its keys; and no code."""

import json
from dataclasses import replace
from string import ascii_letters

import pytest
from babel.messages.pofile import read_po
from click.testing import CliRunner
from kiosk_builders import Sitting

from device_config.assets import asset_path
from device_config.cli import config as config_command
from device_config.cli import questionnaire as questionnaire_command
from device_config.config_store import ConfigStore
from device_config.questionnaire import Questionnaire
from device_config.questionnaire_files import installed, shipped, version_numbers
from device_config.state import open_state
from kiosk.next_session import session_config_of
from kiosk.screens.fonts import missing_letters
from kiosk.session.states import start
from kiosk.view.show import show
from tests import language_packs
from tests.language_packs import PACKS, install, pack_config, pack_questionnaire, words

every_pack = pytest.mark.parametrize("language", language_packs.LANGUAGES)


@pytest.fixture
def state(tmp_path):
    return open_state(tmp_path / "state")


def set_languages(state, *languages):
    arguments = ["set", "session.languages", json.dumps(languages), "--state", str(state.path)]
    return CliRunner().invoke(config_command, arguments)


def texts_in(questionnaire: Questionnaire, language: str) -> list[str]:
    """Everything that a client reads of the questionnaire."""
    said = [questionnaire.title, *(item.text for item in questionnaire.all_items())]
    said += [questionnaire.reasons.text]
    said += [option.text for option in questionnaire.reasons.options]
    for scale in questionnaire.scales.values():
        said += [*scale.labels.values(), *([scale.not_applicable] if scale.not_applicable else [])]
    return [texts[language] for texts in said]


@every_pack
def test_a_language_is_refused_before_its_pack_is_installed_and_offered_after(state, language):
    assert set_languages(state, "fi", language).exit_code != 0

    install(state, language)

    assert set_languages(state, "fi", language).exit_code == 0
    config = session_config_of(state, ConfigStore(state, None).effective().settings)
    assert config.languages == ("fi", language)
    assert config.languages_of("client") == ("fi", language)
    assert f"language:{language}" in {each.id for each in show(start(config)).choices()}


@every_pack
def test_an_installed_pack_speaks_its_own_words_and_has_its_own_keys(state, language):
    install(state, language)
    set_languages(state, language, "fi")

    config = session_config_of(state, ConfigStore(state, None).effective().settings)

    view = show(start(config))
    first = config.forms[0].first_item
    assert (view.language, view.title) == (language, first.text[language].text)
    assert view.hint == words(language)["Tap the face that fits best"]
    assert config.keyboards.letters(language) == language_packs.keyboard_rows(language)


@every_pack
def test_the_import_command_installs_a_pack(state, tmp_path, language):
    questionnaire, catalogue = tmp_path / "pack.json", tmp_path / "kiosk.mo"
    questionnaire.write_text(json.dumps(language_packs.questionnaire_body(language)))
    catalogue.write_bytes(language_packs.compiled_words(language))

    arguments = ["import", str(questionnaire), "--texts", f"{language}={catalogue}"]
    done = CliRunner().invoke(questionnaire_command, [*arguments, "--state", str(state.path)])

    assert done.exit_code == 0, done.output
    assert set_languages(state, "fi", language).exit_code == 0
    config = session_config_of(state, ConfigStore(state, None).effective().settings)
    assert config.words.say("Skip", language) == words(language)["Skip"]


def test_several_packs_are_installed_as_one(state):
    install(state, "ar", "ru", "se")

    assert set_languages(state, "ar", "fi", "ru", "se").exit_code == 0
    config = session_config_of(state, ConfigStore(state, None).effective().settings)
    assert config.languages_of("client") == ("ar", "fi", "ru", "se")


@every_pack
def test_without_files_the_same_is_offered(state, language):
    install(state, language)
    set_languages(state, language, "fi", "sv", "en")
    from_files = session_config_of(state, ConfigStore(state, None).effective().settings)

    made = pack_config(language, place=from_files.location)

    nothing = replace(made, words=from_files.words)
    assert nothing == from_files
    assert all(
        made.words.say(text, language) == from_files.words.say(text, language)
        for text in words(language)
    )


@pytest.mark.parametrize(("language", "way"), [("ar", "rtl"), ("ru", "ltr"), ("se", "ltr")])
def test_a_screen_is_read_in_its_languages_direction(language, way):
    view = show(start(pack_config(language)))

    assert view.direction == way


def test_the_direction_changes_with_the_language():
    sitting = Sitting(pack_config("ar", languages=("fi", "ar")))
    assert show(sitting.state).direction == "ltr"

    chosen = next(each for each in show(sitting.state).languages if each.id == "language:ar")
    sitting.happen(chosen.event(1.0, ""))

    assert show(sitting.state).direction == "rtl"


# What is in the packs


@every_pack
def test_a_pack_is_newer_than_what_is_shipped_and_leaves_its_texts_as_they_are(state, language):
    general = next(each for each in shipped() if each.id == "national-general")
    pack = pack_questionnaire(language)

    install(state, language)

    assert version_numbers(pack) > version_numbers(general)
    assert pack in installed(state.questionnaires)
    for shipped_language in general.languages:
        assert texts_in(pack, shipped_language) == texts_in(general, shipped_language)


@every_pack
def test_no_wording_of_a_pack_passes_for_a_verified_one(language):
    said = texts_in(pack_questionnaire(language), language)

    assert {(text.source, text.status) for text in said} == {("test pack", "unverified")}


@every_pack
def test_a_pack_has_all_of_the_screens_words_and_no_others(language):
    with asset_path("locales", "kiosk.pot").open("rb") as file:
        wanted = {message.id for message in read_po(file) if message.id}

    assert set(words(language)) == wanted
    assert all(said.strip() for said in words(language).values())


@every_pack
def test_a_pack_says_nothing_twice_where_the_shipped_languages_say_two_things(language):
    """Two labels of a scale, or two reasons, must be told apart."""
    general = pack_questionnaire(language)
    for scale in general.scales.values():
        labels = [texts[language].text for texts in scale.labels.values()]
        assert len(set(labels)) == len(labels)
    reasons = [option.text[language].text for option in general.reasons.options]
    assert len(set(reasons)) == len(reasons)


@pytest.mark.parametrize("language", ["ar", "ru"])
def test_no_latin_letter_strayed_into_another_script(language):
    said = [text.text for text in texts_in(pack_questionnaire(language), language)]
    said += [text.replace("%(count)d", "") for text in words(language).values()]

    assert [text for text in said if set(text) & set(ascii_letters)] == []


@every_pack
def test_the_fonts_have_every_letter_that_a_pack_says_or_types(language):
    said = [text.text for text in texts_in(pack_questionnaire(language), language)]
    said += words(language).values()
    said += [key for row in language_packs.keyboard_rows(language) for key in row]
    said += [key.upper() for row in language_packs.keyboard_rows(language) for key in row]

    assert {letter for text in said for letter in missing_letters(text, language)} == set()


def test_every_pack_in_the_folder_is_tested():
    assert {path.name for path in PACKS.iterdir()} == set(language_packs.LANGUAGES)
