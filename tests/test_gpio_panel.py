"""Buttons on pins: edges with the driver's times, pins that come and go, stuck ones, lights."""

import logging
import queue
import threading

import pytest
from bounce import traces
from gpiozero import Device, DigitalInputDevice
from gpiozero.pins.mock import MockFactory, MockPin
from gpiozero.pins.pi import PiPin
from kiosk_builders import eventually

from device_config.clock import boottime
from kiosk.panel import gpio
from kiosk.panel.gpio import MOST_EDGES, OLDEST_EDGE_S, GpioPanel
from kiosk.panel.lights import DARK, Lights
from kiosk.panel.protocol import PanelNews, RawEdge
from kiosk.panel.stuck import FREED_S, STUCK_S
from kiosk.session.effects import PressId

PATIENCE_S = 10.0
PINS, LEDS = (5, 6, 13, 19, 26), (17, 27, 22, 23, 24)
ID = "gpio:5,6,13,19,26"


class KernelPin(MockPin):
    """A pin whose edges can be told late, with the time at which they were, or not at all."""

    def tell(self, is_closed, ago_s):
        """The driver tells of an edge that was so long ago."""
        self._state = not is_closed
        self.tell_only(is_closed, self.factory.ticks() - ago_s)

    def tell_only(self, is_closed, ticks):
        PiPin._call_when_changed(self, ticks, int(not is_closed))

    def lose(self, is_closed):
        """The contact changes, and the driver never tells."""
        self._state = not is_closed


class Pins(MockFactory):
    """A Pi whose pins fail in the ways that real ones do."""

    def __init__(self):
        super().__init__(pin_class=KernelPin)
        self.busy = set()

    def pin(self, name, **kwargs):
        if name in self.busy:
            raise Exception("'GPIO busy'")  # noqa: TRY002 - lgpio.error is no more than this
        return super().pin(name, **kwargs)


@pytest.fixture(autouse=True)
def pi():
    before = Device.pin_factory
    Device.pin_factory = Pins()
    yield Device.pin_factory
    Device.pin_factory = before


class Rig:
    def __init__(self, pins=PINS, leds=(), watch=None):
        self.presses, self.news = queue.Queue(), queue.Queue()
        self.panel = GpioPanel(pins, leds, self.presses.put, self.news.put, watch)

    def pin(self, button):
        return Device.pin_factory.pin(PINS[button - 1])

    def started(self):
        self.panel.start()
        assert self.heard_of() == PanelNews("gpio", self.panel.id, "ok")
        return self

    def push(self, button):
        self.pin(button).drive_low()
        assert self.pressed().button == button
        self.pin(button).drive_high()

    def pressed(self):
        return self.presses.get(timeout=PATIENCE_S)

    def heard_of(self):
        return self.news.get(timeout=PATIENCE_S)

    def rests(self):
        """Every edge is dealt with, and every contact lies open."""

        def is_resting():
            is_down = any(each.is_down for each in self.panel._contacts.contacts)
            return self.panel._edges.empty() and not is_down

        return eventually(is_resting)


class StandingClock:
    """Time that passes only when it is told to."""

    def __init__(self, panel, monkeypatch):
        self._panel, self._now = panel, boottime()
        monkeypatch.setattr(gpio, "boottime", lambda: self._now)

    def moves(self, pin, is_closed, button):
        """The contact changes; returns when the panel knows."""
        pin.drive_low() if is_closed else pin.drive_high()
        self.knows(button, is_closed)

    def knows(self, button, is_closed):
        eventually(lambda: self._panel._contacts.of(button).is_closed == is_closed)

    def passes(self, seconds):
        self._now += seconds
        self._panel._wake()


@pytest.fixture
def rig():
    rig = Rig().started()
    yield rig
    rig.panel.stop()


# Edges


def test_a_press_counts_from_the_kernels_time_of_its_first_edge(rig):
    """A callback that comes late, out of a busy interpreter, shifts no edge."""
    before = boottime()

    rig.pin(2).tell(is_closed=True, ago_s=3.0)
    rig.pin(2).tell(is_closed=False, ago_s=2.9)

    press = rig.pressed()
    assert (press.button, press.buttons, press.panel) == (2, 5, ID)
    assert before - 3.0 <= press.at <= boottime() - 3.0


