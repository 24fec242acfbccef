"""What a program does to its disk, heard at the kernel's door by strace(1).

Every call counts that names a watched file or one of its descriptors: one that this model does not
know is an error, so that a new way of writing cannot go unseen. Modes and owners are not modelled.
"""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.crash.disk import Tree
from tests.crash.operations import (
    ROOT,
    Began,
    Ended,
    Made,
    Mapped,
    Named,
    Operation,
    Renamed,
    Resized,
    Said,
    Sent,
    Synced,
    Written,
)

LEFT_OUT = (
    "!read,pread64,readv,preadv,futex,brk,munmap,mprotect,madvise,rt_sigaction,rt_sigprocmask"
)
MOST_BYTES = 32 * 1024 * 1024
LONGEST_S = 300
LINE = re.compile(r"^(\d+) +(\w+)\((.*)\) += (-?\d+|0x[0-9a-f]+|\?)")
UNFINISHED = re.compile(r"^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$")
RESUMED = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>(.*)$")
STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
ARGUMENT = re.compile(r'((?:"[^"]*"|\{[^}]*\}|\[[^\]]*\]|[^,])+)(?:, ?|$)')
HARMLESS = """
    stat lstat fstat newfstatat statx access faccessat faccessat2 readlink readlinkat getdents64
    chmod fchmod fchmodat chown fchown fchownat utimensat flock ioctl fadvise64 execve getcwd chdir
    statfs fstatfs
"""


class UnknownCall(AssertionError):
    """A watched file was used in a way that the model does not know."""


@dataclass
class _Open:
    """An open file description: what two descriptors share after dup(2)."""

    inode: int
    offset: int = 0
    appends: bool = False


