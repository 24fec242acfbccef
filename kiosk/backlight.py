"""The light behind the panel, through the kernel's backlight class.

Documentation/ABI/stable/sysfs-class-backlight: `brightness` takes 0 to `max_brightness`; 0 may be
dark altogether, so it is never written.
"""

import os
from pathlib import Path

from device_config.disk import say_once

FOLDER = Path("/sys/class/backlight")
LEAST = 5
"""Per cent: a panel that is darker looks broken."""
MEND = "install systemd/90-palautepiste-backlight.rules as /etc/udev/rules.d/, and start anew"


class Backlight:
    """The first backlight of this machine, if it has one."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder

    def percent(self) -> int | None:
        """How bright it is; None without a backlight that can be read."""
        read = self._read()
        return None if read is None else round(100 * read[1] / read[2])

    def can_be_set(self) -> bool:
        """Whether there is one, and we have the rights."""
        read = self._read()
        return read is not None and os.access(read[0], os.W_OK)

    def set(self, percent: int) -> bool:
        """Make it so bright; returns whether it is. What is missing is said once in the log."""
        read = self._read()
        if read is None:
            return False
        path, before, most = read
        wanted = max(round(most * max(percent, LEAST) / 100), 1)
        if wanted == before:
            return True
        try:
            path.write_text(str(wanted), "ascii")
        except OSError as error:
            say_once(f"brightness not set: {path}: {error.strerror}; {MEND}")
            return False
        return True

    def _read(self) -> tuple[Path, int, int] | None:
        """The file to write, what it says, and the most that it takes."""
        try:
            for device in sorted(self._folder.iterdir()):
                path = device / "brightness"
                most = int((device / "max_brightness").read_text("ascii"))
                if most > 0:
                    return path, int(path.read_text("ascii")), most
        except (OSError, ValueError):
            return None
        return None
