"""One contract for all panels, each over its own wire: mock pins, pseudo-terminals, keys."""

import queue

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory
from kiosk_builders import eventually
from panel_rigs import PATIENCE_S, PINS, Box, Keys, Pins, Plain

from device_config.clock import boottime
from device_config.settings import PanelSettings
from kiosk.panel import open_panels
from kiosk.panel.keypad import ROW_1
from kiosk.panel.lights import DARK, Lights
from kiosk.panel.panels import Panels
from kiosk.panel.presses import PressMemory
from kiosk.panel.serial_port import MOST_UNSENT
from kiosk.panel.tally import MOST_A_SECOND, MOST_AT_ONCE
from kiosk.session.effects import PressId


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


def test_whatever_a_panel_is_told_it_hears_its_buttons(rig):
    for press in (PressId(rig.panel.id, "box-1", 1), PressId("another", "another", 1)):
        rig.panels.acknowledge(press)
        rig.panels.refuse(press)
    for lights in (Lights(invites=True), Lights(confirms=5), Lights(confirms=9), DARK):
        rig.panels.light(lights)

    rig.push(2)

    assert rig.pressed().button == 2


def test_a_panel_that_has_stopped_is_silent_and_may_be_stopped_again(rig):
    rig.panels.stop()

    rig.push(1)
    rig.panels.light(Lights(invites=True))
    rig.panels.stop()

    assert rig.presses.empty()


@pytest.mark.parametrize("kind", [Keys, Pins, Plain, Box])
def test_a_panel_that_was_never_started_can_be_stopped_and_says_nothing(kind, tmp_path):
    rig = kind(tmp_path)

    rig.stop()

    assert rig.news.empty()
    assert rig.presses.empty()


# Wires


def test_garbage_on_the_line_is_counted_and_good_presses_in_between_count(wired):
    noise = (b"\0\0\n", b"\xff\xfe$$$*\r\n", b"$PBTN,1,1,0*00\n", b"x" * 500 + b"\n", b"$PBTN,1\n")
    for button in (1, 5):
        wired.say(b"\r\n\n".join(noise))
        wired.push(button)

    assert [wired.pressed().button for _ in range(2)] == [1, 5]
    assert wired.presses.empty()
    assert wired.panel.wrong_lines == 2 * len(noise)
    told = wired.heard_of()
    assert told.event == "wrong-sentences"
    assert 3 < told.data["count"] <= wired.panel.wrong_lines


def test_half_a_line_of_plugging_in_is_nothing_to_tell(wired):
    wired.say(b"\xfe\xff\n")
    wired.push(3)

    assert wired.pressed().button == 3
    assert wired.panel.wrong_lines == 1
    assert wired.news.empty()


def test_a_line_that_never_ends_is_one_wrong_line_and_what_comes_after_it_counts(wired):
    wired.say(b"x" * 200_000)
    wired.say(b"\n")
    wired.push(3)

    assert wired.pressed().button == 3
    assert wired.panel.wrong_lines == 1


def test_a_flood_is_cut_off_and_told_once_and_later_presses_count(wired):
    began_at = boottime()
    for _ in range(3000):
        wired.push(1)
    wired.say(b"nothing known\n")
    eventually(lambda: wired.panel.wrong_lines == 1, PATIENCE_S)

    posted = wired.presses.qsize()
    seconds = boottime() - began_at
    assert MOST_AT_ONCE <= posted <= MOST_AT_ONCE + MOST_A_SECOND * seconds
    told = wired.heard_of()
    assert told.event == "flood"
    assert 1 <= told.data["count"] <= 3000 - posted

    def comes_through():
        wired.push(5)
        return not wired.presses.empty() and wired.presses.get().button == 5

    eventually(comes_through, PATIENCE_S)
    assert wired.news.empty()


