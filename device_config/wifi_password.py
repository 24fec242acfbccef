"""A Wi-Fi password on its way from the screen to the agent: a 0600 file, read once.

An order's body would leave it in the database's files; this leaves nothing but a file's freed
blocks. What nobody fetched is deleted when the next one comes, or when the kiosk starts.
"""

import os
import re
import secrets
from contextlib import suppress

from device_config.disk import mend, open_private
from device_config.errors import StateNotWritable
from device_config.plain_file import read_plain
from device_config.state import StateDirectory

PREFIX = "wifi-password-"
NAME = re.compile(PREFIX + r"[0-9a-f]{16}")
MOST_BYTES = 300
"""More than any password has: WPA takes 63 characters."""


def leave_password(state: StateDirectory, password: str) -> str:
    """Put it there; returns the file's name. Raises StateNotWritable."""
    forget_passwords(state)
    path = state.path / f"{PREFIX}{secrets.token_hex(8)}"
    try:
        with os.fdopen(open_private(path), "wb") as file:
            file.write(password.encode())
    except OSError as error:
        with suppress(OSError):
            path.unlink()
        raise StateNotWritable(f"{path}: {error.strerror}; {mend(error, path)}") from None
    return path.name


def take_password(state: StateDirectory, name: object) -> str | None:
    """Fetch it and delete it; None when there is none of that name, or it is no text."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        return None
    path = state.path / name
    try:
        return read_plain(path, MOST_BYTES).decode()
    except (OSError, ValueError):
        return None
    finally:
        with suppress(OSError):
            path.unlink()


def forget_passwords(state: StateDirectory) -> None:
    """Delete what nobody fetched."""
    with suppress(OSError):
        for path in state.path.glob(f"{PREFIX}*"):
            with suppress(OSError):
                path.unlink()
