"""The demo and the window as a person ends them: nothing stays behind, and nothing is moaned."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.world import OFFSCREEN, PROGRAM, Terminal, running, wait_for

NO_DISPLAY = {"DISPLAY": "", "WAYLAND_DISPLAY": ""}


def members(demo):
    """The processes that were started for a demo: its children, and theirs."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    found = {demo}
    while more := {pid for pid, parent in pairs if parent in found} - found:
        found |= more
    return found - {demo}


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def signal_a_demo(folder, number, *words, whole_group=False):
    """Send a demo a signal once it is up; returns its exit code, what it said, its children."""
    environment = {**os.environ, **NO_DISPLAY, "TMPDIR": str(folder)}
    log = folder.parent / "log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [*PROGRAM, "demo", *words],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**environment, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )
        try:
            wait_for(lambda: "Terminal: " in log.read_text() or words, "the demo")
            wait_for(lambda: len(members(process.pid)) >= 3, "its children")
            children = members(process.pid)
            (os.killpg if whole_group else os.kill)(process.pid, number)
            code = process.wait(timeout=60)
        finally:
            process.kill()
            process.wait(timeout=60)
    return code, log.read_text(), children


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_demo_that_is_ended_leaves_neither_children_nor_its_folder(tmp_path, number):
    folder = tmp_path / "temporary"
    folder.mkdir()

    # Ctrl-C and a closed terminal reach the whole group.
    code, said, children = signal_a_demo(folder, number, whole_group=number != signal.SIGTERM)

    assert code == 0
    assert len(children) >= 3
    assert not [pid for pid in children if is_alive(pid)]
    assert list(folder.glob("palautepiste-demo-*")) == []
    assert "Aborted" not in said
    assert "Traceback" not in said


def test_a_demo_that_is_cut_short_while_clients_answer_ends_with_130(tmp_path):
    folder = tmp_path / "temporary"
    folder.mkdir()

    code, said, children = signal_a_demo(folder, signal.SIGINT, "--clients", "500")

    assert code == 130
    assert not [pid for pid in children if is_alive(pid)]
    assert list(folder.glob("palautepiste-demo-*")) == []
    assert "Aborted" not in said
    assert "Traceback" not in said


@pytest.mark.slow
def test_clients_who_tick_reasons_write_and_walk_away_are_all_at_the_centre():
    """Of the three clients of seed 45 one had enough, one left, and one said everything."""
    done = subprocess.run(
        [*PROGRAM, "demo", "--clients", "3", "--seed", "45"],
        env={**os.environ, **NO_DISPLAY},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "The centre has 3 responses of 3 given" in done.stdout
    assert "Each arrived once, exactly as it was given." in done.stdout


def test_a_window_that_is_interrupted_ends_cleanly(tmp_path):
    terminal = Terminal(tmp_path, "")
    environment = {**os.environ, **OFFSCREEN}
    options = {"env": environment, "stderr": subprocess.PIPE}
    with running("kiosk", "--windowed", *terminal.options, **options) as process:
        wait_for((terminal.state / "device.db").exists, "the first frame")
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)

    assert process.returncode == 0, said
    assert "Aborted" not in said
    assert "Traceback" not in said
