"""What each key does to a text that is being written."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.session.free_text import MOST_CHARACTERS, Command, Writing


def typed(text, writing=None):
    """Key by key, in small letters as the keys are."""
    writing = writing or Writing()
    for character in text:
        writing = writing.typed(character)
    return writing


def at(text, cursor):
    return Writing(text).placed(cursor)


# Letters


def test_letters_are_put_in_at_the_cursor_which_moves_along():
    writing = at("Hyvä", 2).typed("v")

    assert (writing.text, writing.cursor) == ("Hyvvä", 3)


def test_a_text_begins_with_a_capital_letter_and_goes_on_in_small_ones():
    assert typed("kiitos").text == "Kiitos"


@pytest.mark.parametrize("end", [".", "!", "?"])
def test_a_sentence_begins_with_a_capital_letter(end):
    assert typed(f"hyvä{end} kiitos").text == f"Hyvä{end} Kiitos"


def test_after_a_full_stop_without_a_space_the_letters_stay_small():
    assert typed("klo 8.30 a.m").text == "Klo 8.30 a.m"


def test_spaces_at_the_beginning_do_not_take_the_capital_away():
    assert typed("  hyvä").text == "  Hyvä"


def test_several_spaces_after_a_sentence_keep_the_capital():
    assert typed("hyvä.   kiitos").text == "Hyvä.   Kiitos"


def test_letters_of_every_script_have_capitals_where_the_script_has():
    assert [typed(each).text for each in "åđŋǩж"] == ["Å", "Đ", "Ŋ", "Ǩ", "Ж"]
    assert typed("شكرا").text == "شكرا"


def test_a_key_may_write_more_than_one_character():
    assert Writing().typed("ß").text == "SS"


# Shift and layers


def test_shift_makes_one_capital_letter():
    writing = typed("oulun ").commanded("shift").typed("y")

    assert typed("l", writing).text == "Oulun Yl"


def test_a_second_shift_takes_the_first_back():
    writing = Writing().commanded("shift")

    assert (writing.is_shifted, writing.typed("a").text) == (False, "a")
    assert writing.commanded("shift").is_shifted


@pytest.mark.parametrize("layer", ["numbers", "letters"])
def test_the_layer_changes_and_the_text_stays(layer):
    before = typed("klo ")

    after = before.commanded(layer)

    assert (after.layer, after.text, after.cursor) == (layer, "Klo ", 4)


def test_the_numbers_stay_until_they_are_left():
    writing = typed("08", Writing().commanded("numbers"))

    assert (writing.text, writing.layer) == ("08", "numbers")


# Backspace


def test_backspace_takes_away_what_is_before_the_cursor():
    writing = at("Hyvvä", 3).commanded("backspace")

    assert (writing.text, writing.cursor) == ("Hyvä", 2)


def test_backspace_at_the_beginning_takes_nothing_away():
    assert at("Hyvä", 0).commanded("backspace").text == "Hyvä"
    assert Writing().commanded("backspace") == Writing()


def test_backspace_that_repeats_ends_in_an_empty_field_that_begins_anew():
    writing = typed("hyvä")

    for _ in range(10):
        writing = writing.commanded("backspace")

    assert writing == Writing()


# The cursor


@pytest.mark.parametrize(("asked", "got"), [(-3, 0), (0, 0), (2, 2), (4, 4), (99, 4)])
def test_the_cursor_stays_within_the_text(asked, got):
    assert at("Hyvä", asked).cursor == got


def test_the_cursor_put_to_the_beginning_brings_a_capital_letter():
    assert at("kiitos", 0).is_shifted
    assert not at("kiitos", 3).is_shifted
    assert at("Hyvä. kiitos", 6).is_shifted


# The end


def test_there_is_room_for_a_thousand_characters_and_no_more():
    assert MOST_CHARACTERS == 1000
    full = typed("a" * MOST_CHARACTERS)
    assert full.left == 0

    assert full.typed("b") == full
    assert full.placed(3).typed("b").text == full.text


def test_what_does_not_fit_whole_is_not_written_in_part():
    nearly = typed("a" * (MOST_CHARACTERS - 1))

    assert nearly.commanded("shift").typed("ß").text == nearly.text
    assert nearly.commanded("shift").typed("b").left == 0


keys = st.lists(
    st.tuples(st.just("typed"), st.text(max_size=400))
    | st.tuples(st.just("commanded"), st.sampled_from(get_args(Command)))
    | st.tuples(st.just("placed"), st.integers()),
    max_size=30,
)


@given(keys)
def test_whatever_is_typed_the_text_fits_and_the_cursor_is_in_it(typing):
    writing = Writing()

    for method, argument in typing:
        writing = getattr(writing, method)(argument)

        assert len(writing.text) <= MOST_CHARACTERS
        assert 0 <= writing.cursor <= len(writing.text)


@given(st.text(max_size=50), st.integers(0, 50), st.characters())
def test_backspace_takes_back_the_key_before_it(text, cursor, character):
    before = at(text, cursor)

    after = before.typed(character)
    for _ in range(len(after.text) - len(before.text)):
        after = after.commanded("backspace")

    assert (after.text, after.cursor) == (before.text, before.cursor)
