"""A power cut at any instant of a move leaves the terminal where it stood, or where it stands."""

import sys

import pytest
from builders import settings_with

from device_config.errors import StateDamaged
from device_config.location import LocationFile
from device_config.state import StateDirectory
from device_config.units import UnitsFile
from tests.crash.disk import write_out
from tests.crash.operations import Ended
from tests.crash.promises import World
from tests.crash.recording import Recorder
from tests.crash.scenario import VARIANTS
from tests.drills.power_cuts import disks

STATE = "terminal/state"
CUTS = 250
SETTINGS = settings_with().location

# Three changes of a place in one life: by staff, by the centre, and back again.
MOVES = """
from pathlib import Path
from device_config import clock
from device_config.location import LocationFile, Place
from device_config.state import open_state
location = LocationFile.of(open_state(Path({state!r})))
{move}
"""
STEPS = {
    "staff": "location.change('1', None, 'A', clock.read())",
    "centre": "location.adopt(Place(revision=2, unit='2', place='B', set_by='centre'))",
    "undo": "location.undo(clock.read())",
}
PLACES = {"staff": (1, "A"), "centre": (2, "B"), "undo": (3, "A")}

UNITS = """
from pathlib import Path
from device_config.state import open_state
from device_config.units import Unit, UnitList, UnitsFile
file = UnitsFile.of(open_state(Path({state!r})))
file.write(UnitList(units=tuple(
    Unit(unit=str(each), name=dict(fi="{name}"), path=dict()) for each in range(40))))
"""


def recorded(folder, programs, variant="as it is"):
    root = folder / "disk"
    root.mkdir()
    recorder = Recorder(root)
    for step, program in programs.items():
        code = VARIANTS[variant] + program.replace("{state!r}", repr(str(root / STATE)))
        recorder.run(step, [sys.executable, "-c", code])
    return recorder


def states_after_cuts(recorder, folder, cuts=CUTS):
    """What the world knew, and the state directory that was left, for many cuts."""
    for number, (_, world, tree) in enumerate(disks(recorder, cuts, 1, World())):
        root = folder / f"cut-{number}"
        write_out(tree, root)
        yield world, StateDirectory(root / STATE)


def moves(folder, variant="as it is"):
    programs = {step: MOVES.replace("{move}", move) for step, move in STEPS.items()}
    return recorded(folder, programs, variant)


def broken_moves(recorder, folder):
    """What was wrong after each cut, in words."""
    wrong = []
    for world, state in states_after_cuts(recorder, folder):
        location = LocationFile.of(state)
        try:
            location.file.read()
        except StateDamaged as error:
            wrong.append(str(error))
            continue
        done = [PLACES[step] for step in STEPS if step in world.ended]
        begun = [PLACES[step] for step in STEPS if step in world.began]
        kept = [(place.revision, place.place) for place in location.history()]
        if kept not in (done, begun):
            wrong.append(f"after {done} of {begun} there is {kept}")
        current = location.current(SETTINGS)
        if (current.revision, current.place) != (kept[-1] if kept else (0, None)):
            wrong.append(f"stands at {current} after {kept}")
    return wrong


def test_wherever_the_power_fails_the_move_was_made_whole_or_not_and_no_place_is_forgotten(
    tmp_path,
):
    recorder = moves(tmp_path)

    assert sum(isinstance(each, Ended) for each in recorder.operations) == len(STEPS)
    assert broken_moves(recorder, tmp_path) == []


@pytest.mark.parametrize(
    "variant", ["a durable file is not synced", "one copy instead of two", "no folder is synced"]
)
def test_a_location_that_is_written_carelessly_is_found_out(tmp_path, variant):
    assert broken_moves(moves(tmp_path, variant), tmp_path)


def test_wherever_the_power_fails_the_list_of_units_is_the_old_one_or_the_new_one(tmp_path):
    programs = {name: UNITS.replace("{name}", name) for name in ("old", "new")}
    recorder = recorded(tmp_path, programs)
    seen = set()

    for world, state in states_after_cuts(recorder, tmp_path):
        units = UnitsFile.of(state).read().units
        names = {unit.name["fi"] for unit in units}
        seen |= names
        assert len(units) in (0, 40)
        assert len(names) <= 1
        if "new" in world.ended:
            assert names == {"new"}
        elif "old" in world.ended:
            assert names in ({"old"}, {"new"})
    assert seen == {"old", "new"}
