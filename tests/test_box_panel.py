"""What is only `palaute/1`: acknowledgements, hellos, lights, and a box that knows itself."""

import pytest
from kiosk_builders import eventually
from panel_rigs import PATIENCE_S, Box

from device_config.clock import boottime
from kiosk.panel import box as boxes
from kiosk.panel import stuck
from kiosk.panel.lights import DARK, Lights
from kiosk.panel.presses import PressMemory
from kiosk.panel.protocol import PanelNews
from kiosk.panel.sentences import frame
from kiosk.session.effects import Acknowledge, PressId


@pytest.fixture
def box(tmp_path):
    rig = Box(tmp_path)
    rig.start()
    yield rig
    rig.stop()


def settle(box):
    """What was pressed last is on disk."""
    press = box.pressed().press
    box.panels.acknowledge(press)
    return press


# Acknowledgements


def test_a_press_is_acknowledged_on_the_wire_when_it_is_settled_and_not_before(box):
    box.push(2)
    heard = box.pressed()
    assert heard.press == PressId(box.panel.id, "box-1", box.seq)
    for _ in range(3):
        box.offer(2, 500)
    box.say(b"nothing known\n")
    eventually(lambda: box.panel.wrong_lines == 1)
    assert not box.hears(b"PACK")

    box.panels.acknowledge(heard.press)

    assert eventually(box.is_answered)
    assert box.presses.empty()


def test_a_refused_press_is_not_answered_and_counts_when_it_is_offered_again(box):
    box.push(2)
    box.panels.refuse(box.pressed().press)

    box.offer(2, 500)

    assert box.pressed().press.number == box.seq
    assert not box.hears(b"PACK")


def test_a_press_counts_from_when_the_button_went_down_and_was_heard_now(box):
    before = boottime()

    box.push(2, age_ms=5_000)
    heard = box.pressed()

    assert before - 5.0 <= heard.at <= boottime() - 5.0
    assert before <= heard.now <= boottime()


# Put aside


@pytest.mark.parametrize(
    ("button", "age_ms", "why"), [(2, 10_001, "too-old"), (9, 0, "no-such-button")]
)
def test_a_press_put_aside_is_told_and_answered_when_that_is_on_disk(box, button, age_ms, why):
    box.push(button, age_ms)
    aside = box.aside.get(timeout=PATIENCE_S)
    told = box.heard_of()

    assert aside == Acknowledge(aside.press, is_too_late=why == "too-old")
    assert told == PanelNews(
        "serial", box.panel.id, "press-put-aside", {"count": 1, "seq": box.seq, "why": why}
    )
    assert not box.is_answered()
    box.panels.acknowledge(aside.press)
    assert eventually(box.is_answered)
    assert box.presses.empty()


def test_a_press_of_a_stuck_button_is_put_aside_and_the_others_count(box, monkeypatch):
    monkeypatch.setattr(stuck, "STUCK_S", 0.0)
    monkeypatch.setattr(stuck, "FREED_S", 0.0)
    box.say(frame("PALIVE,40,01"))
    assert box.heard_of() == PanelNews("serial", box.panel.id, "stuck", {"buttons": [1]})

    box.push(1)
    assert box.aside.get(timeout=PATIENCE_S).press.number == box.seq
    assert box.heard_of().data["why"] == "stuck-button"
    box.push(2)
    assert box.pressed().button == 2

    box.say(frame("PALIVE,42,0"))
    assert box.heard_of().event == "ok"
    box.push(1)
    assert box.pressed().button == 1


# Hello


def test_a_box_is_asked_who_it_is_and_counts_its_own_buttons(tmp_path):
    box = Box(tmp_path)
    box.start(buttons=3)

    box.push(3)

    assert (box.pressed().buttons, box.panel.buttons) == (3, 3)
    box.stop()


def test_a_box_that_never_says_hello_is_asked_again_and_then_taken_for_one_of_five(tmp_path):
    box = Box(tmp_path)
    box.plug_in()
    box.panels.start()
    eventually(lambda: box.hears(frame("PASK")))
    box.read = b""

    def comes_through():
        box.offer(3)
        return not box.presses.empty()

    eventually(comes_through, PATIENCE_S)
    heard = box.pressed()
    assert heard.press == PressId(box.panel.id, box.panel.id, box.seq)
    assert heard.buttons == 5
    assert box.hears(frame("PASK"))
    box.stop()


def test_a_silent_box_is_lost_and_is_there_again_when_it_talks(box, monkeypatch):
    monkeypatch.setattr(boxes, "SILENT_S", 0.0)
    assert box.heard_of() == PanelNews("serial", box.panel.id, "lost", {"why": "silent"})

    box.say(frame("PALIVE,42,0"))

    assert box.heard_of().event == "ok"


