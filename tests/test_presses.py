"""Which presses of which boxes are known already: the same one never counts twice."""

import pytest

from kiosk.panel import presses
from kiosk.panel.presses import REMEMBERED_S, PressMemory
from kiosk.session.effects import PressId

A, B = "/dev/a", "/dev/b"


def a_press(number=7, *, port=A, box="box-1", uptime_s=0):
    return PressId(port, box, number, uptime_s)


def unnamed(number=7, *, port=A):
    """Of a box that has not said who it is: the port stands in."""
    return PressId(port, port, number)


def knowing(*settled, at=100.0):
    """A memory in which these presses are settled."""
    memory = PressMemory()
    for press in settled:
        assert memory.hear(press, at) == "new"
        memory.settle(press)
    return memory


def after_a_restart(*settled, at=100.0):
    """The memory of a kiosk that was started anew, with what the disk knew."""
    memory = PressMemory()
    memory.take_up((press, at) for press in settled)
    return memory


def test_a_press_is_new_then_waiting_then_settled():
    memory = PressMemory()

    heard = [memory.hear(a_press(), 100.0), memory.hear(a_press(), 100.5)]
    memory.settle(a_press())

    assert [*heard, memory.hear(a_press(), 101.0)] == ["new", "waiting", "settled"]


def test_a_press_put_aside_is_not_new_when_offered_again():
    memory = PressMemory()
    memory.hear(a_press(), 100.0)
    memory.put_aside(a_press())

    assert memory.hear(a_press(), 100.5) == "aside"
    memory.settle(a_press())
    assert memory.hear(a_press(), 101.0) == "settled"


def test_a_refused_press_is_new_when_offered_again():
    memory = PressMemory()
    memory.hear(a_press(), 100.0)

    memory.refuse(a_press())

    assert memory.hear(a_press(), 100.5) == "new"


def test_a_press_heard_before_the_hello_can_be_refused_after_it():
    memory = PressMemory()
    memory.hear(unnamed(), 100.0)

    memory.refuse(a_press())

    assert memory.hear(a_press(), 100.5) == "new"


@pytest.mark.parametrize("is_settled", [True, False])
def test_within_a_minute_it_is_the_same_press_and_after_it_a_new_one(is_settled):
    memory = PressMemory()
    memory.hear(a_press(), 100.0)
    if is_settled:
        memory.settle(a_press())

    assert memory.hear(a_press(), 100.0 + REMEMBERED_S) != "new"
    assert memory.hear(a_press(), 100.1 + REMEMBERED_S) == "new"


def test_settling_a_press_that_nobody_knows_means_nothing():
    memory = PressMemory()

    memory.settle(a_press())
    memory.refuse(a_press())

    assert memory.hear(a_press(), 100.0) == "new"


# Names and ports


def test_another_box_on_the_same_port_has_numbers_of_its_own():
    assert knowing(a_press()).hear(a_press(box="box-2"), 101.0) == "new"


def test_until_a_hello_the_port_stands_in_for_the_box():
    assert knowing(unnamed()).hear(a_press(), 101.0) == "settled"
    assert knowing(a_press()).hear(unnamed(), 101.0) == "settled"
    assert knowing(unnamed()).hear(unnamed(port=B), 101.0) == "new"


def test_a_box_on_another_port_is_still_the_same_box():
    memory = PressMemory()
    memory.greet(A, "box-1")
    memory.hear(a_press(), 100.0)
    memory.settle(a_press())

    memory.miss(A)

    assert memory.greet(B, "box-1") is None
    assert memory.hear(a_press(port=B), 101.0) == "settled"


def test_two_boxes_of_one_name_are_told_of_and_keep_their_presses_apart():
    memory = PressMemory()

    others = [memory.greet(A, "box-1"), memory.greet(B, "box-1")]
    heard = [memory.hear(a_press(port=port), 100.0) for port in (A, B)]
    memory.settle(a_press(port=A))

    assert others == [None, A]
    assert heard == ["new", "new"]
    assert memory.hear(a_press(port=B), 100.5) == "waiting"


def test_a_box_that_talks_again_after_a_silence_is_there_again():
    memory = PressMemory()
    memory.greet(A, "box-1")
    memory.miss(A)  # silent, and no hello since: it was not pulled out
    memory.run_since(A, "box-1", 500, 100.0)

    assert memory.greet(B, "box-1") == A


# Boxes that began anew


def test_after_an_uptime_that_fell_every_number_of_that_box_is_new():
    memory = knowing(a_press(7, uptime_s=500), a_press(8, uptime_s=500), a_press(7, box="box-2"))

    memory.run_since(A, "box-1", 1, 101.0)

    heard = [memory.hear(a_press(number, uptime_s=1), 102.0) for number in (7, 8)]
    assert heard == ["new", "new"]
    assert memory.hear(a_press(7, box="box-2"), 102.0) == "settled"


@pytest.mark.parametrize("uptime_s", [500, 501, 4000])
def test_an_uptime_that_does_not_fall_forgets_nothing(uptime_s):
    memory = knowing(a_press(uptime_s=500))

    memory.run_since(A, "box-1", uptime_s, 101.0)

    assert memory.hear(a_press(uptime_s=uptime_s), 102.0) == "settled"


