"""Units beside each other: which of them differ from the whole by more than chance. Pure.

A unit is held against the whole of what is compared. Where it lies further from that than 99.8 % of
units would by chance alone, it stands out (the outer limits of a funnel plot; Spiegelhalter 2005,
Statistics in Medicine 24, 1185–1202). Of 500 units that are all alike one does so, not 25.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from sync.central.numbers.figures import Counts, Figure, Recommendation, Statements

LIMIT = 3.09  # standard deviations; one unit in 500 lies beyond them by chance
FEWEST = 5  # answers of a unit that may stand out

Side = Literal[-1, 0, 1]
ByItem = Mapping[str, Counts]


def add_up(several: Iterable[ByItem]) -> dict[str, Counts]:
    """The tallies of several units together, by item."""
    by_item: dict[str, list[Counts]] = {}
    for each in several:
        for item, counts in each.items():
            by_item.setdefault(item, []).append(counts)
    return {
        item: Counts(
            tuple(map(sum, zip(*(counts.values for counts in found), strict=True))),
            sum(counts.skipped for counts in found),
            sum(counts.not_applicable for counts in found),
        )
        for item, found in by_item.items()
    }


@dataclass(frozen=True, slots=True)
class Usual:
    """A figure of the whole, and how far single answers lie from it (standard deviation)."""

    figure: Figure
    spread: float

    def side(self, figure: Figure) -> Side:
        """1 where a figure is higher than chance explains, −1 where it is lower, else 0."""
        value, usual = figure.value, self.figure.value
        if value is None or usual is None or figure.n < FEWEST:
            return 0
        if abs(value - usual) <= LIMIT * self.spread / sqrt(figure.n):
            return 0
        return 1 if value > usual else -1


def usual_share(figure: Figure) -> Usual:
    """For shares: a single answer is in it or not."""
    p = figure.value or 0.0
    return Usual(figure, sqrt(p * (1 - p)))


def usual_mean(answers: Statements) -> Usual:
    """For means of answers 1–5."""
    return Usual(answers.mean, _spread(answers.faces, range(1, 6)))


def usual_nps(answers: Recommendation) -> Usual:
    """For NPS: a single answer is worth 100, 0 or −100."""
    counts = (answers.detractors, answers.passives, answers.promoters)
    return Usual(answers.nps, _spread(counts, (-100, 0, 100)))


def _spread(counts: Sequence[int], values: Sequence[int]) -> float:
    n = sum(counts)
    if not n:
        return 0.0
    pairs = tuple(zip(values, counts, strict=True))
    mean = sum(value * count for value, count in pairs) / n
    return sqrt(sum(count * (value - mean) ** 2 for value, count in pairs) / n)
