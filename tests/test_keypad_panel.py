"""A keypad: its keys, whether it is there, and a key that is held down."""

import logging
import queue

import pytest
from kiosk_builders import eventually
from test_keyboards_attached import EVERY_KEY, MOUSE, attach, detach

from kiosk.panel import keypad
from kiosk.panel.keyboards import attached_keyboards
from kiosk.panel.keypad import KEYPAD_1, ROW_1, KeypadPanel
from kiosk.panel.lights import Lights
from kiosk.panel.protocol import PanelNews
from kiosk.panel.stuck import FREED_S, STUCK_S
from kiosk.session.effects import PressId

PATIENCE_S = 10.0


def news(event, **data):
    return PanelNews("keypad", "keypad", event, data)


class Keys:
    """A keypad on a machine whose sockets we hold, and whose time passes when we say."""

    def __init__(self, sysfs, monkeypatch):
        self.sysfs = sysfs
        self.presses, self.news = queue.Queue(), queue.Queue()
        self.panel = KeypadPanel(self.presses.put, self.news.put, sysfs)
        self.now = 1000.0
        monkeypatch.setattr(keypad, "boottime", lambda: self.now)
        monkeypatch.setattr(keypad, "LOOK_S", 0.01)

        self.looks = 0
        monkeypatch.setattr(keypad, "attached_keyboards", self._look)

    def _look(self, sysfs):
        self.looks += 1
        return attached_keyboards(sysfs)

    def looks_again(self):
        """Returns when the panel has looked from beginning to end since."""
        then = self.looks
        eventually(lambda: self.looks >= then + 2)

    def plug_in(self, name="event1", keys=EVERY_KEY):
        attach(self.sysfs, name, keys)

    def unplug(self, name="event1"):
        detach(self.sysfs, name)

    def started(self):
        self.panel.start()
        return self

    def heard_of(self):
        return self.news.get(timeout=PATIENCE_S)

    def down(self, button, first=ROW_1):
        self.panel.key(first + button - 1, True)

    def up(self, button, first=ROW_1):
        self.panel.key(first + button - 1, False)

    def push(self, button):
        self.down(button)
        self.up(button)

    def heard(self):
        """The buttons pressed so far."""
        return [self.presses.get().button for _ in range(self.presses.qsize())]

    def knows_of(self, *names):
        return eventually(lambda: self.panel._presence.attached == set(names))


@pytest.fixture
def keys(tmp_path, monkeypatch):
    (tmp_path / "class" / "input").mkdir(parents=True)
    keys = Keys(tmp_path, monkeypatch)
    yield keys
    keys.panel.stop()


@pytest.fixture
def plugged_in(keys):
    keys.plug_in()
    assert keys.started().heard_of() == news("ok")
    return keys


# Keys


@pytest.mark.parametrize("first", [ROW_1, KEYPAD_1])
def test_the_row_and_the_keypad_are_the_same_buttons(keys, first):
    for button in range(1, 6):
        keys.down(button, first)

    assert keys.heard() == [1, 2, 3, 4, 5]


def test_the_repeats_of_a_held_key_are_one_press(keys):
    for _ in range(30):
        keys.down(2)
    keys.up(2)
    keys.down(2)

    assert keys.heard() == [2, 2]


def test_other_keys_are_nothing(keys):
    for key in (ROW_1 - 1, ROW_1 + 5, KEYPAD_1 - 1, KEYPAD_1 + 5, 27, -1, 2**31):
        keys.panel.key(key, True)
        keys.panel.key(key, False)

    assert keys.heard() == []
    assert keys.panel._held == set()


def test_after_stopping_nothing_is_posted(plugged_in):
    plugged_in.panel.stop()
    plugged_in.unplug()
    plugged_in.push(1)

    assert plugged_in.heard() == []
    assert plugged_in.news.empty()
    plugged_in.panel.stop()


def test_a_keypad_has_no_lights_and_nothing_to_acknowledge(keys):
    keys.panel.light(Lights(invites=True))
    keys.panel.acknowledge(PressId("keypad", "keypad", 1))
    keys.panel.refuse(PressId("keypad", "keypad", 1))

    keys.push(1)
    assert keys.heard() == [1]


