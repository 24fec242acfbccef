"""One contract for all panels, each over its own wire: mock pins, pseudo-terminals, keys."""

import os
import queue
import tty
from contextlib import suppress
from pathlib import Path

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory
from kiosk_builders import eventually

from device_config.clock import boottime
from device_config.settings import PanelSettings
from kiosk.panel import open_panels
from kiosk.panel.debounce import SETTLE_S
from kiosk.panel.keypad import KEYPAD_1, ROW_1
from kiosk.panel.panels import PanelNews, Panels
from kiosk.panel.sentences import frame
from kiosk.session.effects import PressId

PATIENCE_S = 10.0
PINS = (5, 6, 13, 19, 26)


def rest(seconds):
    """Let a contact lie open for a while: physics, which no polling shortens."""
    until = boottime() + seconds
    eventually(lambda: boottime() >= until)


class Rig:
    """A panel on its wire, with somebody at the buttons."""

    def __init__(self, settings):
        self.presses, self.news = queue.Queue(), queue.Queue()
        self.panels = open_panels((settings,), self.presses.put, self.news.put)
        [self.panel] = self.panels.panels

    def start(self):
        """Switch everything on; returns when the panel is there."""
        self.panels.start()
        assert self.heard_of().event == "ok"

    def pressed(self):
        return self.presses.get(timeout=PATIENCE_S)

    def heard_of(self):
        return self.news.get(timeout=PATIENCE_S)

    def stop(self):
        self.panels.stop()


class Keys(Rig):
    def __init__(self, _folder):
        super().__init__(PanelSettings(kind="keypad"))

    def push(self, button):
        self.panels.key(ROW_1 + button - 1, True)
        self.panels.key(ROW_1 + button - 1, False)


class Pins(Rig):
    def __init__(self, _folder):
        super().__init__(PanelSettings(kind="gpio", buttons=PINS))

    def pin(self, button):
        return Device.pin_factory.pin(PINS[button - 1])

    def push(self, button):
        self.pin(button).drive_low()
        self.pin(button).drive_high()
        rest(SETTLE_S)


class SerialRig(Rig):
    """A box on a pseudo-terminal; its name on the terminal outlives each plugging in."""

    protocol = "palaute/1"

    def __init__(self, folder: Path):
        self._port = folder / "box"
        self._ends = ()
        self.read = b""
        super().__init__(PanelSettings(kind="serial", port=str(self._port), protocol=self.protocol))

    def plug_in(self):
        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        self._ends, self.read = (master, slave), b""
        self._port.symlink_to(os.ttyname(slave))

    def unplug(self):
        self._port.unlink()
        for end in self._ends:
            os.close(end)
        self._ends = ()

    def say(self, data):
        os.write(self._ends[0], data)

    def hears(self, sentence):
        """Whether this has come over the wire by now."""
        with suppress(BlockingIOError):
            self.read += os.read(self._ends[0], 4096)
        return sentence in self.read

    def stop(self):
        super().stop()
        if self._ends:
            self.unplug()


class Plain(SerialRig):
    protocol = "plain"

    def start(self):
        self.plug_in()
        super().start()

    def push(self, button):
        self.say(b"%d\r\n" % button)


class Box(SerialRig):
    def start(self):
        self.plug_in()
        self.panels.start()
        self.greet()
        assert self.heard_of().event == "ok"
        self.seq = 65_530

    def greet(self, buttons=5):
        eventually(lambda: self.hears(frame("PASK")), PATIENCE_S)
        self.say(frame(f"PHELLO,1,box-1,{buttons},1.0"))

    def push(self, button, age_ms=0):
        self.seq = (self.seq + 1) % 65_536
        self.say(frame(f"PBTN,{self.seq},{button},{age_ms}"))


@pytest.fixture(autouse=True)
def mock_pins():
    before = Device.pin_factory
    Device.pin_factory = MockFactory()
    yield
    Device.pin_factory.reset()
    Device.pin_factory = before


@pytest.fixture(params=[Keys, Pins, Plain, Box])
def rig(request, tmp_path):
    rig = request.param(tmp_path)
    rig.start()
    yield rig
    rig.stop()


