"""What `doctor` says of screens, buttons and rights: on machines made of plain files."""

import grp
import os
from pathlib import Path

import pytest

from device_config.checks.account import Account, account_of, joining, may_use
from device_config.checks.finding import Finding
from device_config.settings import PanelSettings
from device_config.state import hold, open_state
from kiosk.checks import panels as panels_checks
from kiosk.checks.machine import Machine
from kiosk.checks.network import FOLDERS, RULE, network_findings
from kiosk.checks.panels import panel_findings
from kiosk.checks.processes import holder
from kiosk.checks.screen import brightness_findings, screen_findings, sound_findings
from sync.wire import PanelFact

NOBODY = Account("palautepiste", 4321, frozenset())
ROOT = Account("root", 0, frozenset())
GPIO = PanelSettings(kind="gpio", buttons=(5, 6, 13))
KEYPAD = PanelSettings(kind="keypad")


def a_machine(folder: Path, *files: str, environment=None, **contents: str) -> Machine:
    """A machine with these files; `contents` by names with `__` for a slash."""
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    for name, text in contents.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "ascii")
    return Machine(folder, environment or {})


def ill(findings):
    return [each for each in findings if each.verdict in {"warn", "fail"}]


def one(findings) -> Finding:
    [found] = findings
    return found


# The screen

PI = ("dev/dri/card0", "dev/dri/renderD128", "dev/input/event0")
CONNECTED = {"sys__class__drm__card0-HDMI-A-1__status": "connected\n"}


def test_a_terminal_with_a_screen_and_a_touch_panel_is_well(tmp_path):
    machine = a_machine(tmp_path, *PI, **CONNECTED)

    assert ill(screen_findings(machine, ROOT, lambda _: True)) == []


def test_a_machine_without_graphics_is_told_with_the_line_for_a_pi(tmp_path):
    found = ill(screen_findings(a_machine(tmp_path, PI[2]), ROOT, lambda _: True))

    assert "no graphics card" in one(found).says
    assert "vc4-kms-v3d" in one(found).mend


def test_a_screen_that_is_not_plugged_in_is_told(tmp_path):
    disconnected = {"sys__class__drm__card0-HDMI-A-1__status": "disconnected\n"}
    machine = a_machine(tmp_path, *PI, **disconnected)

    assert one(ill(screen_findings(machine, ROOT, lambda _: True))).says == "none is connected"


def test_libraries_that_are_not_there_are_named_with_their_packages(tmp_path):
    machine = a_machine(tmp_path, *PI, **CONNECTED)

    found = one(ill(screen_findings(machine, ROOT, lambda name: "EGL" not in name)))

    assert "libEGL.so.1" in found.says
    assert found.mend == "sudo apt install libegl1"


def test_a_terminal_without_anything_to_touch_is_told(tmp_path):
    machine = a_machine(tmp_path, *PI[:2], **CONNECTED)

    assert "no touch panel" in one(ill(screen_findings(machine, ROOT, lambda _: True))).says


def test_an_account_that_may_not_draw_or_hear_touches_is_told_the_group_to_join(tmp_path):
    machine = a_machine(tmp_path, *PI, **CONNECTED)
    for name in PI:
        (tmp_path / name).chmod(0o660)

    found = ill(screen_findings(machine, NOBODY, lambda _: True))

    assert [each.check for each in found] == ["graphics", "touch"]
    assert "palautepiste may not use" in found[0].says


@pytest.mark.parametrize(
    "environment", [{"DISPLAY": ":0"}, {"WAYLAND_DISPLAY": "w"}, {"SDL_VIDEODRIVER": "offscreen"}]
)
def test_on_a_desktop_or_off_screen_there_is_no_screen_of_its_own_to_check(tmp_path, environment):
    found = one(screen_findings(a_machine(tmp_path, environment=environment), ROOT))

    assert found.verdict == "skip"


# Brightness

LIGHT = "sys/class/backlight/10-0045/brightness"


def test_a_light_is_looked_at_only_where_the_settings_want_one(tmp_path):
    assert one(brightness_findings(a_machine(tmp_path), NOBODY, 0)).verdict == "skip"
    assert "cannot be set" in one(brightness_findings(a_machine(tmp_path), NOBODY, 60)).says


def test_a_light_that_the_account_may_not_set_is_told_with_the_rule_that_lets_it(tmp_path):
    machine = a_machine(tmp_path, LIGHT)
    (tmp_path / LIGHT).chmod(0o644)

    found = one(brightness_findings(machine, NOBODY, 60))

    assert (found.verdict, "palautepiste may not write" in found.says) == ("warn", True)
    assert "90-palautepiste-backlight.rules" in found.mend
    (tmp_path / LIGHT).chmod(0o666)
    assert one(brightness_findings(machine, NOBODY, 60)).verdict == "ok"


