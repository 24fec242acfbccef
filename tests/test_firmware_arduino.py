"""The Arduino sketch for `plain` boxes: the very file, compiled for this machine."""

import os
import queue
import random
import subprocess
import tty
from pathlib import Path

import pytest
from firmware.sampling import flutter, sampled, sittings
from hypothesis import HealthCheck, given, settings
from kiosk_builders import eventually

import assets
from device_config.settings import PanelSettings
from kiosk.panel import open_panels
from kiosk.panel.presses import PressMemory

PATIENCE_S = 10.0
SKETCH = Path(assets.__file__).parent / "firmware" / "arduino" / "plain_box" / "plain_box.ino"
FAKE = Path(__file__).parent / "firmware"
PINS = (2, 3, 4, 5, 6)
TURNS = 29


def compiled(sketch, program):
    """The sketch as a program for this machine."""
    strict = ["-std=c++17", "-O1", "-Wall", "-Wextra", "-Werror", "-fsanitize=undefined"]
    command = ["g++", *strict, "-I", FAKE, "-include", "Arduino.h", "-x", "c++", sketch]
    done = subprocess.run(
        [*command, "-o", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return program


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    return compiled(SKETCH, tmp_path_factory.mktemp("sketch") / "plain_box")


def heard_of(program, samples):
    """What a sketch says to samples: (time in ms, mask of the buttons that are closed)."""
    lines = "".join(f"{now} {closed << PINS[0]}\n" for now, closed in samples)
    done = subprocess.run(
        [program, "story"], input=lines.encode(), capture_output=True, timeout=60, check=True
    )
    return done.stdout


def test_a_press_is_a_line_with_the_buttons_number(program):
    for number in (1, 2, 3, 4, 5):
        samples = [(now, 1 << number - 1 if 100 <= now < 150 else 0) for now in range(300)]

        assert heard_of(program, samples) == b"%d\r\n" % number


def test_two_buttons_at_once_are_two_lines(program):
    samples = [(now, 0b10001 if 100 <= now < 150 else 0) for now in range(300)]

    assert heard_of(program, samples) == b"1\r\n5\r\n"


def test_a_button_that_is_held_is_one_press_and_one_held_at_power_up_is_none(program):
    samples = [(now, 0b00011 if now >= 100 else 0b00010) for now in range(60_000)]

    assert heard_of(program, samples) == b"1\r\n"


def test_a_button_held_at_power_up_counts_once_it_was_let_go(program):
    samples = [(now, 0 if 100 <= now < 200 else 0b00010) for now in range(300)]

    assert heard_of(program, samples) == b"2\r\n"


def test_the_wrap_of_the_clock_makes_no_press_and_loses_none(program):
    """An Arduino's `millis` begins again after fifty days; this machine's has 64 bits."""
    end = 2**64
    samples = [((end - 200 + now) % end, 1 if now % 200 < 40 else 0) for now in range(50, 600)]

    assert heard_of(program, samples) == b"1\r\n" * 2


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sittings())
def test_every_press_is_said_once_and_no_bounce_is(program, sitting):
    pressed, edges, until, luck = sitting
    late = luck.choice((0, 0, 1))

    samples = sampled(edges, until + 100, late=lambda now: late if now % 50 == 0 else 0)

    assert heard_of(program, samples) == b"1\r\n" * len(pressed)


def test_a_spike_on_the_wire_is_no_press(program):
    samples = [(now, 1 if now % 40 in (0, 3) else 0) for now in range(1, 2_000) if now % 40 != 1]
    spaced = [(now, level if now % 100 < 40 else 0) for now, level in samples]

    assert heard_of(program, spaced) == b""


@pytest.mark.parametrize(
    ("line", "broken"),
    [
        ("SETTLE_MS = 35", "SETTLE_MS = 1"),
        ("SETTLE_MS = 35", "SETTLE_MS = 150"),
        ("CONFIRM = 3", "CONFIRM = 45"),
    ],
)
def test_the_model_of_bounce_finds_a_sketch_out(line, broken, program, tmp_path):
    luck, edges = random.Random(7), []
    for number in range(20):
        edges += [*flutter(luck, 100 + 120 * number, 1), *flutter(luck, 140 + 120 * number, 0)]
    sketch = tmp_path / "broken.ino"
    sketch.write_text(SKETCH.read_text().replace(line, broken))

    assert heard_of(program, sampled(edges, 2_600)) == b"1\r\n" * 20
    assert heard_of(compiled(sketch, tmp_path / "broken"), sampled(edges, 2_600)) != b"1\r\n" * 20


class ArduinoOnALine:
    """The compiled sketch at one end of a pseudo-terminal; its pins are bytes of a file."""

    def __init__(self, program, folder):
        self.link = folder / "box"
        self._pins = folder / "pins"
        self._pins.write_bytes(b"1" * 30)
        self._ends = os.openpty()
        tty.setraw(self._ends[1])
        self.link.symlink_to(os.ttyname(self._ends[1]))
        environment = os.environ | {"PINS": str(self._pins)}
        self._process = subprocess.Popen([program], stdout=self._ends[0], env=environment)
        self.go_on()

    def go_on(self, turns=45):
        """Wait until its loop has gone round a few times more."""
        for _ in range(turns):
            now = self._pins.read_bytes()[TURNS]
            eventually(lambda now=now: self._pins.read_bytes()[TURNS] != now, PATIENCE_S)

    def set(self, button, level):
        with self._pins.open("r+b") as pins:
            pins.seek(PINS[button - 1])
            pins.write(level)
        self.go_on()

    def stop(self):
        self._process.kill()
        self._process.wait()
        for end in self._ends:
            os.close(end)


def test_the_kiosk_hears_each_button_of_a_plain_box(program, tmp_path):
    box, presses, news = ArduinoOnALine(program, tmp_path), queue.Queue(), queue.Queue()
    plain = PanelSettings(kind="serial", port=str(box.link), protocol="plain")
    panels = open_panels((plain,), presses.put, news.put, lambda _aside: None, PressMemory())
    panels.start()
    assert news.get(timeout=PATIENCE_S).event == "ok"

    for button in (1, 5, 3, 2, 4):
        box.set(button, b"0")
        box.set(button, b"1")
    heard = [presses.get(timeout=PATIENCE_S).button for _ in range(5)]
    panels.stop()
    box.stop()

    assert heard == [1, 5, 3, 2, 4]
    assert presses.empty()
