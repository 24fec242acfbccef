"""Rows, records and documents in the bytes of a database and its log, without SQLite's help.

For what SQLite cannot reach any more: each page is looked at for itself, and a sector that cannot
be read costs its page. The layout of pages, cells, records and frames:
https://sqlite.org/fileformat2.html. Reads one page at a time.
"""

import re
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from io import SEEK_END, BytesIO
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import BinaryIO

from device_config.wal import (
    USUAL_PAGE_BYTES,
    Frame,
    frames_of,
    lost_commits,
    read_at,
    whole_bytes,
)
from sync.salvage.rows import Row, checked_row, row_of_document

HEADER = b"SQLite format 3\0"
LEAF, INTERIOR = 0x0A, 0x02
"""Both kinds of page of an index, which a table WITHOUT ROWID is, hold rows."""
ROWID_LEAF = 0x0D
"""The one kind that does in any other table: each with its number before it."""
LONGEST_CHAIN = 64
"""Pages of one row; the largest document takes a fraction."""
NUMBER_BYTES = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 8: 0, 9: 0}
"""Serial types of whole numbers, and how many bytes follow."""
BEGINNING = re.compile(rb'\{"id":"[0-9a-f-]{36}"')
END = re.compile(rb'"epoch":(\d{1,16}),"seq":(\d{1,16})\}')
"""A document as the outbox encodes it: its id comes first, its number last."""

Record = tuple[int | None, list[object]]
"""A record's rowid, if it has one, and its columns."""

NO_ROW = (IndexError, ValueError, TypeError, struct.error, OverflowError)
"""What taking bytes apart raises where they are no row."""


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of a database, as its file and its log have them."""

    file: BinaryIO
    size: int
    """Bytes of one page."""
    usable: int
    """Bytes of it that SQLite uses."""
    log: BinaryIO
    frames: tuple[Frame, ...]
    newest: dict[int, int]
    """By page number, where in the log its newest image begins."""
    whole_log_bytes: int
    """How far SQLite reads the log."""

    # What is there already is not taken apart again: that is the slow part.
    is_known: Callable[[int, int], bool]

    def image(self, number: int) -> bytes:
        """A page as it was last written; short, or empty, where there is none."""
        if number in self.newest:
            return read_at(self.log, self.newest[number], self.size)
        return read_at(self.file, (number - 1) * self.size, self.size)

    @property
    def has_faulty_log(self) -> bool:
        """Whether SQLite reads less of the log than a power cut can have left unfinished."""
        return lost_commits(self.frames, self.whole_log_bytes) > 1


@contextmanager
def open_pages(
    path: Path, log_path: Path, is_known: Callable[[int, int], bool] = lambda *_: False
) -> Iterator[Pages]:
    """The pages of a database file and its log; either may be missing. Raises OSError.

    `is_known` says of an epoch and a seq whether their row is no longer looked for.
    """
    with ExitStack() as stack:
        file, log = (
            stack.enter_context(each.open("rb")) if each.exists() else BytesIO()
            for each in (path, log_path)
        )
        frames = frames_of(log)
        head = read_at(file, 0, 100)
        is_header = head.startswith(HEADER) and len(head) == 100
        size = int.from_bytes(head[16:18], "big") if is_header else 0
        size = frames[0].page_bytes if frames else 65536 if size == 1 else size
        if size < 512:
            size = USUAL_PAGE_BYTES
        reserved = head[20] if is_header else 0
        newest = {frame.page: frame.offset for frame in frames}
        whole = whole_bytes(read_at(log, 0, -1))
        yield Pages(file, size, size - reserved, log, frames, newest, whole, is_known)


def rows_in_log(pages: Pages, after: int = 0) -> Iterator[Row]:
    """Rows in a database's log from so many bytes on, the newest images first."""
    for frame in reversed([frame for frame in pages.frames if frame.offset > after]):
        yield from _rows_of(pages, read_at(pages.log, frame.offset, pages.size), frame.page)