def test_a_press_from_before_the_first_word_on_the_uptime_sees_it_fall():
    memory = knowing(a_press(uptime_s=0))

    memory.run_since(A, "box-1", 500, 101.0)
    memory.run_since(A, "box-1", 1, 102.0)

    assert memory.hear(a_press(uptime_s=1), 103.0) == "new"


def test_an_uptime_that_fell_on_another_port_is_the_same_box_begun_anew():
    memory = knowing(a_press(uptime_s=500))

    memory.greet(B, "box-1")
    memory.run_since(B, "box-1", 1, 101.0)

    assert memory.hear(a_press(port=B, uptime_s=1), 102.0) == "new"


def test_a_box_that_began_anew_leaves_its_namesake_on_another_port_alone():
    memory = knowing(a_press(uptime_s=500))
    memory.greet(A, "box-1")

    memory.greet(B, "box-1")
    memory.run_since(B, "box-1", 1, 101.0)

    assert memory.hear(a_press(uptime_s=500), 102.0) == "settled"


def test_what_becomes_of_a_press_of_an_earlier_run_does_not_touch_a_later_one():
    memory = PressMemory()
    memory.hear(a_press(uptime_s=500), 100.0)
    memory.run_since(A, "box-1", 1, 101.0)
    memory.hear(a_press(uptime_s=1), 102.0)

    memory.settle(a_press(uptime_s=500))
    memory.refuse(a_press(uptime_s=500))

    assert memory.hear(a_press(uptime_s=1), 102.5) == "waiting"


# Restarts of the kiosk


def test_across_a_restart_of_the_kiosk_a_press_counts_once():
    assert after_a_restart(a_press()).hear(a_press(), 101.0) == "settled"


def test_a_memory_that_was_not_taken_up_is_found_out():
    """What the test before is worth: without the disk's rows the press counts twice."""
    assert after_a_restart().hear(a_press(), 101.0) == "new"


def test_across_a_restart_a_press_is_known_before_its_box_has_said_hello():
    assert after_a_restart(a_press()).hear(unnamed(), 101.0) == "settled"
    assert after_a_restart(unnamed()).hear(a_press(), 101.0) == "settled"


def test_across_a_restart_a_box_may_have_been_moved_to_another_port():
    assert after_a_restart(a_press()).hear(a_press(port=B), 101.0) == "settled"


def test_across_a_restart_a_box_may_have_begun_anew():
    memory = after_a_restart(a_press(uptime_s=500))

    memory.run_since(A, "box-1", 2, 101.0)

    assert memory.hear(a_press(uptime_s=2), 102.0) == "new"


def test_a_minute_counts_from_when_the_earlier_run_wrote_it_down():
    memory = after_a_restart(a_press(), at=100.0)

    assert memory.hear(a_press(), 100.1 + REMEMBERED_S) == "new"


def test_what_is_read_again_from_the_disk_changes_nothing_that_is_under_way():
    memory = PressMemory()
    memory.hear(a_press(), 100.0)

    memory.take_up([(a_press(), 50.0)])

    assert memory.hear(a_press(), 100.5) == "waiting"


def test_what_is_read_again_from_the_disk_is_forgotten_in_its_time():
    memory = PressMemory()
    memory.hear(a_press(8), 150.0)

    memory.take_up([(a_press(7), 100.0)])

    assert memory.hear(a_press(7), 100.1 + REMEMBERED_S) == "new"
    assert memory.hear(a_press(8), 100.1 + REMEMBERED_S) == "waiting"


def test_a_box_with_power_of_its_own_is_known_after_the_terminal_was_off():
    memory = after_a_restart(a_press(uptime_s=500), at=0.0)

    for now, uptime_s in ((30.0, 700), (32.0, 702)):
        memory.run_since(A, "box-1", uptime_s, now)

    assert memory.hear(a_press(), 33.0) == "settled"


def test_a_box_that_lost_its_power_with_the_terminal_has_begun_anew():
    """Its uptime at the first press of the day is much like that of the day before."""
    memory = after_a_restart(a_press(uptime_s=30), at=0.0)

    memory.run_since(A, "box-1", 45, 35.0)

    assert memory.hear(a_press(uptime_s=45), 36.0) == "new"


# Bounds


def test_whatever_boxes_send_the_memory_stays_within_its_bounds(monkeypatch):
    monkeypatch.setattr(presses, "MOST_REMEMBERED", 50)
    memory = PressMemory()

    for number in range(1000):
        memory.hear(a_press(number), 100.0)

    assert len(memory._known) <= 51
    assert memory.hear(a_press(999), 100.0) == "waiting"  # the oldest go first
    assert memory.hear(a_press(0), 100.0) == "new"


def test_what_is_older_than_a_minute_takes_no_memory():
    memory = PressMemory()

    for number in range(1000):
        memory.hear(a_press(number), 100.0 + number)

    assert len(memory._known) <= REMEMBERED_S + 1
