"""What the answers say together: distribution, mean, share agreeing, NPS.

Counted as responses are stored; skipped and not applicable are never numbers.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from sync.central.store.tables import tallies

Tally = tuple[str, int, int]  # what was counted, the answer's value, how often


@dataclass(frozen=True, slots=True)
class Statistics:
    """The numbers of one unit, or of all."""

    responses: int = 0
    simulated: int = 0
    distribution: tuple[int, ...] = (0, 0, 0, 0, 0)  # answers 1, 2, 3, 4, 5 to statements
    recommendations: tuple[int, ...] = (0,) * 11  # answers 0 … 10 to the NPS question

    @property
    def statement_answers(self) -> int:
        """How many statements were answered with a number."""
        return sum(self.distribution)

    @property
    def mean(self) -> float | None:
        """The mean of the statement answers, 1–5; None without any."""
        total = sum(value * count for value, count in enumerate(self.distribution, start=1))
        return total / self.statement_answers if self.statement_answers else None

    @property
    def share_agreeing(self) -> float | None:
        """The share of 4 and 5 among the statement answers, 0–1; None without any."""
        agreeing = self.distribution[3] + self.distribution[4]
        return agreeing / self.statement_answers if self.statement_answers else None

    @property
    def nps_answers(self) -> int:
        """How many answered the recommendation question."""
        return sum(self.recommendations)

    @property
    def nps(self) -> float | None:
        """Promoters (9–10) less detractors (0–6) in per cent of who answered; None without any."""
        if not self.nps_answers:
            return None
        lead = sum(self.recommendations[9:]) - sum(self.recommendations[:7])
        return 100 * lead / self.nps_answers


def whole(number: float) -> int:
    """To the nearest whole number, halves away from zero, as people round."""
    return int(number + 0.5) if number >= 0 else -int(0.5 - number)


def statistics(connection: Connection, unit: str | None = None) -> Statistics:
    """The numbers of one unit, or of all units together."""
    total = func.sum(tallies.c.count)
    statement = select(tallies.c.counted, tallies.c.value, total)
    if unit is not None:
        statement = statement.where(tallies.c.unit == unit)
    rows = connection.execute(statement.group_by(tallies.c.counted, tallies.c.value))
    return _fold((counted, value, int(count)) for counted, value, count in rows)


def statistics_by_unit(connection: Connection, most: int | None = None) -> dict[str, Statistics]:
    """The numbers of each unit, most responses first, at most `most` units.

    Responses that name no unit stand under "".
    """
    busiest = (
        select(tallies.c.unit)
        .where(tallies.c.counted == "response")
        .order_by(tallies.c.count.desc(), tallies.c.unit)
        .limit(most)
    )
    chosen: dict[str, list[Tally]] = {unit: [] for unit in connection.execute(busiest).scalars()}
    statement = select(tallies).where(tallies.c.unit.in_(chosen))
    for unit, counted, value, count in connection.execute(statement):
        chosen[unit].append((counted, value, count))
    return {unit: _fold(rows) for unit, rows in chosen.items()}


def units_with_responses(connection: Connection) -> int:
    """How many units have responses."""
    statement = select(func.count()).select_from(tallies)
    return connection.execute(statement.where(tallies.c.counted == "response")).scalar_one()


def _fold(rows: Iterable[Tally]) -> Statistics:
    counts = {(counted, value): count for counted, value, count in rows}
    return Statistics(
        responses=counts.get(("response", 0), 0),
        simulated=counts.get(("simulated", 0), 0),
        distribution=tuple(counts.get(("statement", value), 0) for value in range(1, 6)),
        recommendations=tuple(counts.get(("recommendation", value), 0) for value in range(11)),
    )
