"""How stored responses count, and how that changes with what is learnt later.

A response counts from when `validity` is set, unless it says `invalid`. Whatever changes its day,
standing or validity goes through `settle`, which moves its counts along in the same transaction.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, select, update

from device_config.questionnaire import Questionnaire
from sync import wire
from sync.central.local_time import day_of
from sync.central.receiving.checking import INVALID_ANSWER, Validity, answers_problem, rejected
from sync.central.store import tallies
from sync.central.store.bulk import Values
from sync.central.store.refusals import note_refusals
from sync.central.store.tables import is_uncounted, is_unknown, responses
from sync.central.store.tallies import Standing, Tally, standing_by

log = logging.getLogger(__name__)

STEP_ROWS = 500
"""Responses in one transaction: nobody waits long for it."""

RESPONSES_LOCK = 0x70616C62
"""The class of PostgreSQL's advisory locks of terminals; any number that nobody else uses."""

Counting = Row[*tuple[Any, ...]]
"""A response's COLUMNS."""
COLUMNS = tuple(
    responses.c[name]
    for name in (
        "id", "terminal_id", "seq", "clock", "document", "received_at", "answered_at", "day",
        "standing", "validity", "problem", "flags",
    )
)  # fmt: skip


class HowItCounts(NamedTuple):
    """On which day, as what, and whether at all."""

    day: date
    standing: Standing
    validity: Validity
    problem: str | None = None


Settle = Callable[[Counting, wire.Response], HowItCounts]


def settle(connection: Connection, rows: Sequence[Counting], how: Settle, tally: Tally) -> None:
    """Let these responses count as `how` says from now on. Their rows must be locked.

    What that changes is gathered in `tally`, for the caller to add as the last of its transaction:
    whoever has added waits for nobody any more, so nobody waits in a circle.
    """
    if not rows:
        return
    changed = []
    for row in rows:
        new = _settled(tally, row, how)
        changed.append({"of_id": row.id, **new._asdict()})
    values: Values = {name: bindparam(name) for name in HowItCounts._fields}
    connection.execute(
        update(responses).where(responses.c.id == bindparam("of_id")).values(values), changed
    )


def _settled(tally: Tally, row: Counting, how: Settle) -> HowItCounts:
    try:
        response = msgspec.json.decode(row.document, type=wire.Response)
    except wire.UNREADABLE:
        log.warning("response %s cannot be read, and does not count", row.id)
        day = row.day or day_of(row.received_at)
        return HowItCounts(day, row.standing or "counted", "invalid", "the document is damaged")
    new = how(row, response)
    if row.validity not in {None, "invalid"}:
        tally.count(response, row.day, row.standing, -1)
    if new.validity != "invalid":
        tally.count(response, new.day, new.standing)
    return new


def take_turns(connection: Connection, terminals: Iterable[str]) -> None:
    """Wait for whoever else stores responses of these terminals or hears what was learnt of them.

    Of two that did so at the same time neither would see what the other has found: a flag would
    miss its response. To be called before `numbered`, where rows are locked.
    """
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        for terminal_id in sorted(terminals):
            turn = func.pg_advisory_xact_lock(RESPONSES_LOCK, func.hashtext(terminal_id))
            connection.execute(select(turn))


def numbered(
    connection: Connection, terminal_id: str, epoch: int, first: int, last: int
) -> Sequence[Counting]:
    """The responses with these numbers, a step's worth at most, ours until the transaction ends."""
    statement = select(*COLUMNS).where(
        responses.c.terminal_id == terminal_id,
        responses.c.epoch == epoch,
        responses.c.seq.between(first, last),
    )
    # In one order, so that two transactions never wait for each other in a circle.
    in_order = statement.order_by(responses.c.id).limit(STEP_ROWS)
    return connection.execute(in_order.with_for_update()).all()


def locked(connection: Connection, *conditions: ColumnElement[bool]) -> Sequence[Counting]:
    """A step's worth of responses that nobody else is changing, ours until the transaction ends."""
    statement = select(*COLUMNS).where(*conditions).limit(STEP_ROWS)
    return connection.execute(statement.with_for_update(skip_locked=True)).all()


def is_any_uncounted(connection: Connection) -> bool:
    """Whether a version before this has stored responses that are still to be counted."""
    return (
        connection.execute(select(responses.c.id).where(is_uncounted).limit(1)).first() is not None
    )


def count_some(connection: Connection) -> int:
    """Count a step's worth of the responses that a version before this has stored; how many.

    Whether they are valid is checked again as if their questionnaires had just become known.
    """
    rows = locked(connection, is_uncounted)
    tally = Tally()
    settle(connection, rows, _as_stored, tally)
    has_text = update(responses).where(responses.c.id == bindparam("of_id")).values(has_text=True)
    with_text = [{"of_id": row.id} for row in rows if _has_text(row.document)]
    if with_text:
        connection.execute(has_text, with_text)
    tallies.add(connection, tally.rows())
    return len(rows)


def _as_stored(row: Counting, _response: wire.Response) -> HowItCounts:
    return HowItCounts(
        day=day_of(row.answered_at or row.received_at),
        standing=standing_by(row.flags.split()),
        validity="unknown",
    )


class _WithText(msgspec.Struct):
    text: msgspec.Raw = msgspec.Raw(b"null")


def _has_text(document: str) -> bool:
    return bytes(msgspec.json.decode(document, type=_WithText).text) != b"null"


def waiting(connection: Connection) -> dict[tuple[str, str], int]:
    """How many responses wait for a questionnaire that is not known, by its id and version."""
    key = (responses.c.questionnaire, responses.c.version)
    statement = select(*key, func.count()).where(is_unknown).group_by(*key)
    return {(row[0], row[1]): row[2] for row in connection.execute(statement)}


def check_some(connection: Connection, asked: Questionnaire, now: datetime) -> Counter[Validity]:
    """Check a step's worth of the responses that waited for this questionnaire.

    Returns how many became what; nothing, and none waits any more. An invalid one no longer
    counts. It is kept, says what is wrong with it, and is listed among the refusals.
    """
    rows = locked(
        connection,
        responses.c.questionnaire == asked.id,
        responses.c.version == asked.version,
        is_unknown,
    )
    verdicts: dict[str, list[wire.Verdict]] = {}
    became: Counter[Validity] = Counter()

    def checked(row: Counting, response: wire.Response) -> HowItCounts:
        problem = answers_problem(asked, response.answers)
        if problem is not None:
            refused = rejected(row.id, INVALID_ANSWER, f"{problem} (found later; it is kept)")
            verdicts.setdefault(row.terminal_id, []).append(refused)
        validity: Validity = "valid" if problem is None else "invalid"
        became[validity] += 1
        return HowItCounts(row.day, row.standing, validity, problem)

    tally = Tally()
    settle(connection, rows, checked, tally)
    for terminal_id in sorted(verdicts):
        note_refusals(connection, terminal_id, "response", verdicts[terminal_id], now)
    tallies.add(connection, tally.rows())
    return became
