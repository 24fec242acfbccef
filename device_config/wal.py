"""The write-ahead log of a database, looked at before SQLite does.

SQLite reads a log up to the first frame whose checksum does not fit and forgets what comes after,
which is right for a tail that a power cut tore, and loses answers without a word where a bad disk
damaged the middle. Layout: https://sqlite.org/fileformat2.html#the_write_ahead_log
"""

import errno
import struct
import sys
from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import SEEK_END, BytesIO
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

MAGIC = (0x377F0682, 0x377F0683)
"""Checksums of little-endian words, and of big-endian ones."""
HEADER_BYTES = 32
FRAME_HEADER_BYTES = 24
USUAL_PAGE_BYTES = 4096
NO_SALTS = bytes(8)


@dataclass(frozen=True, slots=True)
class Frame:
    """One page in the log: its number, where its image begins, and whether a commit ends here."""

    page: int
    offset: int
    page_bytes: int
    is_commit: bool


def log_of(database: Path) -> Path:
    """The log that belongs to a database file."""
    return database.with_name(database.name + "-wal")


def index_of(database: Path) -> Path:
    """The shared index of that log."""
    return database.with_name(database.name + "-shm")


def frames_of(log: BinaryIO) -> tuple[Frame, ...]:
    """The frames that were written since the log was last begun anew, whole or not.

    A sector that cannot be read costs the frame whose header lies on it.
    """
    head = read_at(log, 0, HEADER_BYTES)
    if _is_whole_header(head):
        page_bytes, salts = struct.unpack_from(">I4x8s", head, 8)
        return tuple(
            frame for frame, its_salts in _all_frames(log, page_bytes) if its_salts == salts
        )
    # What was begun last stands first; two frames that agree are of it.
    frames = list(_all_frames(log, USUAL_PAGE_BYTES))
    salts = next((one for (_, one), (_, two) in pairwise(frames) if one == two != NO_SALTS), b"")
    return tuple(frame for frame, its_salts in frames if its_salts == salts)


def _all_frames(log: BinaryIO, page_bytes: int) -> Iterator[tuple[Frame, bytes]]:
    end = log.seek(0, SEEK_END) - FRAME_HEADER_BYTES
    for offset in range(HEADER_BYTES, end + 1, FRAME_HEADER_BYTES + page_bytes):
        frame = read_at(log, offset, FRAME_HEADER_BYTES)
        if len(frame) == FRAME_HEADER_BYTES:
            page, pages_after, salts = struct.unpack_from(">2I8s", frame)
            image_at = offset + FRAME_HEADER_BYTES
            yield Frame(page, image_at, page_bytes, pages_after != 0), salts


def is_log_damaged(path: Path) -> bool:
    """Whether more is lost in a log than a power cut can take; raises OSError.

    Each commit is on disk before the next one begins. So a cut tears the last one at most, and a
    frame that does not fit, with two commits after it, was damaged. So was a log with a sector that
    cannot be read: SQLite opens no database beside it.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return False
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return True
    lost = lost_commits(frames_of(BytesIO(content)), whole_bytes(content))
    # A log that somebody begins anew meanwhile looks the same for a moment.
    return lost > 1 and _header(path) == content[:HEADER_BYTES]


def lost_commits(frames: Sequence[Frame], whole: int) -> int:
    """How many commits stand in a log behind the bytes that SQLite reads of it."""
    return sum(frame.is_commit for frame in frames if frame.offset > whole)


def missing_part(database: Path) -> str | None:
    """What of a database's three files somebody took away, or what its log lost; None if nothing.

    SQLite would begin such a database anew, or go on as if the answers in the log had never been.
    Raises OSError.
    """
    log, index = log_of(database), index_of(database)
    if _size(database) == 0 and _size(log) > HEADER_BYTES:
        return "the file is gone or empty, and its log is left"
    # Looked at twice, since another program may just be opening the database.
    if all(not log.exists() and _counts_unsaved_frames(index) for _ in range(2)):
        return "its log is gone"
    return "its log is damaged" if is_log_damaged(log) else None


def _counts_unsaved_frames(index: Path) -> bool:
    """Whether a log's index knows of frames that are not in the database file yet.

    An index alone says nothing: a power cut may bring one back that was deleted with its log. Not
    for an index that this process has open: closing it here would let go of SQLite's locks on it.
    Layout: https://sqlite.org/walformat.html#the_wal_index_file_format
    """
    try:
        with index.open("rb") as file:
            head = read_at(file, 0, 100)
    except FileNotFoundError:
        return False
    if len(head) < 100 or head[:48] != head[48:96] or not head[12]:
        return False
    (newest,), (saved,) = struct.unpack_from("=I", head, 16), struct.unpack_from("=I", head, 96)
    return bool(newest > saved)


def read_at(file: BinaryIO, offset: int, size: int) -> bytes:
    """So many bytes from there, or fewer at the file's end; none of a sector that is bad."""
    file.seek(offset)
    with suppress(OSError):
        return file.read(size)
    return b""


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _header(path: Path) -> bytes:
    with path.open("rb") as log:
        return log.read(HEADER_BYTES)


def _is_whole_header(head: bytes) -> bool:
    if len(head) < HEADER_BYTES or struct.unpack_from(">I", head)[0] not in MAGIC:
        return False
    return _checksum(head[:24], (0, 0), _is_big(head)) == struct.unpack_from(">2I", head, 24)


def _is_big(head: bytes) -> bool:
    """Whether its checksums take words as big-endian."""
    return bool(head[3] & 1)


def whole_bytes(content: bytes) -> int:
    """How far the log's checksums, each of which goes on from the one before, fit."""
    if not _is_whole_header(content[:HEADER_BYTES]):
        return 0
    page_bytes, salts = struct.unpack_from(">I4x8s", content, 8)
    sums = struct.unpack_from(">2I", content, 24)
    frame_bytes = FRAME_HEADER_BYTES + page_bytes
    at = HEADER_BYTES
    while len(frame := content[at : at + frame_bytes]) == frame_bytes:
        sums = _checksum(frame[:8], sums, _is_big(content))
        sums = _checksum(frame[FRAME_HEADER_BYTES:], sums, _is_big(content))
        if frame[8:16] != salts or sums != struct.unpack_from(">2I", frame, 16):
            break
        at += frame_bytes
    return at


def _checksum(raw: bytes, sums: tuple[int, ...], is_big: bool) -> tuple[int, ...]:
    words = array("I", raw)
    if is_big != (sys.byteorder == "big"):
        words.byteswap()
    one, two = sums
    for index in range(0, len(words), 2):
        one = (one + words[index] + two) & 0xFFFFFFFF
        two = (two + words[index + 1] + one) & 0xFFFFFFFF
    return one, two
