"""Which keyboards are attached, read from a tree of files as sysfs has it."""

import struct

import pytest

from kiosk.panel.keyboards import KEYPAD, ROW, attached_keyboards

WORD_BITS = 8 * struct.calcsize("l")
EVERY_KEY = range(1, 128)
POWER_BUTTON = (116,)
MOUSE = (0x110, 0x111, 0x112)


def as_the_kernel_prints(keys):
    """Hexadecimal words, highest first, without leading zeros or leading zero words."""
    mask = sum(1 << key for key in keys)
    words = []
    while mask:
        words.insert(0, f"{mask % 2**WORD_BITS:x}")
        mask >>= WORD_BITS
    return " ".join(words or ["0"]) + "\n"


def attach(sysfs, name, keys):
    """Plug a device in; like the kernel, as a link to where it really is."""
    real = sysfs / "devices" / name
    capabilities = real / "device" / "capabilities"
    capabilities.mkdir(parents=True, exist_ok=True)
    (capabilities / "key").write_text(as_the_kernel_prints(keys), "ascii")
    folder = sysfs / "class" / "input"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).symlink_to(real)


def detach(sysfs, name):
    (sysfs / "class" / "input" / name).unlink()


@pytest.mark.parametrize("keys", [ROW, KEYPAD, EVERY_KEY, (*MOUSE, *ROW)])
def test_what_has_the_keys_one_to_five_is_a_keyboard(tmp_path, keys):
    attach(tmp_path, "event3", keys)

    assert attached_keyboards(tmp_path) == {"event3"}


@pytest.mark.parametrize(
    "keys", [(), POWER_BUTTON, MOUSE, ROW[:4], KEYPAD[1:], (*ROW[:3], *KEYPAD[3:])]
)
def test_what_lacks_one_of_them_is_none(tmp_path, keys):
    attach(tmp_path, "event3", keys)

    assert attached_keyboards(tmp_path) == frozenset()


def test_each_keyboard_is_found_among_other_devices(tmp_path):
    attach(tmp_path, "event0", POWER_BUTTON)
    attach(tmp_path, "event1", EVERY_KEY)
    attach(tmp_path, "event2", MOUSE)
    attach(tmp_path, "event10", KEYPAD)
    attach(tmp_path, "input10", KEYPAD)  # the same device, a level up

    assert attached_keyboards(tmp_path) == {"event1", "event10"}
    detach(tmp_path, "event1")
    assert attached_keyboards(tmp_path) == {"event10"}


def test_one_device_that_cannot_be_read_hides_no_other(tmp_path):
    attach(tmp_path, "event1", EVERY_KEY)
    attach(tmp_path, "event2", EVERY_KEY)
    attach(tmp_path, "event3", EVERY_KEY)
    (tmp_path / "devices/event2/device/capabilities/key").write_bytes(b"fffe zz\xff\n")
    (tmp_path / "devices/event3/device/capabilities/key").unlink()

    assert attached_keyboards(tmp_path) == {"event1"}


def test_where_there_is_no_sysfs_nobody_can_know(tmp_path):
    assert attached_keyboards(tmp_path) is None


def test_this_machine_can_be_asked():
    assert attached_keyboards() is None or all(
        name.startswith("event") for name in attached_keyboards()
    )
