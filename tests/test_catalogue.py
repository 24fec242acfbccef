"""Interface texts from catalogues that anyone may have made: read with care, English otherwise."""

import io
import os
import struct
from contextlib import suppress

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device_config.assets import asset_path
from device_config.catalogue import catalogue_path, install_texts, translator
from device_config.mo_file import MOST_BYTES, read_texts


def a_mo(texts):
    """A compiled catalogue of these texts."""
    catalog = Catalog(locale="fi")
    for english, translated in texts.items():
        catalog.add(english, translated)
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def a_pack(folder, texts, language="se"):
    install_texts(a_mo(texts), "kiosk", language, folder)
    return folder


def test_a_shipped_text_is_read_in_its_language():
    assert translator("kiosk", "fi")("Skip") == "Ohita"
    assert translator("kiosk", "sv")("Skip") == "Hoppa över"


def test_a_language_pack_speaks_before_the_shipped_catalogue_and_leaves_the_rest(tmp_path):
    say = translator("kiosk", "fi", a_pack(tmp_path, {"Skip": "Sivuuta"}, "fi"))

    assert say("Skip") == "Sivuuta"
    assert say("Back") == "Takaisin"
    assert translator("kiosk", "fi")("Skip") == "Ohita"


def test_a_language_of_which_nothing_is_shipped_comes_with_a_pack_alone(tmp_path):
    say = translator("kiosk", "se", a_pack(tmp_path, {"Thank you!": "Giitu!"}))

    assert say("Thank you!") == "Giitu!"
    assert say("Skip") == "Skip"


def test_a_pack_that_was_replaced_is_read_anew(tmp_path):
    a_pack(tmp_path, {"Skip": "one"})
    assert translator("kiosk", "se", tmp_path)("Skip") == "one"

    a_pack(tmp_path, {"Skip": "two"})

    assert translator("kiosk", "se", tmp_path)("Skip") == "two"


HOSTILE = {
    "empty": b"",
    "no catalogue": b"<html>",
    "cut in its head": a_mo({"Skip": "x"})[:10],
    "cut in its tables": a_mo({"Skip": "x"})[:40],
    "cut in its texts": a_mo({"Skip": "x"})[:-3],
    "too large": a_mo({"Skip": "x"}) + b" " * MOST_BYTES,
    "no UTF-8": a_mo({"Skip": "xyzzy"}).replace(b"xyzzy", b"\xff\xfe\xfd\xfc\xfb"),
    "a text for ever": struct.pack("<9I", 0x950412DE, 0, 1, 28, 36, 0, 36, 4_000_000_000, 36),
    "many texts": struct.pack("<7I", 0x950412DE, 0, 4_000_000_000, 28, 28, 0, 28),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_catalogue_that_cannot_be_read_leaves_the_texts_as_they_were(tmp_path, content):
    install_texts(content, "kiosk", "fi", tmp_path)
    install_texts(content, "kiosk", "se", tmp_path)

    with pytest.raises(ValueError, match=r"\w"):
        read_texts(content)
    assert translator("kiosk", "fi", tmp_path)("Skip") == "Ohita"
    assert translator("kiosk", "se", tmp_path)("Skip") == "Skip"


@pytest.mark.parametrize("length", range(4, len(a_mo({"Skip": "x", "Back": "yy"})) - 1))
def test_a_catalogue_that_was_cut_anywhere_says_so(length):
    with pytest.raises(ValueError, match="it was cut short"):
        read_texts(a_mo({"Skip": "x", "Back": "yy"})[:length])


def test_texts_that_lie_over_each_other_a_thousand_times_are_refused():
    """Such a small file would decode to gigabytes."""
    count, body = 1000, b"a" * 100_000
    start = 28 + 16 * count
    table = struct.pack("<2I", len(body), start) * count
    content = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0) + table * 2 + body

    with pytest.raises(ValueError, match="overlap"):
        read_texts(content)


def test_a_pipe_or_a_folder_in_a_catalogues_place_is_passed_over(tmp_path):
    path = catalogue_path(tmp_path, "kiosk", "se")
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    catalogue_path(tmp_path, "kiosk", "smn").mkdir(parents=True)

    assert translator("kiosk", "se", tmp_path)("Skip") == "Skip"
    assert translator("kiosk", "smn", tmp_path)("Skip") == "Skip"


@pytest.mark.parametrize("language", ["../fi", "", "FI", "fi/..", "x" * 30, "fi\n", "."])
def test_a_language_that_is_none_never_becomes_a_path(tmp_path, language):
    assert translator("kiosk", language, tmp_path)("Skip") == "Skip"


@pytest.mark.parametrize(
    "translated",
    ["merkkiä", "%(count)s jäljellä", "%(luku)d", "%(count)d %(more)d", "%(count)d 100 %", "%d"],
)
def test_a_translation_that_takes_other_values_is_left_out(translated):
    """The kiosk puts a number in; a wrong place for it would raise there."""
    texts = read_texts(a_mo({"%(count)d characters left": translated, "Skip": "x"}))

    assert texts == {"Skip": "x"}


@given(st.text(max_size=30).map(lambda text: f"%(count)d{text}"))
def test_whatever_is_taken_for_a_text_with_a_number_can_hold_the_number(translated):
    catalogue = a_mo({"%(count)d left": translated.replace("\0", ""), "Skip": "x"})

    taken = read_texts(catalogue).get("%(count)d left", "%(count)d left")

    assert "7" in taken % {"count": 7}


SHIPPED = asset_path("locales", "fi", "LC_MESSAGES", "kiosk.mo").read_bytes()


@given(
    st.binary(max_size=200)
    | st.tuples(st.integers(0, len(SHIPPED) - 1), st.binary(min_size=1, max_size=8)).map(
        lambda change: SHIPPED[: change[0]] + change[1] + SHIPPED[change[0] + len(change[1]) :]
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_at_all_are_texts_or_refused_with_words(tmp_path, content):
    install_texts(content, "kiosk", "se", tmp_path)
    say = translator("kiosk", "se", tmp_path)

    assert isinstance(say("Skip"), str)
    with suppress(ValueError):
        assert all(text.strip() for text in read_texts(content).values())


@given(
    st.dictionaries(
        st.text(st.characters(exclude_characters="\0%\4", codec="utf-8"), min_size=1, max_size=20),
        st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=20),
        max_size=8,
    )
)
def test_what_babel_compiles_is_read_as_it_was_written(texts):
    wanted = {english: text for english, text in texts.items() if text.strip()}

    assert read_texts(a_mo({"Skip": "x", **wanted})) == {"Skip": "x", **wanted}
