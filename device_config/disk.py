"""How our files and folders come onto the disk: whole or not at all, and for the right account."""

import errno
import logging
import os
import pwd
import stat
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

log = logging.getLogger(__name__)

NO_RIGHT = (errno.EACCES, errno.EPERM)
IN_THE_WAY = (errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ELOOP)


def replace_file(path: Path, content: bytes, mode: int) -> None:
    """Put a file in its place; when this returns it is on disk. Raises OSError.

    Then the file is as it was, or the new one whole. `mode` holds whatever the umask is.
    """
    temporary = path.with_name(f".{path.name}.new")
    with suppress(FileNotFoundError):
        temporary.unlink()
    descriptor = os.open(
        temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, mode
    )
    with os.fdopen(descriptor, "wb") as file:
        _settle(descriptor, path.parent, mode)
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    temporary.replace(path)
    sync_directory(path.parent)


def make_folder(path: Path, mode: int = 0o755) -> None:
    """A folder and those that it lies in, if they are not there; raises OSError."""
    if path.is_dir():
        return
    make_folder(path.parent, mode)
    with suppress(FileExistsError):
        path.mkdir(mode=mode)
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            _settle(descriptor, path.parent, mode)
        finally:
            os.close(descriptor)
    if not path.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
    sync_directory(path.parent)


def open_private(path: Path) -> int:
    """A descriptor of a file for its owner alone, made if need be; raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        give_to_owner(descriptor, path.parent)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def give_to_owner(descriptor: int, folder: Path) -> None:
    """What root makes in a folder belongs to whom the folder belongs to; raises OSError.

    Else the account that the kiosk runs as could not read what `sudo palautepiste …` wrote.
    """
    if os.geteuid() == 0:
        owner = folder.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)


def sync_directory(path: Path) -> None:
    """Make the directory's entries survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def files_in(folder: Path, is_wanted: Callable[[str], bool]) -> tuple[Path, ...]:
    """The entries of a folder by name, none where there is no folder; raises OSError.

    `Path.glob` would take a folder that may not be read for an empty one.
    """
    try:
        names = os.listdir(folder)  # noqa: PTH208 - names, to be sorted before they are paths
    except FileNotFoundError:
        return ()
    return tuple(folder / name for name in sorted(names) if is_wanted(name))


def mend(error: OSError, path: Path) -> str:
    """What a person can do about an error with this path."""
    if error.errno in NO_RIGHT:
        return _whose(Path(error.filename) if error.filename else path)
    if error.errno in IN_THE_WAY:
        return f"{_obstacle(path)} is in the way: move it away"
    return "free some space or mount it writable"


def mend_reading(error: OSError, path: Path, otherwise: str) -> str:
    """The same for a file that is only to be read."""
    return _whose(path) if error.errno in NO_RIGHT else otherwise


@lru_cache(maxsize=1000)
def say_once(line: str) -> None:
    """Log a warning that would else come again every few seconds."""
    log.warning("%s", line)


def _settle(descriptor: int, folder: Path, mode: int) -> None:
    os.fchmod(descriptor, mode)
    give_to_owner(descriptor, folder)


def _whose(path: Path) -> str:
    """Whose account to use: the owner of the nearest thing that is there."""
    for place in (path, *path.parents):
        with suppress(OSError, KeyError):
            owner = pwd.getpwuid(place.stat().st_uid).pw_name
            us = pwd.getpwuid(os.geteuid()).pw_name
            if owner == us:
                return f"give {us} the right to it (chmod)"
            if place.parent.stat().st_uid == os.geteuid():
                return f"it is {owner}'s: sudo chown {us} {place}"
            return f"run this as {owner} (sudo -u {owner} …)"
    return "run this as an account that may"


def _obstacle(path: Path) -> Path:
    """The highest of these that is no folder, or else the path itself."""
    for place in reversed(path.parents):
        with suppress(OSError):
            if not stat.S_ISDIR(place.stat().st_mode):
                return place
    return path
