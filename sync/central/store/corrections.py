"""Clock corrections: times that a terminal learnt after it had sent its responses."""

from collections.abc import Collection, Iterator, Sequence

import msgspec
from sqlalchemy import Connection, update

from sync import wire
from sync.central.checking import moment
from sync.central.store.records import Values
from sync.central.store.tables import responses

LEARNT = ("corrected", "estimated")
STILL_TO_LEARN = ("unknown", "estimated")


def correct_times(
    connection: Connection, senders: Collection[str], new: Sequence[wire.Event]
) -> None:
    """Write down what these events say of the times of their senders' responses.

    `senders` are the terminal and its predecessors. A time that is known already stays; an event
    that says something else than a correction, or says it badly, changes nothing.
    """
    for event in new:
        for epoch, seq, learnt in _learnt(event):
            # Each by itself: SQLAlchemy takes no `in_` for many rows at once.
            connection.execute(
                update(responses)
                .where(
                    responses.c.terminal_id.in_(senders),
                    responses.c.epoch == epoch,
                    responses.c.seq == seq,
                    responses.c.clock.in_(STILL_TO_LEARN),
                )
                .values(learnt)
            )


def _learnt(event: wire.Event) -> Iterator[tuple[int, int, Values]]:
    """Epoch and seq of each response that the event corrects, with its columns."""
    if event.kind != "clock-correction":
        return
    try:
        correction = msgspec.convert(event.data, wire.ClockCorrection)
    except (msgspec.MsgspecError, ValueError):
        return
    for seq, answered in enumerate(correction.answered, start=correction.first_seq):
        times = (answered.at, answered.earliest, answered.latest)
        is_good = all(time is None or moment(time) is not None for time in times)
        if answered.clock in LEARNT and is_good:
            learnt = {
                "answered_at": None if answered.at is None else moment(answered.at),
                "precision": answered.precision,
                "clock": answered.clock,
                "corrected": wire.encode(answered).decode(),
            }
            yield correction.epoch, seq, learnt
