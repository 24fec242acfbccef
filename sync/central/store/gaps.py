"""Which numbers of a terminal are missing, and what is known of why; which came twice."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

import msgspec
from sqlalchemy import Connection, func, or_, select

from sync import wire
from sync.central.store.tables import events, refusals, responses, sequences, terminals

MOST_GAPS = 1000
MOST_DAMAGES = 100

Why = Literal["before-first", "refused", "lost", "not-known"]
"""`before-first`: given before the first number that came at all, so maybe before it was enrolled
here. `refused`: by us, and listed so. `lost`: the terminal said so itself."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers of one epoch that follow each other, from `first` to `last`, and none of which came.

    Some may still come: a terminal passes over a response that our service stumbles over.
    """

    epoch: int
    first: int
    last: int
    why: Why

    @property
    def count(self) -> int:
        """How many numbers these are."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Twice:
    """A number that several responses have."""

    epoch: int
    seq: int
    times: int


def missing(connection: Connection, terminal_id: str) -> tuple[Gap, ...]:
    """What is missing of each epoch of a terminal, at most MOST_GAPS gaps, the lowest first."""
    asked = select(sequences).where(
        sequences.c.terminal_id == terminal_id, sequences.c.count < sequences.c.highest
    )
    epochs = connection.execute(asked.order_by(sequences.c.epoch)).all()
    if not epochs:
        return ()
    first_epoch = connection.execute(
        select(func.min(sequences.c.epoch)).where(sequences.c.terminal_id == terminal_id)
    ).scalar_one()
    refused = _refused(connection, terminal_id)
    lost = _lost(connection, terminal_id)
    found: list[Gap] = []
    for row in epochs:
        if row.lowest > 1:
            is_start = row.epoch == first_epoch
            start = Gap(row.epoch, 1, row.lowest - 1, "before-first" if is_start else "not-known")
            found.extend([start] if is_start else _cut(start, refused, lost))
        if row.count < row.highest - row.lowest + 1:
            for gap in _between(connection, terminal_id, row.epoch):
                found.extend(_cut(gap, refused, lost))
    return tuple(found[:MOST_GAPS])


def _between(connection: Connection, terminal_id: str, epoch: int) -> Iterator[Gap]:
    """The gaps between numbers of an epoch that came."""
    following = func.lead(responses.c.seq).over(order_by=responses.c.seq)
    numbered = (
        select(responses.c.seq, following.label("following"))
        .where(responses.c.terminal_id == terminal_id, responses.c.epoch == epoch)
        .subquery()
    )
    statement = select(numbered).where(numbered.c.following > numbered.c.seq + 1)
    for row in connection.execute(statement.order_by(numbered.c.seq).limit(MOST_GAPS)):
        yield Gap(epoch, row.seq + 1, row.following - 1, "not-known")


def came_twice(connection: Connection, terminal_id: str) -> tuple[Twice, ...]:
    """The numbers of a terminal that several responses have, at most MOST_GAPS, the lowest first.

    All of those responses are kept and counted; as numbers they count once.
    """
    number = (responses.c.epoch, responses.c.seq)
    statement = (
        select(*number, func.count())
        .where(responses.c.terminal_id == terminal_id)
        .group_by(*number)
        .having(func.count() > 1)
        .order_by(*number)
        .limit(MOST_GAPS)
    )
    return tuple(Twice(*row) for row in connection.execute(statement))


class _Runs(msgspec.Struct):
    """What of an event `salvage` is needed here."""

    not_found: tuple[msgspec.Raw, ...] = ()


class _LostRun(msgspec.Struct, frozen=True):
    epoch: wire.Count
    first_seq: wire.Count
    last_seq: wire.Count


class _Salvage(msgspec.Struct):
    data: _Runs


def _lost(connection: Connection, terminal_id: str) -> list[_LostRun]:
    """The runs that the terminal, or who came after it, said not to have found in damaged files."""
    senders = select(terminals.c.id).where(
        or_(
            terminals.c.id == terminal_id,
            terminals.c.predecessor == terminal_id,
            terminals.c.replaces == terminal_id,
        )
    )
    statement = (
        select(events.c.document)
        .where(events.c.terminal_id.in_(senders), events.c.kind == "salvage")
        .order_by(events.c.received_at.desc())
        .limit(MOST_DAMAGES)
    )
    found = []
    for document in connection.execute(statement).scalars():
        try:
            told = msgspec.json.decode(document, type=_Salvage).data.not_found
            runs = [msgspec.json.decode(each, type=_LostRun) for each in told]
        except wire.UNREADABLE:
            continue
        found.extend(runs)
    return found


def _refused(connection: Connection, terminal_id: str) -> dict[int, list[int]]:
    """The numbers that were refused, in their order, by epoch."""
    statement = (
        select(refusals.c.epoch, refusals.c.seq)
        .where(
            refusals.c.terminal_id == terminal_id,
            refusals.c.epoch.is_not(None),
            refusals.c.seq.is_not(None),
        )
        .order_by(refusals.c.epoch, refusals.c.seq)
    )
    by_epoch: defaultdict[int, list[int]] = defaultdict(list)
    for row in connection.execute(statement):
        by_epoch[row.epoch].append(row.seq)
    return by_epoch


def _cut(gap: Gap, refused: dict[int, list[int]], lost: Iterable[_LostRun]) -> Iterator[Gap]:
    """A gap in pieces, by why its numbers are missing."""
    numbers = refused.get(gap.epoch, [])
    within = numbers[bisect_left(numbers, gap.first) : bisect_right(numbers, gap.last)]
    known = [Gap(gap.epoch, number, number, "refused") for number in within]
    known += [
        Gap(gap.epoch, max(run.first_seq, gap.first), min(run.last_seq, gap.last), "lost")
        for run in lost
        if run.epoch == gap.epoch
    ]
    return islice(_in_pieces(gap, sorted(known, key=lambda each: each.first)), MOST_GAPS)


def _in_pieces(gap: Gap, known: Sequence[Gap]) -> Iterator[Gap]:
    pending: Gap | None = None
    begin = gap.first
    for piece in (*known, Gap(gap.epoch, gap.last + 1, gap.last + 1, "not-known")):
        first = max(piece.first, begin)
        if first > piece.last:
            continue
        for part in (Gap(gap.epoch, begin, first - 1, "not-known"), piece):
            cut = Gap(gap.epoch, max(part.first, begin), part.last, part.why)
            if cut.count < 1 or cut.first > gap.last:
                continue
            begin = cut.last + 1
            if pending is not None and pending.why == cut.why:
                pending = Gap(gap.epoch, pending.first, cut.last, cut.why)
                continue
            if pending is not None:
                yield pending
            pending = cut
    if pending is not None:
        yield pending
