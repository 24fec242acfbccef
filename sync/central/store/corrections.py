"""Clock corrections: times that a terminal learnt after it had sent its responses."""

from collections.abc import Collection, Iterator, Sequence

import msgspec
from sqlalchemy import Connection, func, select, update

from sync import wire
from sync.central.checking import moment
from sync.central.store.records import Values
from sync.central.store.tables import responses

LEARNT = ("corrected", "estimated")
STILL_TO_LEARN = ("unknown", "estimated")


def correct_times(
    connection: Connection,
    sender: str,
    senders: Collection[str],
    new: Sequence[wire.Event],
) -> None:
    """Write down what these events of `sender` say of the times of responses.

    `senders` are the terminal and its predecessors, whose responses it may correct. A time that is
    known already stays; an event that says something else than a correction, or says it badly,
    changes nothing. Neither does one whose number two responses have: it could be of either.
    """
    for event in new:
        for owner, epoch, seq, learnt in _learnt(event):
            if (owner or sender) not in senders:
                continue
            the_only_one = (
                select(func.min(responses.c.id))
                .where(
                    responses.c.terminal_id == (owner or sender),
                    responses.c.epoch == epoch,
                    responses.c.seq == seq,
                )
                .having(func.count() == 1)
                .scalar_subquery()
            )
            # Each by itself: SQLAlchemy takes no `in_` for many rows at once.
            connection.execute(
                update(responses)
                .where(responses.c.id == the_only_one, responses.c.clock.in_(STILL_TO_LEARN))
                .values(learnt)
            )


def _learnt(event: wire.Event) -> Iterator[tuple[str | None, int, int, Values]]:
    """Whose response, which epoch and seq, for each that the event corrects, with its columns."""
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
            yield correction.terminal_id, correction.epoch, seq, learnt
