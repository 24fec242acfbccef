"""`palautepiste panel`: what somebody on a ladder sees, with a real box on a real line."""

import os
import pty
import select
import signal
import subprocess
import time
from contextlib import contextmanager

import pytest
from box_on_a_line import BoxOnALine
from kiosk_builders import eventually, press
from world import PROGRAM, Terminal, run

from kiosk.panel.protocol import PanelNews, RawEdge
from kiosk.panel_monitor import BOUNCE_S, Monitor, news_line

PATIENCE_S = 30


class Screen:
    """The terminal that the command runs in: what it shows, and a keyboard."""

    def __init__(self, *arguments):
        self._ours, theirs = pty.openpty()
        command = [*PROGRAM, "panel", *map(str, arguments)]
        self.process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        self.shown = ""

    def type(self, keys):
        os.write(self._ours, keys)

    def wait_for(self, words):
        give_up_at = time.monotonic() + PATIENCE_S
        while words not in self.shown:
            assert time.monotonic() < give_up_at, f"{words!r} is not in {self.shown!r}"
            if select.select([self._ours], [], [], 0.1)[0]:
                self.shown += os.read(self._ours, 4096).decode()

    def end(self):
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=15)
        self.close()
        return code

    def close(self):
        os.close(self._ours)


@contextmanager
def shown(*arguments):
    screen = Screen(*arguments)
    try:
        yield screen
    finally:
        code = screen.end()
    assert code == 0, screen.shown


def monitored(monitor, now):
    monitor, lines = monitor.shown(now)
    return list(lines)


# What is shown


def test_a_press_is_shown_with_its_bounce_once_its_contact_rests():
    edges = [(1.0, True), (1.002, False), (1.003, True), (1.1, False)]
    monitor = Monitor()
    for at, is_closed in edges:
        monitor = monitor.moved(RawEdge("box", 5, at, is_closed))
        if at == 1.003:
            monitor = monitor.pressed(press(5, at=1.0))
            monitor, early = monitor.shown(1.01)
            assert early == ()

    assert monitored(monitor, 1.2) == ["box: button 5 of 5, bounce 3.0 ms"]


def test_a_press_whose_bounce_stays_unknown_is_shown_all_the_same():
    monitor = Monitor().moved(RawEdge("box", 5, 1.0, True)).pressed(press(5, at=1.0))
    monitor, early = monitor.shown(1.005)

    assert early == ()
    assert monitored(monitor, 1.0 + BOUNCE_S)[0].startswith("box: button 5 of 5")


def test_presses_are_shown_with_the_time_between_them():
    monitor = Monitor().pressed(press(1, at=1.0)).pressed(press(2, at=2.5))

    assert monitored(monitor, 3.0) == [
        "box: button 1 of 5",
        "box: button 2 of 5, 1.50 s after the one before",
    ]


def test_a_press_is_shown_once():
    monitor, _ = Monitor().pressed(press(1, at=1.0)).shown(2.0)

    assert monitored(monitor, 3.0) == []


def test_news_are_a_line_in_words():
    assert news_line(PanelNews("gpio", "gpio:5,6,13", "ok")) == "gpio:5,6,13: works"
    assert news_line(PanelNews("serial", "/box", "stuck", {"buttons": [2]})) == (
        "/box: a button is held down (buttons [2])"
    )


# The command


def test_presses_of_a_box_are_shown_live_and_acknowledged_and_nothing_is_stored(tmp_path):
    box = BoxOnALine(4)
    box.start(tmp_path / "box")
    state = tmp_path / "state"
    with shown("--port", tmp_path / "box", "--state", state) as screen:
        screen.wait_for("works")
        box.press(4)
        screen.wait_for("button 4 of 4")
        box.unplug()
        screen.wait_for("not there")
        box.plug_in()
        box.press(2)
        screen.wait_for("button 2 of 4")
        eventually(lambda: not box.waiting())
    box.stop()

    assert len(box.acknowledged) == 2
    assert not (state / "device.db").exists()


def test_keys_of_the_keyboard_are_a_keypad(tmp_path):
    terminal = Terminal(tmp_path, "")
    with shown(*terminal.options) as screen:
        screen.wait_for("keypad")
        screen.type(b"x3")
        screen.wait_for("keypad: button 3 of 5")


@pytest.mark.parametrize("is_ignored", [True, False])
def test_it_ends_on_ctrl_c_even_where_the_shell_had_that_ignored(tmp_path, is_ignored):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN) if is_ignored else None
    try:
        screen = Screen("--pins", "5,6,13", "--state", tmp_path)
    finally:
        if is_ignored:
            signal.signal(signal.SIGINT, before)
    screen.wait_for("not there")

    assert screen.end() == 0


def test_it_ends_when_its_terminal_is_closed(tmp_path):
    screen = Screen("--pins", "5,6,13", "--state", tmp_path)
    screen.wait_for("not there")

    screen.close()

    assert screen.process.wait(timeout=15) == 0


def test_pins_that_this_machine_does_not_have_are_said_in_a_line(tmp_path):
    with shown("--pins", "5,6,13", "--state", tmp_path) as screen:
        screen.wait_for("gpio:5,6,13: not there")

    assert "Traceback" not in screen.shown


def test_a_kiosk_that_runs_has_the_buttons_and_that_is_said(tmp_path):
    terminal = Terminal(tmp_path, "")
    with terminal.window():
        refused = run("panel", "--state", terminal.state, check=False)

    assert refused.returncode == 1
    assert "end it first" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_options_that_make_no_panel_are_refused_with_the_mend(tmp_path):
    for wrong, mend in (
        (["--pins", "5,6"], "5,6,13,19,26"),
        (["--pins", "5,x,6"], "5,6,13,19,26"),
        (["--pins", "5,5,6"], "pin 5 is also used"),
        (["--port", "socket://host:1"], "never reached over a network"),
    ):
        refused = run("panel", *wrong, "--state", tmp_path, check=False)

        assert refused.returncode == 2, wrong
        assert mend in refused.stderr