@pytest.mark.parametrize(
    "trace",
    [each for each in traces() if each.edges[-1][0] < 0.9 * OLDEST_EDGE_S * 10**6],
    ids=lambda trace: trace.name,
)
def test_every_trace_is_heard_through_the_pin_press_by_press(trace):
    """Told all at once, long after, as by an interpreter that was busy for a minute."""
    busy = threading.Lock()
    rig = Rig(watch=lambda _: busy.acquire() and busy.release()).started()

    with busy:
        began = Device.pin_factory.ticks() - trace.edges[-1][0] / 10**6
        for at, is_closed in trace.edges:
            rig.pin(3).tell_only(is_closed, began + at / 10**6)
    assert rig.rests()
    rig.panel.stop()

    heard = [rig.presses.get() for _ in range(rig.presses.qsize())]
    first, begun = trace.presses[:1], heard[:1]
    true = [(at - first[0]) / 10**6 for at in trace.presses]
    assert {each.button for each in heard} <= {3}
    assert [each.at - begun[0].at for each in heard] == pytest.approx(true, abs=0.002)


def test_edges_that_are_told_late_one_by_one_still_bounce(rig, monkeypatch):
    """What is due waits as long again as the last edge was late: the next may be on its way."""
    clock = StandingClock(rig.panel, monkeypatch)
    pin, began = rig.pin(2), Device.pin_factory.ticks() - 0.5

    for at, is_closed in ((0.0, True), (0.02, False), (0.024, True), (0.1, False)):
        pin.lose(is_closed)
        pin.tell_only(is_closed, began + at)
        clock.knows(2, is_closed)
        clock.passes(0.003)
        eventually(rig.panel._edges.empty)
    clock.passes(1.0)

    assert rig.rests()
    assert rig.pressed().button == 2
    assert rig.presses.empty()


def test_an_edge_from_a_clock_that_we_do_not_know_counts_as_now(rig):
    before = boottime()

    rig.pin(1).tell(is_closed=True, ago_s=1e9)
    first = rig.pressed()
    rig.pin(2).tell(is_closed=True, ago_s=-1e9)
    second = rig.pressed()

    assert before <= first.at <= boottime()
    assert before <= second.at <= boottime()


def test_a_spike_is_no_press_though_its_end_is_told_late(rig, monkeypatch):
    """When a press falls due the pin is asked; it says that the contact is open by now."""
    monkeypatch.setattr(gpio, "LOOK_S", PATIENCE_S)
    rig.pin(4).lose(is_closed=False)
    began = Device.pin_factory.ticks()
    rig.pin(4).tell_only(is_closed=True, ticks=began)
    assert eventually(lambda: rig.panel._lines[3].is_doubted)
    rig.pin(4).tell_only(is_closed=False, ticks=began + 0.0003)

    assert rig.rests()
    rig.push(5)
    assert rig.presses.empty()


@pytest.mark.parametrize("is_told", [True, False])
def test_an_edge_that_the_driver_loses_is_made_good(rig, is_told):
    """A press whose opening was lost does not swallow the next; one never told of counts."""
    if is_told:
        rig.pin(2).drive_low()
        assert rig.pressed().button == 2
        rig.pin(2).lose(is_closed=False)
        assert rig.rests()
    else:
        rig.pin(2).tell(is_closed=True, ago_s=0.0002)
        rig.pin(2).tell(is_closed=False, ago_s=0.0001)
        rig.pin(2).lose(is_closed=True)
        assert rig.pressed().button == 2
        rig.pin(2).drive_high()
        assert rig.rests()

    rig.push(2)
    assert rig.presses.empty()


def test_a_flood_of_edges_is_bounded_and_the_button_works_after_it(rig):
    lock = threading.Lock()
    rig.panel._watch = lambda _: lock.acquire() and lock.release()

    with lock:  # the panel's thread stands still, as on a machine that is too busy
        for _ in range(MOST_EDGES):
            rig.pin(1).drive_low()
            rig.pin(1).drive_high()
        assert rig.panel._edges.qsize() == MOST_EDGES
        rig.panel.light(Lights(invites=True))  # never waits

    assert rig.rests()
    while not rig.presses.empty():
        assert rig.pressed().button == 1
    rig.push(3)
    rig.push(1)


