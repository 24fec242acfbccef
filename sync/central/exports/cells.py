"""How values stand in files that people open in a spreadsheet. Pure."""

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime

from sync.central.exports.columns import Value

FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""What makes a spreadsheet take a cell for a formula (OWASP, "CSV Injection")."""


def written(value: Value) -> str:
    """A value as text: times as ISO 8601, several texts with spaces between, nothing for None."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case date() | datetime():
            return value.isoformat()
        case tuple():
            return " ".join(value)
        case _:
            return str(value)


def harmless(cell: str) -> str:
    """The same with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def csv_lines(rows: Iterable[Iterable[Value]], delimiter: str = ",") -> str:
    """Rows as CSV (RFC 4180), none of their cells a formula."""
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=delimiter)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return lines.getvalue()


def _cell(value: Value) -> str:
    # Most cells are empty or a number: only a text can be taken for a formula.
    if value is None:
        return ""
    return harmless(written(value)) if isinstance(value, str | tuple) else written(value)
