"""Wi-Fi in the real window, with fingers, a real agent, and a program that plays NetworkManager."""

import json

import pytest

from device_config.pin import hash_pin
from tests.fake_nmcli import put_on_path
from tests.staff_builders import PIN
from tests.staff_hands import SCREEN, enrolled, open_entry, touch, type_keys, unlock
from tests.world import Terminal

BEFORE = {
    "name": "Talo",
    "uuid": "uuid-1",
    "ssid": "Talo",
    "psk": "ennestään",
    "autoconnect": "yes",
}
HEARD = [
    {"ssid": "Talo", "signal": 70, "password": "ennestään"},
    {"ssid": "Sote: 5", "signal": 60, "password": "kahvipulla"},
]


@pytest.fixture(scope="module")
def pin_hash():
    return hash_pin(PIN)


@pytest.fixture
def terminal(tmp_path, pin_hash):
    return enrolled(Terminal(tmp_path, "http://127.0.0.1:9", SCREEN), pin_hash)


def type_password(reach, password):
    type_keys(reach, password)
    touch(reach, "join")


def test_a_wifi_is_chosen_and_joined_after_a_wrong_password_and_no_trace_of_it_stays(
    terminal, tmp_path, monkeypatch
):
    world = put_on_path(
        tmp_path / "bin", monkeypatch, networks=HEARD, profiles=[BEFORE], active="uuid-1"
    )
    with terminal.window() as reach, terminal.syncing():
        unlock(reach)
        open_entry(reach, "network", "network:1")
        listed = reach.look()["labels"]
        touch(reach, "network:2", "network:password")
        type_password(reach, "kahvipulli")
        reach.wait(lambda seen: "network:not-joined" in seen["key"], "what went wrong")
        after_failing = json.loads(world.read_text())["active"]
        touch(reach, "again", "network:password")
        type_keys(reach, "kahvipulla")
        hidden = reach.look()["written"]
        touch(reach, "show", "network:password:True")
        shown = reach.look()["written"]
        touch(reach, "join")
        reach.wait(lambda seen: "network:joined" in seen["key"], "the network")
    seen = json.loads(world.read_text())

    assert listed["network:2"] == "Sote: 5"
    assert after_failing == BEFORE["uuid"]
    assert (hidden, shown) == ("•" * 10, "kahvipulla")
    (profile,) = [each for each in seen["profiles"] if each["ssid"] == "Sote: 5"]
    assert seen["active"] == profile["uuid"]
    for path in terminal.state.rglob("*"):
        if path.is_file():
            assert b"kahvipull" not in path.read_bytes(), path


def test_where_networkmanager_is_not_the_page_says_that_it_sets_up_the_network(
    terminal, tmp_path, monkeypatch
):
    put_on_path(tmp_path / "bin", monkeypatch, is_stopped=True)
    with terminal.window() as reach, terminal.syncing():
        unlock(reach)
        open_entry(reach, "network", "network:failed")
        seen = reach.look()

    assert "IT" in seen["title"]