def test_a_button_that_is_down_at_the_start_is_no_press(pi):
    rig = Rig()
    pin = pi.pin(6)
    pin._set_pull = lambda _: pin._change_state(False)  # the finger is stronger than the pull-up
    rig.started()

    rig.push(1)
    pin.drive_high()
    assert rig.rests()
    rig.push(2)

    assert rig.presses.empty()


def test_whoever_watches_gets_each_edge_and_may_fail(caplog):
    edges = queue.Queue()

    def watch(seen):
        edges.put(seen)
        raise ZeroDivisionError

    rig = Rig(watch=watch).started()
    with caplog.at_level(logging.CRITICAL):
        rig.push(2)
        seen = [edges.get(timeout=PATIENCE_S) for _ in range(2)]
        rig.panel.stop()

    assert [(each.button, each.is_closed) for each in seen] == [(2, True), (2, False)]
    assert seen[0] == RawEdge(ID, 2, seen[0].at, is_closed=True)


def test_a_press_that_nobody_takes_does_not_end_the_panel(rig, caplog):
    taken = rig.panel._post

    def failing(_):
        rig.panel._post = taken
        raise ZeroDivisionError

    rig.panel._post = failing
    with caplog.at_level(logging.CRITICAL):
        rig.pin(1).drive_low()
        assert eventually(lambda: rig.panel._post is taken)

    rig.push(2)


# Coming and going


def test_pins_that_are_busy_are_lost_once_and_asked_for_until_they_are_free(pi, monkeypatch):
    monkeypatch.setattr(gpio, "FIRST_RETRY_S", 0.01)
    monkeypatch.setattr(gpio, "LAST_RETRY_S", 0.01)
    tries = queue.Queue()
    pi.busy = {13}
    rig = Rig()
    real = rig.panel._open
    rig.panel._open = lambda: tries.put(None) or real()

    rig.panel.start()
    assert rig.heard_of() == PanelNews("gpio", ID, "lost", {"why": "'GPIO busy'"})
    for _ in range(5):
        tries.get(timeout=PATIENCE_S)
    with pi._res_lock:
        noted = max(len(each) for each in pi._reservations.values())
    pi.busy = set()

    assert rig.heard_of().event == "ok"
    assert noted <= 2, "gpiozero's notes of failed attempts do not heap up"
    rig.push(3)
    rig.panel.stop()


def test_pins_are_asked_for_less_and_less_often_until_they_worked_for_a_while(pi, monkeypatch):
    rig, waits, now = Rig(), [], [1000.0]
    monkeypatch.setattr(gpio, "boottime", lambda: now[0])
    pi.busy = {13}

    class Patience(threading.Event):
        def wait(self, timeout=None):
            waits.append(timeout)
            if len(waits) == 6:
                pi.busy = set()
            if len(waits) == 8:
                self.set()

    def listen():
        now[0] += 3600.0
        pi.busy = {13}

    rig.panel._stopping, rig.panel._listen = Patience(), listen
    rig.panel._run()

    assert waits == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 0.5, 1.0]


def test_a_machine_without_pins_is_a_lost_panel_and_no_more(monkeypatch):
    monkeypatch.setattr(Device, "pin_factory", None)
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "none-such")
    rig = Rig()

    rig.panel.start()

    assert rig.heard_of().event == "lost"
    rig.panel.stop()
    assert rig.news.empty()


def test_pins_that_fail_while_they_are_read_are_lost_and_opened_again(rig, caplog):
    pin = rig.pin(1)
    healthy = pin._get_state

    def broken():
        raise OSError("gone")

    with caplog.at_level(logging.CRITICAL):
        pin._get_state = broken
        pin._when_changed()(Device.pin_factory.ticks(), 0)
        assert rig.heard_of() == PanelNews("gpio", ID, "lost", {"why": "gone"})
        pin._get_state = healthy
        assert rig.heard_of().event == "ok"

    rig.push(1)


def test_after_stopping_all_pins_are_free_and_nothing_is_posted(pi):
    rig = Rig(leds=LEDS).started()
    pin = rig.pin(1)
    heard = pin._when_changed()

    rig.panel.stop()
    heard(pi.ticks(), 0)
    pin.drive_low()

    assert rig.presses.empty()
    assert rig.news.empty()
    for number in (*PINS, *LEDS):
        DigitalInputDevice(number).close()
    rig.panel.stop()


