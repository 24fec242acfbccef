"""What our programs take for the time of day, set from outside while they run. Holds no tests."""

import json
import os
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

HELSINKI = ZoneInfo("Europe/Helsinki")
# Boot and CLOCK_BOOTTIME stay this machine's.
PROGRAM = """
import json
from dataclasses import replace
from pathlib import Path

from device_config import clock

really = clock.read
said = Path(__file__).with_name("clock.json")


def pretended():
    now, told = really(), json.loads(said.read_text("ascii"))
    return replace(now, wall=now.wall + told["ahead"], is_synced=told["is_synced"])


clock.read = pretended
"""


def run_before(folder: Path, program: str) -> dict[str, str]:
    """The environment of processes in which this runs before our program, as Python's own hook."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(program, "utf-8")
    paths = (str(folder), os.environ.get("PYTHONPATH", ""))
    return {"PYTHONPATH": os.pathsep.join(each for each in paths if each)}


class PretendedClock:
    """The time of day in Helsinki, and whether it is right; at first it is, and as it really is.

    `environment` is that of the processes which take this for the time.
    """

    def __init__(self, folder: Path):
        self.environment = run_before(folder, PROGRAM) | {"TZ": HELSINKI.key}
        self._file = folder / "clock.json"
        self._say(0.0)

    def set(self, moment: datetime, *, is_right: bool = True) -> None:
        """From now on it is this moment, which has its zone, and goes on from there."""
        self._say(moment.timestamp() - time.time(), is_right=is_right)

    def _say(self, ahead: float, *, is_right: bool = True) -> None:
        told = self._file.with_suffix(".new")
        told.write_text(json.dumps({"ahead": ahead, "is_synced": is_right}), "ascii")
        told.replace(self._file)
