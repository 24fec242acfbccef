"""Wi-Fi through NetworkManager's command: what is heard, joining, and going back when it fails."""

import json
import stat

import pytest
from builders import a_reading, a_state, an_outbox
from hypothesis import given
from hypothesis import strategies as st

from device_config import road
from device_config.config_store import ConfigStore
from device_config.wifi_password import forget_passwords, leave_password, take_password
from kiosk.staff.effects import LeaveOrder
from kiosk.staff_deeds import TerminalDeeds
from sync import nmcli, wifi
from sync.nmcli import NmcliFailed, fields, secret_line
from sync.orders.carry_out import carry_out_orders
from sync.orders.desk import Desk
from tests.fake_nmcli import passwords, put_on_path

PASSWORD = "kahvi: ja\\pulla "
BEFORE = {
    "name": "Talo",
    "uuid": "uuid-1",
    "ssid": "Talo",
    "psk": "ennestään",
    "autoconnect": "yes",
}
HEARD = [
    {"ssid": "Talo", "signal": 70, "password": "ennestään"},
    {"ssid": "Sote: vieras \\ 5", "signal": 80, "password": PASSWORD},
    {"ssid": "Sote: vieras \\ 5", "signal": 30, "password": PASSWORD},
    {"ssid": "Kahvila ☕", "signal": 40, "security": ""},
    {"ssid": "eduroam", "signal": 90, "security": "WPA2 802.1X"},
    {"ssid": "Vanha", "signal": 20, "security": "WEP"},
    {"ssid": "Uusi", "signal": 10, "security": "WPA3", "password": PASSWORD},
    {"ssid": "", "signal": 99},
]
NEW = "Sote: vieras \\ 5"


@pytest.fixture
def world(tmp_path, monkeypatch):
    """A terminal in one network, that hears others; gives and takes the world's file."""
    file = put_on_path(
        tmp_path / "bin", monkeypatch, networks=HEARD, profiles=[BEFORE], active="uuid-1"
    )

    def look(**changes):
        seen = json.loads(file.read_text()) | changes
        file.write_text(json.dumps(seen))
        return seen

    return look


@pytest.fixture
def desk(tmp_path):
    state = a_state(tmp_path)
    return Desk(state, ConfigStore(state, None), an_outbox(tmp_path).db, lambda: None)


def carried_out(desk, kind, body):
    number = road.leave_order(desk.db, kind, body)
    carry_out_orders(desk, a_reading())
    return road.order_outcome(desk.db, number)


def joined(desk, ssid, password=PASSWORD):
    name = leave_password(desk.state, password)
    return carried_out(desk, "wifi-join", {"ssid": ssid, "password_file": name})


# What nmcli writes, and reads


@given(st.lists(st.text(st.characters(exclude_characters="\n")), min_size=1))
def test_any_values_are_read_as_they_were_before_nmcli_escaped_them(values):
    line = ":".join(each.replace("\\", "\\\\").replace(":", "\\:") for each in values)

    assert fields(line) == values


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Zl", "Zp", "Cc"])))
def test_any_password_arrives_as_it_was_typed(tmp_path_factory, password):
    file = tmp_path_factory.getbasetemp() / "passwd"
    file.write_bytes(secret_line("802-11-wireless-security.psk", password))

    assert passwords(str(file)) == {"802-11-wireless-security.psk": password}


def test_a_password_that_would_be_two_lines_is_refused():
    with pytest.raises(ValueError, match="control"):
        secret_line("psk", "one\ntwo")


# What is heard


@pytest.mark.usefixtures("world")
def test_each_network_is_listed_once_the_current_one_first_then_by_strength(desk):
    outcome = carried_out(desk, "wifi-scan", {})

    heard = [(each["ssid"], each["security"], each["signal"]) for each in outcome["networks"]]
    assert heard == [
        ("Talo", "password", 70),
        ("eduroam", "other", 90),
        (NEW, "password", 80),
        ("Kahvila ☕", "open", 40),
        ("Vanha", "other", 20),
        ("Uusi", "password", 10),
    ]
    assert [each["is_current"] for each in outcome["networks"]] == [True] + [False] * 5


