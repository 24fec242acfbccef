"""Text keys: only here sealed texts open, whatever becomes of the keys."""

import base64
import json
import os
from datetime import UTC, datetime
from random import SystemRandom

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.public import PublicKey, SealedBox
from test_central_builders import NOON, a_centre, a_response

from device_config.errors import KioskError, StateDamaged
from kiosk.cli import main
from sync import wire
from sync.central.text_keys import TextKeys, keys_in

LATER = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def keys(tmp_path):
    return keys_in(tmp_path / "text-keys")


def seal(text, published):
    """As a terminal will seal: with nothing but what GET /config says."""
    box = SealedBox(PublicKey(base64.b64decode(published.public)))
    return wire.Text(sealed=base64.b64encode(box.encrypt(text.encode())).decode(), key=published.id)


def test_what_is_sealed_with_the_published_key_opens_here(keys):
    keys.new(NOON, SystemRandom())

    opened = keys.open(seal("Kiitos – hyvä käynti 🙂", keys.published()))

    assert (opened.text, opened.why_not) == ("Kiitos – hyvä käynti 🙂", None)


def test_a_text_in_the_clear_needs_no_key():
    assert TextKeys().open(wire.Text(plain="hyvä")).text == "hyvä"


def test_the_newest_key_is_published_and_the_older_ones_still_open(keys):
    first = keys.new(NOON, SystemRandom())
    old = seal("first", keys.published())
    second = keys.new(LATER, SystemRandom())
    new = seal("second", keys.published())

    assert keys.published().id == second.id != first.id
    assert [keys.open_text(old), keys.open_text(new)] == ["first", "second"]


def test_a_retired_key_seals_no_more_and_opens_what_it_sealed(keys):
    first = keys.new(NOON, SystemRandom())
    second = keys.new(LATER, SystemRandom())
    sealed = seal("second", keys.published())

    keys.retire(second.id, LATER)
    fell_back = keys.published().id
    keys.retire(first.id, LATER)

    assert fell_back == first.id
    assert keys.published() is None
    assert keys.open_text(sealed) == "second"


def test_the_keys_outlive_the_program_in_a_file_that_only_its_owner_reads(keys, tmp_path):
    keys.new(NOON, SystemRandom())
    sealed = seal("a text of some length", keys.published())

    assert keys_in(tmp_path / "text-keys").open_text(sealed) == "a text of some length"
    for path in tmp_path.glob("text-keys.[12]"):
        assert path.stat().st_mode & 0o777 == 0o600
        assert b"a text" not in base64.b64decode(sealed.sealed)


def test_a_key_made_by_another_program_is_seen(keys, tmp_path):
    running = keys_in(tmp_path / "text-keys")
    assert running.published() is None

    keys.new(NOON, SystemRandom())

    assert running.published() == keys.published()


def test_without_the_key_a_text_stays_sealed(keys, tmp_path):
    keys.new(NOON, SystemRandom())
    sealed = seal("secret", keys.published())
    others = keys_in(tmp_path / "others")
    others.new(NOON, SystemRandom())

    for without in (others, TextKeys()):
        opened = without.open(sealed)
        assert (opened.text, opened.why_not) == (None, "no-key")


@settings(max_examples=25)
@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_text_with_any_bit_changed_is_damaged_and_never_another_text(tmp_path_factory, at, bit):
    keys = keys_in(tmp_path_factory.mktemp("keys") / "text-keys")
    keys.new(NOON, SystemRandom())
    sealed = seal("a text of some length", keys.published())
    body = bytearray(base64.b64decode(sealed.sealed))
    body[at % len(body)] ^= 1 << bit
    changed = wire.Text(sealed=base64.b64encode(body).decode(), key=sealed.key)

    assert keys.open(changed).why_not == "damaged"


