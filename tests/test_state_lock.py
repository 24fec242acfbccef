"""The state directory: made safely, held by one program of a kind, named when it cannot be."""

import os
import subprocess
import sys

import pytest
from builders import a_state

from device_config.errors import StateInUse, StateNotWritable
from device_config.state import default_state, hold, open_state

HOLDER = """
import sys, time
from pathlib import Path
from device_config.state import hold, open_state
with hold(open_state(Path(sys.argv[1])), "sync"):
    print("held", flush=True)
    time.sleep(60)
"""


def a_holder(state):
    process = subprocess.Popen([sys.executable, "-c", HOLDER, state.path], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"held\n"
    return process


def test_a_second_program_of_the_same_kind_is_refused_and_told_who_is_there(tmp_path):
    state = a_state(tmp_path)
    holder = a_holder(state)

    try:
        with pytest.raises(StateInUse, match=f"process {holder.pid}"), hold(state, "sync"):
            pass
    finally:
        holder.kill()
        holder.communicate()


def test_the_place_is_free_again_once_its_holder_was_killed(tmp_path):
    state = a_state(tmp_path)
    holder = a_holder(state)
    with pytest.raises(StateInUse), hold(state, "sync"):
        pass

    holder.kill()
    holder.communicate()

    with hold(state, "sync"):
        assert state.file("sync.lock").read_text() == str(os.getpid())


def test_the_kiosk_and_the_agent_hold_one_state_together(tmp_path):
    state = a_state(tmp_path)

    with hold(state, "kiosk"), hold(state, "sync"):
        for role in ("kiosk", "sync"):
            with pytest.raises(StateInUse), hold(state, role):
                pass


def test_whoever_waits_gets_the_place_when_it_becomes_free(tmp_path):
    state = a_state(tmp_path)
    first = hold(state, "kiosk")
    first.__enter__()

    waits = []

    def let_go(seconds):
        waits.append(seconds)
        first.__exit__(None, None, None)

    with hold(state, "kiosk", wait_s=60, sleep=let_go):
        assert len(waits) == 1


def test_a_refused_program_leaves_the_name_of_the_holder_in_place(tmp_path):
    state = a_state(tmp_path)

    with hold(state, "kiosk"):
        said = (state.path / "kiosk.lock").read_text()
        with pytest.raises(StateInUse), hold(state, "kiosk"):
            pass

        assert (state.path / "kiosk.lock").read_text() == said


def test_an_error_inside_lets_go_of_the_place(tmp_path):
    state = a_state(tmp_path)
    with pytest.raises(KeyError), hold(state, "kiosk"):
        raise KeyError

    with hold(state, "kiosk"):
        pass


def test_a_state_directory_is_made_with_its_parents_and_without_leftovers(tmp_path):
    state = open_state(tmp_path / "a" / "b")

    assert state.path.is_dir()
    assert list(state.path.iterdir()) == []


def test_a_path_under_a_file_is_refused_with_the_mend(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StateNotWritable, match="--state"):
        open_state(tmp_path / "file" / "state")


def test_a_person_without_a_system_terminal_keeps_state_in_their_own_data_directory(
    monkeypatch, tmp_path
):
    monkeypatch.setattr("device_config.state.SYSTEM_STATE", tmp_path / "none")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    assert default_state() == tmp_path / "palautepiste"


def test_the_systems_state_is_the_default_where_it_exists(monkeypatch, tmp_path):
    monkeypatch.setattr("device_config.state.SYSTEM_STATE", tmp_path)

    assert default_state() == tmp_path