def test_how_it_is_connected_is_said(world, desk):
    assert carried_out(desk, "wifi-status", {}) == {
        "done": True,
        "has_wifi": True,
        "is_wired": False,
        "wifi": "Talo",
    }
    world(wired=True, wifi=False)
    told = carried_out(desk, "wifi-scan", {})
    assert (told["error"], told["is_wired"]) == ("no-wifi", True)


@pytest.mark.parametrize("is_stopped", [True, False])
def test_without_networkmanager_that_is_said(tmp_path, monkeypatch, desk, is_stopped):
    if is_stopped:
        put_on_path(tmp_path / "bin", monkeypatch, is_stopped=True)
    else:
        monkeypatch.setenv("PATH", str(tmp_path))

    assert carried_out(desk, "wifi-scan", {})["error"] == "not-here"


# Joining


@pytest.mark.parametrize("ssid", [NEW, "Uusi"])
def test_a_network_is_joined_with_its_password_and_kept(world, desk, ssid):
    assert joined(desk, ssid) == {"done": True}

    seen = world()
    (profile,) = [each for each in seen["profiles"] if each["ssid"] == ssid]
    assert seen["active"] == profile["uuid"]
    assert profile["autoconnect"] == "yes"
    assert profile["key_mgmt"] == ("sae" if ssid == "Uusi" else "wpa-psk")
    assert BEFORE["uuid"] in [each["uuid"] for each in seen["profiles"]]
    assert carried_out(desk, "wifi-scan", {})["networks"][0]["is_ours"]


@pytest.mark.usefixtures("world")
def test_an_open_network_needs_no_password(desk):
    assert carried_out(desk, "wifi-join", {"ssid": "Kahvila ☕"}) == {"done": True}


@pytest.mark.parametrize(
    ("ssid", "password", "changes", "code"),
    [
        (NEW, "not the password", {}, "wrong-password"),
        (NEW, "short", {}, "wrong-password"),
        (NEW, PASSWORD, {"is_forbidden": True}, "not-allowed"),
        ("eduroam", PASSWORD, {}, "for-it"),
        ("Vanha", PASSWORD, {}, "for-it"),
        ("Gone", PASSWORD, {}, "not-found"),
        (
            NEW,
            PASSWORD,
            {"networks": [HEARD[0], HEARD[1] | {"has_no_address": True}]},
            "no-address",
        ),
    ],
)
def test_when_joining_fails_why_is_said_and_what_was_before_is_up_again(  # noqa: PLR0913, PLR0917 - a table
    world, desk, ssid, password, changes, code
):
    world(**changes)

    assert joined(desk, ssid, password)["error"] == code
    seen = world()
    assert seen["active"] == BEFORE["uuid"]
    assert [each["name"] for each in seen["profiles"]] == ["Talo"]


def test_a_network_manager_that_hangs_is_given_up_and_what_was_before_is_up_again(
    world, desk, monkeypatch
):
    monkeypatch.setattr(wifi, "JOIN_S", 0.2)
    monkeypatch.setattr(nmcli, "SLACK_S", 0.8)
    slow = HEARD[1]
    world(takes_s=1.5, networks=[slow])
    outcome = joined(desk, NEW)
    world(takes_s=0, networks=HEARD)

    assert outcome["error"] == "no-answer"
    ups = [call for call in world()["calls"] if "up" in call]
    assert ups[-1][-2:] == ["uuid", BEFORE["uuid"]]


def test_a_power_cut_while_joining_leaves_no_network_that_is_joined_by_itself(
    world, desk, monkeypatch
):
    class PowerCut(BaseException):
        pass

    def until_it_is_brought_up(*words, **options):
        if "up" in words:
            raise PowerCut
        return nmcli.run(*words, **options)

    monkeypatch.setattr(wifi, "run", until_it_is_brought_up)
    with pytest.raises(PowerCut):
        joined(desk, NEW)

    seen = world()
    (profile,) = [each for each in seen["profiles"] if each["ssid"] == NEW]
    assert profile["autoconnect"] == "no"
    assert seen["active"] == BEFORE["uuid"]