def rows_in_file(pages: Pages) -> Iterator[Row]:
    """Rows in the database file itself, page by page."""
    for number in range(1, pages.file.seek(0, SEEK_END) // pages.size + 2):
        page = read_at(pages.file, (number - 1) * pages.size, pages.size)
        yield from _rows_of(pages, page, number)


def current_records(pages: Pages) -> Iterator[Record]:
    """The records of every page as it was last committed."""
    end = inf if pages.has_faulty_log else pages.whole_log_bytes
    newest = {frame.page: frame.offset for frame in pages.frames if frame.offset < end}
    count = pages.file.seek(0, SEEK_END) // pages.size + 1
    for number in sorted({*range(1, count + 1), *newest}):
        if number in newest:
            page = read_at(pages.log, newest[number], pages.size)
        else:
            page = read_at(pages.file, (number - 1) * pages.size, pages.size)
        yield from _records(pages, page, 100 if number == 1 else 0)


def _records(pages: Pages, page: bytes, begin: int) -> Iterator[Record]:
    if page[begin : begin + 1] == bytes([ROWID_LEAF]):
        for cell in _cells(page, begin, 8):
            with suppress(*NO_ROW):
                length, at = _varint(page, cell)
                rowid, at = _varint(page, at)
                local = _local_bytes(length, pages.usable, pages.usable - 35)
                yield rowid, _values(_whole(pages, page, at, length, local))
    for payload in _payloads(pages, page, begin):
        with suppress(*NO_ROW):
            yield None, _values(payload)


def _rows_of(pages: Pages, page: bytes, number: int) -> Iterator[Row]:
    """The rows of one page; then the documents in it whose row is destroyed."""
    whole = set()
    for payload in _payloads(pages, page, 100 if number == 1 else 0):
        with suppress(*NO_ROW):
            values = _values(payload)
            row = None if pages.is_known(*_numbers(values)) else checked_row(values)
            if row is not None:
                whole.add((row.epoch, row.seq))
                yield row
    for document, *numbers in documents_in(page):
        if tuple(numbers) not in whole and not pages.is_known(*numbers):
            row = row_of_document(document)
            if row is not None:
                yield row


def _numbers(values: Sequence[object]) -> tuple[int, int]:
    epoch, seq = values[:2]
    if isinstance(epoch, int) and isinstance(seq, int):
        return epoch, seq
    raise TypeError(values)


def documents_in(page: bytes) -> Iterator[tuple[bytes, int, int]]:
    """What stands between the beginning of a document and the end of one, and its numbers.

    Nothing of it is checked.
    """
    begins = [found.start() for found in BEGINNING.finditer(page)]
    for begin, next_begin in pairwise([*begins, len(page)]):
        end = END.search(page, begin, next_begin)
        if end is not None:
            yield page[begin : end.end()], int(end[1]), int(end[2])


def _payloads(pages: Pages, page: bytes, begin: int) -> Iterator[bytes]:
    """The records on a page of an index, with their overflow pages."""
    if page[begin : begin + 1] not in (bytes([LEAF]), bytes([INTERIOR])):
        return
    is_interior = page[begin] == INTERIOR
    for cell in _cells(page, begin, 12 if is_interior else 8):
        with suppress(*NO_ROW):
            length, at = _varint(page, cell + (4 if is_interior else 0))
            local = _local_bytes(length, pages.usable, (pages.usable - 12) * 64 // 255 - 23)
            yield _whole(pages, page, at, length, local)


def _cells(page: bytes, begin: int, header_bytes: int) -> Iterator[int]:
    """Where the cells of a page begin."""
    pointers = begin + header_bytes
    for cell in range(int.from_bytes(page[begin + 3 : begin + 5], "big")):
        with suppress(*NO_ROW):
            yield struct.unpack_from(">H", page, pointers + 2 * cell)[0]


def _whole(pages: Pages, page: bytes, at: int, length: int, local: int) -> bytes:
    """A payload that begins here, and goes on elsewhere if it is longer than `local`.

    Raises one of NO_ROW where it is not all there.
    """
    payload = bytearray(page[at : at + local])
    if local < length:
        (following,) = struct.unpack_from(">I", page, at + local)
        for _ in range(LONGEST_CHAIN):
            image = pages.image(following)
            payload += image[4 : pages.usable]
            (following,) = struct.unpack_from(">I", image)
            if len(payload) >= length or not following:
                break
    if len(payload) < length:
        raise ValueError(length)
    return bytes(payload[:length])


def _local_bytes(length: int, usable: int, most: int) -> int:
    """How much of a record lies on its own page, `most` at most."""
    if length <= most:
        return length
    least = (usable - 12) * 32 // 255 - 23
    fitting = least + (length - least) % (usable - 4)
    return fitting if fitting <= most else least


def _values(payload: bytes) -> list[object]:
    """The columns of a record; raises one of NO_ROW where it is none."""
    header_bytes, at = _varint(payload, 0)
    value_at = header_bytes
    values: list[object] = []
    while at < header_bytes:
        kind, at = _varint(payload, at)
        value, value_at = _value(payload, kind, value_at)
        values.append(value)
    return values


def _value(payload: bytes, kind: int, at: int) -> tuple[object, int]:
    if kind >= 12:
        end = at + (kind - 12) // 2
        raw = payload[at:end]
        return (raw if kind % 2 == 0 else raw.decode()), end
    if kind == 0:
        return None, at
    if kind == 7:
        return struct.unpack_from(">d", payload, at)[0], at + 8
    end = at + NUMBER_BYTES.get(kind, len(payload))
    number = kind - 8 if kind in (8, 9) else int.from_bytes(payload[at:end], "big", signed=True)
    return number, end


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    """A number of one to nine bytes, and where the next thing begins."""
    value = 0
    for count in range(8):
        byte = raw[at + count]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + count + 1
    return value << 8 | raw[at + 8], at + 9
