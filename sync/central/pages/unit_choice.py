"""Choosing a unit in a form: what is offered, and what somebody's words mean. Pure."""

from collections.abc import Sequence

from device_config.unit_search import UnitIndex
from device_config.unit_search import path_of as path_in
from device_config.units import in_language
from sync import wire

MOST_OFFERED = 2000
MOST_FITTING = 8


def label(unit: wire.Unit, language: str) -> str:
    """A unit as it is offered: its name, what it belongs to, and its OID."""
    name = in_language(unit.name, language) or unit.unit
    path = path_in(unit, language)
    return f"{name}, {path} ({unit.unit})" if path else f"{name} ({unit.unit})"


def labels(units: Sequence[wire.Unit], language: str) -> list[str]:
    """What is offered while somebody types; of very many units, the first ones."""
    return sorted((label(each, language) for each in units[:MOST_OFFERED]), key=str.casefold)


def fitting(text: str, units: Sequence[wire.Unit]) -> tuple[wire.Unit, ...]:
    """The units that the words may mean: one where that is sure, else the best few."""
    typed = text.strip()
    inside = typed.rpartition("(")[2].removesuffix(")").strip()
    exact = [unit for unit in units if unit.unit in (typed, inside)]
    if exact:
        return (exact[0],)
    named = [unit for unit in units if typed.casefold() in _names(unit)]
    if len(named) == 1:
        return (named[0],)
    return UnitIndex.of(units).find(typed, MOST_FITTING) if typed else ()


def _names(unit: wire.Unit) -> set[str]:
    return {name.casefold() for name in unit.name.values()}