# Coming and going


def test_where_no_keyboard_is_or_was_the_keypad_is_absent(keys):
    keys.plug_in("event0", MOUSE)

    assert keys.started().heard_of() == news("absent")


def test_a_keyboard_is_noticed_when_it_is_plugged_in(keys):
    assert keys.started().heard_of() == news("absent")

    keys.plug_in()

    assert keys.heard_of() == news("ok")
    assert keys.news.empty()


def test_a_keypad_that_was_pressed_and_goes_is_lost_and_back_when_it_is_back(plugged_in):
    plugged_in.push(4)

    plugged_in.unplug()
    assert plugged_in.heard_of() == news("lost")
    plugged_in.plug_in("event7")

    assert plugged_in.heard_of() == news("ok")
    plugged_in.push(5)
    assert plugged_in.heard() == [4, 5]


def test_a_technicians_keyboard_that_leaves_is_no_fault(plugged_in):
    plugged_in.panel.key(27, True)

    plugged_in.unplug()

    assert plugged_in.heard_of() == news("absent")


def test_the_second_keyboard_that_leaves_is_not_missed(plugged_in):
    plugged_in.plug_in("event2")
    plugged_in.knows_of("event1", "event2")
    plugged_in.push(1)

    plugged_in.unplug("event2")
    plugged_in.knows_of("event1")

    assert plugged_in.news.empty()


def test_where_nobody_can_know_the_keypad_is_taken_as_there(tmp_path, monkeypatch):
    keys = Keys(tmp_path / "no sysfs", monkeypatch).started()

    assert keys.heard_of() == news("ok")
    keys.push(3)
    assert keys.heard() == [3]
    keys.panel.stop()


def test_a_press_says_that_the_keypad_is_there_whatever_the_list_says(keys):
    assert keys.started().heard_of() == news("absent")

    keys.push(2)

    assert keys.heard_of() == news("ok")
    keys.looks_again()
    assert keys.news.empty()
    keys.plug_in()
    keys.knows_of("event1")
    assert keys.news.empty()


def test_a_list_that_cannot_be_made_is_tried_again(keys, monkeypatch, caplog):
    calls = queue.Queue()

    def failing(sysfs):
        calls.put(None)
        if calls.qsize() < 3:
            raise ZeroDivisionError
        return attached_keyboards(sysfs)

    monkeypatch.setattr(keypad, "attached_keyboards", failing)
    with caplog.at_level(logging.CRITICAL):
        assert keys.started().heard_of() == news("absent")


def test_a_key_that_was_held_when_the_keyboard_went_is_forgotten(plugged_in):
    """Its key-up never comes; the next press of it counts."""
    plugged_in.down(3)
    plugged_in.unplug()
    assert plugged_in.heard_of() == news("lost")

    plugged_in.plug_in()
    assert plugged_in.heard_of() == news("ok")
    plugged_in.push(3)

    assert plugged_in.heard() == [3, 3]


# Stuck


def test_a_key_held_for_half_a_minute_is_stuck_and_the_others_go_on(plugged_in):
    plugged_in.down(1)
    plugged_in.now += STUCK_S
    assert plugged_in.heard_of() == news("stuck", buttons=[1])

    plugged_in.push(2)
    plugged_in.up(1)
    plugged_in.now += FREED_S / 2
    plugged_in.push(1)  # too soon: the key may be a bad one
    plugged_in.now += FREED_S

    assert plugged_in.heard_of() == news("ok")
    plugged_in.push(1)
    assert plugged_in.heard() == [1, 2, 1]
    assert plugged_in.news.empty()


def test_a_key_lets_its_button_go_only_with_its_twin(plugged_in):
    """Row and keypad are one button: held by either, it is down."""
    plugged_in.down(1)
    plugged_in.down(1, KEYPAD_1)
    plugged_in.now += STUCK_S - 1
    plugged_in.up(1)
    plugged_in.now += 1

    assert plugged_in.heard_of() == news("stuck", buttons=[1])
