"""What is taken out of free text before it is written anywhere, and what is left as it is."""

import queue
from dataclasses import replace

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from kiosk_builders import a_draft, a_reading
from storage_builders import NoBoxes, a_storage

from device_config.state import open_state
from kiosk.document import content_of
from kiosk.masking import MaskedText, mask
from kiosk.session.effects import Save
from kiosk.session.events import Saved
from kiosk.writer import Writer
from sync.wire import Text, encode

CHECKS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
CENTURIES = "+-YXWVUABCDEF"
DASHES = "‐‑‒–—―−"


def a_code(day=13, month=10, year=52, number=308, century="-"):
    """A valid identity code, made by the rule; the one of the rule's own example by default."""
    digits = f"{day:02}{month:02}{year:02}{number:03}"
    return f"{digits[:6]}{century}{digits[6:]}{CHECKS[int(digits) % 31]}"


codes = st.builds(
    a_code,
    st.integers(1, 31),
    st.integers(1, 12),
    st.integers(0, 99),
    st.integers(2, 999),
    st.sampled_from(CENTURIES + DASHES),
)
ways_to_write = st.sampled_from(
    [
        str,
        str.lower,
        lambda code: f"{code[:6]} {code[6:]}",
        lambda code: f"{code[:7]} {code[7:]}",
        lambda code: f"{code[:6]} {code[6]} {code[7:]}",
        lambda code: f"{code[:6]} {code[7:]}",
    ]
)


def test_the_code_of_the_rules_own_example_is_made_as_the_rule_says():
    assert a_code() == "131052-308T"


# Identity codes


@pytest.mark.parametrize("century", CENTURIES)
def test_a_code_of_any_century_is_taken_out(century):
    code = a_code(century=century)

    assert mask(f"Minun tunnukseni on {code}, kiitos.") == MaskedText(
        "Minun tunnukseni on [identity-code], kiitos.", ("identity-code",)
    )


@given(codes, ways_to_write)
def test_a_code_is_taken_out_however_it_is_written(code, way):
    assert mask(f"tunnus {way(code)}.") == MaskedText("tunnus [identity-code].", ("identity-code",))


@pytest.mark.parametrize("check", [each for each in CHECKS if each != "T"])
def test_a_number_with_a_wrong_check_character_stays(check):
    text = f"tilaus 131052-308{check} oli myöhässä"

    assert mask(text) == MaskedText(text)


@given(codes, st.text(), st.text())
@example(a_code(), "", "40123456")
@example(a_code(), "tunnus", "ja")
@example(a_code(), "13105", "12-345")
def test_no_valid_code_comes_through_wherever_it_stands(code, before, after):
    assert code not in mask(before + code + after).text


def test_a_code_that_begins_within_what_only_looks_like_one_is_taken_out():
    """131052-3008 has the form of a code, and the wrong check character."""
    code = a_code(30, 8, 51, 234)

    assert mask(f"131052-{code}") == MaskedText("131052-[identity-code]", ("identity-code",))


# E-mail addresses and phone numbers


@pytest.mark.parametrize(
    "address",
    [
        "matti@esimerkki.fi",
        "Matti.Meikalainen+1@mail.esimerkki.co.uk",
        "matti.meikäläinen@esimerkki.fi",
        "matti @ esimerkki.fi",
    ],
)
def test_an_address_is_taken_out(address):
    assert mask(f"vastatkaa: {address}.") == MaskedText("vastatkaa: [email].", ("email",))


@pytest.mark.parametrize(
    "number",
    [
        "0401234567",
        "040 123 4567",
        "040-1234567",
        "040 - 123 4567",
        "040–123 4567",
        "09 123 4567",
        "+358401234567",
        "+358 40 123 4567",
        "+358 (0)40 123 4567",
        "00358 40 1234567",
        "+46 70 123 45 67",
    ],
)
@pytest.mark.parametrize("around", ["soita {}", "puh.{}", "puh{} kiitos", "klo 8-16 {} iltaan"])
def test_a_phone_number_is_taken_out(number, around):
    assert mask(around.format(number)) == MaskedText(around.format("[phone]"), ("phone",))


def test_two_numbers_side_by_side_are_two():
    assert mask("040 123 4567 050 765 4321").kinds == ("phone", "phone")


# What stays


