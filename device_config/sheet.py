"""The cells of a spreadsheet: .csv in the encodings that spreadsheets write, and .xlsx.

What is read is hostile until it was looked at: bounded before it is unpacked, and streamed. No
formula is believed, not the value that was last worked out for it either; macros are not read.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from device_config.disk import mend_reading
from device_config.errors import ConfigurationProblems, UsageProblem
from device_config.plain_file import read_plain

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 5000, 60
MOST_CELL = 32_767
"""Characters: as many as a cell of Excel or LibreOffice holds."""
DELIMITERS = {";": "semicolons", ",": "commas", "\t": "tabs"}
MARKED = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
ZIP = b"PK\x03\x04"
FORMULA = "a formula; write the text itself"

_GUARDED = re.compile(r"'*[=+\-@\t\r]")
"""What a spreadsheet would take for a formula, apostrophes that keep it from that included."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The texts of a sheet by (row, column), counted from 1; how it was read; what is wrong."""

    cells: dict[tuple[int, int], str]
    said: str
    problems: tuple[str, ...] = ()

    def row(self, number: int) -> dict[int, str]:
        """The texts of a row by their columns."""
        return {column: text for (row, column), text in self.cells.items() if row == number}

    def rows(self) -> Iterator[tuple[int, dict[int, str]]]:
        """Each row that holds something, with its number."""
        by_row: dict[int, dict[int, str]] = {}
        for (row, column), text in self.cells.items():
            by_row.setdefault(row, {})[column] = text
        yield from sorted(by_row.items())


class TooLarge(ValueError):
    """There is more in it than any questionnaire needs."""


def address(row: int, column: int) -> str:
    """A cell as a spreadsheet names it: `B7`."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def read_sheet(path: Path) -> Sheet:
    """The sheet in a file; raises ConfigurationProblems, or UsageProblem without a file."""
    try:
        content = read_plain(path, MOST_BYTES)
    except OSError as error:
        what = mend_reading(error, path, "give the path of a .csv or .xlsx file")
        raise UsageProblem(f"{path}: {error.strerror}; {what}") from None
    except ValueError as error:
        raise ConfigurationProblems(str(path), (str(error),)) from None
    try:
        return sheet_in(content)
    except ValueError as error:
        raise ConfigurationProblems(str(path), (str(error),)) from None


def sheet_in(content: bytes) -> Sheet:
    """The sheet in a file's bytes, whatever its name; raises ValueError with what is wrong."""
    if content.startswith(ZIP):
        from device_config.workbook import read_workbook  # seldom needed

        return read_workbook(content)
    return _read_csv(content)


def written_csv(rows: list[list[str]]) -> bytes:
    """Rows as a .csv that spreadsheets open as it is meant, and `read_sheet` reads back."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([[_guarded(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def take_cell(cells: dict[tuple[int, int], str], row: int, column: int, text: str) -> None:
    """Keep a cell that holds something; raises TooLarge outside of the bounds."""
    if len(text) > MOST_CELL:
        raise TooLarge(f"{address(row, column)}: {len(text)} characters; no cell holds so many")
    text = text.strip()
    if not text:
        return
    if row > MOST_ROWS or column > MOST_COLUMNS:
        raise TooLarge(
            f"{address(row, column)}: outside of the {MOST_ROWS} rows and {MOST_COLUMNS} columns"
            " that are read"
        )
    cells[row, column] = text


def _read_csv(content: bytes) -> Sheet:
    text, encoding = _decoded(content)
    delimiter = _delimiter(text)
    cells: dict[tuple[int, int], str] = {}
    problems = []
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row, start=1):
                take_cell(cells, number, column, _unguarded(cell))
                if cell.lstrip().startswith("="):
                    problems.append(f"{address(number, column)}: {FORMULA}")
    except csv.Error as error:
        raise ValueError(f"no table: {error}") from None
    return Sheet(cells, f"{encoding}, {DELIMITERS[delimiter]} between the cells", tuple(problems))


def _decoded(content: bytes) -> tuple[str, str]:
    """The text, and its encoding for people; raises ValueError where there is none."""
    for mark, encoding in MARKED:
        if content.startswith(mark):
            try:
                return content.decode(encoding), encoding.removesuffix("-sig").upper()
            except UnicodeDecodeError:
                raise ValueError(f"marked as {encoding}, and is none: save it anew") from None
    if b"\0" in content:
        raise ValueError("no text: save it as CSV UTF-8, or as .xlsx")
    try:
        return content.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        raise ValueError("neither UTF-8 nor Windows-1252: save it as CSV UTF-8") from None


def _delimiter(text: str) -> str:
    """What stands most often in the first line; between cells, as a header has no sentences."""
    header = text.lstrip().partition("\n")[0]
    return max(DELIMITERS, key=header.count)


def _guarded(cell: str) -> str:
    return f"'{cell}" if _GUARDED.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _GUARDED.match(cell) else cell
