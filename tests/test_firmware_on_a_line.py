"""The Pico's own files on a pseudo-terminal, with the kiosk's own panel at the other end."""

import os
import queue
import subprocess
import sys
import tty
from contextlib import suppress
from pathlib import Path

import pytest
from box_on_a_line import BoxOnALine
from kiosk_builders import eventually

from assets.firmware.pico import box as firmware
from device_config.settings import PanelSettings
from kiosk.panel import open_panels
from kiosk.panel.lights import Lights
from kiosk.panel.presses import PressMemory
from kiosk.panel.sentences import frame as framed

PATIENCE_S = 10.0
BOARD = Path(__file__).parent / "firmware" / "board"
PICO = Path(firmware.__file__).parent
BUTTON_PINS, LIGHT_PINS = (2, 3, 4, 5, 6), (10, 11, 12, 13, 14)
TURNS = 29
OPEN, CLOSED = b"1", b"0"


class Terminal:
    """The kiosk's side of the cable, from one start of the kiosk to its end."""

    def __init__(self, port):
        self._presses = queue.Queue()
        self._news = queue.Queue()
        self.panels = open_panels(
            (PanelSettings(kind="serial", port=str(port)),),
            self._presses.put,
            self._news.put,
            lambda aside: self.panels.acknowledge(aside.press),
            PressMemory(),
        )
        self.panels.start()

    def pressed(self):
        return self._presses.get(timeout=PATIENCE_S)

    def heard_of(self):
        return self._news.get(timeout=PATIENCE_S).event

    def stop(self):
        self.panels.stop()


class PicoOnALine:
    """A Pico's main.py in a process of its own; its pins are bytes of a file."""

    def __init__(self, folder):
        self._folder = folder
        self._pins = folder / "pins"
        self._pins.write_bytes(OPEN * 30)
        self._ends = os.openpty()
        tty.setraw(self._ends[1])

    def start(self, link):
        link.symlink_to(os.ttyname(self._ends[1]))
        self._process = subprocess.Popen(
            [sys.executable, BOARD / "run.py", PICO],
            stdin=self._ends[0],
            stdout=self._ends[0],
            env=os.environ | {"PINS": str(self._pins), "PYTHONPATH": str(BOARD)},
        )

    def pin(self, number, level):
        with self._pins.open("r+b") as pins:
            pins.seek(number)
            pins.write(level)

    def hold(self, button):
        self.pin(BUTTON_PINS[button - 1], CLOSED)

    def release(self, button):
        self.pin(BUTTON_PINS[button - 1], OPEN)

    @property
    def lights(self):
        pins = self._pins.read_bytes()
        return tuple(pins[pin : pin + 1] == b"1" for pin in LIGHT_PINS)

    def go_on(self, turns=20):
        """Wait until its loop has gone round a few times more."""
        for _ in range(turns):
            now = self._pins.read_bytes()[TURNS]
            eventually(lambda now=now: self._pins.read_bytes()[TURNS] != now, PATIENCE_S)

    def say(self, noise):
        """What somebody else says on the terminal's side of the cable."""
        os.write(self._ends[1], noise)

    def fill(self):
        """Leave no room on the line: what a terminal does that has stopped reading."""
        os.set_blocking(self._ends[0], False)
        with suppress(BlockingIOError):
            while True:
                os.write(self._ends[0], b"x")
        os.set_blocking(self._ends[0], True)

    def ended(self):
        return self._process.wait(timeout=PATIENCE_S)

    def stop(self):
        self._process.kill()
        self._process.wait()
        for end in self._ends:
            os.close(end)


@pytest.fixture
def link(tmp_path):
    return tmp_path / "box"


@pytest.fixture
def box(link):
    box = BoxOnALine()
    box.start(link)
    yield box
    box.stop()


@pytest.fixture
def pico(tmp_path):
    pico = PicoOnALine(tmp_path)
    yield pico
    pico.stop()


@pytest.fixture
def terminal(link):
    """Starts the kiosk's side, as often as asked; the one before is stopped."""
    running = []

    def start():
        stop()
        running.append(Terminal(link))
        return running[0]

    def stop():
        while running:
            running.pop().stop()

    yield start
    stop()


def test_a_press_is_the_boxs_until_the_terminal_has_it(box, terminal):
    kiosk = terminal()

    seq = box.press(4)
    heard = kiosk.pressed()

    assert (heard.button, heard.buttons, heard.press.number) == (4, 5, seq)
    assert (box.waiting(), box.acknowledged) == ([seq], [])
    kiosk.panels.acknowledge(heard.press)
    assert eventually(lambda: box.acknowledged == [seq], PATIENCE_S)
    assert box.waiting() == []


