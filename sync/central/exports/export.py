"""An export as a whole, for the command and the page: what is asked for, its file, its meaning."""

import re
import unicodedata
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import Connection

from sync.central.accounts.access import Visitor
from sync.central.exports import as_csv, as_ndjson, document_members, happyornot
from sync.central.exports.columns import Kind, Meant
from sync.central.exports.dictionary import Dictionary
from sync.central.exports.given import Background, Given, Open, Texts, background, given
from sync.central.exports.notes import NOTES
from sync.central.exports.table import table_of
from sync.central.local_time import FINLAND
from sync.central.questionnaires import Questionnaires
from sync.central.store import Store
from sync.central.store.audit import note
from sync.central.store.selection import Selection, count_selected, count_texts

Form = Literal["csv", "xlsx", "parquet", "ndjson", "happyornot"]
FORMS: tuple[Form, ...] = get_args(Form)
SUFFIXES: dict[Form, str] = {
    "csv": "csv",
    "xlsx": "xlsx",
    "parquet": "parquet",
    "ndjson": "ndjson",
    "happyornot": "happyornot.csv",
}
MEDIA_TYPES: dict[Form, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "ndjson": "application/x-ndjson",
    "happyornot": "text/csv",
}
_WRITTEN: dict[Kind, str] = {
    "text": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true | false",
    "day": "date, ISO 8601",
    "moment": "date and time with UTC offset, ISO 8601",
    "list": "texts, separated by spaces",
}
TYPES: dict[Form, dict[Kind, str]] = {
    "csv": _WRITTEN,
    "happyornot": _WRITTEN,
    "ndjson": _WRITTEN | {"moment": "date and time with UTC offset, RFC 3339", "list": "text"},
    "xlsx": _WRITTEN | {"day": "date", "moment": "date and time, in Finland"},
    "parquet": {
        "text": "string",
        "integer": "int64",
        "boolean": "bool",
        "day": "date32[day]",
        "moment": "timestamp[us, tz=Europe/Helsinki]",
        "list": "list<element: string>",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody asks for. `of` says which units, as people and the audit log read it."""

    form: Form
    selection: Selection
    texts: Texts = "none"
    of: str = ""


@dataclass(frozen=True, slots=True)
class Export:
    """An export that can begin."""

    order: Order
    file_name: str
    total: int
    around: Background
    store: Store
    open_text: Open

    def pieces(self, seen: Callable[[int], None]) -> Generator[bytes, None, None]:
        """The file; an empty piece only says that it goes on. `seen` is told the responses read."""
        found = given(self.store, self.order.selection, self.around, self.open_text)
        yield from _written(self.order.form, _counted(found, seen), self.around)


def prepare(
    store: Store, questionnaires: Questionnaires, order: Order, open_text: Open, now: datetime
) -> Export:
    """Count an export and gather what it needs; whoever begins it notes that with `note_made`."""
    around = background(store, questionnaires, order.texts)
    with store.reading() as connection:
        total = count_selected(connection, order.selection)
    return Export(order, file_name(order, now), total, around, store, open_text)


def note_made(connection: Connection, export: Export, who: Visitor | None, now: datetime) -> None:
    """Write an export into the audit log: before its first byte is out, since none comes back."""
    order = export.order
    subject = order.of or ", ".join(
        str(scope) for scope in (who.scopes if who else ()) if str(scope)
    )
    if order.texts != "none":
        read = {"count": count_texts(connection, order.selection), "export": order.form}
        note(connection, who, "texts-read", subject, read, now)
    note(connection, who, "export-made", subject, _detail(order, export.total), now)


def dictionary_of(form: Form, around: Background) -> Dictionary:
    """What the columns or members of a form mean."""
    notes = (*NOTES["all"], *NOTES[form])
    return Dictionary(form, notes, _meant(form, around), TYPES[form], around.forms)


def file_name(order: Order, now: datetime) -> str:
    """What it is and when it was made: `palaute_county-20_2026-11-01_2026-11-21_made-….csv`."""
    chosen = order.selection
    made = now.astimezone(FINLAND)
    parts = (
        "palaute",
        _plain(order.of),
        _plain(chosen.questionnaire or ""),
        _plain(chosen.channel or ""),
        f"from-{chosen.first}" if chosen.first else "",
        f"to-{chosen.last}" if chosen.last else "",
        f"made-{made:%Y-%m-%dT%H%M}",
    )
    return "_".join(part for part in parts if part) + f".{SUFFIXES[order.form]}"


def _plain(text: str) -> str:
    """As every system takes it in a file's name."""
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"(?:[^a-z0-9.]|\.{2,})+", "-", ascii_only.lower()).strip("-.")[:60]


def _detail(order: Order, total: int) -> dict[str, Any]:
    chosen = order.selection
    return {
        "format": order.form,
        "from": chosen.first.isoformat() if chosen.first else "",
        "to": chosen.last.isoformat() if chosen.last else "",
        "questionnaire": chosen.questionnaire or "",
        "channel": chosen.channel or "",
        "misuse": chosen.misuse,
        "simulated": chosen.simulated,
        "texts": order.texts,
        "responses": total,
    }


def _meant(form: Form, around: Background) -> tuple[Meant, ...]:
    match form:
        case "csv":
            return as_csv.columns(around)
        case "xlsx" | "parquet":
            return table_of(around, is_typed=True)
        case "happyornot":
            return happyornot.COLUMNS
        case "ndjson":
            return document_members.MEMBERS


def _written(
    form: Form, pieces: Iterator[tuple[Given, ...]], around: Background
) -> Iterator[bytes]:
    match form:
        case "csv":
            return as_csv.write(pieces, around)
        case "xlsx":
            from sync.central.exports import as_xlsx

            return as_xlsx.write(pieces, around, dictionary_of(form, around))
        case "parquet":  # pyarrow is large, and a service without exports does without it
            from sync.central.exports import as_parquet

            return as_parquet.write(pieces, around, dictionary_of(form, around))
        case "happyornot":
            return happyornot.write(pieces, around)
        case "ndjson":
            return as_ndjson.write(pieces, around)


def _counted(
    pieces: Iterator[tuple[Given, ...]], seen: Callable[[int], None]
) -> Iterator[tuple[Given, ...]]:
    done = 0
    for piece in pieces:
        done += len(piece)
        yield piece
        seen(done)
