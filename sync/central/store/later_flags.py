"""Flags that a terminal learns of only later: a burst shows at its fifth response.

They travel as events, which may come before the responses that they name. The documents stay as
they came; the row's `flags`, and how it counts, say what is known.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection, bindparam, select, update

from sync import wire
from sync.central.store.database import dialect_insert
from sync.central.store.settling import Counting, HowItCounts, numbered, settle, take_turns
from sync.central.store.tables import later_flags, responses
from sync.central.store.tallies import Tally, standing_by

MOST_FLAGGED = 100
"""Numbers that one event may name; whoever names more says it badly."""


class _LaterFlag(msgspec.Struct, frozen=True):
    rule: wire.Rule
    epoch: wire.Count
    first_seq: wire.Count
    last_seq: wire.Count


def flag_later(
    connection: Connection, sender: str, new: Sequence[wire.Event], tally: Tally
) -> None:
    """Flag the responses of `sender` that these events name, those still to come as well.

    An event that says something else, or says it badly, changes nothing. Where two responses have
    a number, both are flagged: whichever comes first.
    """
    for event in new:
        told = _told(event)
        if told is not None:
            row = {"event_id": event.id, "terminal_id": sender} | msgspec.structs.asdict(told)
            once = dialect_insert(connection, later_flags).on_conflict_do_nothing()
            connection.execute(once, row)
            _flag(connection, sender, told, tally)


def flag_stored(connection: Connection, stored: Iterable[wire.Response], tally: Tally) -> None:
    """Flag those of the responses just stored of which an event has told already."""
    seqs: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for response in stored:
        seqs[str(response.terminal_id), response.epoch].append(response.seq)
    take_turns(connection, {terminal_id for terminal_id, _ in seqs})
    for (terminal_id, epoch), numbers in sorted(seqs.items()):
        columns = (later_flags.c[name] for name in _LaterFlag.__struct_fields__)
        named = select(*columns).where(
            later_flags.c.terminal_id == terminal_id,
            later_flags.c.epoch == epoch,
            later_flags.c.last_seq >= min(numbers),
            later_flags.c.first_seq <= max(numbers),
        )
        for row in connection.execute(named).all():
            _flag(connection, terminal_id, _LaterFlag(*row), tally)


def _flag(connection: Connection, terminal_id: str, told: _LaterFlag, tally: Tally) -> None:
    rows = [
        row
        for row in numbered(connection, terminal_id, told.epoch, told.first_seq, told.last_seq)
        if told.rule not in row.flags.split()
    ]
    if not rows:
        return
    rules = {row.id: {*row.flags.split(), told.rule} for row in rows}

    def flagged(row: Counting, _response: wire.Response) -> HowItCounts:
        return HowItCounts(row.day, standing_by(rules[row.id]), row.validity, row.problem)

    # What a version before this has stored is counted later, as what stands then.
    counted = [row for row in rows if row.validity is not None]
    settle(connection, counted, flagged, tally)
    change = update(responses).where(responses.c.id == bindparam("of_id"))
    connection.execute(
        change.values(flags=bindparam("new_flags")),
        [{"of_id": name, "new_flags": " ".join(sorted(met))} for name, met in rules.items()],
    )


def _told(event: wire.Event) -> _LaterFlag | None:
    if event.kind != "flag":
        return None
    try:
        told = msgspec.convert(event.data, _LaterFlag)
    except (msgspec.MsgspecError, ValueError):
        return None
    return told if 0 <= told.last_seq - told.first_seq < MOST_FLAGGED else None
