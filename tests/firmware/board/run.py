"""Runs a Pico's main.py on this machine's Python: the file as it is, a pseudo-terminal for USB.

Use: run.py FOLDER, with the pseudo-terminal as standard input and output. Holds no tests.
"""

import os
import runpy
import sys
import time
from pathlib import Path
from types import SimpleNamespace

TICKS = 1 << 30


def raw(descriptor, mode):
    """A standard stream as MicroPython has it: its `buffer` holds nothing back."""
    stream = os.fdopen(descriptor, mode, buffering=0)
    return SimpleNamespace(buffer=stream, fileno=stream.fileno, flush=stream.flush)


time.ticks_ms = lambda: int(time.monotonic() * 1000) % TICKS
time.ticks_diff = lambda now, then: (now - then + TICKS // 2) % TICKS - TICKS // 2
time.sleep_us = lambda us: time.sleep(us / 1_000_000)
sys.stdin, sys.stdout = raw(0, "rb"), raw(1, "wb")
sys.path[:0] = [sys.argv[1]]
runpy.run_path(str(Path(sys.argv[1]) / "main.py"), run_name="__main__")
