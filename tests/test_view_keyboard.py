"""The on-screen keyboard: every key types what it shows."""

from dataclasses import replace

import pytest

from kiosk.session.config import Keyboards
from kiosk.session.draft import TEXT
from kiosk.session.free_text import MOST_CHARACTERS
from kiosk.session.reduce import reduce
from kiosk.view.show import show
from tests.kiosk_builders import Sitting
from tests.view_builders import EVERY_LANGUAGE, asked, choice, full_config, touch, write

every_language = pytest.mark.parametrize("language", EVERY_LANGUAGE)
ENDS_OF_LINES = {"key:shift", "key:backspace", "key:letters", "key:numbers", "key:space"}
LETTERS = {
    "fi": "abcdefghijklmnopqrstuvwxyzåäö",
    "sv": "abcdefghijklmnopqrstuvwxyzåäö",
    "en": "abcdefghijklmnopqrstuvwxyz",
    "se": "aábcčdđefghijklmnŋoprsštŧuvzž",
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "ar": "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي،؟",
}


def letter_keys(language):
    return [
        f"key:{key}" for row in full_config(language).keyboards.letters(language) for key in row
    ]


def rows(sitting):
    return show(sitting.state).keys


def keys(sitting):
    return [key for row in rows(sitting) for key in row]


def characters(sitting):
    """The keys that write what they show."""
    return [key for key in keys(sitting) if key.id not in ENDS_OF_LINES]


def typed(sitting, key):
    """The text after a key was touched, with nothing written before."""
    empty = replace(sitting.state.writing, text="", cursor=0)
    at = sitting.now + 1.0
    return reduce(replace(sitting.state, writing=empty), key.event(at, "")).state.writing.text


@every_language
def test_every_letter_of_the_language_has_a_key(language):
    shown = {key.label.lower() for key in characters(asked(TEXT)(language))}

    assert set(LETTERS[language]) <= shown


@every_language
def test_a_text_begins_with_a_capital_letter_and_goes_on_with_small_ones(language):
    sitting = asked(TEXT)(language)
    first, second = letter_keys(language)[10:12]

    touch(sitting, first, second)

    assert show(sitting.state).field.text == (
        first.removeprefix("key:").upper() + second.removeprefix("key:")
    )


@every_language
@pytest.mark.parametrize("layer", ["capital", "small", "numbers"])
def test_each_key_types_what_it_shows(language, layer):
    sitting = asked(TEXT)(language)
    if layer != "capital":
        touch(sitting, letter_keys(language)[0])
    if layer == "numbers":
        touch(sitting, "key:numbers")

    for key in characters(sitting):
        assert typed(sitting, key) == key.label
    assert typed(sitting, choice(sitting, "key:space")) == " "


@every_language
@pytest.mark.parametrize("layer", ["letters", "numbers"])
def test_no_two_keys_have_one_id_or_show_the_same(language, layer):
    """Comma and full stop are beside the space key on both layers, and not once more above."""
    sitting = asked(TEXT)(language)
    if layer == "numbers":
        touch(sitting, "key:numbers")

    shown = keys(sitting)

    assert len({key.id for key in shown}) == len(shown)
    assert len({key.label for key in shown}) == len(shown)


@every_language
def test_keys_stand_in_the_rows_of_their_layout(language):
    layout = full_config(language).keyboards.letters(language)

    shown = rows(asked(TEXT)(language))

    letters = [[key.id for key in row if key.id not in ENDS_OF_LINES] for row in shown]
    assert letters[:-1] == [[f"key:{each}" for each in row] for row in layout]
    assert letters[-1] == ["key:,", "key:."]
    assert shown[-2][-1].id == "key:backspace"


@pytest.mark.parametrize(
    ("layout", "shown"),
    [
        ((("q", "w"), (",", "."), ("a",)), [["key:q", "key:w"], ["key:a"]]),
        (((",",), (".",)), [[]]),
    ],
)
def test_a_row_of_nothing_but_points_is_left_out(layout, shown):
    """A layout from outside may have one; an empty row could not be laid out."""
    config = full_config("fi")
    keyboards = Keyboards(dict.fromkeys(config.languages, layout), config.keyboards.numbers)
    sitting = Sitting(replace(config, keyboards=keyboards))
    sitting.go_to(TEXT)

    *letters, last = rows(sitting)

    assert [[key.id for key in row if key.id not in ENDS_OF_LINES] for row in letters] == shown
    assert letters[-1][-1].id == "key:backspace"
    assert {"key:,", "key:."} < {key.id for key in last}


@pytest.mark.parametrize("language", ["fi", "sv", "en", "ru", "se"])
def test_shift_changes_what_the_keys_show_and_one_letter_ends_it(language):
    sitting = touch(asked(TEXT)(language), letter_keys(language)[0])
    small = [key.label for key in characters(sitting)]

    touch(sitting, "key:shift")

    assert choice(sitting, "key:shift").is_chosen
    assert [key.label for key in characters(sitting)] == [each.upper() for each in small]
    touch(sitting, letter_keys(language)[0])
    assert not choice(sitting, "key:shift").is_chosen
    assert [key.label for key in characters(sitting)] == small


def test_letters_without_capitals_have_no_shift_key():
    assert "key:shift" not in [key.id for key in keys(asked(TEXT)("ar"))]
    assert "key:shift" in [key.id for key in keys(asked(TEXT)("ru"))]


@every_language
def test_numbers_and_letters_lead_to_each_other_and_leave_the_text_as_it_is(language):
    sitting = touch(asked(TEXT)(language), letter_keys(language)[0])
    text, letters = show(sitting.state).field.text, [key.id for key in keys(sitting)]

    touch(sitting, "key:numbers")

    digits = {key.label for key in characters(sitting)} & set("0123456789")
    assert digits == set("0123456789")
    touch(sitting, "key:letters")
    assert [key.id for key in keys(sitting)] == letters
    assert show(sitting.state).field.text == text


def test_backspace_takes_the_character_before_the_cursor_and_at_the_start_nothing():
    sitting = write(asked(TEXT)("fi"), "abc")
    sitting.happen(show(sitting.state).field.put_cursor(2, sitting.now))

    touch(sitting, "key:backspace")
    assert (show(sitting.state).field.text, show(sitting.state).field.cursor) == ("Ac", 1)

    touch(sitting, "key:backspace", "key:backspace", "key:backspace")
    assert (show(sitting.state).field.text, show(sitting.state).field.cursor) == ("c", 0)


def test_a_new_sentence_begins_with_a_capital_letter():
    sitting = touch(asked(TEXT)("fi"), "key:a", "key:.", "key:space")

    assert choice(sitting, "key:shift").is_chosen
    touch(sitting, "key:b", "key:c")

    assert show(sitting.state).field.text == "A. Bc"


@every_language
def test_a_full_text_takes_no_more_and_can_be_shortened(language):
    sitting = write(asked(TEXT)(language), "a" * MOST_CHARACTERS)
    full = show(sitting.state).field.text

    touch(sitting, letter_keys(language)[0], "key:space", "key:,")
    assert show(sitting.state).field.text == full

    touch(sitting, "key:backspace")
    assert len(show(sitting.state).field.text) == MOST_CHARACTERS - 1


@every_language
def test_keys_that_write_nothing_are_called_by_words_of_the_language(language):
    words = full_config(language).words
    sitting = asked(TEXT)(language)

    assert choice(sitting, "key:space").label == words.say("Space", language)
    assert choice(sitting, "key:backspace").label == words.say("Delete", language)
    assert all(key.icon for key in keys(sitting) if len(key.label) > 3)
