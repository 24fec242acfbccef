"""A disk with a cache before it, and what a power cut leaves of the two.

Only what was synced is sure. Of the rest any part may be there: each write whole, torn at sectors
or not at all, whatever came before or after it; a file's size old or new, with anything in the
gap; any of the names that were given and taken away since the folder was synced. Only a rename is
one step, done or not, as every journalling file system promises.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random

from tests.crash.operations import (
    ROOT,
    Made,
    Mapped,
    Named,
    Operation,
    Renamed,
    Resized,
    Synced,
    Written,
)

SECTOR = 512
CHANCES = (0.0, 0.1, 0.5, 0.9, 1.0)
"""Of an unsynced operation to be on disk: nothing, little, any mixture, nearly all, all."""
TORN = 0.3
SHARED_MEMORY_BYTES = 32 * 1024

Tree = dict[str, "bytes | Tree"]
"""A folder's entries: a file's bytes, or a folder."""


@dataclass
class _File:
    synced: bytearray = field(default_factory=bytearray)
    since: list[Written | Resized] = field(default_factory=list)
    is_mapped: bool = False

    def sync(self) -> None:
        for each in self.since:
            if isinstance(each, Written):
                _overwrite(self.synced, each.offset, each.content)
            else:
                _resize(self.synced, each.size, bytes)
        self.since.clear()

    def after_power_cut(self, random: Random) -> bytes:
        if self.is_mapped:
            return random.randbytes(random.choice((0, 7, SHARED_MEMORY_BYTES)))
        content, sizes = bytearray(self.synced), [len(self.synced)]
        chance, fill = random.choice(CHANCES), random.choice((bytes, random.randbytes))
        for each in self.since:
            if isinstance(each, Resized):
                if random.random() < chance:
                    _resize(content, each.size, bytes)
                    sizes = [each.size]
                continue
            sizes.append(max(sizes[-1], each.offset + len(each.content)))
            for offset, piece in _pieces(each, chance, random):
                if offset > len(content):
                    _resize(content, offset, fill)
                _overwrite(content, offset, piece)
        if random.random() >= chance:
            _resize(content, random.choice(sizes), fill)
        return bytes(content)


@dataclass
class _Folder:
    synced: dict[str, int] = field(default_factory=dict)
    since: list[Named | Renamed] = field(default_factory=list)

    def sync(self) -> None:
        for each in self.since:
            _enter(self.synced, each)
        self.since.clear()

    def after_power_cut(self, random: Random) -> dict[str, int]:
        entries, chance = dict(self.synced), random.choice(CHANCES)
        for each in self.since:
            if random.random() < chance:
                _enter(entries, each)
        return entries


class Disk:
    """The files and folders below ROOT, as operations change them."""

    def __init__(self) -> None:
        self._inodes: dict[int, _File | _Folder] = {ROOT: _Folder()}

    def take(self, operation: Operation) -> None:
        """Do what a program did."""
        match operation:
            case Made(inode, is_folder):
                self._inodes[inode] = _Folder() if is_folder else _File()
            case Named(folder) | Renamed(folder):
                self._inodes[folder].since.append(operation)
            case Written(inode) | Resized(inode):
                self._inodes[inode].since.append(operation)
            case Mapped(inode):
                self._inodes[inode].is_mapped = True
            case Synced(inode):
                self._inodes[inode].sync()

    def after_power_cut(self, random: Random) -> Tree:
        """One of the disks that could be left if the power went now."""
        return self._tree(ROOT, random)

    def _tree(self, folder: int, random: Random) -> Tree:
        entries = self._inodes[folder].after_power_cut(random)
        return {
            name: self._tree(inode, random)
            if isinstance(self._inodes[inode], _Folder)
            else self._inodes[inode].after_power_cut(random)
            for name, inode in entries.items()
        }


def write_out(tree: Tree, folder: Path) -> None:
    """Put a tree into a new folder."""
    folder.mkdir()
    for name, content in tree.items():
        if isinstance(content, bytes):
            (folder / name).write_bytes(content)
        else:
            write_out(content, folder / name)


def _pieces(written: Written, chance: float, random: Random) -> list[tuple[int, bytes]]:
    """What of a write reached the disk: all, some of its sectors, or nothing."""
    whole = [(written.offset, written.content)]
    if random.random() >= TORN:
        return whole if random.random() < chance else []
    return [
        (offset, written.content[offset - written.offset : until - written.offset])
        for offset, until in _sectors(written.offset, written.offset + len(written.content))
        if random.random() < chance
    ]


def _sectors(begin: int, end: int) -> list[tuple[int, int]]:
    cuts = [begin, *range((begin // SECTOR + 1) * SECTOR, end, SECTOR), end]
    return list(pairwise(cuts))


def _overwrite(content: bytearray, offset: int, piece: bytes) -> None:
    if offset > len(content):
        _resize(content, offset, bytes)
    content[offset : offset + len(piece)] = piece


def _resize(content: bytearray, size: int, fill) -> None:
    if size < len(content):
        del content[size:]
    else:
        content.extend(fill(size - len(content)))


def _enter(entries: dict[str, int], change: Named | Renamed) -> None:
    match change:
        case Named(_, name, None):
            entries.pop(name, None)
        case Named(_, name, inode):
            entries[name] = inode
        case Renamed(_, old, new, inode):
            entries.pop(old, None)
            entries[new] = inode
