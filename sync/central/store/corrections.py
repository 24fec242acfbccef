"""Clock corrections: times that a terminal learnt after it had sent its responses."""

from collections import Counter
from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy import Connection, bindparam, update

from sync import wire
from sync.central.local_time import day_of
from sync.central.receiving.checking import moment
from sync.central.store.bulk import Values
from sync.central.store.settling import STEP_ROWS, Counting, HowItCounts, numbered, settle
from sync.central.store.tables import responses
from sync.central.store.tallies import Tally

LEARNT = ("corrected", "estimated")
STILL_TO_LEARN = ("unknown", "estimated")


def correct_times(
    connection: Connection,
    sender: str,
    senders: Collection[str],
    new: Sequence[wire.Event],
    tally: Tally,
) -> None:
    """Write down what these events of `sender` say of the times of responses.

    `senders` are the terminal and its predecessors, whose responses it may correct. A time that is
    known already stays; an event that says something else than a correction, or says it badly,
    changes nothing. Neither does one whose number two responses have: it could be of either. A
    response counts on the day that was learnt: what that changes is gathered in `tally`.
    """
    for event in new:
        correction = _correction(event)
        if correction is not None and (correction.terminal_id or sender) in senders:
            _correct(connection, correction.terminal_id or sender, correction, tally)


def _correct(
    connection: Connection, owner: str, correction: wire.ClockCorrection, tally: Tally
) -> None:
    learnt = dict(enumerate(correction.answered, start=correction.first_seq))
    found = numbered(connection, owner, correction.epoch, correction.first_seq, correction.last_seq)
    if len(found) == STEP_ROWS:
        return  # a hundred numbers that so many share say nothing of any of them
    times = Counter(row.seq for row in found)
    rows = [
        row
        for row in found
        if times[row.seq] == 1 and row.clock in STILL_TO_LEARN and _is_learnt(learnt[row.seq])
    ]
    if not rows:
        return

    def on_its_day(row: Counting, _response: wire.Response) -> HowItCounts:
        at = learnt[row.seq].at
        day = day_of(row.received_at if at is None else moment(at) or row.received_at)
        return HowItCounts(day, row.standing, row.validity, row.problem)

    # What a version before this has stored is counted later, on the day that stands then.
    counted = [row for row in rows if row.validity is not None]
    settle(connection, counted, on_its_day, tally)
    change = update(responses).where(responses.c.id == bindparam("of_id"))
    columns = ("answered_at", "precision", "clock", "corrected")
    connection.execute(
        change.values({name: bindparam(f"new_{name}") for name in columns}),
        [{"of_id": row.id, **_columns(learnt[row.seq])} for row in rows],
    )


def _correction(event: wire.Event) -> wire.ClockCorrection | None:
    if event.kind != "clock-correction":
        return None
    try:
        return msgspec.convert(event.data, wire.ClockCorrection)
    except (msgspec.MsgspecError, ValueError):
        return None


def _is_learnt(answered: wire.Answered) -> bool:
    times = (answered.at, answered.earliest, answered.latest)
    return answered.clock in LEARNT and all(
        time is None or moment(time) is not None for time in times
    )


def _columns(answered: wire.Answered) -> Values:
    return {
        "new_answered_at": None if answered.at is None else moment(answered.at),
        "new_precision": answered.precision,
        "new_clock": answered.clock,
        "new_corrected": wire.encode(answered).decode(),
    }