@settings(max_examples=25)
@given(st.text(max_size=200))
def test_whatever_stands_in_place_of_a_sealed_text_is_no_error(tmp_path_factory, sealed):
    keys = keys_in(tmp_path_factory.mktemp("keys") / "text-keys")
    key = keys.new(NOON, SystemRandom())

    assert keys.open(wire.Text(sealed=sealed, key=key.id)).why_not == "damaged"


def test_a_text_of_any_size_is_shown_bounded_and_without_what_a_database_refuses(keys):
    keys.new(NOON, SystemRandom())

    assert keys.open_text(seal("a\0b" * 2000, keys.published())) == ("ab" * 2000)[:4000]


def test_one_damaged_copy_costs_nothing(keys, tmp_path):
    keys.new(NOON, SystemRandom())
    sealed = seal("x", keys.published())
    (tmp_path / "text-keys.1").write_bytes(b"rubbish")

    assert keys_in(tmp_path / "text-keys").open_text(sealed) == "x"


def test_a_damaged_file_is_never_written_over_since_what_it_opens_would_be_lost(keys, tmp_path):
    keys.new(NOON, SystemRandom())
    sealed = seal("x", keys.published())
    for copy in tmp_path.glob("text-keys.[12]"):
        copy.write_bytes(b"rubbish")
        os.utime(copy, (1, 1))

    with pytest.raises(StateDamaged):
        keys_in(tmp_path / "text-keys").new(LATER, SystemRandom())

    assert {copy.read_bytes() for copy in tmp_path.glob("text-keys.[12]")} == {b"rubbish"}
    assert keys.open_text(sealed) == "x"  # a service that runs goes on with what it has


def test_terminals_get_the_public_half_and_nothing_else(tmp_path):
    keys = keys_in(tmp_path / "text-keys")
    with a_centre(tmp_path, text_keys=keys) as centre:
        terminal = centre.a_terminal()
        before = terminal.get("/config").json()
        key = keys.new(NOON, SystemRandom())
        after = terminal.get("/config")

    assert "text_key" not in before
    assert after.json()["text_key"] == {"id": key.id, "public": key.public}
    assert base64.b64encode(key.private).decode() not in after.text


def test_a_key_is_nowhere_in_the_database(tmp_path):
    keys = keys_in(tmp_path / "text-keys")
    with a_centre(tmp_path, text_keys=keys) as centre:
        key = keys.new(NOON, SystemRandom())
        terminal = centre.a_terminal()
        text = {"sealed": seal("salainen", keys.published()).sealed, "key": key.id}
        assert terminal.verdicts(a_response(terminal.id, text=text)) == [("stored", None)]
        shown = centre.http.get("/comments?lang=en").text

    assert "salainen" in shown
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("central.db*"))
    assert b"salainen" not in stored
    assert key.private not in stored
    assert base64.b64encode(key.private) not in stored


def test_the_commands_make_list_and_retire_keys_and_never_print_the_private_half(tmp_path):
    def run(*arguments):
        where = ("--state", str(tmp_path), "--text-keys", str(tmp_path / "kept" / "keys"))
        state = where[:2] if arguments[0] == "audit" else where
        return CliRunner().invoke(main, ["central-admin", *arguments, *state])

    (tmp_path / "kept").mkdir()
    made = run("text-key", "new")
    listed = json.loads(run("text-key", "list", "--json").stdout)
    retired = run("text-key", "retire", made.stdout.strip())
    unknown = run("text-key", "retire", "k-none")
    log = [json.loads(line) for line in run("audit", "list", "--json").stdout.splitlines()]

    key = keys_in(tmp_path / "kept" / "keys").all()[0]
    assert listed == [
        {
            "id": key.id,
            "public": key.public,
            "made_at": listed[0]["made_at"],
            "retired_at": None,
            "is_published": True,
        }
    ]
    assert retired.exit_code == 0
    assert key.retired_at is not None
    assert isinstance(unknown.exception, SystemExit | KioskError)
    assert [entry["action"] for entry in log] == ["text-key-retired", "text-key-made"]
    assert "retired" in run("text-key", "list").stdout