# Restarts, moves, namesakes


def start_anew(box, memory):
    """The kiosk's end dies, and another one is started."""
    box.panels.stop()
    box.read = b""
    box.connect(memory)
    box.panels.start()
    box.greet()


@pytest.mark.parametrize("is_settled", [True, False])
def test_across_a_restart_a_settled_press_is_answered_and_a_lost_one_counts(box, is_settled):
    box.push(2)
    press = box.pressed().press
    memory = PressMemory()
    memory.take_up([(press, boottime())] if is_settled else [])
    start_anew(box, memory)

    box.offer(2, 3000)

    if is_settled:
        assert eventually(box.is_answered)
        assert box.presses.empty()
    else:
        assert box.pressed().press == press
        assert not box.is_answered()


def test_a_press_pulled_out_before_its_answer_is_answered_when_the_box_is_back(box):
    box.push(2)
    heard = box.pressed()
    box.unplug()
    assert box.heard_of().event == "lost"
    box.panels.acknowledge(heard.press)
    box.plug_in()
    box.greet()

    box.offer(2, 3000)

    assert eventually(box.is_answered)
    assert box.presses.empty()


def test_a_box_moved_to_another_port_offers_the_same_presses_and_is_no_second_box(tmp_path):
    memory = PressMemory()
    before, after = (Box(tmp_path / port, memory) for port in "ab")
    before.start()
    before.push(2)
    settle(before)
    before.unplug()
    assert before.heard_of().event == "lost"

    after.start()
    after.seq = before.seq
    after.offer(2, 3000)

    assert eventually(after.is_answered)
    assert after.presses.empty()
    assert after.news.empty()
    before.stop()
    after.stop()


def test_two_boxes_of_one_name_are_told_of_once_and_both_count(tmp_path):
    memory = PressMemory()
    first, second = (Box(tmp_path / port, memory) for port in "ab")
    first.start()
    second.plug_in()
    second.panels.start()
    second.greet()
    told = [second.heard_of().event for _ in range(2)]

    for each in (first, second):
        each.push(2)
        settle(each)

    assert sorted(told) == ["ok", "same-box-id"]
    assert first.seq == second.seq
    assert all(eventually(each.is_answered) for each in (first, second))
    assert first.news.empty()
    first.stop()
    second.stop()


def test_an_answer_that_comes_to_the_disk_late_is_not_told_to_a_box_in_its_place(box):
    box.push(2)
    of_first = box.pressed().press
    box.unplug()
    box.plug_in()
    box.greet(name="box-2")
    box.offer(2)
    of_second = box.pressed().press

    box.panels.acknowledge(of_first)
    box.panels.light(Lights(confirms=1))
    eventually(lambda: box.hears(b"PLED,5"))
    is_told = box.is_answered()
    box.panels.acknowledge(of_second)

    assert not is_told
    assert eventually(box.is_answered)


# Lights


def lights_heard(box):
    return [line for line in box.listen().splitlines(keepends=True) if line.startswith(b"$PLED")]


def test_lights_are_shown_after_the_hello_and_again_when_the_box_is_back(tmp_path):
    box = Box(tmp_path)
    box.panels.light(Lights(invites=True))
    box.start()
    inviting = frame("PLED,0,on")
    eventually(lambda: box.hears(inviting))

    box.unplug()
    box.plug_in()
    box.greet()

    assert eventually(lambda: box.hears(inviting))
    box.stop()


def test_one_light_confirms_and_only_changes_are_sent(box):
    off, on = frame("PLED,0,off"), frame("PLED,0,on")
    eventually(lambda: box.hears(off))
    for lights in (DARK, Lights(confirms=4), Lights(confirms=4), Lights(invites=True)):
        box.panels.light(lights)

    eventually(lambda: box.hears(on))

    four = [frame(f"PLED,{n},{'on' if n == 4 else 'off'}") for n in range(1, 6)]
    assert lights_heard(box) == [off, *four, on]


def test_a_box_that_says_hello_anew_lost_its_lights(box):
    eventually(lambda: box.hears(frame("PLED,0,off")))
    box.read = b""

    box.say(frame("PHELLO,1,box-1,5,1.0"))

    assert eventually(lambda: box.hears(frame("PLED,0,off")))


def test_a_box_is_left_dark_by_a_kiosk_that_stops(box):
    box.panels.light(Lights(invites=True))
    eventually(lambda: box.hears(frame("PLED,0,on")))
    box.read = b""

    box.panels.stop()

    assert eventually(lambda: box.hears(frame("PLED,0,off")))
