"""Space on the disk that is set aside, so that whoever has begun can finish when it is full."""

import errno
import os
from pathlib import Path

from device_config.disk import open_private

RESERVE_BYTES = 8 * 1024 * 1024
"""Twice what the database's log takes before SQLite tidies it up, and thousands of answers."""
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Reserve:
    """A file of so many bytes that nobody reads; given back when the disk is full."""

    def __init__(self, path: Path, size: int = RESERVE_BYTES) -> None:
        self._path = path
        self._size = size
        self.is_kept = False
        """Whether the space is set aside, as far as this process knows."""

    def keep(self) -> bool:
        """Set the space aside, or what is missing of it; returns whether there is room for it.

        Raises OSError where no file can be made at all.
        """
        descriptor = open_private(self._path)
        try:
            os.posix_fallocate(descriptor, 0, self._size)
        except OSError as error:
            # A file system that cannot set anything aside must not end the collecting.
            self.is_kept = error.errno not in NO_ROOM
            if not self.is_kept:
                os.ftruncate(descriptor, 0)
        else:
            self.is_kept = True
        finally:
            os.close(descriptor)
        return self.is_kept

    def give_back(self) -> bool:
        """Free the space; returns whether there was any. Raises OSError."""
        self.is_kept = False
        if not self._path.exists() or not self._path.stat().st_size:
            return False
        os.truncate(self._path, 0)
        return True