# The network

NETWORK = ("run/NetworkManager/devices/2", "usr/bin/nmcli")
OUR_RULE = Path(__file__).parents[1] / "systemd" / RULE


def with_rule(folder, text):
    path = folder / FOLDERS[0] / RULE
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")


def test_without_network_manager_there_is_no_wifi_to_choose(tmp_path):
    with_rule(tmp_path, OUR_RULE.read_text("utf-8"))

    found = one(network_findings(a_machine(tmp_path, NETWORK[1]), NOBODY))

    assert (found.verdict, "NetworkManager does not run" in found.says) == ("skip", True)


def test_staff_can_choose_a_wifi_where_our_rule_is_installed(tmp_path):
    with_rule(tmp_path, OUR_RULE.read_text("utf-8"))

    found = one(network_findings(a_machine(tmp_path, *NETWORK), NOBODY))

    assert (found.verdict, found.says) == ("ok", "staff can choose a network")


def test_a_network_that_only_it_sets_up_is_no_fault_and_is_said(tmp_path):
    found = one(network_findings(a_machine(tmp_path, *NETWORK), NOBODY))

    assert (found.verdict, "staff cannot choose" in found.says) == ("skip", True)
    assert one(network_findings(a_machine(tmp_path, *NETWORK), ROOT)).verdict == "ok"


def test_a_rule_for_another_account_is_told_with_the_file_to_mend(tmp_path):
    with_rule(tmp_path, OUR_RULE.read_text("utf-8").replace("palautepiste", "kiosk"))

    found = one(network_findings(a_machine(tmp_path, *NETWORK), NOBODY))

    assert (found.verdict, RULE in found.mend) == ("warn", True)


def test_a_rule_that_may_not_be_looked_at_is_not_taken_for_missing(tmp_path):
    (tmp_path / FOLDERS[0] / RULE).mkdir(parents=True)

    found = one(network_findings(a_machine(tmp_path, *NETWORK), NOBODY))

    assert (found.verdict, "sudo palautepiste doctor" in found.says) == ("skip", True)


def test_network_manager_without_its_command_is_told_with_the_package(tmp_path):
    with_rule(tmp_path, OUR_RULE.read_text("utf-8"))

    found = one(ill(network_findings(a_machine(tmp_path, NETWORK[0]), NOBODY)))

    assert found.mend == "sudo apt install network-manager"


# Sound


def test_a_loudspeaker_is_missed_only_where_sound_is_wanted(tmp_path):
    machine = a_machine(tmp_path)

    assert one(sound_findings(machine, ROOT, is_wanted=False)).verdict == "skip"
    assert one(sound_findings(machine, ROOT, is_wanted=True)).verdict == "fail"
    machine = a_machine(tmp_path, "dev/snd/pcmC0D0p")
    assert one(sound_findings(machine, ROOT, is_wanted=True)).verdict == "ok"


# Panels


def look(machine, *panels, account=ROOT, told=(), is_kiosk_running=False):
    return one(panel_findings(panels, told, machine, account, is_kiosk_running=is_kiosk_running))


def a_port(folder):
    """A serial port that is there: one end of a pseudo-terminal."""
    master, slave = os.openpty()
    (folder / "box").symlink_to(os.ttyname(slave))
    return PanelSettings(kind="serial", port="/box"), (master, slave)


def test_a_box_that_is_plugged_in_is_well_and_is_not_opened(tmp_path):
    panel, ends = a_port(tmp_path)

    assert look(a_machine(tmp_path), panel).verdict == "ok"
    for end in ends:
        os.close(end)


def test_a_box_that_the_account_may_not_use_is_told_with_the_group(tmp_path):
    panel, ends = a_port(tmp_path)
    os.fchmod(ends[1], 0o600)

    found = look(a_machine(tmp_path), panel, account=NOBODY)

    assert found.verdict == "fail"
    assert "palautepiste may not use" in found.says
    for end in ends:
        os.close(end)


def test_a_box_that_is_not_plugged_in_is_told_with_the_way_to_compare(tmp_path):
    found = look(a_machine(tmp_path), PanelSettings(kind="serial", port="/dev/serial/by-id/box"))

    assert (found.verdict, found.says) == ("fail", "No such file or directory")
    assert "ls -l /dev/serial/by-id" in found.mend


