"""The tree of units: counties where there are several, the steps of the paths, the units. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from device_config.counties import COUNTIES
from sync import wire
from sync.central.numbers.comparison import ByItem, add_up
from sync.central.numbers.figures import Counts
from sync.central.pages.wording import Names, names_of
from sync.central.scopes import EVERYTHING, Scope, own_name, path_of, steps_of

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A part of the tree, what hangs from it, and the tallies of all its units together.

    `scope` is None for units that no register has, and for a branch of one county that bears the
    name of another county's: an address would mean both.
    """

    names: Names
    scope: Scope | None
    counts: ByItem
    units: int
    children: tuple["Node", ...] = ()
    is_unit: bool = False


def tree(units: Sequence[wire.Unit], by_unit: Mapping[str, ByItem]) -> Node:
    """The root of the tree of these units; of tallies of other units, one node beside them."""
    branches = Counter(prefix for unit in units for prefix in _prefixes(path_of(unit)))
    counties = sorted({unit.county or "" for unit in units}, key=lambda code: (not code, code))
    children: tuple[Node, ...]
    if len(counties) > 1:
        children = tuple(_county(code, units, by_unit, branches) for code in counties)
    else:
        children = _below((), list(units), by_unit, branches)
    known = {unit.unit for unit in units}
    unknown = [counts for oid, counts in by_unit.items() if oid not in known]
    if unknown:
        children = (*children, Node({}, None, add_up(unknown), len(unknown)))
    return _node({}, EVERYTHING, children, len(units))


def _county(
    code: str,
    units: Iterable[wire.Unit],
    by_unit: Mapping[str, ByItem],
    branches: Mapping[Path, int],
) -> Node:
    of_county = [unit for unit in units if (unit.county or "") == code]
    children = _below((), of_county, by_unit, branches)
    names = COUNTIES.get(code, {"fi": code} if code else {})
    same = {name.casefold() for name in names.values()}
    children = tuple(  # some paths begin with the county
        below
        for child in children
        for below in (
            child.children
            if not child.is_unit and same & {name.casefold() for name in child.names.values()}
            else (child,)
        )
    )
    return _node(names, Scope("county", code) if code else None, children, len(of_county))


def _below(
    above: Path,
    units: Sequence[wire.Unit],
    by_unit: Mapping[str, ByItem],
    branches: Mapping[Path, int],
) -> tuple[Node, ...]:
    """What hangs from a branch: its branches, then its own units."""
    steps: dict[str, list[wire.Unit]] = {}
    own = []
    for unit in units:
        path = path_of(unit)
        if len(path) > len(above):
            steps.setdefault(path[len(above)], []).append(unit)
        else:
            own.append(unit)
    found = []
    for step in sorted(steps, key=str.casefold):
        path, of_step = (*above, step), steps[step]
        is_only = branches[path] == len(of_step)
        scope = Scope("path", " › ".join(path)) if is_only else None
        children = _below(path, of_step, by_unit, branches)
        found.append(_node(step_names(of_step[0], len(above)), scope, children, len(of_step)))
    for unit in sorted(own, key=lambda each: (own_name(each).casefold(), each.unit)):
        counts: Mapping[str, Counts] = by_unit.get(unit.unit, {})
        scope = Scope("unit", unit.unit)
        found.append(Node(names_of(unit), scope, counts, 1, is_unit=True))
    return tuple(found)


def _node(names: Names, scope: Scope | None, children: tuple[Node, ...], units: int) -> Node:
    return Node(names, scope, add_up(child.counts for child in children), units, children)


def branch_names(unit: wire.Unit) -> Names:
    """The path to a unit in each language that has it."""
    return {code: " › ".join(steps_of(path)) for code, path in unit.path.items() if path}


def step_names(unit: wire.Unit, depth: int) -> Names:
    """What a step of a unit's path is called in each language that has the whole path."""
    length = len(path_of(unit))
    found = {code: steps_of(path) for code, path in unit.path.items()}
    return {code: steps[depth] for code, steps in found.items() if len(steps) == length}


def first_of(names: Names) -> str:
    """The first of a thing's names: fi, sv, en, then any."""
    return next((names[code] for code in ("fi", "sv", "en", *names) if names.get(code)), "")


def _prefixes(path: Path) -> Iterator[Path]:
    return (path[:length] for length in range(1, len(path) + 1))
