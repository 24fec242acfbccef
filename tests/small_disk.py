"""A disk that is really full when it is full. Holds no tests."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small disk")


@contextmanager
def a_small_disk(folder: Path, mib: int) -> Iterator[Path]:
    """A file system of so many MiB."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", folder]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill_up(disk: Path, leave: int = 0) -> Path:
    """Somebody else takes all that is free, but for so many bytes."""
    hog = disk / "hog"
    with hog.open("ab") as file, suppress(OSError):  # somebody else was quicker
        free = shutil.disk_usage(disk).free
        os.posix_fallocate(file.fileno(), file.tell(), max(free - leave, 1))
    return hog
