# ruff: noqa: INP001 - a Pico has files, not packages
"""A Raspberry Pi Pico as a box of smiley buttons: pins, USB, and the loop around box.py.

For MicroPython 1.20 or later. Copy box.py and this file to the Pico; docs/box.md says how, and how
to wire it. Whoever holds the first and the last button while plugging the box in gets MicroPython's
prompt instead, and can change these lines.
"""

import gc
import os
import select
import sys
import time

import machine
import micropython
from box import FIRMWARE, Box

# What may differ from box to box. Pins are GPIO numbers (GP2 is the Pico's leg 4).
BUTTONS = (2, 3, 4, 5, 6)
"""Worst to best, three to five of them, each closing to ground."""
LIGHTS = (10, 11, 12, 13, 14)
"""In the same order; () for a box without lights."""
BOX_ID = "pico-" + machine.unique_id().hex()
"""Another name, if you like: up to 30 letters, digits, - _ and . (no two boxes share one)."""

WATCHDOG_MS = 8000
STALLED_MS = 500
MOST_AT_ONCE = 32
"""Bytes a turn, so that no turn takes long enough to miss a finger."""
TIDY_MS = 1000


class Usb:
    """The serial line over the USB cable. It never waits, whether anybody listens or not."""

    def __init__(self) -> None:
        self._readable = select.poll()
        self._readable.register(sys.stdin, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(sys.stdout, select.POLLOUT)
        self._unsent = b""
        self._moved_at = 0

    def read(self) -> bytes:
        """What has come."""
        data = bytearray()
        while len(data) < MOST_AT_ONCE and self._readable.poll(0):
            data += sys.stdin.buffer.read(1)
        return bytes(data)

    def write(self, box: Box, now: int) -> None:
        """Send what is due, as far as there is room for it.

        A byte at a time: on a Pico "writable" means room for one, and writing more waits until the
        terminal reads, for up to half a second (MicroPython's mp_usbd_cdc_tx_strn).
        """
        for _ in range(MOST_AT_ONCE):
            if not self._writable.poll(0):
                break
            if not self._unsent:
                self._unsent = box.due(now)
            if not self._unsent:
                return
            sys.stdout.buffer.write(self._unsent[:1])
            self._unsent = self._unsent[1:]
            self._moved_at = now
        if self._unsent and time.ticks_diff(now, self._moved_at) > STALLED_MS:
            self._unsent = b""  # the age it tells would be wrong later; it is due again by itself


def run() -> None:
    """Be a box, for as long as there is power."""
    buttons = [machine.Pin(pin, machine.Pin.IN, machine.Pin.PULL_UP) for pin in BUTTONS]
    lights = [machine.Pin(pin, machine.Pin.OUT, value=0) for pin in LIGHTS]
    if not buttons[0].value() and not buttons[-1].value():
        return
    usb = Usb()
    box = Box(BOX_ID, len(buttons), FIRMWARE, int.from_bytes(os.urandom(2), "big"))
    micropython.kbd_intr(-1)  # a byte 3 on the line is noise, not somebody at a keyboard
    watchdog = machine.WDT(timeout=WATCHDOG_MS)
    shown = 0
    tidied_at = time.ticks_ms()
    while True:
        now = time.ticks_ms()
        closed = 0
        for index, button in enumerate(buttons):
            if not button.value():
                closed |= 1 << index
        box.levels(now, closed)
        box.heard(usb.read())
        usb.write(box, now)
        lit = box.lit(now)
        if lit != shown:
            shown = lit
            for index, light in enumerate(lights):
                light.value(lit >> index & 1)
        if not box.down and time.ticks_diff(now, tidied_at) > TIDY_MS:
            tidied_at = now
            gc.collect()  # often and short, and never while a finger is down
        watchdog.feed()
        time.sleep_us(500)


run()
