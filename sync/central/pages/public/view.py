"""What the public pages show, from tallies that are kept for a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from device_config.counties import COUNTIES
from sync.central.behaviour import read_behaviour
from sync.central.numbers.figures import Counts
from sync.central.numbers.public import PublicFigures, public_figures, window
from sync.central.pages.wording import Names, asked_items, in_words, names_of
from sync.central.scopes import own_name
from sync.central.service import Service
from sync.central.store.public_days import (
    ByUnit,
    find_public_day,
    forget_public_days,
    keep_public_day,
)
from sync.central.store.tallies import Filter, counts_by
from sync.central.store.units import count_by_county, units_of_county

OTHER = "other"
"""In place of a county's code: the units that are in none."""


@dataclass(frozen=True, slots=True)
class County:
    """A county by its code, and how many units it has."""

    code: str
    names: Names
    units: int


@dataclass(frozen=True, slots=True)
class PublicUnit:
    """A unit and what everybody may know of it."""

    oid: str
    names: Names
    figures: PublicFigures


@dataclass(frozen=True, slots=True)
class CountyView:
    """What everybody may know of a county; `first` and `last` are the days that it is about."""

    code: str
    names: Names
    first: date
    last: date
    minimum_n: int
    texts: Mapping[str, Names]  # of the items, in the order of asking
    figures: PublicFigures
    units: tuple[PublicUnit, ...]

    @property
    def updated(self) -> date:
        """The day on which it was counted."""
        return self.last + timedelta(days=1)

    def unit(self, oid: str) -> PublicUnit | None:
        """One of the county's units; None for any other."""
        return next((unit for unit in self.units if unit.oid == oid), None)


def is_public(service: Service) -> bool:
    """Whether everybody may see the public pages."""
    if service.is_open:
        return True
    with service.store.reading() as connection:
        return read_behaviour(connection).is_public


def gather_counties(service: Service) -> tuple[County, ...]:
    """The counties that have units, in the order of their codes; what is in none comes last."""
    with service.store.reading() as connection:
        found = count_by_county(connection)
    codes = sorted(found, key=lambda code: (not code, code))
    return tuple(County(c or OTHER, COUNTIES.get(c or "", {}), found[c]) for c in codes)


def gather_county(service: Service, code: str, today: date) -> CountyView | None:
    """What everybody may know of a county today; None for a county without units."""
    if not code.isprintable():
        return None
    with service.store.reading() as connection:
        of_county = units_of_county(connection, None if code == OTHER else code)
        minimum_n = read_behaviour(connection).minimum_n
    if not of_county:
        return None
    by_unit = _tallies(service, code, [unit.unit for unit in of_county], today)
    items = asked_items(service.questionnaires)
    kinds = {name: item.kind for name, item in items.items()}
    figures, of_unit = public_figures(
        {unit.unit: by_unit.get(unit.unit, {}) for unit in of_county}, kinds, minimum_n
    )
    first, last = window(today)
    return CountyView(
        code=code,
        names=COUNTIES.get(code, {}),
        first=first,
        last=last,
        minimum_n=minimum_n,
        texts={name: in_words(item.text) for name, item in items.items()},
        figures=figures,
        units=tuple(
            PublicUnit(unit.unit, names_of(unit), of_unit[unit.unit])
            for unit in sorted(of_county, key=lambda each: (own_name(each).casefold(), each.unit))
        ),
    )


def _tallies(service: Service, county: str, units: list[str], today: date) -> ByUnit:
    """The tallies of the window, counted by whoever is asked first on a day."""
    found: dict[str, dict[str, Counts]] = {}
    with service.store.reading() as connection:
        kept = find_public_day(connection, county, today)
        if kept is not None:
            return kept
        wanted = Filter(frozenset(units), *window(today))
        for (unit, item), counts in counts_by(connection, wanted, "unit").items():
            found.setdefault(str(unit), {})[item] = counts
    with service.store.writing() as connection:
        forget_public_days(connection, county, today)
        keep_public_day(connection, county, today, found)
        # Another process may have been quicker: its figures count.
        return find_public_day(connection, county, today) or found
