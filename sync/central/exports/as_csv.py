"""Responses as CSV: a header, then a response on each line; an item's column has what was said."""

from collections.abc import Iterator

from sync.central.exports.cells import csv_lines
from sync.central.exports.columns import Column
from sync.central.exports.given import Background, Given
from sync.central.exports.table import table_of


def columns(around: Background) -> tuple[Column, ...]:
    """What stands in it."""
    return table_of(around, is_typed=False)


def write(pieces: Iterator[tuple[Given, ...]], around: Background) -> Iterator[bytes]:
    """The file, piece by piece; UTF-8 without a byte order mark."""
    table = columns(around)
    yield csv_lines([[column.name for column in table]]).encode()
    for piece in pieces:
        yield csv_lines([column.of(given) for column in table] for given in piece).encode()
