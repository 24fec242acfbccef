"""The parts of the tree of units that a visitor can choose from: their names, their units."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from device_config.counties import COUNTIES
from sync import wire
from sync.central.api.problems import ProblemError
from sync.central.pages.wording import Names, names_of
from sync.central.scopes import Scope, own_name, path_of, units_within


@dataclass(frozen=True, slots=True)
class Choice:
    """One part of the tree under the branch that it hangs from; `is_whole`: all of that branch."""

    scope: str
    branch: tuple[str, ...]
    names: Names
    is_whole: bool = False


def chosen_units(
    scope: Scope, units: Sequence[wire.Unit], allowed: frozenset[str] | None
) -> frozenset[str] | None:
    """The OIDs of a part of the tree, as far as the visitor may see it; None: every one.

    Raises ProblemError: 403 where none of it may be seen, 404 where it has no units.
    """
    wanted = units_within([scope], units)
    if wanted is None:
        return allowed
    seen = wanted if allowed is None else wanted & allowed
    if not seen and allowed is not None:
        raise ProblemError(HTTPStatus.FORBIDDEN, "your account may not see these units")
    if not seen:
        raise ProblemError(HTTPStatus.NOT_FOUND, "there are no such units")
    return seen


def visible(units: Iterable[wire.Unit], allowed: frozenset[str] | None) -> list[wire.Unit]:
    """The units that a visitor may see."""
    return [unit for unit in units if allowed is None or unit.unit in allowed]


def choices(units: Iterable[wire.Unit], allowed: frozenset[str] | None) -> tuple[Choice, ...]:
    """Counties where there are several, then each branch before the units on it."""
    seen = visible(units, allowed)
    branches: dict[tuple[str, ...], list[wire.Unit]] = {}
    for unit in seen:
        path = path_of(unit)
        for depth in range(1, len(path) + 1):
            branches.setdefault(path[:depth], [])
        branches.setdefault(path, []).append(unit)
    found = list(_counties(seen))
    for path in sorted(branches, key=lambda each: [step.casefold() for step in each]):
        if path:
            scope = Scope("path", " › ".join(path))
            found.append(Choice(str(scope), path, {}, is_whole=True))
        own = sorted(branches[path], key=lambda unit: own_name(unit).casefold())
        found.extend(_unit_choice(unit, path) for unit in own)
    return tuple(found)


def name_of(
    scope: Scope, units: Iterable[wire.Unit], allowed: frozenset[str] | None
) -> Names | None:
    """What a part of the tree is called; None for one that is unknown, nothing for the whole."""
    match scope.kind:
        case "all":
            return {}
        case "county":
            return COUNTIES.get(scope.value)
        case "unit":
            known = (unit for unit in visible(units, allowed) if unit.unit == scope.value)
            return next((names_of(unit) for unit in known), None)
        case "path":
            is_known = any(scope.covers(unit) for unit in visible(units, allowed))
            return {"fi": scope.value} if is_known else None


def _counties(units: Sequence[wire.Unit]) -> Iterable[Choice]:
    codes = sorted({unit.county for unit in units if unit.county})
    if len(codes) > 1:
        for code in codes:
            names = COUNTIES.get(code, {"fi": code})
            yield Choice(str(Scope("county", code)), (), names, is_whole=True)


def _unit_choice(unit: wire.Unit, path: tuple[str, ...]) -> Choice:
    return Choice(str(Scope("unit", unit.unit)), path, names_of(unit))
