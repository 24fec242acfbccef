"""How the kiosk tells other programs that it takes no answers: a lock, and nothing that is written.

A full disk cannot prevent it, and a kiosk that is killed cannot leave it behind.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from device_config.disk import open_private

NAME = "out-of-order"


class OutOfOrderSign:
    """The kiosk's side; to be set again every few seconds, since a look may be in the way.

    Without a file there is no sign, and that is no reason not to collect.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._descriptor: int | None = None
        self._open()

    def set(self, *, is_up: bool) -> None:
        """Put the sign up or take it down; never waits, never raises OSError."""
        if self._descriptor is None:
            self._open()
        if self._descriptor is not None:
            how = fcntl.LOCK_EX | fcntl.LOCK_NB if is_up else fcntl.LOCK_UN
            with suppress(OSError):  # somebody is looking at this moment
                fcntl.flock(self._descriptor, how)

    def _open(self) -> None:
        with suppress(OSError):
            self._descriptor = open_private(self._path)


def is_out_of_order(folder: Path) -> bool:
    """Whether the kiosk of this state directory says that it takes no answers."""
    try:
        descriptor = os.open(folder / NAME, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
