"""Which responses are asked for, and those responses: counted at once, read a few at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    func,
    literal,
    select,
    text,
    tuple_,
)

from sync.central.store.tables import responses
from sync.central.store.tallies import RESPONSES, STANDINGS, Filter, Standing, counts_by_item

ORDER = (
    responses.c.received_at,
    responses.c.terminal_id,
    responses.c.epoch,
    responses.c.seq,
    responses.c.id,
)
"""As they came; the id decides where a number came twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which responses are meant. None is every one; days are Finnish ones, both included.

    `units`: OIDs. With `misuse` and `simulated`, responses of that standing are in.
    """

    units: frozenset[str] | None = None
    first: date | None = None
    last: date | None = None
    questionnaire: str | None = None
    channel: str | None = None
    misuse: bool = True
    simulated: bool = True

    @property
    def standings(self) -> frozenset[Standing]:
        """The standings that are in."""
        out = {"misuse": self.misuse, "simulated": self.simulated}
        return frozenset(standing for standing in STANDINGS if out.get(standing, True))


def count_selected(connection: Connection, wanted: Selection) -> int:
    """How many responses a selection has, at the cost of a page's figures."""
    counted = counts_by_item(
        connection,
        Filter(
            units=wanted.units,
            first=wanted.first,
            last=wanted.last,
            standings=wanted.standings,
            questionnaire=wanted.questionnaire,
            channel=wanted.channel,
        ),
    )
    # What proved to be invalid is in no tally. Written out, so that the index of the few serves.
    invalid = literal("invalid", literal_execute=True)
    uncounted = select(func.count()).where(responses.c.validity == invalid, *_conditions(wanted))
    in_tallies = counted[RESPONSES].given if RESPONSES in counted else 0
    return in_tallies + connection.execute(uncounted).scalar_one()


def count_texts(connection: Connection, wanted: Selection) -> int:
    """How many responses of a selection have free text."""
    has_text = text("has_text")  # as the partial index says it, or SQLite would not use that
    statement = select(func.count()).select_from(responses).where(has_text, *_conditions(wanted))
    return connection.execute(statement).scalar_one()


def latest_arrival(connection: Connection) -> datetime | None:
    """When the newest response came; None without any."""
    moment: datetime | None = connection.execute(
        select(func.max(responses.c.received_at))
    ).scalar_one()
    return moment


def selected_after(
    connection: Connection,
    wanted: Selection,
    until: datetime,
    after: Row[*tuple[Any, ...]] | None,
    most: int,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The next responses of a selection after this one, at most `most`, in the order of coming.

    None that came later than `until`. Each call costs the same wherever in the table it is.
    """
    statement = select(responses).where(*_conditions(wanted), responses.c.received_at <= until)
    if after is not None:
        reached = [literal(after._mapping[column], column.type) for column in ORDER]  # noqa: SLF001
        # The first condition is there for the index: it has only the moment.
        statement = statement.where(
            responses.c.received_at >= reached[0], tuple_(*ORDER) > tuple_(*reached)
        )
    return connection.execute(statement.order_by(*ORDER).limit(most)).all()


def _conditions(wanted: Selection) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.units is not None:
        conditions.append(_of_units(wanted.units))
    if wanted.first is not None:
        conditions.append(responses.c.day >= wanted.first)
    if wanted.last is not None:
        conditions.append(responses.c.day <= wanted.last)
    for column, value in (
        (responses.c.questionnaire, wanted.questionnaire),
        (responses.c.channel, wanted.channel),
    ):
        if value is not None:
            conditions.append(column == value)
    out = [standing for standing in STANDINGS if standing not in wanted.standings]
    if out:
        conditions.append(responses.c.standing.not_in(out))
    return conditions


def _of_units(units: frozenset[str]) -> ColumnElement[bool]:
    """One unit is found by its index. Several are picked out on the way through all.

    By the index of each, every piece would gather and sort all that is left of theirs.
    """
    if len(units) == 1 and "" not in units:
        return responses.c.unit == next(iter(units))
    return func.coalesce(responses.c.unit, "").in_(sorted(units))
