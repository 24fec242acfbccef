"""What staff's fingers do on the real window, for its tests. Holds no tests."""

import time

from device_config.credentials import Credentials, write_credentials
from device_config.pin import hash_pin
from device_config.state import open_state
from device_config.units import UnitList, UnitsFile
from kiosk.session.moves import GUARD_S
from tests.staff_builders import PIN, TERMINAL, UNITS
from tests.world import UNIT, run

TOKEN = "a-token-of-twenty-characters"
SCREEN = "[screen]\nsize = [800, 480]\n"
"""The smallest screen: what fits there fits everywhere, and it is quick to draw."""


def enrolled(terminal, pin_hash=None):
    """Let a terminal be one that was enrolled with our PIN, with a list of units."""
    state = open_state(terminal.state)
    pin_hash = pin_hash or hash_pin(PIN)
    write_credentials(
        state, Credentials(terminal_id=TERMINAL, token=TOKEN, staff_pin_hash=pin_hash)
    )
    UnitsFile.of(state).write(UnitList(units=UNITS))
    return terminal


def a_code(centre):
    """A code for setting up, with our PIN."""
    made = ["code", "new", "--unit", UNIT, "--pin", PIN, "--state", centre.folder]
    return run("central-admin", *made).stdout.strip()


def knock(reach, pause_s=0.0):
    """Left, right, left, right in the upper corners, with so long between two."""
    width, height = reach.ready()["size"]
    for x in (8, width - 8, 8, width - 8):
        reach.touch_at(x, height - 8)
        time.sleep(pause_s)
    return reach.wait(lambda seen: seen["key"].startswith("staff:"), "the staff pages")


def on_page(reach, name):
    """Wait for a staff page that takes touches."""
    return reach.wait(
        lambda seen: seen["key"].startswith(f"staff:{name}") and seen["is_ready"], f"page {name}"
    )


def touch(reach, choice, page=None):
    """Touch a choice once the page takes touches; wait for the page that it leads to."""
    reach.wait(lambda seen: seen["is_ready"] and choice in seen["choices"], f"the choice {choice}")
    reach.touch(choice)
    return on_page(reach, page) if page is not None else reach.look()


def type_keys(reach, keys, choice="key:{}"):
    """Touch keys one after the other, and see that each has done something."""
    for key in keys:
        before = _seen(reach.ready())
        reach.touch(choice.format(key))
        reach.wait(lambda now, before=before: _seen(now) != before, f"the key {key}")


def _seen(seen):
    return seen["written"], seen["dots"], seen["hint"]


def try_pin(reach, pin=PIN):
    type_keys(reach, pin)
    reach.touch("pin-ok")


def unlock(reach):
    """Knock and give the right PIN: the menu."""
    knock(reach)
    on_page(reach, "pin")
    try_pin(reach)
    return on_page(reach, "menu")


def open_entry(reach, entry, page):
    """One of the menu's entries, on whichever of its pages it is; returns the touches it took."""
    touches = 1
    while entry not in reach.ready()["choices"]:
        key = reach.look()["key"]
        touch(reach, "next")
        reach.wait(lambda seen, key=key: seen["key"] != key, "the menu's next page")
        touches += 1
    touch(reach, entry, page)
    return touches


def first_row(reach, unit):
    """Look until a unit is the first one, for as long as a person takes to see it there."""
    choice = f"unit:{unit.unit}"
    reach.wait(
        lambda seen: next(each for each in seen["choices"] if each[:5] == "unit:") == choice,
        "the first row",
    )
    time.sleep(2 * GUARD_S)
