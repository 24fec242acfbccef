"""What the tallies say of the responses that are meant, in as few passes as a page needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

from sqlalchemy import Connection

from device_config.questionnaire import Kind
from sync.central.numbers.figures import RESPONSES, Counts, Summary, summarise
from sync.central.store.tallies import Filter, Standing, counts_by_all, counts_by_item

ByItem = Mapping[str, Counts]
Way = Literal["questionnaire", "channel", "language"]
WAYS: tuple[Way, ...] = ("questionnaire", "channel", "language")

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Readings:
    """The tallies by day and standing, and those that are meant by the ways they came."""

    by_day: Mapping[tuple[str | date, ...], ByItem]
    by_way: Mapping[tuple[str | date, ...], ByItem]

    def __add__(self, other: "Readings") -> "Readings":
        return Readings(_sum(self.by_day, other.by_day), _sum(self.by_way, other.by_way))

    def days(self, standings: frozenset[Standing]) -> dict[date, ByItem]:
        """The tallies of each day, of these standings together."""
        days: dict[date, dict[str, Counts]] = {}
        for (day, standing), by_item in self.by_day.items():
            if standing in standings and isinstance(day, date):
                _add(days.setdefault(day, {}), by_item)
        return dict(days)

    def responses(self, standing: Standing) -> int:
        """How many responses of this standing there are."""
        return sum(
            by_item[RESPONSES].given
            for (_, each), by_item in self.by_day.items()
            if each == standing and RESPONSES in by_item
        )

    def each(self, way: Way) -> dict[str, ByItem]:
        """The tallies of each channel, language or questionnaire."""
        found: dict[str, dict[str, Counts]] = {}
        for values, by_item in self.by_way.items():
            _add(found.setdefault(str(values[WAYS.index(way)]), {}), by_item)
        return dict(found)


def summary(connection: Connection, wanted: Filter, kinds: Mapping[str, Kind]) -> Summary:
    """What these responses say together; `kinds` has the known items in the order of asking."""
    return summarise(counts_by_item(connection, wanted), kinds)


def readings(connection: Connection, wanted: Filter, every_standing: Filter) -> Readings:
    """Totals, trend and what is left out in one pass, channels and the like in another.

    `every_standing`: the same responses, those that are left out among them.
    """
    return Readings(
        counts_by_all(connection, every_standing, ("day", "standing")),
        counts_by_all(connection, wanted, WAYS),
    )


def together(found: Mapping[date, ByItem]) -> dict[str, Counts]:
    """The tallies of all days together."""
    total: dict[str, Counts] = {}
    for by_item in found.values():
        _add(total, by_item)
    return total


def _sum(one: Mapping[K, ByItem], other: Mapping[K, ByItem]) -> dict[K, ByItem]:
    total = {key: dict(by_item) for key, by_item in one.items()}
    for key, by_item in other.items():
        _add(total.setdefault(key, {}), by_item)
    return dict(total)


def _add(total: dict[str, Counts], more: ByItem) -> None:
    for item, counts in more.items():
        total[item] = total.get(item, Counts()) + counts