def test_a_new_password_for_the_same_network_takes_the_place_of_the_old_one(world, desk):
    joined(desk, NEW)
    world(networks=[HEARD[0], HEARD[1] | {"password": "new password"}])
    joined(desk, NEW, "new password")

    (profile,) = [each for each in world()["profiles"] if each["ssid"] == NEW]
    assert profile["psk"] == "new password"


def test_a_network_is_forgotten_and_no_other(world, desk):
    joined(desk, NEW)

    assert carried_out(desk, "wifi-forget", {"ssid": NEW}) == {"done": True}
    assert carried_out(desk, "wifi-forget", {"ssid": "Talo"}) == {"done": True}
    assert [each["name"] for each in world()["profiles"]] == ["Talo"]


# The password


def test_the_password_stands_in_no_list_of_processes_no_database_and_no_file_afterwards(
    world, desk
):
    joined(desk, NEW)
    joined(desk, NEW, "not the password")

    calls = json.dumps(world()["calls"], ensure_ascii=False)
    for password in ("pulla", "not the password"):
        assert password not in calls
        for path in desk.state.path.rglob("*"):
            if path.is_file():
                assert password.encode() not in path.read_bytes(), path


def test_the_file_of_a_password_is_for_its_owner_alone_and_read_once(tmp_path):
    state = a_state(tmp_path)
    name = leave_password(state, PASSWORD)

    assert stat.S_IMODE((state.path / name).stat().st_mode) == 0o600
    assert take_password(state, name) == PASSWORD
    assert take_password(state, name) is None


@pytest.mark.parametrize("name", ["../secret", "epoch.1", "", None, 7, "wifi-password-../../x"])
def test_no_other_file_is_ever_taken_for_a_password(tmp_path, name):
    state = a_state(tmp_path)
    (state.path / "epoch.1").write_text("precious")

    assert take_password(state, name) is None
    assert (state.path / "epoch.1").read_text() == "precious"


def test_a_password_that_nobody_fetched_goes_with_the_next_one_and_at_a_start(tmp_path):
    state = a_state(tmp_path)
    first, second = leave_password(state, "one"), leave_password(state, "two")
    assert take_password(state, first) is None
    forget_passwords(state)
    assert take_password(state, second) is None


def test_what_the_screen_asks_for_is_no_way_to_other_options_of_nmcli(world, desk):
    world(networks=[HEARD[0], {"ssid": "--ask", "password": PASSWORD}])

    assert joined(desk, "--ask") == {"done": True}
    (added,) = [call for call in world()["calls"] if "add" in call]
    assert added[added.index("ssid") + 1] == "--ask"


def test_its_words_are_taken_for_what_they_mean_whatever_surrounds_them():
    said = (
        "Warning: x\nError: Connection activation failed: (53) The Wi-Fi network could not be found"
    )
    with pytest.raises(NmcliFailed) as caught:
        raise nmcli._failure(4, said)

    assert caught.value.code == "not-found"


def test_from_the_screen_the_password_goes_by_the_file_and_never_into_the_database(tmp_path, world):
    state = a_state(tmp_path)
    outbox = an_outbox(tmp_path)
    deeds = TerminalDeeds(state, ConfigStore(state, None), a_reading)
    number = deeds.leave(LeaveOrder("wifi-join", {"ssid": NEW, "password": PASSWORD}))

    assert b"pulla" not in b"".join(each.read_bytes() for each in state.path.glob("device.db*"))
    desk = Desk(state, ConfigStore(state, None), outbox.db, lambda: None)
    carry_out_orders(desk, a_reading())
    assert deeds.outcome(number) == {"done": True}
    assert world()["active"] != BEFORE["uuid"]


def test_a_password_that_no_agent_ever_fetched_is_gone_after_the_next_start(tmp_path):
    state = a_state(tmp_path)
    an_outbox(tmp_path)
    store = ConfigStore(state, None)
    order = LeaveOrder("wifi-join", {"ssid": NEW, "password": PASSWORD})
    TerminalDeeds(state, store, a_reading).leave(order)

    TerminalDeeds(state, store, a_reading)

    assert not list(state.path.glob("wifi-password-*"))
    assert PASSWORD not in repr(order)
