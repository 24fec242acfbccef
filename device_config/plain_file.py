"""Small files that people bring into the state directory: read bounded, written whole or not."""

import errno
import os
import stat
from pathlib import Path

from device_config.disk import make_folder, mend, replace_file
from device_config.errors import StateNotWritable


def read_plain(path: Path, most_bytes: int, *, follows_link: bool = True) -> bytes:
    """A plain file's bytes; raises OSError, for a folder or a pipe too; ValueError if too large."""
    # Without O_NONBLOCK a pipe of that name would never open.
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(path, flags if follows_link else flags | os.O_NOFOLLOW)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a plain file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(most_bytes + 1)
    finally:
        os.close(descriptor)
    if len(content) > most_bytes:
        raise ValueError(f"over {most_bytes} bytes: too large")
    return content


def write_plain(path: Path, content: bytes) -> None:
    """Put a file in its place, its folders made if need be; when this returns it is on disk.

    Raises StateNotWritable; then the file is as it was, or the new one whole.
    """
    try:
        make_folder(path.parent)
        # Readable for all, unlike secrets: who imports may be another than who runs the kiosk.
        replace_file(path, content, 0o644)
    except OSError as error:
        raise StateNotWritable(f"{path}: {error.strerror}; {mend(error, path)}") from None