def test_a_terminal_that_died_before_its_word_hears_the_press_when_it_is_back(box, terminal):
    seq = box.press(2)
    assert terminal().pressed().press.number == seq

    again = terminal()
    heard = again.pressed()

    assert (heard.button, heard.press.number) == (2, seq)
    again.panels.acknowledge(heard.press)
    assert eventually(lambda: box.acknowledged == [seq], PATIENCE_S)


def test_presses_wait_for_a_terminal_and_come_in_their_order(box, terminal):
    seqs = [box.press(button) for button in (1, 5, 3)]

    kiosk = terminal()
    heard = [kiosk.pressed() for _ in seqs]
    for each in heard:
        kiosk.panels.acknowledge(each.press)

    assert [(each.button, each.press.number) for each in heard] == list(
        zip((1, 5, 3), seqs, strict=True)
    )
    assert eventually(lambda: box.acknowledged == seqs, PATIENCE_S)


def test_a_press_counts_from_when_the_finger_came_however_late_it_is_heard(box, terminal):
    first, second = box.press(1), box.press(2)

    kiosk = terminal()
    heard = {each.press.number: each.at for each in (kiosk.pressed(), kiosk.pressed())}

    assert heard[first] < heard[second]


def test_a_cable_pulled_out_loses_no_press(box, terminal):
    kiosk = terminal()
    assert kiosk.heard_of() == "ok"

    box.unplug()
    assert kiosk.heard_of() == "lost"
    seq = box.press(5)
    box.plug_in()

    assert kiosk.pressed().press.number == seq
    assert kiosk.heard_of() == "ok"


def test_a_box_that_shows_less_than_five_faces_is_asked_how_many(link, terminal):
    box = BoxOnALine(3)
    box.start(link)
    kiosk = terminal()

    box.press(3)
    heard = kiosk.pressed()
    box.stop()

    assert (heard.button, heard.buttons) == (3, 3)


@pytest.mark.parametrize("kind", ["box", "pico"])
def test_the_lights_are_the_terminals(kind, request, link, terminal):
    box = request.getfixturevalue(kind)
    if kind == "pico":
        box.start(link)
    kiosk = terminal()
    assert kiosk.heard_of() == "ok"

    for lights, shown in (
        (Lights(invites=True), (True,) * 5),
        (Lights(confirms=4), (False, False, False, True, False)),
        (Lights(), (False,) * 5),
    ):
        kiosk.panels.light(lights)
        assert eventually(lambda shown=shown: box.lights == shown, PATIENCE_S)


def test_a_picos_main_reads_its_pins_and_is_acknowledged(pico, link, terminal):
    pico.start(link)
    kiosk = terminal()
    assert kiosk.heard_of() == "ok"

    heard = []
    for button in (1, 5, 3):
        pico.hold(button)
        heard.append(kiosk.pressed())
        kiosk.panels.acknowledge(heard[-1].press)
        pico.release(button)

    assert [each.button for each in heard] == [1, 5, 3]
    assert {each.press.box for each in heard} == {"pico-e6616408432c5a2d"}
    first = heard[0].press.number
    assert [(each.press.number - first) % 65_536 for each in heard] == [0, 1, 2]


def test_a_picos_main_goes_on_whatever_comes_over_the_cable(pico, link, terminal):
    """A byte 3 is what would have interrupted it, a flood what would have filled its memory."""
    pico.start(link)
    kiosk = terminal()
    assert kiosk.heard_of() == "ok"

    pico.say(b"\x03\x04\x00\xff$PACK,x*00\r\n" + b"$" * 2_000 + b"\n")
    pico.hold(2)

    assert kiosk.pressed().button == 2


def test_a_picos_main_is_not_held_up_by_a_terminal_that_does_not_read(pico, link, terminal):
    pico.start(link)
    pico.go_on()
    pico.fill()
    pico.say(framed("PASK"))  # which wants an answer
    pico.go_on()

    pico.hold(2)
    pico.go_on()
    pico.release(2)
    pico.go_on()

    assert terminal().pressed().button == 2


def test_a_picos_main_gives_way_when_its_first_and_last_button_are_held_at_power_up(pico, link):
    pico.hold(1)
    pico.hold(5)

    pico.start(link)

    assert pico.ended() == 0
