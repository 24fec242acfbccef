"""Days and weeks in a row, and what was answered in each. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from sync.central.numbers.figures import Counts


@dataclass(frozen=True, slots=True)
class Period:
    """Days in a row, both included: one day, or those of one week."""

    first: date
    last: date

    @property
    def week(self) -> int:
        """The number of the ISO week, as Finnish calendars have it: Monday first."""
        return self.first.isocalendar().week


def days(first: date, last: date) -> tuple[Period, ...]:
    """Each day by itself."""
    return tuple(Period(day, day) for day in _each_day(first, last))


def weeks(first: date, last: date) -> tuple[Period, ...]:
    """The ISO weeks; of the first and the last one, the days that are meant.

    A week across New Year is one week.
    """
    found = []
    for _, group in groupby(_each_day(first, last), key=lambda day: day.isocalendar()[:2]):
        of_week = list(group)
        found.append(Period(of_week[0], of_week[-1]))
    return tuple(found)


def counts_of(period: Period, by_day: Mapping[date, Mapping[str, Counts]]) -> dict[str, Counts]:
    """The tallies of a period, by item, from those of each day."""
    found: dict[str, Counts] = {}
    for day in _each_day(period.first, period.last):
        for item, counts in by_day.get(day, {}).items():
            found[item] = found.get(item, Counts()) + counts
    return found


def _each_day(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
