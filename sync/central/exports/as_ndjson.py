"""Responses as NDJSON: each document whole on a line, with what this service adds to it."""

import json
from collections.abc import Iterator
from typing import Any

from sync.central.exports.given import Background, Given, Texts, given
from sync.central.store import Store
from sync.central.store.selection import Selection


def write(pieces: Iterator[tuple[Given, ...]], around: Background) -> Iterator[bytes]:
    """The file, piece by piece."""
    for piece in pieces:
        yield "".join(_line(given, around.texts) for given in piece).encode()


def documents(store: Store) -> Iterator[dict[str, Any]]:
    """Every response document as it came, with what this service adds to it."""
    for piece in given(store, Selection(), Background((), {}, "as-sent"), lambda _text: None):
        yield from map(_document, piece)


def _line(given: Given, texts: Texts) -> str:
    document = _document(given)
    if document.get("text") is not None:
        if texts == "none":
            document["text"] = None
            document["has_text"] = True
        elif given.text is not None:
            document["text"] = {"plain": given.text}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"


def _document(given: Given) -> dict[str, Any]:
    return {**json.loads(given.row.document), **_added(given)}


def _added(given: Given) -> dict[str, Any]:
    """What the document itself cannot say: most of it only where there is something to say."""
    row = given.row
    added = {"received_at": row.received_at.isoformat()}
    if row.corrected is not None:
        added["corrected"] = json.loads(row.corrected)
    flagged = {flag.rule for flag in given.response.flags} if given.response else set()
    if later := sorted(set(row.flags.split()) - flagged):
        added["flagged_later"] = later
    if row.validity == "invalid":
        added["problem"] = row.problem
    return added
