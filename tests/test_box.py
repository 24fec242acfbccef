"""What a terminal knows of one box, and what its sentences mean."""

import pytest

from kiosk.panel.box import (
    HELLO_PATIENCE_S,
    SILENT_S,
    TOO_OLD_MS,
    Aside,
    Ask,
    Box,
    Flooded,
    Press,
    SameName,
    Settled,
)
from kiosk.panel.presses import PressMemory
from kiosk.panel.sentences import Alive, Button, Hello
from kiosk.panel.stuck import FREED_S, STUCK_S
from kiosk.panel.tally import MOST_A_SECOND, MOST_AT_ONCE
from kiosk.session.effects import PressId

A, B = "/dev/a", "/dev/b"
HELLO = Hello("box-1", 5, "1.0")


def a_box(buttons=5, name="box-1", *, memory=None, port=A):
    """A box on a port that was opened at 90 s, and has said hello."""
    box = Box(port, memory or PressMemory(), 90.0)
    box.hear(Hello(name, buttons, "1.0"), 90.0)
    return box


def an_id(number=7, *, box="box-1", port=A, uptime_s=0):
    return PressId(port, box, number, uptime_s)


def test_a_press_is_posted_with_the_time_when_the_button_went_down():
    heard = a_box().hear(Button(7, 2, 400), 100.0)

    assert heard == Press(an_id(), 2, 5, 99.6)


def test_the_same_press_offered_again_is_one_press():
    box = a_box()
    box.hear(Button(7, 2, 0), 100.0)

    again = [box.hear(Button(7, 2, 500 * n), 100.0 + n / 2) for n in range(1, 5)]

    assert again == [None] * 4


def test_a_press_that_is_on_disk_is_acknowledged_at_once_when_offered_again():
    memory = PressMemory()
    box = a_box(memory=memory)
    memory.settle(box.hear(Button(7, 2, 0), 100.0).id)

    assert box.hear(Button(7, 2, 500), 100.5) == Settled(an_id())
    assert box.hear(Button(7, 2, 11_000), 111.0) == Settled(an_id())


def test_a_refused_press_counts_when_offered_again_with_the_time_of_its_making():
    memory = PressMemory()
    box = a_box(memory=memory)
    memory.refuse(box.hear(Button(7, 3, 0), 100.0).id)

    assert box.hear(Button(7, 3, 500), 100.5) == Press(an_id(), 3, 5, 100.0)


def test_a_press_is_known_by_how_long_its_box_has_run():
    box = a_box()

    box.hear(Alive(500, 0), 99.0)

    assert box.hear(Button(7, 2, 0), 100.0).id == an_id(uptime_s=500)


def test_a_press_between_the_hello_of_a_box_begun_anew_and_its_uptime_is_one_press():
    box = a_box()
    box.hear(Alive(500, 0), 99.0)
    box.hear(HELLO, 100.0)  # it lost its power
    first = box.hear(Button(7, 2, 0), 100.5)

    box.hear(Alive(1, 0), 101.0)

    assert isinstance(first, Press)
    assert box.hear(Button(7, 2, 500), 101.0) is None


def test_a_box_that_says_hello_again_is_still_the_same():
    box = a_box()
    box.hear(Button(7, 2, 0), 100.0)

    box.hear(HELLO, 101.0)

    assert box.hear(Button(7, 2, 1000), 101.0) is None


def test_numbers_wrap_from_65535_to_0():
    box = a_box()

    heard = [box.hear(Button(seq, 1, 0), 100.0) for seq in (65534, 65535, 0, 1)]

    assert [press.id.number for press in heard] == [65534, 65535, 0, 1]


# Before the hello


def test_a_press_waits_for_the_hello_that_says_of_how_many_buttons_it_is_one():
    box = Box(A, PressMemory(), 90.0)

    asked = box.hear(Button(7, 3, 0), 100.0)
    box.hear(Hello("box-1", 3, "1.0"), 100.1)

    assert asked == Ask()
    assert box.hear(Button(7, 3, 500), 100.5) == Press(an_id(), 3, 3, 100.0)


def test_a_press_without_a_hello_counts_after_a_second_as_one_of_five():
    box = Box(A, PressMemory(), 90.0)
    heard = [box.hear(Button(7, 3, 500 * n), 100.0 + n / 2) for n in range(2)]

    counted = box.hear(Button(7, 3, 1000), 100.0 + HELLO_PATIENCE_S)

    assert heard == [Ask(), Ask()]
    assert counted == Press(PressId(A, A, 7), 3, 5, 100.0)
    assert isinstance(box.hear(Button(8, 1, 0), 101.2), Press)


def test_a_press_is_the_same_before_and_after_the_hello():
    box = Box(A, PressMemory(), 90.0)
    for now in (100.0, 101.0):
        box.hear(Button(7, 3, 0), now)

    box.hear(HELLO, 101.2)

    assert box.hear(Button(7, 3, 500), 101.5) is None


# Put aside


def test_a_press_older_than_ten_seconds_is_put_aside():
    assert a_box().hear(Button(7, 2, TOO_OLD_MS + 1), 100.0) == Aside(an_id(), "too-old")
    assert a_box().hear(Button(7, 2, TOO_OLD_MS), 100.0) == Press(an_id(), 2, 5, 90.0)