def test_a_panel_that_never_started_can_be_stopped_and_has_taken_no_pin():
    rig = Rig(leds=LEDS)

    rig.panel.stop()

    assert rig.news.empty()
    for number in (*PINS, *LEDS):
        DigitalInputDevice(number).close()


def test_pins_come_back_for_the_next_panel():
    for _ in range(3):
        rig = Rig(leds=LEDS).started()
        rig.push(4)
        rig.panel.stop()


def test_an_idle_panel_sleeps(rig):
    """Without a button down it waits for an edge, not for a while."""
    waits = []
    real = rig.panel._edges.get
    rig.panel._edges.get = lambda timeout: waits.append(timeout) or real(timeout=timeout)

    rig.push(1)
    assert eventually(lambda: waits and waits[-1] is None)


# Stuck


def test_a_button_held_for_half_a_minute_is_stuck_and_free_when_it_rests(rig, monkeypatch):
    clock = StandingClock(rig.panel, monkeypatch)
    pin, other = rig.pin(4), rig.pin(2)

    clock.moves(pin, True, 4)
    clock.passes(0.01)
    assert rig.pressed().button == 4
    clock.passes(STUCK_S)
    assert rig.heard_of() == PanelNews("gpio", ID, "stuck", {"buttons": [4]})

    clock.moves(pin, False, 4)
    clock.passes(0.5)
    assert rig.rests()
    clock.moves(pin, True, 4)  # too soon
    clock.passes(0.01)
    eventually(lambda: rig.panel._contacts.of(4).is_counted)
    clock.moves(other, True, 2)
    clock.passes(0.01)
    assert rig.pressed().button == 2

    clock.moves(pin, False, 4)
    clock.moves(other, False, 2)
    clock.passes(0.5)
    assert rig.rests()
    clock.passes(FREED_S)
    assert rig.heard_of() == PanelNews("gpio", ID, "ok")
    clock.moves(pin, True, 4)
    clock.passes(0.01)
    assert rig.pressed().button == 4
    assert rig.presses.empty()


# Lights


def lamps(leds=LEDS):
    return [bool(Device.pin_factory.pin(each).state) for each in leds]


def test_the_lights_say_what_the_buttons_are_for(pi):
    rig = Rig(leds=LEDS)
    rig.panel.light(Lights(invites=True))
    rig.started()
    assert eventually(lambda: lamps() == [True] * 5)

    rig.panel.light(Lights(confirms=2))
    assert eventually(lambda: lamps() == [False, True, False, False, False])

    rig.panel.light(DARK)
    assert eventually(lambda: lamps() == [False] * 5)
    rig.panel.light(Lights(invites=True))
    rig.panel.stop()
    assert {pi.pin(each).function for each in LEDS} == {"input"}


def test_a_box_of_three_lights_the_step_that_was_pressed():
    rig = Rig(pins=PINS[:3], leds=LEDS[:3])
    rig.started()

    rig.panel.light(Lights(confirms=5))

    assert eventually(lambda: lamps(LEDS[:3]) == [False, False, True])
    rig.panel.stop()


def test_a_light_that_fails_costs_neither_buttons_nor_other_lights(pi, caplog):
    pi.busy = {LEDS[1]}
    rig = Rig(leds=LEDS)
    with caplog.at_level(logging.CRITICAL):
        rig.started()

        def broken(_):
            raise OSError("gone")

        pi.pin(LEDS[0])._set_state = broken
        rig.panel.light(Lights(invites=True))

        others = LEDS[2:]
        assert eventually(lambda: lamps(others) == [True] * 3)
        rig.push(2)
        rig.panel.stop()

    assert rig.news.empty()


def test_a_light_on_a_buttons_pin_is_the_buttons():
    rig = Rig(leds=(*PINS[:1], *LEDS[1:])).started()

    rig.push(1)
    rig.panel.stop()


def test_an_acknowledgement_and_a_refusal_mean_nothing_to_a_wire(rig):
    rig.panel.acknowledge(PressId(ID, ID, 1))
    rig.panel.refuse(PressId(ID, ID, 1))

    rig.push(2)
