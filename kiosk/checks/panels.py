"""Whether each panel of the settings is plugged in and may be used. No panel is opened.

Opening a serial port may start a box anew, and pins can be had by one program only.
"""

import importlib.util
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from device_config.checks.account import Account
from device_config.checks.finding import Finding, fail, ok, skip
from device_config.settings import PanelSettings
from kiosk.checks.devices import rights
from kiosk.checks.machine import Machine
from kiosk.panel.keyboards import attached_keyboards
from sync.wire import PanelFact

MENDS = {
    "lost": "check its cable and its power; palautepiste panel shows it live (end the kiosk first)",
    "stuck": "free the button that is held down",
}
"""By the state that the kiosk tells."""
STATES = {"lost": "does not answer", "stuck": "a button is stuck"}


def panel_findings(
    panels: Sequence[PanelSettings],
    told: Sequence[PanelFact],
    machine: Machine,
    account: Account,
    *,
    is_kiosk_running: bool,
) -> Iterator[Finding]:
    """Each panel by itself; `told` is what the kiosk last said of them."""
    if not panels:
        yield skip("panels", "none in the settings")
    known = {(each.kind, each.id): each.state for each in told} if is_kiosk_running else {}
    for panel in panels:
        name = panel_id(panel)
        state = known.get((panel.kind, name)) if panel.kind != "keypad" else None
        if state in MENDS:
            yield fail(name, f"{STATES[state]}, says the kiosk", MENDS[state])
        elif state == "ok":
            yield ok(name, "works; in use by the kiosk")
        else:
            yield _on_the_machine(name, panel, machine, account)


def panel_id(panel: PanelSettings) -> str:
    """What a panel is called where the kiosk tells of it."""
    match panel.kind:
        case "gpio":
            return "gpio:" + ",".join(map(str, panel.buttons))
        case "serial":
            return panel.port
        case "keypad":
            return "keypad"


def _on_the_machine(name: str, panel: PanelSettings, machine: Machine, account: Account) -> Finding:
    match panel.kind:
        case "gpio":
            return _pins(name, machine, account)
        case "serial":
            return _port(name, machine, account)
        case "keypad":
            return _keypad(name, machine)


def _pins(name: str, machine: Machine, account: Account) -> Finding:
    chips = machine.all("dev", "gpiochip*")
    if not chips:
        mend = "wire it to a Raspberry Pi, or take this [[panel]] out of terminal.toml"
        return fail(name, "this machine has no pins (/dev/gpiochip*)", mend)
    if importlib.util.find_spec("lgpio") is None:
        return fail(name, "Python's lgpio is not here", "sudo apt install python3-lgpio")
    return rights(name, chips, account, "the pins may be used")


def _port(name: str, machine: Machine, account: Account) -> Finding:
    if "://" in name:
        return skip(name, "no device of this machine")
    path = machine.at(name) if name.startswith("/") else Path(name)
    try:
        status = path.stat()
    except OSError as error:
        mend = "plug it in and compare with: ls -l /dev/serial/by-id; then correct panel.port"
        return fail(name, f"{error.strerror}", mend)
    if not stat.S_ISCHR(status.st_mode):
        return fail(name, "is no serial port", "correct panel.port: ls -l /dev/serial/by-id")
    return rights(name, (path,), account, "is there, and may be used")


def _keypad(name: str, machine: Machine) -> Finding:
    found = attached_keyboards(machine.at("sys"))
    if found is None:
        return skip(name, "this machine does not tell of its keyboards")
    if not found:
        return skip(name, "none is plugged in; one that is will be heard at once")
    return ok(name, f"{len(found)} keyboards with the keys 1 to 5")
