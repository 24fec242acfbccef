"""What the page of comments shows, gathered in one view of the database."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
from sqlalchemy import Connection, Row

from device_config.questionnaire import Kind
from sync import wire
from sync.central.accounts.access import Visitor
from sync.central.local_time import FINLAND
from sync.central.pages.tree import Choice, choices, chosen_units, name_of
from sync.central.pages.wording import Names
from sync.central.scopes import Scope
from sync.central.service import Service
from sync.central.store.audit import note
from sync.central.store.tallies import Standing
from sync.central.store.texts import Place, texts
from sync.central.store.units import all_units
from sync.central.text_keys import Sealing

ROWS = 50
MARK = re.compile(r"\[(identity-code|phone|email|address|card|iban|plate)\]")
"""What stands in a text where a terminal took something out of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which comments somebody wants to read; everything stands in the address."""

    scope: Scope
    with_misuse: bool = False
    with_simulated: bool = False
    below: Place | None = None

    @property
    def standings(self) -> frozenset[Standing]:
        """How the responses that are meant stand."""
        found: set[Standing] = {"counted"}
        if self.with_misuse:
            found.add("misuse")
        if self.with_simulated:
            found.add("simulated")
        return frozenset(found)

    def query(self, *, with_misuse: bool, with_simulated: bool, below: Place | None = None) -> str:
        """What stands after the question mark for these, from the top or from a place on."""
        said = {
            "of": str(self.scope),
            "misuse": "in" if with_misuse else "",
            "simulated": "in" if with_simulated else "",
            "below": f"{below.received_at.isoformat()}~{below.id}" if below else "",
        }
        return urlencode({name: value for name, value in said.items() if value})


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a text; `mark` says what a terminal took out in its place."""

    text: str
    mark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A text with what belongs to it. `parts` is empty where it cannot be opened: `why_not`."""

    id: str
    parts: tuple[Part, ...]
    why_not: Sealing | None
    unit: Names | None
    oid: str | None
    place: str | None
    day: date | None
    time: str
    is_estimate: bool
    received: date
    first_kind: Kind | None
    first_value: int | None
    language: str
    respondent: str
    channel: str
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The page. `older`: the query of the next one; `is_sealed`: keys are missing for some."""

    name: Names | None
    choices: tuple[Choice, ...]
    comments: tuple[Comment, ...]
    older: str | None
    has_keys: bool

    @property
    def sealed(self) -> int:
        """How many stay sealed, since their key is not here."""
        return sum(comment.why_not == "no-key" for comment in self.comments)


def read_comments(service: Service, who: Visitor, wanted: Wanted) -> View:
    """The comments that this visitor wants and may read, noted in the audit log.

    Raises ProblemError with 403 or 404 for a part of the tree that they may not see.
    """
    with service.store.reading() as connection:
        known = all_units(connection)
        allowed = who.units(known)
        among = chosen_units(wanted.scope, known, allowed)
        rows = texts(connection, among, wanted.standings, ROWS + 1, wanted.below)
    comments = tuple(_comment(service, row) for row in rows[:ROWS])
    # Before the page leaves: what cannot be written down is not read.
    with service.store.writing() as connection:
        _note_reading(connection, who, wanted, comments, service.now())
    is_more = len(rows) > ROWS
    last = Place(rows[ROWS - 1].received_at, rows[ROWS - 1].id) if is_more else None
    return View(
        name=name_of(wanted.scope, known, allowed),
        choices=choices(known, allowed),
        comments=comments,
        older=wanted.query(
            with_misuse=wanted.with_misuse, with_simulated=wanted.with_simulated, below=last
        )
        if last
        else None,
        has_keys=bool(service.text_keys.all()),
    )


def _note_reading(
    connection: Connection,
    who: Visitor,
    wanted: Wanted,
    comments: tuple[Comment, ...],
    now: datetime,
) -> None:
    scope = str(wanted.scope) or ", ".join(filter(None, map(str, who.scopes)))
    detail: dict[str, Any] = {"count": sum(comment.why_not is None for comment in comments)}
    if wanted.standings != {"counted"}:
        detail["standings"] = sorted(wanted.standings)
    if comments:
        detail |= {
            "from": comments[-1].received.isoformat(),
            "to": comments[0].received.isoformat(),
        }
    note(connection, who, "texts-read", scope, detail, now)


def _comment(service: Service, row: Row[*tuple[Any, ...]]) -> Comment:
    document = msgspec.json.decode(row.document, type=_WithText)
    opened = service.text_keys.open(document.text)
    day, time = _answered(row.answered_at, row.precision)
    return Comment(
        id=row.id,
        parts=_parts(opened.text or ""),
        why_not=opened.why_not,
        unit=row.unit_name,
        oid=row.unit,
        place=row.place,
        day=day,
        time=time,
        is_estimate=row.clock in {"estimated", "unknown"},
        received=row.received_at.astimezone(FINLAND).date(),
        first_kind=service.questionnaires.kind_of(row.first_item),
        first_value=row.first_value,
        language=row.language,
        respondent=row.respondent,
        channel=row.channel,
        flags=tuple(row.flags.split()),
    )


class _WithText(msgspec.Struct):
    text: wire.Text


def _parts(text: str) -> tuple[Part, ...]:
    """The text, cut where something was taken out."""
    cut = MARK.split(text)
    parts = [Part(stretch, None) for stretch in cut[::2]]
    marks = [Part(f"[{mark}]", mark) for mark in cut[1::2]]
    both = [part for pair in zip(parts, [*marks, Part("")], strict=True) for part in pair]
    return tuple(part for part in both if part.text)


def _answered(moment: datetime | None, precision: wire.Precision) -> tuple[date | None, str]:
    """Day and time of an answer in Finland, no finer than the response says."""
    if moment is None:
        return None, ""
    local = moment.astimezone(FINLAND)
    match precision:
        case "day":
            return local.date(), ""
        case "hour":
            return local.date(), f"{local:%H}–{(local + timedelta(hours=1)):%H}"
        case "minute":
            return local.date(), f"{local:%H:%M}"
