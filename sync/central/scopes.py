"""What part of the tree of units something is about: all, a county, a branch, or one unit. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sync import wire

Kind = Literal["all", "county", "path", "unit"]

MOST_CHARACTERS = 600


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of the tree. As text: "", "county:20", "path:Kainuu › Hammashoito", "unit:OID"."""

    kind: Kind = "all"
    value: str = ""

    def __str__(self) -> str:
        return "" if self.kind == "all" else f"{self.kind}:{self.value}"

    def covers(self, unit: wire.Unit) -> bool:
        """Whether a unit belongs to it."""
        match self.kind:
            case "all":
                return True
            case "county":
                return unit.county == self.value
            case "unit":
                return unit.unit == self.value
            case "path":
                steps = steps_of(self.value)
                return bool(steps) and (*path_of(unit), own_name(unit))[: len(steps)] == steps


EVERYTHING = Scope()


def parse_scope(text: str) -> Scope | None:
    """The scope that a text says; None when it says none."""
    text = text.strip()
    if not text:
        return EVERYTHING
    kind, _, value = text.partition(":")
    if not value or len(text) > MOST_CHARACTERS or not text.isprintable():
        return None
    match kind:
        case "county" | "unit":
            return Scope(kind, value)
        case "path" if steps := steps_of(value):
            return Scope(kind, " › ".join(steps))
    return None


def units_within(scopes: Iterable[Scope], units: Iterable[wire.Unit]) -> frozenset[str] | None:
    """The OIDs of the known units that these scopes cover; None: everything, known or not.

    A scope of one unit covers its OID, known or not.
    """
    wanted = tuple(scopes)
    if EVERYTHING in wanted:
        return None
    named = {scope.value for scope in wanted if scope.kind == "unit"}
    return frozenset(u.unit for u in units if any(s.covers(u) for s in wanted)) | named


def depth(scope: Scope) -> int:
    """How near to the root a scope is: what lies deeper has the last word."""
    match scope.kind:
        case "all":
            return 0
        case "county":
            return 1
        case "path":
            return 1 + len(steps_of(scope.value))
        case "unit":
            return 1000


def scopes_over(unit: wire.Unit) -> tuple[Scope, ...]:
    """Every scope that covers a unit, from the root to the unit itself."""
    steps = (*path_of(unit), own_name(unit))
    return (
        EVERYTHING,
        *((Scope("county", unit.county),) if unit.county else ()),
        *(Scope("path", " › ".join(steps[:count])) for count in range(1, len(steps) + 1)),
        Scope("unit", unit.unit),
    )


def path_of(unit: wire.Unit) -> tuple[str, ...]:
    """The steps above a unit, from the root; in Finnish, else the first language there is."""
    return steps_of(_first(unit.path))


def own_name(unit: wire.Unit) -> str:
    """A unit's name by which it stands in the tree; its OID when it has none."""
    return _first(unit.name) or unit.unit


def steps_of(path: str) -> tuple[str, ...]:
    """The steps of a path as units write it, with › or > between."""
    return tuple(step for part in re.split("[›>]", path) if (step := part.strip()))


def _first(texts: dict[str, str]) -> str:
    return next((texts[code] for code in ("fi", "sv", "en", *sorted(texts)) if texts.get(code)), "")
