"""Finding a unit among 3,000 by a few letters, beside a plain search for what was typed.

Each unit that is looked for is typed in several ways, and each search is timed alone. The baseline
goes through all names and paths for the letters as they stand, and gives the first eight.
"""

import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from device_config.unit_search import UnitIndex
from device_config.units import Unit
from kiosk.bench.unit_list import MUNICIPALITIES, a_unit_list

MOST = 8
LONG = 5

Search = Callable[[str], Sequence[Unit]]


@dataclass
class Tally:
    """How one search did: seconds of each, and in how many the unit was first, or shown."""

    seconds: list[float] = field(default_factory=list)
    first: int = 0
    shown: int = 0

    def take(self, search: Search, typed: str, wanted: Unit) -> None:
        """Search once, and see."""
        began = time.perf_counter()
        found = search(typed)
        self.seconds.append(time.perf_counter() - began)
        self.first += bool(found) and found[0] is wanted
        self.shown += any(each is wanted for each in found)


def lines(queries: int, seed: int) -> Iterable[str]:
    """The report, for so many units that are looked for."""
    units = a_unit_list(seed)
    began = time.perf_counter()
    index = UnitIndex.of(units)
    built_s = time.perf_counter() - began
    yield f"{len(units)} units, their words made ready in {1000 * built_s:.0f} ms; {queries} wanted"
    tallies: dict[str, tuple[Tally, Tally]] = {}
    for way, typed, wanted in ways(units, queries, seed):
        ours, plain = tallies.setdefault(way, (Tally(), Tally()))
        ours.take(lambda text: index.find(text, MOST), typed, wanted)
        plain.take(lambda text: plainly(units, text), typed, wanted)
    yield f"{'':<34}{'p50':>8}{'p99':>8}{'most':>8}  ms{'first':>8}{'shown':>7}"
    for way, (ours, plain) in tallies.items():
        yield _row(way, ours)
        yield _row("  letters as they stand (baseline)", plain)


def ways(units: Sequence[Unit], queries: int, seed: int) -> Iterator[tuple[str, str, Unit]]:
    """Each unit that is wanted, by each way to type it."""
    random = Random(seed)  # noqa: S311 - no secret
    bases = {genitive: finnish for finnish, genitive, _, _ in MUNICIPALITIES}
    for _ in range(queries):
        wanted = random.choice(units)
        place, _, service = wanted.name["fi"].partition(" ")
        yield "the name", wanted.name["fi"], wanted
        yield "the place uninflected, a beginning", f"{bases[place]} {service[:LONG]}", wanted
        yield "in other order, lower case", f"{service} {place}".lower(), wanted
        yield "in Swedish", wanted.name["sv"], wanted
        yield "with a slip", f"{_with_slip(place, random)} {service}", wanted


def plainly(units: Sequence[Unit], typed: str) -> Sequence[Unit]:
    """The first units with these very letters, in either case, in a name or path."""
    letters = typed.casefold()
    found = []
    for unit in units:
        texts = (*unit.name.values(), *unit.path.values())
        if any(letters in text.casefold() for text in texts):
            found.append(unit)
            if len(found) == MOST:
                break
    return found


def _with_slip(word: str, random: Random) -> str:
    """The word without one of its letters, not the first; a short one as it is."""
    if len(word) <= LONG:
        return word
    at = random.randrange(1, len(word))
    return word[:at] + word[at + 1 :]


def _row(name: str, tally: Tally) -> str:
    ordered = sorted(1000 * each for each in tally.seconds)
    p99 = ordered[min(int(0.99 * len(ordered)), len(ordered) - 1)]
    count = len(ordered)
    times = f"{statistics.median(ordered):>8.2f}{p99:>8.2f}{ordered[-1]:>8.2f}    "
    return f"{name:<34}{times}{tally.first / count:>8.0%}{tally.shown / count:>7.0%}"