@pytest.fixture(params=[Plain, Box])
def wired(request, tmp_path):
    rig = request.param(tmp_path)
    rig.start()
    yield rig
    rig.stop()


@pytest.fixture
def box(tmp_path):
    rig = Box(tmp_path)
    rig.start()
    yield rig
    rig.stop()


@pytest.fixture
def pins(tmp_path):
    rig = Pins(tmp_path)
    rig.start()
    yield rig
    rig.stop()


# The contract


def test_each_button_is_heard_once_and_as_itself(rig):
    before = boottime()

    for button in (1, 2, 3, 4, 5, 3):
        rig.push(button)
    heard = [rig.pressed() for _ in range(6)]

    assert [each.button for each in heard] == [1, 2, 3, 4, 5, 3]
    assert {each.buttons for each in heard} == {5}
    assert {each.panel for each in heard} == {rig.panel.id}
    assert all(before <= each.at <= boottime() for each in heard)
    assert len({each.fresh_id for each in heard}) == 6
    assert rig.presses.empty()


def test_an_acknowledgement_harms_no_panel(rig):
    rig.panels.acknowledge(PressId(rig.panel.id, 1))
    rig.panels.acknowledge(PressId("another", 1))

    rig.push(2)

    assert rig.pressed().button == 2


def test_a_panel_that_has_stopped_is_silent(rig):
    rig.stop()

    assert rig.presses.empty()
    rig.stop()  # and may be stopped again


# Keys


@pytest.mark.parametrize("first", [ROW_1, KEYPAD_1])
def test_the_row_and_the_keypad_are_the_same_buttons(first, tmp_path):
    keys = Keys(tmp_path)

    for key in range(first, first + 5):
        keys.panels.key(key, True)

    assert [keys.pressed().button for _ in range(5)] == [1, 2, 3, 4, 5]


def test_a_key_that_is_held_is_one_press_and_other_keys_are_none(tmp_path):
    keys = Keys(tmp_path)

    for key in (ROW_1, ROW_1, ROW_1, ROW_1 + 5, ROW_1 - 1, 27, KEYPAD_1 + 5):
        keys.panels.key(key, True)

    assert keys.pressed().button == 1
    assert keys.presses.empty()
    keys.panels.key(ROW_1, False)
    keys.panels.key(ROW_1, True)
    assert keys.pressed().button == 1


# Pins


def test_a_contact_that_bounces_is_one_press(pins):
    pin = pins.pin(2)

    for _ in range(5):
        pin.drive_low()
        pin.drive_high()
    pin.drive_low()

    assert pins.pressed().button == 2
    assert pins.presses.empty()


def test_two_buttons_at_once_are_two_presses(pins):
    pins.pin(1).drive_low()
    pins.pin(5).drive_low()

    assert {pins.pressed().button, pins.pressed().button} == {1, 5}


def test_pins_that_cannot_be_opened_are_a_lost_panel(tmp_path):
    first, second = Pins(tmp_path), Pins(tmp_path)
    first.start()

    second.panels.start()

    assert second.heard_of().event == "lost"
    first.push(1)
    assert first.pressed().button == 1
    first.stop()
    second.start()  # the pins were let go of
    second.stop()


# Wires


def test_garbage_on_the_line_does_not_matter(wired):
    noise = b"\0\xff\xfe$$$*\r\n\n\n$PBTN,1,1,0*00\n" + b"x" * 500 + b"\n"
    for button in (1, 5):
        wired.say(noise)
        wired.push(button)

    assert [wired.pressed().button for _ in range(2)] == [1, 5]
    assert wired.presses.empty()


def test_a_cable_pulled_out_is_told_and_put_back_needs_nobody(wired):
    wired.unplug()
    assert (wired.heard_of().event, wired.panel._thread.is_alive()) == ("lost", True)

    wired.plug_in()
    if isinstance(wired, Box):
        wired.greet()
    assert wired.heard_of().event == "ok"
    wired.push(4)

    assert wired.pressed().button == 4


