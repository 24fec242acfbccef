"""The responses: stored once, counted, numbered."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select

from sync import wire
from sync.central.local_time import day_of
from sync.central.numbers.figures import RECOMMENDATION
from sync.central.receiving.checking import GoodResponse, moment, status_of, value_of
from sync.central.store import tables, tallies
from sync.central.store.bulk import Values
from sync.central.store.later_flags import flag_stored
from sync.central.store.records import content_hash, insert_once
from sync.central.store.sequences import count_numbers
from sync.central.store.tables import ALL_UNITS, responses
from sync.central.store.tallies import Tally


def keep_responses(
    connection: Connection, new: Sequence[GoodResponse], received_at: datetime
) -> tuple[wire.Verdict, ...]:
    """Store the responses whose id is new, count them; the verdict on each, in order."""
    rows = [row_of(good, received_at) for good in new]
    verdicts = insert_once(connection, responses, rows)
    stored: list[wire.Response] = []
    tally = Tally()
    for good, row, verdict in zip(new, rows, verdicts, strict=True):
        if verdict.status == "stored":
            stored.append(good.response)
            tally.count(good.response, row["day"], row["standing"])
    count_numbers(connection, stored)
    flag_stored(connection, stored, tally)
    tallies.add(connection, tally.rows())
    return verdicts


def row_of(good: GoodResponse, received_at: datetime) -> Values:
    """A response as it is stored."""
    response = good.response
    standing = tallies.standing_of(response)
    first = response.answers[0] if response.answers else None
    answered = response.answered
    answered_at = None if answered.at is None else moment(answered.at)
    return {
        "id": response.id,
        "content_hash": content_hash(response),
        "terminal_id": response.terminal_id,
        "epoch": response.epoch,
        "seq": response.seq,
        "unit": response.location.unit,
        "place": response.location.place,
        "questionnaire": response.questionnaire.id,
        "version": response.questionnaire.version,
        "respondent": response.respondent,
        "language": response.language,
        "channel": response.channel,
        "instrument": response.instrument,
        "answered_at": answered_at,
        "precision": answered.precision,
        "clock": answered.clock,
        "ended": response.ended,
        "received_at": received_at,
        "nps": next((value_of(a) for a in response.answers if a.item == RECOMMENDATION), None),
        "first_item": first and first.item,
        "first_value": first and value_of(first),
        "first_status": first and status_of(first),
        "answer_count": len(response.answers),
        "flags": " ".join(sorted({flag.rule for flag in response.flags})),
        "is_simulated": standing == "simulated",
        "document": good.document,
        "has_text": response.text is not None,
        "day": day_of(answered_at or received_at),
        "standing": standing,
        "validity": good.validity,
    }


def are_stored(connection: Connection, raws: Sequence[msgspec.Raw]) -> tuple[bool, ...]:
    """Of each of these well-formed responses whether it is stored already with this content."""
    given = [msgspec.json.decode(raw, type=wire.Response) for raw in raws]
    named = {response.id for response in given}
    statement = select(responses.c.id, responses.c.content_hash).where(responses.c.id.in_(named))
    stored = {(row.id, row.content_hash) for row in connection.execute(statement)}
    return tuple((response.id, content_hash(response)) in stored for response in given)


def count_responses(connection: Connection) -> int:
    """How many responses are stored."""
    statement = select(func.coalesce(func.sum(tables.tallies.c.n0), 0)).where(
        tables.tallies.c.unit == ALL_UNITS, tables.tallies.c.item == tallies.RESPONSES
    )
    return int(connection.execute(statement).scalar_one())


def every_document(connection: Connection) -> Iterator[Row[*tuple[Any, ...]]]:
    """All responses in the order of their coming, a few at a time."""
    order = (responses.c.received_at, responses.c.terminal_id, responses.c.epoch, responses.c.seq)
    streaming = select(responses).order_by(*order).execution_options(yield_per=500)
    yield from connection.execute(streaming)
