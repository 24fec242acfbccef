"""A recorded terminal, the power cut at thousands of instants, and each disk that this left opened.

    python -m tests.drills.power_cuts 5000

What the program did to its disk is recorded once, call by call (tests/crash/recording.py). Then
the power is cut at random between any two calls, a disk is made up of what was synced and of any
part of what was not (tests/crash/disk.py), and the terminal's own code opens it. Every hundredth
disk is opened by the program itself instead. A few disks are used once more: while the terminal
starts on one, and while it saves what a damaged database held, the power fails again, fifty times.
"""
# ruff: noqa: T201 - it prints what it did

import argparse
import json
import logging
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.crash.disk import Disk, Tree, write_out
from tests.crash.operations import (
    Began,
    Ended,
    Made,
    Named,
    Operation,
    Renamed,
    Resized,
    Said,
    Sent,
)
from tests.crash.promises import PromiseBroken, World, check, check_saved
from tests.crash.scenario import STATE, VARIANTS, Recording, record, record_again
from tests.world import run

MEMORY = Path("/dev/shm")
NEAR = 3
TELLING = ((Said, Ended, Sent), (Made, Named, Renamed, Resized))
PROGRAM_EVERY = 100
MOST_BROKEN = 20
CLIENTS_AGAIN = 3
AGAIN_EVERY, AGAIN = 400, 50
HEADER_BYTES = 100

Check = Callable[[Path, World, Recording], None]


@dataclass
class Result:
    """What came of all the cuts; `seconds` were spent on disks, without the recording."""

    cuts: int = 0
    by_program: int = 0
    operations: int = 0
    again: int = 0
    seconds: float = 0.0
    broken: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return self.cuts > 0 and not self.broken


def instants(operations: list[Operation], count: int, random: Random) -> list[int]:
    """After how many operations to cut the power: anywhere, and twice as often where it tells."""
    begun = next(at for at, each in enumerate(operations) if isinstance(each, Began)) + 1
    places = [range(begun, len(operations) + 1)]
    for kinds in TELLING:
        near = [at for at, each in enumerate(operations) if isinstance(each, kinds)]
        places.append(near or places[0])
    chosen = []
    for _ in range(count):
        at = random.choice(random.choice(places)) + random.randint(-NEAR, NEAR)
        chosen.append(min(max(at, begun), len(operations)))
    return sorted(chosen)


def disks(
    recording: Recording, count: int, seed: int, world: World
) -> Iterator[tuple[int, World, Tree]]:
    """So many disks, each with its instant and what the world knew then."""
    random, disk, done = Random(seed), Disk(), 0
    for instant in instants(recording.operations, count, random):
        for operation in recording.operations[done:instant]:
            disk.take(operation)
            world.take(operation)
        done = instant
        yield instant, world, disk.after_power_cut(random)


def cut(  # noqa: PLR0913 - what to cut, how often, and what to look at
    recording: Recording,
    count: int,
    seed: int = 1,
    *,
    program_every: int = PROGRAM_EVERY,
    before: World | None = None,
    check: Check = check,
) -> Result:
    """Cut the power so often, and open what is left; twenty broken promises are enough.

    `before`: what the world knew before the recording; `check`: what must hold for each disk.
    """
    result, begun_at = Result(operations=len(recording.operations)), time.monotonic()
    cuts = disks(recording, count, seed, before or World())
    with _scratch() as scratch:
        for number, (instant, world, tree) in enumerate(cuts, start=1):
            root = scratch / "disk"
            write_out(tree, root)
            is_programs_turn = number % program_every == 0
            try:
                (_check_with_program if is_programs_turn else check)(root / STATE, world, recording)
            except PromiseBroken as broken:
                result.broken.append(f"after {instant} operations: {broken}")
            result.cuts += 1
            result.by_program += is_programs_turn
            shutil.rmtree(root)
            if len(result.broken) == MOST_BROKEN:
                break
    result.seconds = round(time.monotonic() - begun_at, 1)
    return result


def cut_again(recording: Recording, count: int, seed: int) -> Result:
    """Cut the power once, then so often while the terminal starts again and more clients come."""
    ((_, world, tree),) = disks(recording, 1, seed, World())
    with TemporaryDirectory() as folder:
        again = record_again(Path(folder), tree, CLIENTS_AGAIN, recording.config)
        return cut(again, count, seed, before=world)


def cut_while_saving(recording: Recording, count: int, seed: int) -> Result:
    """Damage the database's header, then cut the power while the terminal saves what it held."""
    disk, world = Disk(), World()
    for operation in recording.operations:
        disk.take(operation)
        world.take(operation)
    tree = disk.after_power_cut(Random(seed))
    state = reduce(lambda folder, name: folder[name], STATE.parts, tree)
    state.pop("device.db-wal", None)  # it may be back, and SQLite would mend the file from it
    state["device.db"] = bytes(HEADER_BYTES) + state["device.db"][HEADER_BYTES:]
    with TemporaryDirectory() as folder:
        again = record_again(Path(folder), tree, CLIENTS_AGAIN, recording.config)
        return cut(again, count, seed, before=world, check=check_saved, program_every=count + 1)


def _check_with_program(state: Path, world: World, recording: Recording) -> None:
    """One more client, then an export: all as a person would see it."""
    options = ["--state", str(state), "--config", str(recording.config)]
    commands = (
        ["simulate", "1", "--as-fast-as-possible", *options],
        ["export", *options],
        ["status", "--json", *options],
    )
    done = [run(*each, check=False) for each in commands]
    for each in done:
        if each.returncode or "Traceback" in each.stderr:
            raise PromiseBroken(f"does not start: {each.args[3:5]}: {each.stderr[-500:]}")
    (new,), lines = done[0].stdout.split(), done[1].stdout.splitlines()
    found = Counter(json.loads(line)["id"] for line in lines)
    if any(found[each] != 1 for each in (new, *world.ids)):
        raise PromiseBroken("printed and gone, or there twice")


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder in memory where there is one: a disk made up needs no real syncs."""
    place = MEMORY if os.access(MEMORY, os.W_OK) else None
    with TemporaryDirectory(dir=place) as folder:
        yield Path(folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cuts", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clients", type=int, default=88)
    parser.add_argument("--variant", choices=VARIANTS, default="as it is")
    asked = parser.parse_args()
    logging.disable()  # each saving of a damaged database says so
    with TemporaryDirectory() as folder:
        recording = record(Path(folder), asked.clients, asked.variant)
        result = cut(recording, asked.cuts, asked.seed)
        for number in range(asked.cuts // AGAIN_EVERY):
            for kind in (cut_again, cut_while_saving):
                more = kind(recording, AGAIN, asked.seed + number)
                result.again += more.cuts
                result.seconds += more.seconds
                result.broken += more.broken
    for line in result.broken:
        print(line, file=sys.stderr)
    result.seconds = round(result.seconds, 1)
    print(json.dumps({**vars(result), "broken": len(result.broken), "is_good": result.is_good}))
    sys.exit(not result.is_good)
