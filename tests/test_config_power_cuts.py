"""The power fails at each write of a configuration change: the settings are the old or the new.

The crash model's disks (tests/crash), for every step of a change's life.
"""

import json
import os
import shutil
import sys
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from device_config.config_store import ConfigStore
from device_config.durable_file import DurableFile
from device_config.errors import KioskError
from device_config.state import open_state
from tests.crash.disk import Disk, write_out
from tests.crash.operations import Began, Ended
from tests.crash.recording import Recorder
from tests.crash.scenario import STATE, VARIANTS
from tests.drills.power_cuts import MEMORY

STEPS = {
    "set": "store.set_value('session.undo_s', 4)",
    "start": "store.start()",
    "confirm": "store.confirm(store.effective().kept)",
    "activate": "store.activate_central({'screen': {'rotation': 90}})",
    "second start": "store.start()",
    "note": "store.note_failure('cannot turn')",
    "third start": "store.start(); store.start()",
    "go back": "store.start()",
    "roll back": "store.roll_back()",
    "install": """
from device_config.questionnaire_files import install, shipped
import msgspec
form = msgspec.structs.replace(shipped()[0], version='2025.1')
install(msgspec.json.encode(form), form, state.questionnaires)
""",
}
"""A change's life: each a write of its own."""
SETTINGS_AFTER = {
    "set": (4, 0),
    "activate": (4, 90),
    "go back": (4, 0),
    "roll back": (4, 90),
}
"""(undo_s, rotation) after each step that changes them."""

PROGRAM = """
from pathlib import Path
from device_config.config_store import ConfigStore
from device_config.state import open_state
state = open_state(Path({state!r}))
store = ConfigStore(state, None)
"""
BROKEN = ("one copy instead of two", "a durable file is not synced")


def recorded(folder, variant="as it is"):
    root = folder / "disk"
    root.mkdir()
    recorder = Recorder(root)
    for step, code in STEPS.items():
        program = VARIANTS[variant] + PROGRAM.format(state=str(root / STATE)) + code
        recorder.run(step, [sys.executable, "-c", program])
    return recorder.operations


def broken_promises(operations, folder, cuts_each):
    """Cut the power after every operation, so often each; what is wrong of what is left."""
    disk, random, number = Disk(), Random(1), 0
    sure, maybe = (2, 0), []
    for operation in operations:
        disk.take(operation)
        match operation:
            case Began(step):
                maybe = [SETTINGS_AFTER[step]] if step in SETTINGS_AFTER else []
            case Ended(step):
                sure, maybe = SETTINGS_AFTER.get(step, sure), []
            case _:
                pass
        for _ in range(cuts_each):
            number += 1
            root = folder / f"cut-{number}"
            write_out(disk.after_power_cut(random), root)
            found = what_is_there(root / STATE)
            shutil.rmtree(root)
            if found not in (sure, *maybe):
                yield f"{operation}: {found} instead of {sure} or {maybe}"


def what_is_there(path):
    state = open_state(path)
    try:
        DurableFile(state.file("settings")).read()
        store = ConfigStore(state, None)
        effective = store.effective()
        store.start()
        store.set_value("sound.accepted", True)
        store.effective()
    except (KioskError, OSError) as error:
        return str(error)
    unread = [each for each in effective.warnings if "did not come up" not in each]
    if unread:
        return json.dumps(unread)
    return effective.settings.session.undo_s, effective.settings.screen.rotation


@pytest.fixture
def scratch(tmp_path):
    """A folder in memory where there is one: a disk made up needs no real syncs."""
    place = MEMORY if os.access(MEMORY, os.W_OK) else tmp_path
    with TemporaryDirectory(dir=place) as folder:
        yield Path(folder)


def test_whenever_the_power_fails_the_settings_are_the_old_or_the_new_and_can_be_changed(
    tmp_path, scratch
):
    operations = recorded(tmp_path)

    assert list(broken_promises(operations, scratch, cuts_each=3)) == []
    assert [each.step for each in operations if isinstance(each, Ended)] == list(STEPS)


@pytest.mark.parametrize("variant", BROKEN)
def test_a_terminal_that_writes_its_settings_carelessly_is_found_out(tmp_path, scratch, variant):
    operations = recorded(tmp_path, variant)

    assert any(broken_promises(operations, scratch, cuts_each=3))