def test_a_port_that_is_not_there_yet_is_lost_and_looked_for(tmp_path):
    plain = Plain(tmp_path)
    plain.panels.start()
    assert plain.heard_of().event == "lost"

    plain.plug_in()
    assert plain.heard_of().event == "ok"
    plain.push(1)

    assert plain.pressed().button == 1
    plain.stop()


def test_a_box_is_asked_to_say_hello_and_counts_its_buttons(tmp_path):
    box = Box(tmp_path)
    box.plug_in()
    box.panels.start()
    box.greet(buttons=3)
    box.seq = 0

    box.push(3)

    assert (box.pressed().button, box.heard_of().event) == (3, "ok")
    box.push(4)
    put_aside = box.heard_of()
    assert (put_aside.event, put_aside.data["why"]) == ("press-put-aside", "no-such-button")
    box.stop()


def test_a_press_is_acknowledged_on_the_wire_when_it_is_settled_and_not_before(box):
    box.push(2)
    heard = box.pressed()
    assert heard.press == PressId(box.panel.id, box.seq)
    assert not box.hears(b"PACK")

    box.panels.acknowledge(heard.press)

    assert eventually(lambda: box.hears(frame(f"PACK,{box.seq}")))


def test_a_press_offered_again_is_answered_again_and_posted_once(box):
    box.push(2)
    box.panels.acknowledge(box.pressed().press)
    eventually(lambda: box.hears(frame(f"PACK,{box.seq}")))
    box.read = b""

    box.say(frame(f"PBTN,{box.seq},2,500"))

    assert eventually(lambda: box.hears(frame(f"PACK,{box.seq}")))
    assert box.presses.empty()


def test_a_press_that_is_too_old_is_acknowledged_and_told(box):
    box.push(2, age_ms=10_001)

    news = box.heard_of()

    assert news == PanelNews(
        "serial", box.panel.id, "press-put-aside", {"seq": box.seq, "why": "too-old"}
    )
    assert eventually(lambda: box.hears(frame(f"PACK,{box.seq}")))
    assert box.presses.empty()


def test_a_press_counts_from_when_the_button_went_down(box):
    before = boottime()

    box.push(2, age_ms=5_000)

    assert before - 5.0 <= box.pressed().at <= boottime() - 5.0


def test_a_press_pulled_out_before_its_acknowledgement_is_answered_when_the_box_is_back(box):
    box.push(2)
    heard = box.pressed()
    box.unplug()
    assert box.heard_of().event == "lost"
    box.panels.acknowledge(heard.press)
    box.plug_in()
    box.greet()

    box.say(frame(f"PBTN,{box.seq},2,3000"))

    assert eventually(lambda: box.hears(frame(f"PACK,{box.seq}")))
    assert box.presses.empty()


# Several panels


def test_all_panels_feed_one_stream_and_a_missing_one_leaves_the_others_working(tmp_path):
    presses, news = queue.Queue(), queue.Queue()
    settings = (
        PanelSettings(kind="serial", port=str(tmp_path / "nowhere")),
        PanelSettings(kind="gpio", buttons=PINS),
        PanelSettings(kind="keypad"),
    )
    panels = open_panels(settings, presses.put, news.put)
    panels.start()

    Device.pin_factory.pin(6).drive_low()
    panels.key(ROW_1, True)

    assert [presses.get(timeout=PATIENCE_S).button for _ in range(2)] == [2, 1]
    told = {each.kind: each.event for each in (news.get(timeout=PATIENCE_S) for _ in range(3))}
    assert told == {"serial": "lost", "gpio": "ok", "keypad": "ok"}
    panels.stop()


def test_a_panel_that_fails_on_start_or_stop_leaves_the_others_working():
    class Broken:
        kind = id = "broken"

        def start(self):
            raise ZeroDivisionError

        stop = start

        def acknowledge(self, number):
            """Nothing to tell."""

    class Sound(Broken):
        done = ()

        def start(self):
            self.done += ("start",)

        def stop(self):
            self.done += ("stop",)

    sound = Sound()
    panels = Panels((Broken(), sound))

    panels.start()
    panels.stop()

    assert sound.done == ("start", "stop")
