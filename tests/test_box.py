"""What a terminal knows of one box: which presses are new, which are known, which are too late."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.panel.box import REMEMBERED_S, TOO_OLD_MS, Box, Press, Settled
from kiosk.panel.sentences import Alive, Button, Hello


def a_box(buttons=5, name="box-1"):
    box = Box()
    box.hear(Hello(name, buttons, "1.0"), 0.0)
    return box


def test_a_press_is_posted_with_the_time_when_the_button_went_down():
    heard = a_box().hear(Button(7, 2, 400), 100.0)

    assert heard == Press(7, 2, 5, 99.6)


def test_the_same_press_offered_again_is_one_press():
    box = a_box()
    box.hear(Button(7, 2, 0), 100.0)

    again = [box.hear(Button(7, 2, 500 * n), 100.0 + n / 2) for n in range(1, 5)]

    assert again == [None] * 4


def test_a_press_that_is_on_disk_is_acknowledged_again_when_offered_again():
    box = a_box()
    box.hear(Button(7, 2, 0), 100.0)
    box.settle(7)

    assert box.hear(Button(7, 2, 500), 100.5) == Settled(7)


def test_a_press_put_aside_is_not_taken_when_offered_again():
    box = a_box()
    box.hear(Button(7, 9, 0), 100.0)

    assert box.hear(Button(7, 9, 500), 100.5) == Settled(7)


def test_within_a_minute_the_number_is_the_same_press_and_after_it_a_new_one():
    box = a_box()
    box.hear(Button(7, 2, 0), 100.0)
    box.settle(7)

    assert box.hear(Button(7, 2, 0), 100.0 + REMEMBERED_S) == Settled(7)
    assert box.hear(Button(7, 2, 0), 100.1 + REMEMBERED_S) == Press(7, 2, 5, 160.1)


def test_after_an_uptime_that_fell_every_number_is_new():
    box = a_box()
    box.hear(Alive(500, 0), 99.0)
    box.hear(Button(7, 2, 0), 100.0)
    box.settle(7)

    box.hear(Alive(1, 0), 101.0)

    assert box.hear(Button(7, 2, 0), 102.0) == Press(7, 2, 5, 102.0)


def test_an_uptime_that_rises_forgets_nothing():
    box = a_box()
    box.hear(Button(7, 2, 0), 100.0)
    box.settle(7)

    for uptime in (5, 5, 7):
        box.hear(Alive(uptime, 0), 101.0)

    assert box.hear(Button(7, 2, 0), 102.0) == Settled(7)


def test_another_box_on_the_same_port_has_numbers_of_its_own():
    box = a_box(name="box-1")
    box.hear(Button(7, 2, 0), 100.0)
    box.settle(7)

    box.hear(Hello("box-2", 5, "1.0"), 101.0)

    assert box.hear(Button(7, 2, 0), 102.0) == Press(7, 2, 5, 102.0)


def test_a_box_that_says_hello_again_is_still_the_same():
    box = a_box()
    box.hear(Button(7, 2, 0), 100.0)
    box.settle(7)

    box.hear(Hello("box-1", 5, "1.0"), 101.0)

    assert box.hear(Button(7, 2, 0), 102.0) == Settled(7)


def test_until_a_hello_the_port_stands_in_for_the_box():
    box = Box()
    box.hear(Button(7, 2, 0), 100.0)
    box.settle(7)

    box.hear(Hello("box-1", 5, "1.0"), 100.2)

    assert box.hear(Button(7, 2, 500), 100.5) == Settled(7)


def test_a_press_older_than_ten_seconds_is_put_aside_and_acknowledged():
    assert a_box().hear(Button(7, 2, TOO_OLD_MS + 1), 100.0) == Settled(7, "too-old")
    assert a_box().hear(Button(7, 2, TOO_OLD_MS), 100.0) == Press(7, 2, 5, 90.0)


def test_a_press_that_was_never_stored_is_put_aside_once_it_is_too_old():
    box = a_box()
    box.hear(Button(7, 2, 0), 100.0)  # out of order: nobody settles it

    ages = range(500, 11_000, 500)
    heard = [box.hear(Button(7, 2, age), 100.0 + age / 1000) for age in ages]

    assert heard.count(Settled(7, "too-old")) == 1
    assert heard.index(Settled(7, "too-old")) == list(ages).index(10_500)


def test_a_button_that_the_box_does_not_have_is_put_aside_and_acknowledged():
    for button in (0, 4, 99):
        assert a_box(buttons=3).hear(Button(7, button, 0), 1.0) == Settled(7, "no-such-button")
    assert a_box(buttons=3).hear(Button(7, 3, 0), 1.0) == Press(7, 3, 3, 1.0)


def test_numbers_wrap_from_65535_to_0():
    box = a_box()

    heard = [box.hear(Button(seq, 1, 0), 1.0) for seq in (65534, 65535, 0, 1)]

    assert [press.seq for press in heard] == [65534, 65535, 0, 1]
    assert all(isinstance(press, Press) for press in heard)


def test_settling_a_press_that_nobody_knows_means_nothing():
    box = a_box()

    box.settle(9)

    assert box.hear(Button(9, 1, 0), 1.0) == Press(9, 1, 5, 1.0)


said = st.one_of(
    st.builds(Hello, st.sampled_from(["a", "b"]), st.integers(3, 5), st.just("1")),
    st.builds(Alive, st.integers(0, 3), st.integers(0, 31)),
    st.builds(Button, st.integers(0, 5), st.integers(0, 6), st.integers(0, 12_000)),
)


@given(st.lists(st.tuples(said, st.floats(0, 40), st.booleans()), max_size=60))
def test_whatever_a_box_says_a_number_is_posted_once_while_it_is_remembered(story):
    box, now = Box(), 0.0
    posted: dict[int, float] = {}
    for sentence, after, is_settled in story:
        now += after
        forgets = not isinstance(sentence, Button)
        heard = box.hear(sentence, now)

        if forgets:
            posted = {} if not box._seen else posted
        if isinstance(heard, Press):
            assert now - posted.get(heard.seq, float("-inf")) > REMEMBERED_S
            assert 1 <= heard.button <= heard.buttons
            posted[heard.seq] = now
            if is_settled:
                box.settle(heard.seq)
        assert len(box._seen) <= 6
        assert box._settled <= set(box._seen)


def test_a_refused_press_counts_when_it_is_offered_again():
    box = Box()
    first = box.hear(Button(7, 3, 0), 0.0)
    box.refuse(7)

    again = box.hear(Button(7, 3, 500), 0.5)

    assert isinstance(first, Press)
    assert isinstance(again, Press)
    assert again.at == 0.0
