"""Which numbers came of each epoch of each terminal.

Numbers are gap-free within an epoch; what is missing was lost, refused, or is still to come. Two
responses with one number count once.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection, case, func, select, update

from sync import wire
from sync.central.store.database import dialect_insert
from sync.central.store.tables import responses, sequences

_Key = tuple[str, int]  # terminal and epoch: what is numbered together


def count_numbers(connection: Connection, stored: Iterable[wire.Response]) -> None:
    """Count the numbers of responses that this transaction has just stored."""
    new: defaultdict[_Key, Counter[int]] = defaultdict(Counter)
    for response in stored:
        new[str(response.terminal_id), response.epoch][response.seq] += 1
    # Sorted, so that two transactions never wait for each other in a circle.
    for key in sorted(new):
        _count(connection, key, new[key])


def _count(connection: Connection, key: _Key, seqs: Counter[int]) -> None:
    lowest, highest, count = _locked(connection, key)
    came_before = _came_before(connection, key, seqs) if min(seqs) <= highest else frozenset()
    known = {
        "lowest": min(lowest or min(seqs), *seqs),
        "highest": max(highest, *seqs),
        "count": count + len(seqs.keys() - came_before),
    }
    connection.execute(
        update(sequences)
        .where(sequences.c.terminal_id == key[0], sequences.c.epoch == key[1])
        .values(known)
    )


def _locked(connection: Connection, key: _Key) -> tuple[int, int, int]:
    """The lowest and highest number so far and how many, 0 for none; until we are done ours."""
    asked = (
        select(sequences.c.lowest, sequences.c.highest, sequences.c.count)
        .where(sequences.c.terminal_id == key[0], sequences.c.epoch == key[1])
        .with_for_update()
    )
    row = connection.execute(asked).one_or_none()
    if row is None:
        nothing = {"terminal_id": key[0], "epoch": key[1], "lowest": 0, "highest": 0, "count": 0}
        connection.execute(dialect_insert(connection, sequences).on_conflict_do_nothing(), nothing)
        row = connection.execute(asked).one()
    lowest, highest, count = row
    return lowest, highest, count


def _came_before(connection: Connection, key: _Key, seqs: Counter[int]) -> frozenset[int]:
    """Those of the numbers that other responses have, too."""
    stored = select(responses.c.seq, func.count().label("times")).where(
        responses.c.terminal_id == key[0], responses.c.epoch == key[1], responses.c.seq.in_(seqs)
    )
    rows = connection.execute(stored.group_by(responses.c.seq))
    return frozenset(row.seq for row in rows if row.times > seqs[row.seq])


def gaps_of(connection: Connection) -> dict[str, int]:
    """How many numbers are missing, by terminal; terminals that miss none are left out.

    In a terminal's first epoch its first number here counts as the first: those before it were
    given before it was enrolled. `missing` says why the others may be missing.
    """
    first_epoch = func.min(sequences.c.epoch).over(partition_by=sequences.c.terminal_id)
    by_epoch = select(
        sequences.c.terminal_id,
        sequences.c.highest - sequences.c.count,
        case((sequences.c.epoch == first_epoch, sequences.c.lowest - 1), else_=0),
    ).subquery()
    terminal_id, absent, before = by_epoch.c
    number = func.sum(absent - before)
    statement = select(terminal_id, number).group_by(terminal_id).having(number > 0)
    return {row[0]: int(row[1]) for row in connection.execute(statement)}
