"""A Pico's pins without a Pico: one byte a pin in the file that the environment names.

Holds no tests. A `0` is a contact closed to ground, or a light that is off.
"""

import os

PINS = open(os.getenv("PINS"), "r+b", buffering=0)  # noqa: PTH123, SIM115 - as MicroPython has it


class Pin:
    IN, OUT, PULL_UP = 0, 1, 1

    def __init__(self, number, _mode, _pull=None, value=None):
        self._number = number
        if value is not None:
            self.value(value)

    def value(self, level=None):
        PINS.seek(self._number)
        if level is None:
            return int(PINS.read(1) == b"1")
        PINS.write(b"1" if level else b"0")
        return None


TURNS = 29
"""The byte that counts the turns of the program's loop, by the meals of its watchdog."""


class WDT:
    def __init__(self, timeout):
        self.timeout = timeout
        self._turns = 0

    def feed(self):
        self._turns = (self._turns + 1) % 256
        PINS.seek(TURNS)
        PINS.write(bytes([self._turns]))


def unique_id():
    return b"\xe6\x61\x64\x08\x43\x2c\x5a\x2d"
