"""Responses as Parquet: typed columns, their meanings in the schema, in groups of rows."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sync.central.exports.columns import Column, Kind
from sync.central.exports.dictionary import Dictionary
from sync.central.exports.given import Background, Given
from sync.central.exports.table import table_of

GROUP_ROWS = 50_000
"""A reader takes a group at a time: large enough to be quick, small enough for any memory."""
TYPES: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "day": pa.date32(),
    "moment": pa.timestamp("us", tz="Europe/Helsinki"),
    "list": pa.list_(pa.string()),
}


def write(
    pieces: Iterator[tuple[Given, ...]],
    around: Background,
    meaning: Dictionary,
    group_rows: int = GROUP_ROWS,
) -> Iterator[bytes]:
    """The file, piece by piece."""
    table = table_of(around, is_typed=True)
    schema = pa.schema(
        [pa.field(column.name, TYPES[column.kind], metadata=_meaning(column)) for column in table],
        metadata={"dictionary": meaning.as_json()},
    )
    out = _Pieces()
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        waiting: list[pa.RecordBatch] = []
        for piece in pieces:
            waiting.append(_batch(piece, table, schema))
            if sum(batch.num_rows for batch in waiting) >= group_rows:
                writer.write_table(pa.Table.from_batches(waiting, schema))
                waiting.clear()
            yield out.taken()
        if waiting:
            writer.write_table(pa.Table.from_batches(waiting, schema))
    yield out.taken()


def _batch(piece: tuple[Given, ...], table: tuple[Column, ...], schema: pa.Schema) -> Any:
    arrays = [
        pa.array([column.of(given) for given in piece], schema.field(number).type)
        for number, column in enumerate(table)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _meaning(column: Column) -> dict[str, str]:
    said = column.meaning
    return {"meaning_fi": said.fi, "meaning_sv": said.sv, "meaning_en": said.en}


class _Pieces:
    """What is written, kept until it is taken."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        """Keep a piece; its size in bytes."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is behind it."""

    def close(self) -> None:
        """It stays readable."""

    def taken(self) -> bytes:
        """What was kept."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
