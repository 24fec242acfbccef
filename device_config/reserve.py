"""Space on the disk that is set aside, so that whoever has begun can finish when it is full."""

import errno
import os
from contextlib import suppress
from pathlib import Path

from device_config.disk import open_private, say_once

RESERVE_BYTES = 8 * 1024 * 1024
"""Twice what the database's log takes before SQLite tidies it up, and thousands of answers."""
LAST_BYTES = 512 * 1024
"""The last part of it: without a log and its index not even a copy can be deleted."""
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

        Where none can be set aside for another reason, that must not end the collecting.
        """
        try:
            descriptor = open_private(self._path)
        except OSError as error:
            self.is_kept = self._is_no_matter(error)
            return self.is_kept
        try:
            self.is_kept = self._is_allocated(descriptor, self._size)
        finally:
            os.close(descriptor)
        return self.is_kept

    def keep_last(self) -> None:
        """Set the last part aside, if there is room for that."""
        with suppress(OSError):
            descriptor = open_private(self._path)
            try:
                self._is_allocated(descriptor, LAST_BYTES)
            finally:
                os.close(descriptor)

    def give_back(self) -> bool:
        """Free the space, but for the last part; returns whether there was any."""
        return self._shrink_to(LAST_BYTES)

    def give_back_last(self) -> bool:
        """Free the last part, too; returns whether there was any."""
        return self._shrink_to(0)

    def _is_allocated(self, descriptor: int, size: int) -> bool:
        before = os.fstat(descriptor).st_size
        try:
            os.posix_fallocate(descriptor, 0, size)
        except OSError as error:
            if self._is_no_matter(error):
                return True
            os.ftruncate(descriptor, before)
            return False
        return True

    def _is_no_matter(self, error: OSError) -> bool:
        if error.errno in NO_ROOM:
            return False
        say_once(f"{self._path}: no space can be set aside: {error.strerror}")
        return True

    def _shrink_to(self, size: int) -> bool:
        self.is_kept = False
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:
            return False
        try:
            if os.fstat(descriptor).st_size <= size:
                return False
            os.ftruncate(descriptor, size)
        finally:
            os.close(descriptor)
        return True


def is_set_aside(path: Path) -> bool:
    """Whether some kiosk holds the whole space in this file, as another program sees it."""
    try:
        return path.stat().st_size >= RESERVE_BYTES
    except OSError:
        return False


def is_short_of_space(folder: Path) -> bool:
    """Whether so little is free that what fails may fail for that; raises OSError."""
    disk = os.statvfs(folder)
    has_no_names_left = disk.f_files > 0 and disk.f_favail == 0
    return disk.f_bavail * disk.f_frsize < RESERVE_BYTES or has_no_names_left
