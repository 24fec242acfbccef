"""What a program did, one step after another: to its files and folders, and to the world.

Files and folders have numbers, as inodes have; a name is an entry in a folder.
"""

from dataclasses import dataclass

ROOT = 0
"""The folder in which all is watched; it was there before, and on disk."""


@dataclass(frozen=True, slots=True)
class Made:
    """A file or folder without a name yet."""

    inode: int
    is_folder: bool


@dataclass(frozen=True, slots=True)
class Named:
    """An entry of a folder now stands for this inode, or for nothing."""

    folder: int
    name: str
    inode: int | None


@dataclass(frozen=True, slots=True)
class Renamed:
    """An entry of a folder has another name, and replaced what had that before."""

    folder: int
    old: str
    new: str
    inode: int


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes in a file."""

    inode: int
    offset: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Resized:
    """A file cut or stretched to this size."""

    inode: int
    size: int


@dataclass(frozen=True, slots=True)
class Mapped:
    """A file shared as memory: what is written to it from now on nobody sees, and nobody syncs."""

    inode: int


@dataclass(frozen=True, slots=True)
class Synced:
    """All that was done to a file or folder is on disk."""

    inode: int


@dataclass(frozen=True, slots=True)
class Said:
    """Bytes on standard output: the world knows."""

    content: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """Bytes into a socket: the world may know."""

    content: bytes


@dataclass(frozen=True, slots=True)
class Began:
    """A program's start; `step` says which of the recorded ones."""

    step: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A program's end, with exit code 0."""

    step: str


OnDisk = Made | Named | Renamed | Written | Resized | Mapped | Synced
InTheWorld = Said | Sent | Began | Ended
Operation = OnDisk | InTheWorld
