"""The responses that an export is about, read a few at a time in the order of their coming."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import UNSET
from sqlalchemy import Row

from device_config.questionnaire import Questionnaire
from sync import wire
from sync.central.questionnaires import Questionnaires
from sync.central.store import Store
from sync.central.store.selection import Selection, latest_arrival, selected_after
from sync.central.store.units import all_units

AT_ONCE = 1000
"""So many responses are in memory, and read in one transaction."""

Texts = Literal["none", "as-sent", "opened"]
"""Of what clients wrote: nothing; what came, sealed ones sealed; all that a key here opens."""

Open = Callable[[wire.Text], str | None]
"""The words of a text; None where its key is not here, or it is damaged."""


@dataclass(frozen=True, slots=True)
class Given:
    """A response with what is known of it here.

    `response` is None where the document cannot be read; `answered` is as learnt last. `text` is
    what the client wrote, where it may go out and can be read.
    """

    row: Row[*tuple[Any, ...]]
    response: wire.Response | None
    answered: wire.Answered | None
    answers: dict[str, wire.Answer]
    text: str | None
    unit: wire.Unit | None

    @property
    def has_text(self) -> bool:
        """Whether the client wrote anything."""
        return self.response is not None and self.response.text is not None


@dataclass(frozen=True, slots=True)
class Background:
    """What stands around the responses when an export begins."""

    forms: tuple[Questionnaire, ...]
    units: dict[str, wire.Unit]
    texts: Texts


def background(store: Store, questionnaires: Questionnaires, texts: Texts) -> Background:
    """What is known of questionnaires and units now."""
    with store.reading() as connection:
        units = {unit.unit: unit for unit in all_units(connection)}
    return Background(tuple(each.questionnaire for each in questionnaires.all()), units, texts)


def given(
    store: Store, wanted: Selection, around: Background, open_text: Open
) -> Iterator[tuple[Given, ...]]:
    """The responses of a selection, at most AT_ONCE in a piece.

    Each response that was there at the beginning comes once; none that came later. Every piece is
    a transaction of its own: an export of an hour holds nothing open.
    """
    with store.reading() as connection:
        until = latest_arrival(connection)
    last: Row[*tuple[Any, ...]] | None = None
    while until is not None:
        rows = _piece(store, wanted, until, last)
        if not rows:
            return
        yield tuple(_given(row, around, open_text) for row in rows)
        last = rows[-1]


def _piece(
    store: Store, wanted: Selection, until: datetime, last: Row[*tuple[Any, ...]] | None
) -> tuple[Row[*tuple[Any, ...]], ...]:
    with store.reading() as connection:
        return tuple(selected_after(connection, wanted, until, last, AT_ONCE))


def _given(row: Row[*tuple[Any, ...]], around: Background, open_text: Open) -> Given:
    unit = around.units.get(row.unit or "")
    try:
        response = msgspec.json.decode(row.document, type=wire.Response)
        learnt = row.corrected and msgspec.json.decode(row.corrected, type=wire.Answered)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        # Stored by an older version with other rules: what stands beside the document goes out.
        return Given(row, None, None, {}, None, unit)
    answers = {answer.item: answer for answer in response.answers}
    text = _words(response.text, around.texts, open_text)
    return Given(row, response, learnt or response.answered, answers, text, unit)


def _words(text: wire.Text | None, texts: Texts, open_text: Open) -> str | None:
    if text is None or texts == "none":
        return None
    if text.plain is not UNSET:
        return text.plain
    return open_text(text) if texts == "opened" else None