def test_a_press_that_is_never_stored_is_put_aside_once_when_it_is_too_old():
    box = a_box()
    box.hear(Button(7, 2, 0), 100.0)  # out of order: nobody settles it

    heard = [box.hear(Button(7, 2, age), 100 + age / 1000) for age in range(500, 13_000, 500)]

    assert [each for each in heard if each] == [Aside(an_id(), "too-old")]
    assert heard.index(Aside(an_id(), "too-old")) == 20  # at 10.5 s


@pytest.mark.parametrize("button", [0, 4, 99])
def test_a_button_that_the_box_does_not_have_is_put_aside(button):
    assert a_box(buttons=3).hear(Button(7, button, 0), 100.0) == Aside(an_id(), "no-such-button")


def test_a_press_put_aside_is_answered_when_that_is_on_disk_and_not_before():
    memory = PressMemory()
    box = a_box(memory=memory)
    aside = box.hear(Button(7, 9, 0), 100.0)

    assert box.hear(Button(7, 9, 500), 100.5) is None
    memory.settle(aside.id)
    assert box.hear(Button(7, 9, 1000), 101.0) == Settled(an_id())


# Stuck, silent


def test_a_button_held_for_thirty_seconds_is_stuck_and_freed_when_it_is_let_go():
    box = a_box()
    box.hear(Alive(10, 0b00001), 100.0)
    held = box.look(100.0)
    box.hear(Alive(40, 0b00001), 100.0 + STUCK_S)
    stuck = box.look(130.0)
    pressed = [box.hear(Button(button, button, 0), 131.0) for button in (1, 2)]
    for now in (132.0, 132.0 + FREED_S):
        box.hear(Alive(42, 0), now)

    assert (held, stuck, box.look(133.0)) == (("ok", ()), ("stuck", (1,)), ("ok", ()))
    assert pressed[0] == Aside(an_id(1, uptime_s=40), "stuck-button")
    assert isinstance(pressed[1], Press)
    assert isinstance(box.hear(Button(9, 1, 0), 134.0), Press)


def test_bits_of_buttons_that_the_box_does_not_have_mean_nothing():
    box = a_box(buttons=3)
    for now in (100.0, 101.0 + STUCK_S):
        box.hear(Alive(10, 0b11000), now)

    assert box.look(131.0) == ("ok", ())


def test_six_seconds_without_a_sentence_are_the_end_and_any_sentence_a_beginning():
    box = a_box()
    box.hear(Alive(10, 0), 100.0)

    looks = [box.look(now)[0] for now in (100.0, 100.0 + SILENT_S, 100.1 + SILENT_S)]
    box.hear(Alive(17, 0), 107.0)

    assert [*looks, box.look(107.0)[0]] == ["ok", "ok", "lost", "ok"]


def test_of_a_box_that_never_said_anything_nothing_is_known_until_it_counts_as_lost():
    box = Box(A, PressMemory(), 90.0)

    assert box.look(96.0) == (None, ())
    assert box.look(96.1) == ("lost", ())


# Two boxes


def test_two_boxes_of_one_name_are_told_of_once_and_do_not_swallow_each_others_presses():
    memory = PressMemory()
    first, second = a_box(memory=memory), Box(B, memory, 90.0)

    told = [second.hear(HELLO, now) for now in (91.0, 92.0)]
    heard = [box.hear(Button(7, 1, 0), 100.0) for box in (first, second)]

    assert told == [SameName("box-1", A), None]
    assert [each.id.panel for each in heard] == [A, B]


def test_a_box_has_made_its_own_presses_and_those_of_its_port_but_none_of_an_earlier_run():
    box = a_box()
    of_earlier = an_id(uptime_s=500)

    made = [box.made(each) for each in (an_id(), an_id(box=A), an_id(box="box-2"), of_earlier)]

    assert made == [True, True, False, False]


# Floods


def test_a_flood_is_cut_off_and_what_comes_after_it_counts():
    box = a_box()

    flood = [box.hear(Button(n, 1, 0), 100.0 + n / 2000) for n in range(4000)]
    after = box.hear(Button(5000, 1, 0), 103.0)

    posted = sum(isinstance(each, Press) for each in flood)
    assert MOST_AT_ONCE <= posted <= MOST_AT_ONCE + 2 * MOST_A_SECOND
    assert flood.count(Flooded()) == 4000 - posted
    assert isinstance(after, Press)


@pytest.mark.parametrize("sentence", [Button(0, 9, 0), Button(0, 1, TOO_OLD_MS + 1)])
def test_a_flood_of_presses_to_put_aside_does_not_fill_the_disk_either(sentence):
    box = a_box()

    flood = [
        box.hear(Button(n, sentence.button, sentence.age_ms), 100.0 + n / 2000) for n in range(2000)
    ]

    assert sum(isinstance(each, Aside) for each in flood) <= MOST_AT_ONCE + MOST_A_SECOND


def test_a_press_of_a_flood_counts_when_it_is_offered_again():
    box = a_box()
    flood = [box.hear(Button(n, 1, 0), 100.0) for n in range(65)]

    assert flood[64] == Flooded()
    assert isinstance(box.hear(Button(64, 1, 500), 100.5), Press)