def test_a_cable_pulled_out_is_told_and_put_back_needs_nobody(wired):
    for button in (4, 5):
        wired.unplug()
        assert wired.heard_of().event == "lost"
        wired.plug_in()
        if isinstance(wired, Box):
            wired.greet()
        assert wired.heard_of().event == "ok"

        wired.push(button)

        assert wired.pressed().button == button


@pytest.mark.parametrize("kind", [Plain, Box])
def test_a_port_that_is_not_there_yet_is_lost_and_looked_for(kind, tmp_path):
    rig = kind(tmp_path)
    rig.panels.start()
    assert rig.heard_of().event == "lost"

    rig.plug_in()
    if kind is Box:
        rig.greet()
    assert rig.heard_of().event == "ok"
    rig.push(1)

    assert rig.pressed().button == 1
    rig.stop()


def test_a_port_that_is_no_device_is_lost_and_harms_nothing(tmp_path):
    news = queue.Queue()
    ports = ("no-such-scheme://x", str(tmp_path))
    settings = tuple(PanelSettings(kind="serial", port=port) for port in ports)
    panels = open_panels(settings, print, news.put, print, PressMemory())

    panels.start()

    told = {(each.id, each.event) for each in (news.get(timeout=PATIENCE_S) for _ in ports)}
    assert told == {(port, "lost") for port in ports}
    panels.stop()


def test_a_box_that_never_listens_is_heard_all_the_same(wired):
    def say_more():
        for confirms in (1, 2):
            wired.panels.light(Lights(confirms=confirms))
        return isinstance(wired, Plain) or wired.panel._line._unsent.qsize() >= MOST_UNSENT - 5

    eventually(say_more, PATIENCE_S)
    for button in (1, 2, 3):
        wired.push(button)

    assert [wired.pressed().button for _ in range(3)] == [1, 2, 3]
    wired.panels.stop()
    line = wired.panel._line
    assert not line._reader.is_alive()
    eventually(lambda: not line._writer.is_alive(), PATIENCE_S)


def test_somebody_who_fails_to_take_its_news_does_not_end_a_wire(tmp_path):
    presses = queue.Queue()
    plain = Plain(tmp_path)

    def fails(_):
        raise ZeroDivisionError

    plain.panels = open_panels((plain.settings,), presses.put, fails, fails, PressMemory())
    plain.panels.start()
    plain.plug_in()

    def comes_through():
        plain.push(2)
        return not presses.empty()

    eventually(comes_through, PATIENCE_S)
    plain.stop()


# Several panels


def test_all_panels_feed_one_stream_and_a_missing_one_leaves_the_others_working(tmp_path):
    presses, news = queue.Queue(), queue.Queue()
    settings = (
        PanelSettings(kind="serial", port=str(tmp_path / "nowhere")),
        PanelSettings(kind="gpio", buttons=PINS),
        PanelSettings(kind="keypad"),
    )
    panels = open_panels(settings, presses.put, news.put, print, PressMemory())
    panels.start()
    told = {each.kind: each.event for each in (news.get(timeout=PATIENCE_S) for _ in range(3))}

    panels.key(ROW_1, True)
    pin = Device.pin_factory.pin(PINS[1])
    pin.drive_low()
    heard = [presses.get(timeout=PATIENCE_S) for _ in range(2)]

    assert (told["serial"], told["gpio"]) == ("lost", "ok")
    assert {(each.panel, each.button) for each in heard} == {
        ("keypad", 1),
        ("gpio:" + ",".join(map(str, PINS)), 2),
    }
    panels.stop()


def test_a_panel_that_fails_on_start_or_stop_leaves_the_others_working():
    class Broken:
        kind = id = "broken"

        def start(self):
            raise ZeroDivisionError

        stop = start

    class Sound(Broken):
        done = ()

        def start(self):
            self.done += ("start",)

        def stop(self):
            self.done += ("stop",)

    sound, news = Sound(), []
    panels = Panels((Broken(), sound), news.append)

    panels.start()
    panels.stop()

    assert sound.done == ("start", "stop")
    assert [(each.id, each.event) for each in news] == [("broken", "lost")]