@pytest.mark.parametrize(
    "text",
    [
        "",
        "odotin 3 tuntia, huone 204",
        "Kävin 21.11.2026 ja 1.2.2027 kello 14.30.",
        "avoinna klo 8-16, klo 08-16 ja 7.30–15.45",
        "2026-11-21",
        "CRP 12, Hb 134 g/l, TSH 0,45 mU/l, INR 2.5, PLT 250 000",
        "verenpaine 120/80, kreatiniini 0,0123456",
        "12 345 678 euroa",
        "jonossa 15 ihmistä, puhelinaika 8–9, odotus 45 min",
        "Palvelu oli 10/10!",
        "ala 040 on varattu",
        "merkki @ ei ole osoite",
        "[phone] jo poistettu",
    ],
)
def test_what_tells_nobodys_name_stays(text):
    assert mask(text) == MaskedText(text)


# All together


def test_what_was_taken_out_is_listed_in_the_order_of_the_text():
    text = f"Soita 040 123 4567 tai kirjoita a@b.fi, olen {a_code()}, tai c@d.fi"

    assert mask(text) == MaskedText(
        "Soita [phone] tai kirjoita [email], olen [identity-code], tai [email]",
        ("phone", "email", "identity-code", "email"),
    )


telling = st.one_of(
    codes,
    st.sampled_from(["a@b.fi", "0401234567", "+358 40 123 4567", "131052-3085", "[phone]"]),
    st.text(alphabet="0123456789+- .,@abT()"),
    st.text(),
)


@given(st.lists(telling, max_size=8).map("".join))
@example(f"{a_code()}0401234567")
@example("+358401234567+358401234567")
@example("0401234567a@b.fi")
def test_what_was_masked_once_has_nothing_more_to_mask(text):
    once = mask(text)

    assert mask(once.text) == MaskedText(once.text)
    assert all(f"[{kind}]" in once.text for kind in once.kinds)


@given(st.lists(telling, max_size=8).map("".join).filter(lambda text: "[" not in text))
def test_only_what_is_listed_is_missing_and_the_rest_is_as_it_was(text):
    masked = mask(text)
    rest = masked.text
    for kind in masked.kinds:
        before, mark, rest = rest.partition(f"[{kind}]")
        assert mark
        assert before in text
    assert rest in text
    assert masked.kinds or masked.text == text


# On its way to the disk


def test_a_document_holds_the_masked_text_and_what_was_taken_out():
    code = a_code()
    draft = a_draft().with_text(f"Olen {code}, soittakaa 0401234567")

    content = content_of(draft, a_reading(), mask)

    assert content.text == Text(plain="Olen [identity-code], soittakaa [phone]")
    assert content.masked == ("identity-code", "phone")
    assert code.encode() not in encode(content)


def test_a_document_without_text_has_nothing_masked():
    content = content_of(a_draft(), a_reading(), mask)

    assert (content.text, content.masked) == (None, ())


def test_a_text_with_nothing_to_hide_reaches_the_document_as_it_was_written():
    content = content_of(a_draft().with_text("Kiitos, huone 204!"), a_reading(), mask)

    assert (content.text, content.masked) == (Text(plain="Kiitos, huone 204!"), ())


def test_the_longest_text_that_masking_makes_longer_still_fits_the_wire():
    draft = a_draft().with_text(" ".join(["a@b.c"] * 166))

    content = content_of(draft, a_reading(), mask)

    assert len(content.masked) == 166
    assert msgspec.json.decode(encode(content), type=type(content)) == content


def test_a_code_never_reaches_a_file_of_the_state_directory(tmp_path):
    """Neither the database nor its log: what is not written need not be erased."""
    state, news = open_state(tmp_path / "state"), queue.Queue()
    writer = Writer(lambda: a_storage(state), lambda _: a_reading(), a_reading, news.put, NoBoxes())
    code, phone = a_code(), "0401234567"
    draft = a_draft().with_text(f"Olen {code}, puh. {phone}, kiitos hoidosta.")

    writer.start()
    writer.submit(Save(draft))
    writer.submit(Save(replace(draft, ended="submitted", revision=draft.revision + 1)))
    saved = []
    while len(saved) < 2:
        event = news.get(timeout=10)
        saved += [event] if isinstance(event, Saved) else []
    with_log = b"".join(path.read_bytes() for path in state.path.rglob("*") if path.is_file())
    writer.stop()
    after = b"".join(path.read_bytes() for path in state.path.rglob("*") if path.is_file())

    for content in (with_log, after):
        assert b"kiitos hoidosta" in content
        assert code.encode() not in content
        assert phone.encode() not in content