def test_a_port_that_is_a_plain_file_is_told(tmp_path):
    machine = a_machine(tmp_path, "box")

    assert look(machine, PanelSettings(kind="serial", port="/box")).says == "is no serial port"


def test_pins_on_a_machine_that_has_none_are_told(tmp_path):
    assert "this machine has no pins" in look(a_machine(tmp_path), GPIO).says


def test_pins_without_their_library_are_told_with_its_package(tmp_path, monkeypatch):
    monkeypatch.setattr(panels_checks.importlib.util, "find_spec", lambda _: None)

    found = look(a_machine(tmp_path, "dev/gpiochip0"), GPIO)

    assert found.mend == "sudo apt install python3-lgpio"


def test_pins_that_the_account_may_not_use_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(panels_checks.importlib.util, "find_spec", lambda _: object())
    machine = a_machine(tmp_path, "dev/gpiochip0")
    (tmp_path / "dev/gpiochip0").chmod(0o660)

    assert look(machine, GPIO).verdict == "ok"
    assert "may not use" in look(machine, GPIO, account=NOBODY).says


def test_a_keyboard_that_nobody_plugged_in_is_no_fault(tmp_path):
    assert look(a_machine(tmp_path), KEYPAD).verdict == "skip"
    listed = a_machine(tmp_path, sys__class__input__event0__device__capabilities__key="7c")
    assert look(listed, KEYPAD).verdict == "ok"


def test_what_a_running_kiosk_says_of_a_panel_counts_and_what_a_dead_one_said_does_not(tmp_path):
    told = [PanelFact("gpio", "gpio:5,6,13", "ok")]
    machine = a_machine(tmp_path)

    running = look(machine, GPIO, told=told, is_kiosk_running=True)
    dead = look(machine, GPIO, told=told)

    assert (running.verdict, running.says) == ("ok", "works; in use by the kiosk")
    assert dead.verdict == "fail"


def test_a_terminal_without_panels_is_no_fault(tmp_path):
    assert look(a_machine(tmp_path)).verdict == "skip"


# Rights


def test_groups_that_systemd_adds_count_as_the_accounts_own(tmp_path):
    group = grp.getgrall()[-1]
    unit = tmp_path / "palautepiste-kiosk.service"
    unit.write_text(f"[Service]\nSupplementaryGroups=no-such-group {group.gr_name}\n")

    account = account_of(tmp_path, (tmp_path / "no.service", unit))

    assert group.gr_gid in account.groups
    assert account.uid == tmp_path.stat().st_uid


@pytest.mark.parametrize(
    ("mode", "uid", "groups", "may"),
    [
        (0o600, 0, (), True),
        (0o660, 4321, (), False),
        (0o660, 4321, (0,), True),
        (0o606, 4321, (), True),
        (0o606, 4321, (0,), False),
    ],
)
def test_a_device_may_be_used_as_its_mode_says(tmp_path, mode, uid, groups, may):
    device = tmp_path / "device"
    device.touch()
    status = os.stat_result((mode, *device.stat()[1:4], 0, 0, *device.stat()[6:]))

    assert may_use(status, Account("somebody", uid, frozenset(groups))) == may


def test_the_group_to_join_is_the_devices_own():
    group = next(each for each in grp.getgrall() if each.gr_gid)
    status = os.stat_result((0o660, 0, 0, 1, 0, group.gr_gid, 0, 0, 0, 0))

    assert f"usermod -aG {group.gr_name} palautepiste" in joining(status, Path("/dev/x"), NOBODY)


# Processes


def test_another_processs_lock_and_a_lock_of_another_file_are_not_taken_for_it(tmp_path):
    state = open_state(tmp_path / "state")
    state.file("sync.lock").write_text("77")
    inode = state.file("sync.lock").stat().st_ino

    def is_held(pid, of_inode):
        line = f"1: FLOCK  ADVISORY  WRITE {pid} fe:00:{of_inode} 0 EOF\n"
        return holder(state, "sync", a_machine(tmp_path, proc__locks=line)) is not None

    assert is_held(77, inode)
    assert not is_held(78, inode)
    assert not is_held(77, inode + 1)


def test_a_lock_that_the_kernel_does_not_list_is_nobodys(tmp_path):
    state = open_state(tmp_path / "state")
    with hold(state, "kiosk"):
        assert holder(state, "kiosk", Machine()).pid == os.getpid()
        assert holder(state, "sync", Machine()) is None
    assert holder(state, "kiosk", Machine()) is None
    assert holder(state, "kiosk", a_machine(tmp_path, "proc/locks")) is None
