"""What a Pico's MicroPython has and CPython has not. Holds no tests."""


def kbd_intr(_character):
    """A pseudo-terminal in raw mode interrupts nobody."""