@dataclass
class Recorder:
    """What programs did below a folder, one program after another."""

    root: Path
    operations: list[Operation] = field(default_factory=list)
    _folders: dict[int, dict[str, int]] = field(default_factory=lambda: {ROOT: {}})
    _sizes: dict[int, int] = field(default_factory=dict)
    _descriptors: dict[int, _Open] = field(default_factory=dict)

    def begin_with(self, tree: Tree, folder: int = ROOT) -> None:
        """What lies in the watched folder already, on disk."""
        for name, content in tree.items():
            inode = self._make((folder, name), is_folder=not isinstance(content, bytes))
            if isinstance(content, bytes):
                self._write(inode, 0, content)
            else:
                self.begin_with(content, inode)
            self.operations.append(Synced(inode))
        self.operations.append(Synced(folder))

    def run(self, step: str, command: list[str]) -> None:
        """Run a program to its end and write down what it did; it must end with 0."""
        with TemporaryDirectory() as folder:
            trace = Path(folder) / "trace"
            strace = ["strace", "-f", "--seccomp-bpf", "-qq", "-xx", "-s", str(MOST_BYTES)]
            done = subprocess.run(
                [*strace, "-e", f"trace={LEFT_OUT}", "-o", str(trace), *command],
                capture_output=True,
                text=True,
                timeout=LONGEST_S,
                check=False,
                stdin=subprocess.DEVNULL,
            )
            assert done.returncode == 0, f"{step}: {done.stderr[-2000:]}"
            self.operations.append(Began(step))
            self._descriptors.clear()
            with trace.open("r", encoding="ascii") as lines:
                for begun_at, name, arguments, returned in self._calls(lines):
                    before = len(self.operations)
                    self._hear(name, arguments, returned)
                    if begun_at < before < len(self.operations):
                        raise UnknownCall(f"{name}: at the same time as another thread's")
            self.operations.append(Ended(step))

    def _calls(self, lines) -> Iterator[tuple[int, str, list[str], int]]:
        """The calls that succeeded, each at its end, with how far we were at its beginning."""
        begun: dict[str, tuple[str, int]] = {}
        for line in lines:
            if found := UNFINISHED.match(line):
                begun[found[1]] = (f"{found[1]} {found[2]}({found[3]}", len(self.operations))
                continue
            begun_at = len(self.operations)
            if resumed := RESUMED.match(line):
                head, begun_at = begun.pop(resumed[1])
                line = head + resumed[3]  # noqa: PLW2901 - the two halves are one line
            found = LINE.match(line)
            if found is None or found[4] == "?" or found[4].startswith("-"):
                continue
            arguments = [each[1].strip() for each in ARGUMENT.finditer(found[3])]
            yield begun_at, found[2], arguments, int(found[4], 0)

    def _hear(self, name: str, arguments: list[str], returned: int) -> None:
        heard: Callable[[list[str], int], None] | None = getattr(self, f"_on_{name}", None)
        if heard is not None:
            heard(arguments, returned)
        elif name not in HARMLESS.split() and self._is_watched(arguments):
            raise UnknownCall(f"{name}({', '.join(arguments)[:200]})")

    def _is_watched(self, arguments: list[str]) -> bool:
        first = arguments[0] if arguments else ""
        if first.isdigit() and int(first) in self._descriptors:
            return True
        return any(
            self._below(os.fsdecode(_bytes(each))) for each in arguments if each.startswith('"')
        )

    # Names

    def _below(self, path: str) -> str | None:
        """A path relative to the watched folder; None for any other."""
        prefix = f"{self.root}/"
        return path.removeprefix(prefix) if path.startswith(prefix) else None

    def _place(self, at: str, argument: str) -> tuple[int, str] | None:
        """The folder and the name that a call names, if it is watched."""
        path = os.fsdecode(_bytes(argument))
        if at.isdigit() and int(at) in self._descriptors and not path.startswith("/"):
            raise UnknownCall(f"a path relative to a folder's descriptor: {path}")
        below = self._below(path)
        if below is None:
            return None
        *folders, name = below.rstrip("/").split("/")
        inode = ROOT
        for each in folders:
            inode = self._folders[inode][each]
        return inode, name

    def _name(self, place: tuple[int, str], inode: int | None) -> None:
        folder, name = place
        if inode is None:
            del self._folders[folder][name]
        else:
            self._folders[folder][name] = inode
        self.operations.append(Named(folder, name, inode))

    def _make(self, place: tuple[int, str], *, is_folder: bool) -> int:
        inode = len(self._folders) + len(self._sizes)
        if is_folder:
            self._folders[inode] = {}
        else:
            self._sizes[inode] = 0
        self.operations.append(Made(inode, is_folder))
        self._name(place, inode)
        return inode

    def _on_openat(self, arguments: list[str], returned: int) -> None:
        self._descriptors.pop(returned, None)
        at, path, flags = arguments[:3]
        if os.fsdecode(_bytes(path)) == str(self.root):
            self._descriptors[returned] = _Open(ROOT)
            return
        place = self._place(at, path)
        if place is None:
            return
        inode = self._folders[place[0]].get(place[1])
        if inode is None:
            inode = self._make(place, is_folder=False)
        elif "O_TRUNC" in flags:
            self._resize(inode, 0)
        self._descriptors[returned] = _Open(inode, appends="O_APPEND" in flags)

    def _on_mkdirat(self, arguments: list[str], _returned: int) -> None:
        if place := self._place(*arguments[:2]):
            self._make(place, is_folder=True)

    def _on_mkdir(self, arguments: list[str], returned: int) -> None:
        self._on_mkdirat(["AT_FDCWD", *arguments], returned)

    def _on_unlinkat(self, arguments: list[str], _returned: int) -> None:
        if place := self._place(*arguments[:2]):
            self._name(place, None)

    def _on_unlink(self, arguments: list[str], returned: int) -> None:
        self._on_unlinkat(["AT_FDCWD", *arguments], returned)

    _on_rmdir = _on_unlink

    def _on_rename(self, arguments: list[str], returned: int) -> None:
        old, new = arguments
        self._on_renameat(["AT_FDCWD", old, "AT_FDCWD", new], returned)

    def _on_renameat(self, arguments: list[str], _returned: int) -> None:
        old, new = self._place(*arguments[:2]), self._place(*arguments[2:4])
        if old is None and new is None:
            return
        if old is None or new is None or old[0] != new[0]:
            raise UnknownCall("a rename from one folder to another")
        folder = self._folders[old[0]]
        inode = folder[new[1]] = folder.pop(old[1])
        self.operations.append(Renamed(old[0], old[1], new[1], inode))

    # Contents

    def _on_write(self, arguments: list[str], returned: int) -> None:
        descriptor = int(arguments[0])
        content = _bytes(arguments[1])[:returned]
        if opened := self._descriptors.get(descriptor):
            if opened.appends:
                opened.offset = self._sizes[opened.inode]
            self._write(opened.inode, opened.offset, content)
            opened.offset += returned
        elif descriptor == 1:
            self.operations.append(Said(content))

    def _on_pwrite64(self, arguments: list[str], returned: int) -> None:
        if opened := self._descriptors.get(int(arguments[0])):
            self._write(opened.inode, int(arguments[3]), _bytes(arguments[1])[:returned])

    def _write(self, inode: int, offset: int, content: bytes) -> None:
        self._sizes[inode] = max(self._sizes[inode], offset + len(content))
        self.operations.append(Written(inode, offset, content))

    def _on_ftruncate(self, arguments: list[str], _returned: int) -> None:
        if opened := self._descriptors.get(int(arguments[0])):
            self._resize(opened.inode, int(arguments[1]))

    def _on_fallocate(self, arguments: list[str], _returned: int) -> None:
        if opened := self._descriptors.get(int(arguments[0])):
            mode, offset, length = (int(each) for each in arguments[1:])
            if mode:
                raise UnknownCall(f"fallocate with mode {mode}")
            self._resize(opened.inode, max(self._sizes[opened.inode], offset + length))

    def _resize(self, inode: int, size: int) -> None:
        self._sizes[inode] = size
        self.operations.append(Resized(inode, size))

    def _on_fsync(self, arguments: list[str], _returned: int) -> None:
        if opened := self._descriptors.get(int(arguments[0])):
            self.operations.append(Synced(opened.inode))

    _on_fdatasync = _on_fsync

    def _on_mmap(self, arguments: list[str], _returned: int) -> None:
        flags, descriptor = arguments[3], int(arguments[4])
        opened = self._descriptors.get(descriptor)
        if opened is None or "PROT_WRITE" not in arguments[2] or "MAP_SHARED" not in flags:
            return
        names = [
            name
            for each in self._folders.values()
            for name, to in each.items()
            if to == opened.inode
        ]
        if not all(name.endswith("-shm") for name in names):
            raise UnknownCall(f"{names}: written as shared memory")
        self.operations.append(Mapped(opened.inode))

    # Descriptors

    def _on_lseek(self, arguments: list[str], returned: int) -> None:
        if opened := self._descriptors.get(int(arguments[0])):
            opened.offset = returned

    def _on_close(self, arguments: list[str], _returned: int) -> None:
        self._descriptors.pop(int(arguments[0]), None)

    def _on_dup(self, arguments: list[str], returned: int) -> None:
        self._descriptors.pop(returned, None)
        if opened := self._descriptors.get(int(arguments[0])):
            self._descriptors[returned] = opened

    _on_dup2 = _on_dup3 = _on_dup

    def _on_fcntl(self, arguments: list[str], returned: int) -> None:
        if arguments[1].startswith("F_DUPFD"):
            self._on_dup(arguments, returned)

    def _on_sendto(self, arguments: list[str], returned: int) -> None:
        self.operations.append(Sent(_bytes(arguments[1])[:returned]))

    # Programs

    def _on_clone(self, arguments: list[str], _returned: int) -> None:
        if "CLONE_THREAD" not in " ".join(arguments):
            raise UnknownCall("a process of its own was started")

    _on_clone3 = _on_vfork = _on_fork = _on_clone


def _bytes(argument: str) -> bytes:
    found = STRING.fullmatch(argument)
    if found is None or found[2]:
        raise UnknownCall(f"no whole string: {argument[:80]}")
    return bytes.fromhex(found[1].replace("\\x", ""))
