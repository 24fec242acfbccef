"""The responses, their answers, and the tallies that the live page shows."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec import UNSET
from sqlalchemy import Connection, Row, func, select

from sync import wire
from sync.central.checking import GoodResponse, moment, status_of, value_of
from sync.central.store.database import dialect_insert
from sync.central.store.records import Values, content_hash, insert_once
from sync.central.store.tables import answers, responses, tallies, units


def keep_responses(
    connection: Connection, new: Sequence[GoodResponse], received_at: datetime
) -> tuple[wire.Verdict, ...]:
    """Store the responses whose id is new, count them; the verdict on each, in order."""
    rows = [_row(good, received_at) for good in new]
    verdicts = insert_once(connection, responses, rows)
    stored = [good for good, v in zip(new, verdicts, strict=True) if v.status == "stored"]
    _insert_answers(connection, stored)
    _count(connection, stored)
    return verdicts


def _row(good: GoodResponse, received_at: datetime) -> Values:
    response = good.response
    first = response.answers[0] if response.answers else None
    answered = response.answered
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
        "answered_at": None if answered.at is None else moment(answered.at),
        "precision": answered.precision,
        "clock": answered.clock,
        "ended": response.ended,
        "received_at": received_at,
        "nps": next((n for counted, n in good.numbers if counted == "recommendation"), None),
        "first_item": first and first.item,
        "first_value": first and value_of(first),
        "first_status": first and status_of(first),
        "answer_count": len(response.answers),
        "flags": " ".join(sorted({flag.rule for flag in response.flags})),
        "is_simulated": _is_simulated(response),
        "document": good.document,
    }


def _is_simulated(response: wire.Response) -> bool:
    return any(flag.rule == "simulated" for flag in response.flags)


def _insert_answers(connection: Connection, stored: Sequence[GoodResponse]) -> None:
    rows = [
        {
            "response_id": good.response.id,
            "position": position,
            "item": answer.item,
            "value": value_of(answer),
            "status": status_of(answer),
            "options": None if answer.options is UNSET else list(answer.options),
        }
        for good in stored
        for position, answer in enumerate(good.response.answers)
    ]
    if rows:
        connection.execute(answers.insert(), rows)


def _count(connection: Connection, stored: Sequence[GoodResponse]) -> None:
    counts: Counter[tuple[str, str, int]] = Counter()
    for good in stored:
        unit = good.response.location.unit or ""
        counts[unit, "response", 0] += 1
        counts[unit, "simulated", 0] += _is_simulated(good.response)
        counts.update((unit, counted, value) for counted, value in good.numbers)
    # Sorted, so that two transactions never wait for each other in a circle.
    rows = [
        {"unit": unit, "counted": counted, "value": value, "count": count}
        for (unit, counted, value), count in sorted(counts.items())
    ]
    if rows:
        statement = dialect_insert(connection, tallies)
        added = {"count": tallies.c.count + statement.excluded.count}
        key = ["unit", "counted", "value"]
        connection.execute(statement.on_conflict_do_update(index_elements=key, set_=added), rows)


def count_responses(connection: Connection) -> int:
    """How many responses are stored."""
    statement = select(func.coalesce(func.sum(tallies.c.count), 0))
    return int(connection.execute(statement.where(tallies.c.counted == "response")).scalar_one())


def newest(connection: Connection, unit: str | None, most: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """The responses received last, newest first, each with its unit's names."""
    columns = [column for column in responses.c if column is not responses.c.document]
    statement = select(*columns, units.c.name.label("unit_name")).outerjoin(
        units, responses.c.unit == units.c.unit
    )
    if unit is not None:
        statement = statement.where(responses.c.unit == unit)
    received = responses.c.received_at.desc()
    statement = statement.order_by(received, responses.c.epoch.desc(), responses.c.seq.desc())
    return connection.execute(statement.limit(most)).all()


def every_document(connection: Connection) -> Iterator[Row[*tuple[Any, ...]]]:
    """All responses in the order of their coming, a few at a time."""
    order = (responses.c.received_at, responses.c.terminal_id, responses.c.epoch, responses.c.seq)
    streaming = connection.execution_options(yield_per=500)
    yield from streaming.execute(select(responses).order_by(*order))
