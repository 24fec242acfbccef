"""Responses as an Excel workbook: typed cells, real dates, the dictionary on the second sheet."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from xlsxwriter import Workbook

from sync.central.exports.cells import harmless, written
from sync.central.exports.columns import Column, Value
from sync.central.exports.dictionary import Dictionary
from sync.central.exports.given import Background, Given
from sync.central.exports.table import table_of
from sync.central.local_time import FINLAND

MOST_ROWS = 1_048_576
"""Of a sheet, its header among them: Excel's own bound."""
MOST_CHARACTERS = 32_767
"""Of a cell: Excel's own bound, in UTF-16 units."""
AT_ONCE = 256 * 1024
FIRST_YEAR = 1900
"""Excel knows no day before it."""
TIMES = {
    "minute": "yyyy-mm-dd hh:mm",
    "hour": 'yyyy-mm-dd hh":00"',
    "day": "yyyy-mm-dd",
    "second": "yyyy-mm-dd hh:mm:ss",
}
WIDTHS = {"text": 18, "integer": 12, "boolean": 10, "day": 12, "moment": 20, "list": 20}


def write(
    pieces: Iterator[tuple[Given, ...]],
    around: Background,
    meaning: Dictionary,
    most_rows: int = MOST_ROWS,
) -> Iterator[bytes]:
    """The file, piece by piece.

    A workbook can only be given when it is whole. Until then it grows on the disk, and an empty
    piece after each of the responses' lets whoever waits stop it.
    """
    with TemporaryDirectory(prefix="palautepiste-export-") as folder:
        path = Path(folder) / "responses.xlsx"
        book = _Book(path, table_of(around, is_typed=True), most_rows)
        try:
            book.add_dictionary(meaning)
            for piece in pieces:
                for given in piece:
                    book.add(given)
                yield b""
            book.close()
        finally:
            book.abandon()
        with path.open("rb") as file:
            while part := file.read(AT_ONCE):
                yield part


class _Book:
    """A workbook that keeps one row of each sheet in memory, the others on the disk."""

    def __init__(self, path: Path, table: tuple[Column, ...], most_rows: int) -> None:
        self._table = table
        self._most_rows = most_rows
        self._book = Workbook(
            path,
            {
                "constant_memory": True,
                "tmpdir": str(path.parent),
                "use_zip64": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self._is_open = True
        self._head = self._book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self._wrapped = self._book.add_format({"text_wrap": True, "valign": "top"})
        # Shown as text, and still text after somebody has edited the cell.
        self._quoted = self._book.add_format({"quote_prefix": True})
        self._times = {
            name: self._book.add_format({"num_format": form}) for name, form in TIMES.items()
        }
        self._sheets = 0
        self._begin_sheet()

    def add(self, given: Given) -> None:
        """A row of a response, on a new sheet where this one is full."""
        if self._row >= self._most_rows:
            self._end_sheet()
            self._begin_sheet()
        for number, column in enumerate(self._table):
            value = column.of(given)
            if value is not None:
                precision = given.row.precision if column.name == "answered_at" else "second"
                self._cell(number, value, precision)
        self._row += 1

    def add_dictionary(self, meaning: Dictionary) -> None:
        """A sheet of the columns, and one of the wordings of what was asked."""
        self._whole_sheet("dictionary", meaning.column_rows())
        self._whole_sheet("wordings", meaning.wording_rows())

    def close(self) -> None:
        """Make it whole."""
        self._end_sheet()
        self._is_open = False
        self._book.close()

    def abandon(self) -> None:
        """Close the files of a book that will not be whole; nothing where it is."""
        if not self._is_open:
            return
        for sheet in self._book.worksheets():
            sheet._opt_close()  # noqa: SLF001 - the library closes them only with the whole book
        self._is_open = False

    def _begin_sheet(self) -> None:
        self._sheets += 1
        name = "responses" if self._sheets == 1 else f"responses {self._sheets}"
        self._sheet = self._book.add_worksheet(name)
        self._sheet.freeze_panes(1, 0)
        for number, column in enumerate(self._table):
            self._sheet.set_column(number, number, WIDTHS[column.kind])
            self._sheet.write_string(0, number, column.name, self._head)
        self._row = 1

    def _end_sheet(self) -> None:
        self._sheet.autofilter(0, 0, max(self._row - 1, 1), len(self._table) - 1)

    def _cell(self, number: int, value: Value, precision: str) -> None:
        match value:
            case bool():
                self._sheet.write_boolean(self._row, number, value)
            case int():
                self._sheet.write_number(self._row, number, value)
            case datetime() if value.year > FIRST_YEAR:
                local = value.astimezone(FINLAND).replace(tzinfo=None)
                self._sheet.write_datetime(self._row, number, local, self._times[precision])
            case str() | tuple():
                self._text(number, written(value))
            case _ if value is not None and getattr(value, "year", 0) > FIRST_YEAR:
                self._sheet.write_datetime(self._row, number, value, self._times["day"])
            case _:
                self._text(number, written(value))

    def _text(self, number: int, text: str) -> None:
        if not text:
            return
        text = _bounded(text)
        is_formula = harmless(text) != text
        self._sheet.write_string(self._row, number, text, self._quoted if is_formula else None)

    def _whole_sheet(self, name: str, rows: Iterator[Sequence[str]]) -> None:
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows):
            if number == 0:
                for place, title in enumerate(row):
                    is_long = title.startswith(("meaning", "values", "wording", "source"))
                    sheet.set_column(place, place, 44 if is_long else 18)
            for place, text in enumerate(row):
                form = self._wrapped if number else self._head
                sheet.write_string(number, place, _bounded(text), form)


def _bounded(text: str) -> str:
    """As much of a text as a cell holds, ending in … where there was more."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * MOST_CHARACTERS:
        return text
    return units[: 2 * (MOST_CHARACTERS - 1)].decode("utf-16-le", "ignore") + "…"
