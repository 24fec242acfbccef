"""Kivy's loop that waits: still when nothing happens, awake for whatever does."""

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from ctypes.util import find_library

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.event_loop import LONGEST_WAIT_S, time_to_wait
from kiosk.sdl import event_devices
from tests.world import Terminal

times = st.floats(0, 1e9)
KIVYS_TURNS_A_SECOND = 60


@given(next_at=times | st.just(sys.float_info.max), now=times)
def test_a_wait_never_outlasts_the_next_event_nor_the_longest_wait(next_at, now):
    wait = time_to_wait(next_at, now)

    assert 0 <= wait <= LONGEST_WAIT_S
    assert wait == 0 or now + wait <= max(next_at, now) * (1 + 1e-15)


@given(now=times, late=times)
def test_nothing_that_is_due_is_waited_for(now, late):
    assert time_to_wait(0, now) == 0  # Kivy's word for "in the next frame"
    assert time_to_wait(now - late, now) == 0


def probe(scenario, driver="offscreen", **environment):
    """What came of a scenario; see loop_probe."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.loop_probe", scenario],
        env={**os.environ, "SDL_VIDEODRIVER": driver, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_still_window_neither_turns_nor_draws():
    still = probe("still")

    assert still["turns"] < 5
    assert still["drawn"] == 0


def test_a_post_from_a_thread_is_handled_before_the_next_scheduled_event():
    posted = probe("post")

    assert posted["happened"] == ["post", "end"]
    assert posted["turns"] < 10


def test_a_delay_that_a_thread_asks_for_is_counted_from_then():
    assert probe("later")["happened"] == ["end"]


def test_a_signal_ends_a_loop_that_waits():
    assert probe("signal")["happened"] == ["signal"]


def test_an_animation_runs_frame_by_frame_and_then_the_loop_is_still_again():
    """It lasts half of the time, so the other half of Kivy's turns is missing."""
    turns = probe("animation")["turns"]

    assert 10 < turns < 100


def test_an_event_already_in_sdls_queue_is_not_waited_for():
    assert probe("queued")["happened"] == ["touch", "end"]


def test_what_is_to_be_drawn_once_more_does_not_wait_for_the_next_event():
    redrawn = probe("redraw")

    assert redrawn["happened"] == ["drawn", "drawn", "end"]


def test_a_loop_that_cannot_wait_turns_as_kivys_does_and_says_so_once():
    failing = probe("failing")

    assert failing["logged"] == 1
    assert failing["happened"] == ["end"]
    assert failing["turns"] > 10


def test_a_descriptor_that_is_never_silent_does_not_make_the_loop_spin():
    assert probe("never-silent")["turns"] < 400  # in two seconds; Kivy's limit is not exact


@contextmanager
def a_display(screen="320x240x24"):
    """An X11 display of its own; gives its name."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", screen, "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as number:
            try:
                yield f":{number.readline().strip()}"
            finally:
                server.terminate()


has_display = shutil.which("Xvfb") and find_library("Xtst")


@pytest.mark.skipif(not has_display, reason="needs Xvfb and libXtst")
def test_a_press_on_an_x11_display_wakes_the_loop():
    with a_display() as display:
        pressed = probe("pointer", driver="x11", DISPLAY=display)

    assert pressed["happened"] == ["touch", "end"]
    assert pressed["turns"] < 20


@pytest.mark.skipif(not has_display, reason="needs Xvfb and libXtst")
def test_a_still_window_on_an_x11_display_neither_turns_nor_draws():
    with a_display() as display:
        still = probe("still", driver="x11", DISPLAY=display)

    assert still["turns"] < 10
    assert still["drawn"] == 0


def test_the_input_devices_to_wait_on_are_those_open_now(tmp_path):
    for name in ("event0", "event1", "mouse0"):
        os.mkfifo(tmp_path / name)
    prefix = str(tmp_path / "event")
    before = event_devices(devices=prefix)
    opened = os.open(tmp_path / "event1", os.O_RDONLY | os.O_NONBLOCK)
    other = os.open(tmp_path / "mouse0", os.O_RDONLY | os.O_NONBLOCK)
    during = event_devices(devices=prefix)
    os.close(opened)
    os.close(other)

    assert before == []
    assert during == [opened]
    assert event_devices(devices=prefix) == []


def test_a_kiosk_that_nobody_uses_hardly_turns(tmp_path):
    seconds = 4
    terminal = Terminal(tmp_path, "")
    with terminal.window() as reach:
        reach.ready()
        time.sleep(9)  # until the rest is opened, and the buttons of other screens are built
        before = reach.look()["turns"]
        time.sleep(seconds)
        turns = reach.look()["turns"] - before

    assert turns < seconds * KIVYS_TURNS_A_SECOND / 10
