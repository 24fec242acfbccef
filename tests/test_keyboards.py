"""The keyboard on the screen: every letter of every language, from data."""

import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device_config.assets import asset
from device_config.keyboards import keyboard_for, layout_from, number_rows

LATIN = "abcdefghijklmnopqrstuvwxyz"
ALPHABETS = {
    "fi": LATIN + "åäö",
    "sv": LATIN + "åäö",
    "en": LATIN,
    "se": "aábcčdđefghijklmnŋoprsštŧuvzž" + LATIN + "åäö",
    "smn": "aáâbcčdđefghijklmnŋoprsštuvyzžä" + LATIN + "åäö",
    "sms": "aâbcčʒǯdđefgǧǥhijkǩlmnŋoõprsštuvzžåäʹ" + LATIN + "ö",
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
}
every_language = pytest.mark.parametrize("language", ALPHABETS)


def keys(language, folder=None):
    return [key for row in keyboard_for(language, folder).rows for key in row]


def a_layout(language="uk", rows=("й ц у", "ф ї в")):
    return json.dumps({"language": language, "rows": rows}).encode()


def a_folder(folder, content, language="uk"):
    (folder / f"{language}.json").write_bytes(content)
    return folder


@every_language
def test_every_letter_of_the_alphabet_has_one_key_and_no_key_is_another(language):
    assert len(ALPHABETS["ru"]) == 33
    assert sorted(keys(language)) == sorted(set(ALPHABETS[language]))


@every_language
def test_every_letter_has_a_capital_of_one_character(language):
    assert all(len(key.upper()) == 1 for key in keys(language))


@every_language
def test_the_rows_fit_the_narrowest_screen(language):
    rows = keyboard_for(language).rows

    assert len(rows) <= (4 if language in ("se", "smn", "sms") else 3)
    assert max(map(len, rows)) <= (12 if language == "ru" else 11)


def test_every_shipped_layout_is_for_a_language_that_is_tested():
    names = {entry.name for entry in asset("keyboards").iterdir()}

    assert names == {f"{language}.json" for language in (*ALPHABETS, "numbers")}


def test_digits_and_signs_are_one_layer_for_all():
    rows = number_rows()

    assert rows[0] == tuple("1234567890")
    assert {key for row in rows[1:] for key in row} == set(".,?!-:()'\"/+&")
    assert max(map(len, rows)) <= 11


@pytest.mark.parametrize(
    ("language", "shown"), [("fi-x-easy", "fi"), ("so", "en"), ("ar", "en"), ("../fi", "en")]
)
def test_a_language_without_a_layout_takes_its_relatives_or_the_english_one(language, shown):
    assert keyboard_for(language) == keyboard_for(shown)
    assert keyboard_for(language).language == shown


def test_a_layout_in_the_state_directory_needs_no_code_and_goes_first(tmp_path):
    assert keys("uk", a_folder(tmp_path, a_layout())) == list("йцуфїв")
    assert keys("fi", a_folder(tmp_path, a_layout("fi", ["a b c"]), "fi")) == ["a", "b", "c"]
    assert keys("sv", tmp_path) == keys("sv")


BAD = {
    "no JSON": b"{",
    "another shape": b'{"language": "fi", "rows": [["q"]]}',
    "an unknown member": b'{"language": "fi", "rows": ["q"], "more": 1}',
    "another language": a_layout("sv"),
    "no rows": a_layout("fi", []),
    "an empty row": a_layout("fi", ["q", " "]),
    "too many rows": a_layout("fi", ["q", "w", "e", "r", "t"]),
    "too many keys": a_layout("fi", [" ".join("qwertyuiopåas")]),
    "a letter twice": a_layout("fi", ["q w", "q"]),
    "a capital": a_layout("fi", ["Q"]),
    "a word": a_layout("fi", ["qwerty"]),
    "a control character": a_layout("fi", ["\u200b"]),
    "too large": a_layout("fi", ["q" + " " * 70_000]),
    "nested for ever": b"[" * 50_000,
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_a_layout_that_cannot_be_used_is_passed_over_for_the_shipped_one(tmp_path, content):
    assert keyboard_for("fi", a_folder(tmp_path, content, "fi")) == keyboard_for("fi")


def test_a_pipe_in_a_layouts_place_is_passed_over(tmp_path):
    os.mkfifo(tmp_path / "fi.json")

    assert keyboard_for("fi", tmp_path) == keyboard_for("fi")


@given(
    st.binary(max_size=60)
    | st.lists(st.text(max_size=12), max_size=6).map(lambda rows: a_layout("fi", rows))
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_at_all_are_a_layout_that_fits_or_refused_with_words(content):
    try:
        layout = layout_from(content, "fi")
    except ValueError as error:
        said = str(error)
    else:
        said = "fits"
        assert all(1 <= len(row) <= 12 for row in layout.rows)
    assert said
